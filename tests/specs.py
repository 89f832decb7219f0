"""Judges outgoing requests by what their vendor's interface takes. Every request of every adapter goes through here.

    far = checked(handler, "opsgenie")              # pagerduty-events, pagerduty-rest, opsgenie, slack, github, jira
    http = Http(transport=httpx.MockTransport(far))

`handler` takes an `httpx.Request` and gives an `httpx.Response`, as for `MockTransport`. A request that the vendor
would not take raises `Unfit` with the reason and stands in `far.unfit`, in case something on the way swallows the
raise: end a test with `far.clean()`. `far.requests` holds all that passed, `body_of(request)` its body.

Two judges sit here. `FACTS`, a small copy in our own words, is always there. Where the vendors' own descriptions lie in
`../shared/specs` beside the checkout, they judge as well.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import jsonschema_rs

from facts_of_vendors import FACTS

SPECS = Path(__file__).resolve().parents[1].parent / "shared" / "specs"
FILES = {
    "pagerduty-events": "pagerduty-events-v2.openapi3.json",
    "pagerduty-rest": "pagerduty-rest-v2.openapi3.json",
    "opsgenie": "opsgenie-v2.consumes-added.swagger2.json",
    "slack": "slack-web.swagger2.json",
    "github": "github-issues-subset.openapi3.json",
}
# What stands between the host and the description's own paths; the longest that fits is taken off.
PREFIXES = {
    "pagerduty-events": "/v2",
    "pagerduty-rest": "",
    "opsgenie": "/jsm/ops/integration",
    "slack": "/api",
    "github": "",
    "jira": "",
}
# What came after the vendor's description was written is judged by our facts alone.
NEWER = {"slack": ("/apps.connections.open",)}
# Left to HTTP itself by OpenAPI 3, but wanted by PagerDuty: https://developer.pagerduty.com/docs/rest-api-overview.
# Slack's `token` goes into Authorization.
_HTTP_OWN = ("content-type", "authorization", "token")

Handler = Callable[[httpx.Request], httpx.Response]


class Unfit(AssertionError):
    """A request that the vendor would not take, and why."""


class checked:
    """A handler for `MockTransport` that judges each request before the given one answers it."""

    def __init__(self, handler: Handler, vendor: str) -> None:
        self.handler = handler
        self.vendor = vendor
        self.requests: list[httpx.Request] = []
        self.unfit: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        try:
            judge(request, self.vendor)
        except Unfit as why:
            self.unfit.append(str(why))
            raise
        self.requests.append(request)
        return self.handler(request)

    def clean(self) -> None:
        """Fails when any request so far was unfit."""
        assert not self.unfit, "; ".join(self.unfit)


def judge(request: httpx.Request, vendor: str) -> None:
    """Raises `Unfit` when this vendor would not take the request."""
    path = request.url.raw_path.decode().partition("?")[0].removeprefix(PREFIXES[vendor])
    _by_facts(request, vendor, path)
    if (description := _description(vendor)) and path not in NEWER.get(vendor, ()):
        _by_description(request, description, path)


def body_of(request: httpx.Request) -> Any:
    """The body as JSON, or a form's fields as texts; None where there is none."""
    if not request.content:
        return None
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(request.content.decode(), keep_blank_values=True, strict_parsing=True)
        return {key: values[-1] for key, values in fields.items()}
    try:
        return json.loads(request.content)
    except ValueError as problem:
        raise Unfit(f"{request.method} {request.url.path}: the body is not JSON: {problem}") from None


# ── our own words ──


def _by_facts(request: httpx.Request, vendor: str, path: str) -> None:
    known = FACTS[vendor]
    key = _match(known, request.method, path)
    if key is None:
        raise Unfit(f"{request.method} {path} is not among the calls of {vendor}")
    fact = known[key]
    for header, form in (fact.get("headers") or {}).items():
        if not re.fullmatch(form, request.headers.get(header, "")):
            raise Unfit(f"{key}: the header {header} is “{request.headers.get(header)}”, should be {form}")
    for name in request.url.params:
        if name not in fact.get("params", {}):
            raise Unfit(f"{key}: there is no parameter “{name}”")
        for value in request.url.params.get_list(name):
            if not re.fullmatch(fact["params"][name], value):
                raise Unfit(f"{key}: the parameter {name} is “{value}”")
    if form := fact.get("body"):
        _fits(form, body_of(request), key)
    elif request.content:
        raise Unfit(f"{key}: has a body, and should not")


# ── the vendor's own ──


@cache
def _description(vendor: str) -> Any:
    file = SPECS / FILES.get(vendor, "there is none")
    if not file.is_file():
        return None
    tree = json.loads(file.read_bytes())
    if vendor == "opsgenie":
        # The description wants an id; the service takes a name, or a user's username, in its place.
        tree["definitions"]["Responder"]["required"] = ["type"]
    return tree


