"""Faults that the stand-in shows when told to: for the next requests of an action, before or after moto acts."""

import re
import time
import zlib

import answers


class Drop(Exception):
    """The connection ends without an answer."""


class Answer:
    """What goes over the wire. `pace` is (bytes, seconds) for an answer that drips."""

    def __init__(self, status, headers, body, pace=None, length=None):
        self.status, self.headers, self.body, self.pace, self.length = status, headers, body, pace, length


XML, HTML = "text/xml", "text/html; charset=utf-8"
PAGE = b"<!DOCTYPE html><html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">\
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>\
<DescribeDBInstancesResponse><DescribeDBInstancesResult><Marker>&e;</Marker></DescribeDBInstancesResult></DescribeDBInstancesResponse>"""
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\
<DescribeDBInstancesResponse><DescribeDBInstancesResult><Marker>&a;</Marker></DescribeDBInstancesResult></DescribeDBInstancesResponse>"""

# Errors with their status, which `error` can be told too.
ERRORS = {
    "throttling": (400, "Throttling", "Rate exceeded"),
    "request-limit": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "unavailable": (503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
    "internal": (500, "InternalFailure", "The request processing has failed because of an unknown error."),
    "access-denied": (403, "AccessDenied", "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: rds:{action}"),
    "expired-token": (403, "ExpiredToken", "The security token included in the request is expired"),
}
BEFORE = set(ERRORS) | {"error", "too-many", "html", "drop-before", "redirect"}
AFTER = {"drop-after", "delay", "truncated", "cut", "rewrite", "replace", "marker-loop", "bomb", "entity", "huge", "gzip-bomb",
    "slow"}
SPECIAL = {"hidden"}


class Fault:
    def __init__(self, told):
        known = {"kind", "action", "times", "skip", "where", "code", "status", "message", "retry_after", "seconds", "location",
            "find", "by",
                 "text", "bytes", "count"}
        if told["kind"] not in BEFORE | AFTER | SPECIAL or set(told) - known:
            raise ValueError(f"unknown fault: {told}")
        self.told, self.kind, self.action = told, told["kind"], told.get("action", "*")
        self.left, self.skip = told.get("times", 1), told.get("skip", 0)
        self.kept = None

    def takes(self, action, members):
        """Whether the request is one of those; `where` names members and values, `*` for any."""
        if self.action not in ("*", action) or self.left == 0:
            return False
        for name, value in self.told.get("where", {}).items():
            if name not in members or value not in ("*", members[name]):
                return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.left -= 1
        return True

    def before(self, action, request_id):
        """An answer in place of acting, or None."""
        if self.kind == "drop-before":
            raise Drop()
        if self.kind == "html":
            return Answer(self.told.get("status", 500), {"Content-Type": HTML}, PAGE)
        if self.kind == "redirect":
            return Answer(302, {"Location": self.told["location"], "Content-Type": HTML}, b"")
        if self.kind == "too-many":
            headers = {"Content-Type": XML, "Retry-After": str(self.told.get("retry_after", 1))}
            return Answer(429, headers, answers.error("TooManyRequestsException", "Rate exceeded", request_id))
        if self.kind in ERRORS or self.kind == "error":
            status, code, message = ERRORS.get(self.kind, (400, "InvalidParameterValue", "told to fail"))
            code, message = self.told.get("code", code), self.told.get("message", message).format(action=action)
            body = answers.error(code, message, request_id, "Receiver" if status >= 500 else "Sender")
            return Answer(self.told.get("status", status), {"Content-Type": XML}, body)
        return None

    def after(self, answer, members):
        """Spoils an answer, once moto has acted."""
        body = answer.body
        if self.kind == "drop-after":
            raise Drop()
        if self.kind == "delay":
            time.sleep(self.told["seconds"])
        elif self.kind == "truncated":
            answer.body = body[:int(len(body) * 0.6)]
        elif self.kind == "cut":
            # The header promises more than comes.
            (answer.body, answer.length) = (body[:len(body) // 2], len(body))
        elif self.kind == "rewrite":
            answer.body = re.sub(self.told["find"].encode(), self.told["by"].encode("latin-1"), body,
                count=self.told.get("count", 0))
        elif self.kind == "replace":
            answer.body = self.told["text"].encode("latin-1")
        elif self.kind == "marker-loop":
            without = re.sub(rb"<Marker>[^<]*</Marker>|<Marker ?/>", b"", self.kept or body)
            self.kept = self.kept or body
            answer.status = 200
            answer.body = without.replace(b"Result>", b"Result><Marker>loop</Marker>", 1)
        elif self.kind == "bomb":
            answer.body = BOMB
        elif self.kind == "entity":
            answer.body = ENTITY
        elif self.kind == "huge":
            answer.body = body[:100] + b" " * self.told["bytes"]
        elif self.kind == "gzip-bomb":
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            answer.body = b"".join([packer.compress(b" " * 1_000_000) for _ in range(self.told["bytes"] // 1_000_000)] + [packer.flush()])
            answer.headers["Content-Encoding"] = "gzip"
        elif self.kind == "slow":
            answer.pace = (self.told.get("bytes", 1), self.told["seconds"])
        return answer
