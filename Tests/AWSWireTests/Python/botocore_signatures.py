"""Writes random requests with the signatures that botocore makes for them, one JSON object a line.

usage: botocore_signatures.py SEED COUNT
"""
import base64
import datetime
import json
import random
import sys
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ALPHABET = "abcXYZ019-_.~ /+=&%?#:;,@!$'()*[]éß漢😀"


def text(chance, longest):
    return "".join(chance.choice(ALPHABET) for _ in range(chance.randint(1, longest)))


def query(chance):
    pairs = []
    for _ in range(chance.choice([0, 0, 1, 3, 6])):
        name = quote(text(chance, 6), safe="-_.~")
        pairs.append(name + "=" + chance.choice(["", quote(text(chance, 8), safe="-_.~")]))
    if pairs and chance.random() < 0.3:
        pairs.append(pairs[0])
    return "&".join(pairs)


def path(chance):
    segments = [quote(text(chance, 8), safe="-_.~") for _ in range(chance.randint(0, 4))]
    return "/" + "/".join(segments) + chance.choice(["", "/" if segments else ""])


def credentials(chance):
    token = None if chance.random() < 0.5 else base64.b64encode(chance.randbytes(120)).decode()
    return Credentials("AKIA" + str(chance.randint(10**9, 10**10)), base64.b64encode(chance.randbytes(30)).decode(), token)


def moment(chance):
    return datetime.datetime.fromtimestamp(chance.randint(1_000_000_000, 4_000_000_000), datetime.timezone.utc)


def case(chance):
    when, keys = moment(chance), credentials(chance)
    botocore.auth.get_current_datetime = lambda *_, **__: when
    service, region = chance.choice(["rds", "sts", "secretsmanager", "kms"]), chance.choice(["eu-west-1", "us-gov-west-1"])
    host = f"{service}.{region}.amazonaws.com" + chance.choice(["", "", ":8443"])
    url = "https://" + host + path(chance)
    queried = query(chance)
    if queried:
        url += "?" + queried
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "User-Agent": "any/1"}
    if chance.random() < 0.5:
        headers["X-Amz-Target"] = "service.Action" + "  spaced " * chance.randint(0, 2)
    method = chance.choice(["GET", "POST", "PUT"])
    body = b"" if method == "GET" else chance.randbytes(chance.randint(0, 200))
    request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
    botocore.auth.SigV4Auth(keys, service, region).add_auth(request)
    database = AWSRequest(method="GET", url=f"https://db.example.net:{chance.randint(1, 65535)}/?"
                          + "Action=connect&DBUser=" + quote(text(chance, 9), safe="-_.~"))
    database_url = database.url
    botocore.auth.SigV4QueryAuth(keys, "rds-db", region, expires=900).add_auth(database)
    return {
        "method": method, "url": url, "headers": headers, "body": base64.b64encode(body).decode(), "service": service,
        "region": region, "key": keys.access_key, "secret": keys.secret_key, "token": keys.token,
        "now": int(when.timestamp()), "authorization": request.headers["Authorization"],
        "databaseURL": database_url, "databaseToken": database.url[len("https://"):],
    }


def main():
    chance = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        print(json.dumps(case(chance)))


main()