def _by_description(request: httpx.Request, tree: Any, path: str) -> None:
    keys = {
        f"{method.upper()} {template}": (template, method) for template, own in tree["paths"].items() for method in own
    }
    key = _match(keys, request.method, path)
    if key is None and "slack.com" in tree.get("host", ""):
        key = _match(keys, "GET", path)  # Slack takes every call as a POST too
    if key is None:
        raise Unfit(f"{request.method} {path} is not in the vendor's description")
    template, method = keys[key]
    own_method = request.method.lower()
    operation = tree["paths"][template][method]
    shared = tree["paths"][template].get("parameters", [])
    parameters = [_resolve(tree, each) for each in (*shared, *operation.get("parameters", []))]
    by_place = {(each["in"], each["name"].lower()): each for each in parameters}
    for (place, name), each in by_place.items():
        if place == "header" and each.get("required") and name not in _HTTP_OWN and name not in request.headers:
            raise Unfit(f"{key}: the header {each['name']} is missing")
        if (
            place == "query"
            and each.get("required")
            and name not in (*_HTTP_OWN, *request.url.params)
            and method == own_method
        ):
            raise Unfit(f"{key}: the parameter {each['name']} is missing")
    for name in request.url.params:
        if ("query", name.lower()) not in by_place:
            raise Unfit(f"{key}: the description has no parameter “{name}”")
        values = request.url.params.get_list(name)
        _fits(_of_parameter(by_place["query", name.lower()]), values, f"{key}: {name}", tree)
    _body_by_description(request, tree, operation, parameters, key)


def _body_by_description(request: httpx.Request, tree: Any, operation: Any, parameters: Any, key: str) -> None:
    body = body_of(request)
    places = ("formData",) if request.method == key.partition(" ")[0] else ("formData", "query")
    fields = [each for each in parameters if each["in"] in places and each["name"] != "token"]
    schema: Any = None
    if "requestBody" in operation:
        content = _resolve(tree, operation["requestBody"])["content"]
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind not in content:
            raise Unfit(f"{key}: the body is “{kind}”, should be {' or '.join(content)}")
        schema = content[kind]["schema"]
    elif fields:
        # Slack's description is of 2021 and knows forms only: what came later (metadata, JSON) is judged by our facts.
        required = [each["name"] for each in fields if each.get("required")]
        schema = {"type": "object"} | ({"required": required} if required else {})
        body = {} if body is None else body
    else:
        schema = next((each["schema"] for each in parameters if each["in"] == "body"), None)
        if body is None and not any(each["in"] == "body" and each.get("required") for each in parameters):
            return
    if schema is not None:
        _fits(schema, body, key, tree)


def _of_parameter(parameter: Any) -> Any:
    """A schema for the list of texts that stand behind a parameter's name in the address."""
    schema = parameter.get("schema", parameter)
    schema = schema.get("items", {}) if schema.get("type") == "array" else schema
    form: dict[str, Any] = {"type": "string"}
    if "enum" in schema:
        form["enum"] = schema["enum"]
    if schema.get("type") == "integer":
        form["pattern"] = "^-?[0-9]+$"
    if schema.get("type") == "boolean":
        form["enum"] = ["true", "false"]
    if schema.get("format") == "date-time":
        form["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
    return {"type": "array", "items": form}


def _resolve(tree: Any, part: Any) -> Any:
    while "$ref" in part:
        at = tree
        for step in part["$ref"][2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            at = at[int(step)] if isinstance(at, list) else at[step]
        part = at
    return part


# ── both ──


def _match(known: Any, method: str, path: str) -> str | None:
    """The key (`GET /incidents/{id}`) that method and path fit; one without braces wins."""
    for key in sorted(known, key=lambda each: each.count("{")):
        own, _, template = key.partition(" ")
        pattern = "".join(
            "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", template)
        )
        if own == method and re.fullmatch(pattern, path):
            return str(key)
    return None


_validators: dict[tuple[str, int], Any] = {}


def _validator(key: str, schema: Any, tree: Any) -> Any:
    """The validator of this part of a description: a description has megabytes, and is the same for every request."""
    known = (key, id(tree) if tree else 0)
    if known not in _validators:
        attached = {part: tree[part] for part in ("components", "definitions", "paths") if tree and part in tree}
        _validators[known] = jsonschema_rs.Draft4Validator({"allOf": [schema], **attached})
    return _validators[known]


def _fits(schema: Any, value: Any, where: str, tree: Any = None) -> None:
    try:
        _validator(json.dumps(schema, sort_keys=True), schema, tree).validate(value)
    except jsonschema_rs.ValidationError as problem:
        at = ".".join(str(step) for step in problem.instance_path)
        raise Unfit(f"{where}: {at or 'the whole'}: {problem.message}") from None
