"""Judges requests and answers of RDS by botocore's service model, and writes the answers that moto has no part in."""

import datetime
import importlib.util
import pathlib
import re
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

import botocore.parsers
import botocore.session

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
MODEL = botocore.session.get_session().get_service_model("rds")
NAMESPACE = "{http://rds.amazonaws.com/doc/2014-10-31/}"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

# The code with which RDS answers what the validator finds.
CODES = {
    "missing-required": "MissingParameter",
    "out-of-range": "InvalidParameterValue",
    "bad-length": "InvalidParameterValue",
    "bad-pattern": "InvalidParameterValue",
    "bad-enum": "InvalidParameterValue",
    "unknown-action": "InvalidAction",
    "no-action": "MissingAction",
}


def load_validator():
    path = CHECKOUT / "Tests/Oracles/tools/rds_request_validator.py"
    specification = importlib.util.spec_from_file_location("rds_request_validator", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.Validator("rds", semantic=False)


VALIDATOR = load_validator()


def refusal(body):
    """The code and message with which a request is refused that the model doesn't know, or None."""
    _, report = VALIDATOR.body(body)
    for finding in report.errors:
        return CODES.get(finding["code"], "MalformedInput"), f"{finding['at']}: {finding['msg']}"
    return None


def error(code, message, request_id, kind="Sender"):
    """An error as the query protocol spells it."""
    return (
        f'<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>{kind}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>").encode()


def problems(action, body, intended=None):
    """What in a successful answer isn't as the model says, or isn't what was meant."""
    found = []
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as failure:
        return [f"{action}: {failure}"]
    if local(root) != f"{action}Response":
        return [f"{action}: the root is {root.tag}"]
    shape = MODEL.operation_model(action).output_shape
    if shape is None:
        return []
    result = [child for child in root if local(child) != "ResponseMetadata"]
    if [local(child) for child in result] != [shape.serialization["resultWrapper"]]:
        return [f"{action}: the result is {[child.tag for child in result]}"]
    walk(shape, result[0], action, found)
    if intended is not None:
        parsed = botocore.parsers.create_parser("query").parse(
            {"body": body, "headers": {}, "status_code": 200}, shape)
        parsed.pop("ResponseMetadata", None)
        compare(shape, intended, parsed, action, found)
    return found


def local(element):
    return element.tag.removeprefix(NAMESPACE)


def walk(shape, element, at, found):
    kind = shape.type_name
    if kind == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        seen = set()
        for child in element:
            name = local(child)
            if name not in members:
                found.append(f"{at}.{name} is no member of {shape.name}")
            elif name in seen and not members[name].serialization.get("flattened"):
                found.append(f"{at}.{name} is there twice")
            else:
                walk(members[name], child, f"{at}.{name}", found)
            seen.add(name)
    elif kind == "list":
        expected = shape.member.serialization.get("name", "member")
        for child in element:
            if local(child) != expected:
                found.append(f"{at} holds {local(child)}, not {expected}")
            walk(shape.member, child, f"{at}[]", found)
    elif kind != "map":
        text = element.text or ""
        right = {
            "boolean": text in ("true", "false"),
            "integer": re.fullmatch(r"-?\d+", text) is not None,
            "long": re.fullmatch(r"-?\d+", text) is not None,
            "timestamp": TIMESTAMP.fullmatch(text) is not None,
        }.get(kind, len(element) == 0)
        if not right:
            found.append(f"{at} is no {kind}: {text[:40]!r}")


def compare(shape, intended, parsed, at, found):
    if intended is None:
        intended = {"structure": {}, "list": []}.get(shape.type_name)
    if shape.type_name == "structure":
        given = {name: value for name, value in intended.items() if value is not None}
        for name in sorted(set(given) - set(shape.members)):
            found.append(f"{at}.{name} was meant, and is no member of {shape.name}")
        for name, member in shape.members.items():
            empty = {"structure": {}, "list": []}.get(member.type_name)
            compare(member, given.get(name, empty), parsed.get(name, empty), f"{at}.{name}", found)
    elif shape.type_name == "list":
        if len(intended) != len(parsed):
            found.append(f"{at}: {len(intended)} elements were meant, {len(parsed)} came")
        for one, other in zip(intended, parsed):
            compare(shape.member, one, other, f"{at}[]", found)
    elif shape.type_name == "timestamp":
        if (intended is None) != (parsed is None) or intended is not None and seconds(intended) != seconds(parsed):
            found.append(f"{at}: {intended} was meant, {parsed} came")
    elif intended != parsed:
        found.append(f"{at}: {intended!r} was meant, {parsed!r} came")


def seconds(moment):
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp())
