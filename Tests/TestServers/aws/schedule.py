"""What happens to a resource by and by: chains of waits and acts, looked at whenever a request comes."""

import collections
import time


class Schedule:
    """A wait is a number of seconds, or `{"observations": N}`: until the resource has been described N times."""

    def __init__(self):
        self.chains = {}
        self.held = None

    def now(self):
        """Seconds by the clock, or by the one that only `pass_time` moves."""
        return time.monotonic() if self.held is None else self.held

    def pass_time(self, seconds):
        """Holds the clock and moves it on by hand: what lasts 0.2 s is then seen however slow the machine is."""
        self.held = self.now() + seconds

    def add(self, key, *steps):
        """Lets `(wait, act)` follow what the resource does already."""
        chain = self.chains.setdefault(key, collections.deque())
        chain.extend(list(step) for step in steps)
        if len(chain) == len(steps):
            self.begin(chain, self.now())

    @staticmethod
    def begin(chain, now):
        wait = chain[0][0]
        if isinstance(wait, dict):
            chain[0][0] = {"observations": wait["observations"]}
        else:
            chain[0][0] = now + wait

    def run(self):
        """Does what is due."""
        for key in list(self.chains):
            chain = self.chains.get(key)
            while chain:
                due = chain[0][0]
                if isinstance(due, dict):
                    if due["observations"] > 0:
                        break
                    due = self.now()
                elif due > self.now():
                    break
                _, act = chain.popleft()
                if chain:
                    self.begin(chain, due)
                act()
        # By then a resource may have another name, and its chain another key.
        self.chains = {key: chain for key, chain in self.chains.items() if chain}

    def finish(self):
        """Does everything, as if time had passed."""
        while self.chains:
            for chain in self.chains.values():
                for step in chain:
                    step[0] = 0
            self.run()

    def observed(self, keys):
        """Counts an answer that showed the resources."""
        for key in keys:
            chain = self.chains.get(key)
            if chain and isinstance(chain[0][0], dict):
                chain[0][0]["observations"] -= 1

    def is_busy(self, key):
        return key in self.chains

    def drop(self, key):
        self.chains.pop(key, None)

    def move(self, old, new):
        if old in self.chains:
            self.chains[new] = self.chains.pop(old)
