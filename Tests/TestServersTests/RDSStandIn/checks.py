"""What the scripts share: a client of RDS, orders to the stand-in, and checks that are told when they fail."""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
FAILED = []


def client(service="rds", region="eu-west-1", **keys):
    settings = Config(retries={"max_attempts": 0}, parameter_validation=False, read_timeout=60, connect_timeout=60)
    return boto3.client(service, region_name=region, config=settings, **keys)


def order(name, /, method="POST", **told):
    data = json.dumps(told).encode() if method == "POST" else None
    with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/standin/{name}", data, method=method)) as answer:
        return json.loads(answer.read() or "null")


# What passes is told in `until`, so that a state of 0.2 s is seen on the slowest machine.
order("pass", seconds=0)


def check(claim, truth, detail=""):
    if not truth:
        FAILED.append(f"{claim}: {detail}")


def same(claim, value, expected):
    check(claim, value == expected, f"{value!r}, not {expected!r}")


def refused(claim, code, call, /, *words, **members):
    try:
        call(**members)
        FAILED.append(f"{claim}: accepted, not {code}")
    except ClientError as error:
        same(claim, error.response["Error"]["Code"], code)
        for word in words:
            check(claim, word in error.response["Error"]["Message"], error.response["Error"]["Message"])


def until(claim, ask, seconds=5):
    """Lets time pass until `ask` is true."""
    for _ in range(int(seconds / 0.03)):
        if ask():
            return
        order("pass", seconds=0.03)
    FAILED.append(f"{claim}: not within {seconds} s")


def instance(rds, name):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def status(rds, name):
    return instance(rds, name)["DBInstanceStatus"]


def available(rds, *names):
    for name in names:
        until(f"{name} available", lambda: status(rds, name) == "available")


def create(rds, name, **members):
    given = {
        "DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "16.4", "DBInstanceClass": "db.t4g.medium",
        "AllocatedStorage": 100, "StorageType": "gp3", "MasterUsername": "postgres", "MasterUserPassword": "secret-123",
        "BackupRetentionPeriod": 7} | members
    return rds.create_db_instance(**given)["DBInstance"]


def pages(call, member, **members):
    """All elements, and how many answers they took."""
    found, count = [], 0
    while True:
        answer = call(**members)
        inner = answer.get("EngineDefaults", answer)
        found += inner[member]
        count += 1
        if not inner.get("Marker"):
            return found, count
        members["Marker"] = inner["Marker"]


def raw(**members):
    """A request to RDS that no SDK would send: status and text of the answer."""
    body = urllib.parse.urlencode(members | {"Version": "2014-10-31"})
    request = AWSRequest("POST", ENDPOINT + "/", data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    SigV4Auth(Credentials("a", "b"), "rds", "eu-west-1").add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(ENDPOINT + "/", body.encode(), dict(request.headers))) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def finish():
    problems = order("problems", "GET")["problems"]
    FAILED.extend(f"answer: {problem}" for problem in problems)
    for line in FAILED:
        print(line)
    sys.exit(1 if FAILED else 0)
