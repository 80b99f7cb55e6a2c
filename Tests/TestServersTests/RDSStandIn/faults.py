"""Each fault as a client sees it, and that only the requests meant are hit."""

import datetime
import http.client
import time

from checks import *

rds = client()
order("timing", all=0)
create(rds, "one")
available(rds, "one")


def arm(kind, action="DescribeDBInstances", **told):
    order("faults", kind=kind, action=action, **told)


def wire(action="DescribeDBInstances", timeout=60, **members):
    """Status, headers and bytes, without an SDK's opinion."""
    host = ENDPOINT.removeprefix("http://")
    body = urllib.parse.urlencode({"Action": action, "Version": "2014-10-31"} | members)
    request = AWSRequest("POST", ENDPOINT + "/", data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    SigV4Auth(Credentials("a", "b"), "rds", "eu-west-1").add_auth(request)
    connection = http.client.HTTPConnection(host, timeout=timeout)
    connection.request("POST", "/", body, dict(request.headers))
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def code(kind, expected, status, **told):
    arm(kind, **told)
    got, _, body = wire()
    check(kind, got == status and f"<Code>{expected}</Code>".encode() in body, (got, body))


code("throttling", "Throttling", 400)
code("request-limit", "RequestLimitExceeded", 503)
code("unavailable", "ServiceUnavailable", 503)
code("internal", "InternalFailure", 500)
code("access-denied", "AccessDenied", 403)
code("expired-token", "ExpiredToken", 403)
code("error", "StorageQuotaExceeded", 400, code="StorageQuotaExceeded", message="no more")
arm("too-many", retry_after=7)
got, headers, _ = wire()
same("429", (got, headers.get("Retry-After")), (429, "7"))
arm("html")
got, headers, body = wire()
check("HTML", got == 500 and headers["Content-Type"].startswith("text/html") and b"<h1>" in body, body)
arm("redirect", location="http://192.0.2.1/")
same("redirect", wire()[0], 302)
same("once each", wire()[0], 200)


def broken(claim, call):
    try:
        call()
        FAILED.append(f"{claim}: an answer came")
    except (OSError, http.client.HTTPException):
        pass


# Before and after acting.
arm("drop-before", action="CreateDBParameterGroup")
broken("dropped before", lambda: wire("CreateDBParameterGroup", DBParameterGroupName="g", DBParameterGroupFamily="postgres16",
    Description="d"))
refused("not made", "DBParameterGroupNotFound", rds.describe_db_parameter_groups, DBParameterGroupName="g")
arm("drop-after", action="CreateDBParameterGroup")
broken("dropped after", lambda: wire("CreateDBParameterGroup", DBParameterGroupName="g", DBParameterGroupFamily="postgres16",
    Description="d"))
same("made", len(rds.describe_db_parameter_groups(DBParameterGroupName="g")["DBParameterGroups"]), 1)
arm("delay", action="DeleteDBParameterGroup", seconds=1.5)
broken("too late", lambda: wire("DeleteDBParameterGroup", timeout=0.3, DBParameterGroupName="g"))
refused("yet deleted", "DBParameterGroupNotFound", rds.describe_db_parameter_groups, DBParameterGroupName="g")
arm("cut")
broken("cut", wire)

# Answers that lie.
arm("truncated")
got, headers, body = wire()
check("truncated",
    got == 200 and not body.rstrip().endswith(b"</DescribeDBInstancesResponse>") and int(headers["Content-Length"]) == len(body),
        body[-60:])
arm("bomb")
check("bomb", b"<!ENTITY" in wire()[2])
arm("entity")
check("entity", b"SYSTEM" in wire()[2])
arm("huge", bytes=5_000_000)
check("huge", len(wire()[2]) > 5_000_000)
arm("gzip-bomb", bytes=50_000_000)
got, headers, body = wire()
check("gzip bomb", headers["Content-Encoding"] == "gzip" and len(body) < 100_000, len(body))
arm("slow", seconds=0.01, bytes=200)
start = time.monotonic()
wire()
check("slow", time.monotonic() - start > 0.1)
arm("rewrite", find="<DBInstanceStatus>available", by="<DBInstanceStatus>levitating")
same("unknown status", status(rds, "one"), "levitating")
arm("rewrite", find="<Engine>[^<]*</Engine>", by="")
check("missing field", "Engine" not in instance(rds, "one"))
arm("rewrite", find="<DBInstanceClass>[^<]*", by="<DBInstanceClass>\x1b[31m&#0;\xff\xfe")
body = wire()[2]
check("hostile text", b"\x1b[31m&#0;\xff\xfe" in body, body[:200])

# Lists that fail on the way.
for number in range(30):
    rds.create_db_parameter_group(DBParameterGroupName=f"g{number:02}", DBParameterGroupFamily="postgres16", Description="d")
arm("throttling", action="DescribeDBParameterGroups", where={"Marker": "*"})
first = rds.describe_db_parameter_groups(MaxRecords=20)
refused("page 2", "Throttling", rds.describe_db_parameter_groups, MaxRecords=20, Marker=first["Marker"])
check("page 2 then", rds.describe_db_parameter_groups(MaxRecords=20, Marker=first["Marker"])["DBParameterGroups"])
order("faults", method="DELETE")
arm("marker-loop", action="DescribeDBParameterGroups", times=-1)
first = rds.describe_db_parameter_groups(MaxRecords=20)
again = rds.describe_db_parameter_groups(MaxRecords=20, Marker=first["Marker"])
same("loop", (first["Marker"], again["Marker"], again["DBParameterGroups"]), ("loop", "loop", first["DBParameterGroups"]))
order("faults", method="DELETE")

# Which requests are hit.
arm("throttling", times=2, skip=1)
same("skip, times", [wire()[0] for _ in range(4)], [200, 400, 400, 200])
arm("throttling", action="*")
same("any action", wire("DescribeDBParameterGroups")[0], 400)
arm("throttling", where={"DBInstanceIdentifier": "two"})
same("of others", wire(DBInstanceIdentifier="one")[0], 200)
order("faults", method="DELETE")
try:
    order("faults", kind="earthquake")
    FAILED.append("an unknown fault was taken")
except urllib.error.HTTPError:
    pass

# Made, and not to be seen for a while.
arm("hidden", action="CreateDBInstance", seconds=0.5)
create(rds, "late")
refused("hidden", "DBInstanceNotFound", rds.describe_db_instances, DBInstanceIdentifier="late")
same("not listed", [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]], ["one"])
refused("yet there", "DBInstanceAlreadyExists", create, rds=rds, name="late")
until("seen", lambda: len(rds.describe_db_instances()["DBInstances"]) == 2)

# Another clock.
order("clock", skew=1200)
got, headers, body = wire()
check("skewed", got == 403 and b"RequestTimeTooSkewed" in body, body)
date = datetime.datetime.strptime(headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")
check("Date tells the skew", 1190 < (date - datetime.datetime.utcnow()).total_seconds() < 1210, headers["Date"])
order("clock", skew=0)
same("right again", wire()[0], 200)

# A connection stays, however many requests.
connection = http.client.HTTPConnection(ENDPOINT.removeprefix("http://"))
for _ in range(3):
    connection.request("GET", "/standin/ready")
    connection.getresponse().read()
    check("kept alive", connection.sock is not None)

# The record.
order("requests", method="DELETE")
wire()
rds.describe_db_parameter_groups()
same("counts", order("counts", "GET"), {"rds": {"DescribeDBInstances": 1, "DescribeDBParameterGroups": 1}})
finish()
