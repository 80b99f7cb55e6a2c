#!/usr/bin/env python3
"""RDS for tests: moto with what it lacks, and the faults that the real service shows.

    standin.py PORT [--no-checks]

Serves AWS's APIs on 127.0.0.1 and writes `ready` once it does. Under /standin it takes orders, as JSON:

  GET    /standin/requests[?service=rds]  what was asked, a JSON object a line, for rds_request_validator.py; DELETE forgets them
  GET    /standin/counts                  how many requests of each action, as {"rds": {"DescribeDBInstances": 3}}
  GET    /standin/actions                 {"actions": […]}: what the stand-in answers in moto's place
  GET    /standin/concurrency             {"most": N}: how many requests were under way at once, since the record was cleared
  GET    /standin/problems                answers that aren't as botocore's model says; must be empty
  POST   /standin/reset                   forgets everything
  POST   /standin/timing                  {"create": 0.3, …}: seconds, or {"observations": N}; "all" stands for every one
  POST   /standin/faults                  {"kind": …, "action": …, "times": K, "skip": N, "where": {…}}, see faults.py; DELETE lifts them
  POST   /standin/clock                   {"skew": SECONDS, "code": …}: the server's clock is off, and it refuses other clocks
  POST   /standin/window                  {"instance": …}, {"cluster": …} or {}: the maintenance window comes
  POST   /standin/pass                    {"seconds": S}: from now on time passes by this order alone
  POST   /standin/finish                  everything that takes its time is done
  POST   /standin/endpoint                {"instance": … or "cluster": …, "address": …, "port": …}
  POST   /standin/status                  {"instance": …, "status": …}
  POST   /standin/set                     {"instance": … or "cluster": …, "attributes": {moto's name: value}}: somebody else's change
  POST   /standin/vanish                  {"instance": …}: gone at once
  POST   /standin/maintenance             {"instance": …, "action": …, "forced": ISO time, …}
  POST   /standin/restorable              {"seconds": …}: how far LatestRestorableTime lags
  POST   /standin/user                    {"name": …, "actions": ["rds:Describe*"]} or {"policy": {…}}: answers its keys
  POST   /standin/authentication          {"on": true}: signatures and policies count from now on

Orders take "region" and "account" where they aren't eu-west-1 and 123456789012.
"""

import base64
import calendar
import collections
import datetime
import email.utils
import http.server
import io
import json
import os
import re
import socketserver
import sys
import threading
import time
import traceback
import urllib.parse
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")

from moto import settings
from moto.core.responses import ActionAuthenticatorMixin
from moto.core.utils import camelcase_to_underscores as method_name
from moto.iam.models import iam_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.rds.models import rds_backends
from moto.rds.responses import RDSResponse

import answers
import clusters
import faults
import groups
import instances
import modifications
import reads
from world import WORLD

SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
MOST_SKEW_SECONDS = 300


