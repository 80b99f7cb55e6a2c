"""What the stand-in knows beside moto: times, lives of resources, events, and the answers that it made up."""

import datetime
import random
import string
import threading
import weakref

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import rds_backends

from schedule import Schedule

TIMING = {
    # Until a new or restored instance is there; snapshots; their copies; the backup that follows where backups are on.
    "create": 0.3, "backup": 0.1, "snapshot": 0.2, "copy": 0.3,
    # After a modification: how long an instance still says `available`, and how long it then takes.
    "stale": 0.1, "modify": 0.3, "optimize": 0.3, "upgrade": 0.5, "rename": 0.3,
    "reboot": 0.2, "failover": 0.2, "start": 0.2, "stop": 0.2, "delete": 0.3,
    # Until a dynamic parameter is in force.
    "parameters": 0.1,
}


class Life:
    """What a resource of moto has besides."""

    def __init__(self):
        self.pending = {}
        self.apply_status = "in-sync"
        self.members_apply_status = {}
        self.option_group = None
        self.endpoint = None
        self.hidden_until = 0
        self.replications = []


class World:
    def __init__(self):
        self.lock = threading.RLock()
        self.reset()

    def reset(self):
        self.schedule = Schedule()
        self.timing = dict(TIMING)
        self.lives = weakref.WeakKeyDictionary()
        self.events = []
        self.maintenance = []
        self.backups, self.retained = {}, {}
        self.cluster_backups = {}
        self.intended = None
        self.hide_next = 0
        self.restorable_lag = 300

    def life(self, resource):
        if resource not in self.lives:
            self.lives[resource] = Life()
        return self.lives[resource]

    def key(self, resource):
        return resource.arn

    def is_busy(self, resource):
        return self.schedule.is_busy(self.key(resource))

    def then(self, resource, *steps):
        """Lets `(timing, act)` happen to the resource one after the other."""
        self.schedule.add(self.key(resource), *((self.timing[wait], act) for wait, act in steps))

    def tell(self, resource, category, message):
        kind = {"db": "db-instance", "cluster": "db-cluster", "pg": "db-parameter-group", "snapshot": "db-snapshot"}
        self.events.append({
            "SourceIdentifier": resource.resource_id, "SourceType": kind[resource.resource_type], "Message": message,
            "EventCategories": [category] if category else [], "Date": now(), "SourceArn": resource.arn})

    def backends(self):
        for regions in list(rds_backends.values()):
            yield from list(regions.values())

    def instances(self):
        for backend in self.backends():
            yield from list(backend.databases.values())

    def clusters(self):
        for backend in self.backends():
            yield from list(backend.clusters.values())


WORLD = World()


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)


def identity(prefix):
    return prefix + "".join(random.choices(string.ascii_uppercase + string.digits, k=26))


def made_up(result):
    """An answer of the stand-in's own; the server holds what was sent against it."""
    WORLD.intended = result
    return ActionResult(result)


def refuse(code, message):
    raise RDSClientError(code, message)


def page(parameters, items, name, wrap=None):
    """One page of a list, with a Marker where more follows."""
    limit = int(parameters.get("MaxRecords") or 100)
    marker = parameters.get("Marker")
    start = 0
    if marker:
        if not marker.startswith("from-") or not marker[5:].isdigit():
            refuse("InvalidParameterValue", f"Invalid value for Marker: {marker}")
        start = int(marker[5:])
    following = f"from-{start + limit}" if start + limit < len(items) else None
    result = {name: items[start:start + limit], "Marker": following}
    return {wrap[0]: wrap[1] | result} if wrap else result


def filters(parameters):
    return {one["Name"]: list(one["Values"]) for one in parameters.get("Filters") or []}