class StandIn:
    def __init__(self, checks):
        self.checks = checks
        self.counting, self.under_way = threading.Lock(), 0
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.forget()
        by_moto = dict(vars(RDSResponse))
        for module in (groups, instances, clusters, reads):
            module.install()
        self.actions = sorted(
            action for action in answers.MODEL.operation_names
            if vars(RDSResponse).get(method_name(action)) is not by_moto.get(method_name(action)))

    def forget(self):
        self.requests, self.problems, self.faults = [], [], []
        self.counts = collections.defaultdict(collections.Counter)
        self.most_under_way = 0
        self.skew, self.skew_code = 0, "RequestTimeTooSkewed"

    # -------------------------------------------------------- requests to AWS

    def answer(self, method, target, headers, body):
        with self.counting:
            self.under_way += 1
            self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            return self.answer_one(method, target, headers, body)
        finally:
            with self.counting:
                self.under_way -= 1

    def answer_one(self, method, target, headers, body):
        request_id = str(uuid.uuid4())
        service, action, members = self.read(headers, body)
        if service is None:
            return self.through_moto(method, target, headers, body)
        self.record(service, action, method, target, headers, body)
        armed = [one for one in self.faults if one.takes(action, members)]
        answer = self.refuse_clock(headers, request_id)
        for fault in armed:
            answer = answer or fault.before(action, request_id)
        if answer is None:
            answer = self.act(service, action, members, method, target, headers, body, request_id, armed)
        for fault in armed:
            answer = fault.after(answer, members)
        if service == "rds":
            answer.headers.setdefault("x-amzn-RequestId", request_id)
        return answer

    @staticmethod
    def read(headers, body):
        """Which service a request is for, its action and its members."""
        members = {}
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            members = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        scope = SCOPE.search(headers.get("authorization", ""))
        service = scope[3] if scope else None
        if service is None and members.get("Version") == "2014-10-31":
            service = "rds"
        if service is None and members.get("Version") == "2011-06-15":
            service = "sts"
        action = members.get("Action") or headers.get("x-amz-target", "").split(".")[-1]
        return service, action, members

    def record(self, service, action, method, target, headers, body):
        with self.counting:
            self.counts[service][action] += 1
            self.requests.append({
                "service": service, "action": action, "method": method, "url": f"http://{headers.get('host', '')}{target}",
                "headers": dict(headers), "body": base64.b64encode(body).decode(), "body_encoded": True})

    def refuse_clock(self, headers, request_id):
        if not self.skew:
            return None
        try:
            theirs = time.strptime(headers.get("x-amz-date", ""), "%Y%m%dT%H%M%SZ")
        except ValueError:
            return None
        if abs(calendar.timegm(theirs) - (time.time() + self.skew)) <= MOST_SKEW_SECONDS:
            return None
        message = "The difference between the request time and the current time is too large."
        return faults.Answer(403, {"Content-Type": faults.XML}, answers.error(self.skew_code, message, request_id))

    def act(self, service, action, members, method, target, headers, body, request_id, armed):
        if service != "rds":
            return self.through_moto(method, target, headers, body)
        if "authorization" not in headers:
            return self.error(403, "MissingAuthenticationToken", "Request is missing Authentication Token", request_id)
        if any(fault.kind == "marker-loop" for fault in armed) and members.get("Marker") == "loop":
            return faults.Answer(200, {"Content-Type": faults.XML}, b"")
        if self.checks:
            refused = answers.refusal(body) or self.wrong_page_size(action, members)
            if refused:
                return self.error(400, *refused, request_id)
        with WORLD.lock:
            WORLD.schedule.run()
            WORLD.intended = None
            for fault in armed:
                if fault.kind == "hidden":
                    WORLD.hide_next = fault.told["seconds"]
            answer = self.through_moto(method, target, headers, body)
            if answer.status == 200:
                if self.checks:
                    self.problems += answers.problems(action, answer.body, WORLD.intended)
                self.observed(action, members, answer.body)
            answer.headers["Content-Type"] = faults.XML
            return answer

    @staticmethod
    def error(status, code, message, request_id):
        return faults.Answer(status, {"Content-Type": faults.XML}, answers.error(code, message, request_id))

    @staticmethod
    def wrong_page_size(action, members):
        size = members.get("MaxRecords")
        if size is not None and action.startswith("Describe") and not 20 <= int(size) <= 100:
            return "InvalidParameterValue", f"Invalid value {size} for MaxRecords. Must be between 20 and 100"
        return None

    @staticmethod
    def observed(action, members, body):
        """Counts who was shown, for waits that end after so many observations."""
        if action in ("DescribeDBInstances", "DescribeDBClusters") and any(
                isinstance(chain[0][0], dict) for chain in WORLD.schedule.chains.values()):
            tag = b"DBInstanceArn" if action == "DescribeDBInstances" else b"DBClusterArn"
            WORLD.schedule.observed([arn.decode() for arn in re.findall(b"<%s>([^<]*)</%s>" % (tag, tag), body)])

    def through_moto(self, method, target, headers, body):
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": urllib.parse.unquote(path, "latin-1"), "QUERY_STRING": query,
            "RAW_URI": target, "REQUEST_URI": target, "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": headers.get("host", ":80").rpartition(":")[2],
            "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": headers.get("content-type", ""),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False, "REMOTE_ADDR": "127.0.0.1"}
        for name, value in headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        told = {}

        def start_response(status, given, _=None):
            told.update(status=int(status.split()[0]), headers=dict(given))

        parts = self.moto(environ, start_response)
        try:
            whole = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        kept = {name: value for name, value in told["headers"].items() if name.lower() not in ("content-length", "date", "server",
            "connection")}
        return faults.Answer(told["status"], kept, whole)

    # -------------------------------------------------------- orders

    def order(self, method, target, body):
        path, _, query = target.removeprefix("/standin/").partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        told = json.loads(body) if body else {}
        with WORLD.lock:
            if (method, path) == ("GET", "requests"):
                lines = [json.dumps(one) for one in self.requests if asked.get("service") in (None, one["service"])]
                return "".join(line + "\n" for line in lines).encode()
            action = getattr(self, f"{method.lower()}_{path}", None)
            if action is None:
                raise ValueError(f"unknown order: {method} {target}")
            WORLD.schedule.run()
            return json.dumps(action(told) or {}).encode()

    @staticmethod
    def resource(told):
        backend = rds_backends[told.get("account", "123456789012")][told.get("region", "eu-west-1")]
        return backend.clusters[told["cluster"]] if "cluster" in told else backend.databases[told["instance"]]

    def get_ready(self, _):
        return {"ready": True}

    def get_counts(self, _):
        return self.counts

    def get_actions(self, _):
        return {"actions": self.actions}

    def get_concurrency(self, _):
        return {"most": self.most_under_way}

    def get_problems(self, _):
        return {"problems": self.problems}

    def delete_requests(self, _):
        self.requests = []
        self.counts.clear()
        self.most_under_way = 0

    def delete_faults(self, _):
        self.faults = []

    def post_reset(self, _):
        self.forget()
        WORLD.reset()
        moto_api_backend.reset()
        settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")

    def post_timing(self, told):
        if "all" in told:
            value = told.pop("all")
            WORLD.timing = {name: value for name in WORLD.timing}
        unknown = set(told) - set(WORLD.timing)
        if unknown:
            raise ValueError(f"unknown timing: {sorted(unknown)}")
        WORLD.timing.update(told)

    def post_faults(self, told):
        self.faults.append(faults.Fault(told))

    def post_clock(self, told):
        self.skew = told["skew"]
        self.skew_code = told.get("code", "RequestTimeTooSkewed")

    def post_window(self, told):
        everything = [self.resource(told)] if "instance" in told or "cluster" in told else [*WORLD.instances(), *WORLD.clusters()]
        for one in everything:
            life = WORLD.life(one)
            if life.pending or life.option_group:
                (clusters if one.resource_type == "cluster" else modifications).flush(one)

    def post_pass(self, told):
        WORLD.schedule.pass_time(told["seconds"])

    def post_finish(self, _):
        WORLD.schedule.finish()

    def post_endpoint(self, told):
        WORLD.life(self.resource(told)).endpoint = (told["address"], told["port"])

    def post_status(self, told):
        WORLD.schedule.drop(WORLD.key(self.resource(told)))
        self.resource(told).status = told["status"]

    def post_set(self, told):
        for name, value in told["attributes"].items():
            setattr(self.resource(told), name, value)

    def post_vanish(self, told):
        instances.vanish(self.resource(told))

    def post_maintenance(self, told):
        action = {"Action": told.get("action", "system-update"),
            "Description": told.get("description", "New operating system update is available")}
        for key, name in (("forced", "ForcedApplyDate"), ("auto", "AutoAppliedAfterDate"), ("current", "CurrentApplyDate")):
            if key in told:
                action[name] = datetime.datetime.fromisoformat(told[key].replace("Z", ""))
        WORLD.maintenance.append((self.resource(told).arn, action))

    def post_restorable(self, told):
        WORLD.restorable_lag = told["seconds"]

    def post_user(self, told):
        backend = iam_backends[told.get("account", "123456789012")]["aws"]
        policy = told.get("policy") or {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": told["actions"], "Resource": "*"}]}
        backend.create_user(backend.region_name, told["name"])
        backend.put_user_policy(told["name"], "told", json.dumps(policy))
        key = backend.create_access_key(told["name"])
        return {"AWS_ACCESS_KEY_ID": key.access_key_id, "AWS_SECRET_ACCESS_KEY": key.secret_access_key}

    def post_authentication(self, told):
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0 if told["on"] else float("inf")
        ActionAuthenticatorMixin.request_count = 0


class Handler(http.server.BaseHTTPRequestHandler):
    """HTTP/1.1 with connections that stay, which neither moto's server nor werkzeug's has."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def handle_one(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        standin = self.server.standin
        try:
            if self.path.startswith("/standin/"):
                answer = faults.Answer(200, {"Content-Type": "application/json"}, standin.order(self.command, self.path, body))
            else:
                answer = standin.answer(self.command, self.path, headers, body)
        except faults.Drop:
            self.close_connection = True
            return
        except Exception as failure:
            # A mistake of the stand-in or of an order: nobody is to take it for an answer of AWS.
            if not self.path.startswith("/standin/"):
                standin.problems.append(traceback.format_exc())
            answer = faults.Answer(500, {"Content-Type": "text/plain"}, f"{type(failure).__name__}: {failure}\n".encode())
        self.send(answer)

    def send(self, answer):
        date = email.utils.formatdate(time.time() + self.server.standin.skew, usegmt=True)
        head = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}", f"Date: {date}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        head += [f"Content-Length: {len(answer.body) if answer.length is None else answer.length}", "", ""]
        if answer.length is not None:
            self.close_connection = True
        body = b"" if self.command == "HEAD" else answer.body
        start = "\r\n".join(head).encode("latin-1", "replace")
        if answer.pace is None:
            self.wfile.write(start + body)
            return
        self.wfile.write(start)
        size, seconds = answer.pace
        for offset in range(0, len(body), size):
            self.wfile.write(body[offset:offset + size])
            time.sleep(seconds)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_one

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A client that goes away is its own affair.
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def main():
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    server.standin = StandIn(checks="--no-checks" not in sys.argv[2:])
    print("ready", flush=True)
    server.serve_forever(poll_interval=0.2)


if __name__ == "__main__":
    main()
