"""The OpenAPI description, made from what each route says about itself: nothing in it is written twice."""

from typing import Annotated, Any

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from ..sync.wire import Problem
from .problem import CODES, MEDIA

JSON = "application/json"
BYTES = "application/octet-stream"
TEXT = "text/plain"
EVENTS = "text/event-stream"

Inc = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9A-F][0-9A-HJKMNP-TV-Z]{25}$",
        description="An incident's identity; that of a drill, which begins with G to Z, is refused.",
    ),
]
Sha = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the evidence.")]
Id = Annotated[str, msgspec.Meta(pattern="^[0-9A-HJKMNP-TV-Z]{10}$")]
Secret = Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z_-]{43}$")]
Hook = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,31}$", description="A hook of intake.toml.")]
NAMES: dict[str, Any] = {"hook": Hook, "inc": Inc, "sha": Sha, "id": Id, "secret": Secret}
"""What may stand in a path."""

_WORDS = {
    400: "The request is malformed.",
    401: "No token, or one that does not hold.",
    403: "The token may not do this.",
    404: "There is nothing there, or nothing that the token may know of.",
    408: "The body came too slowly.",
    409: "It does not fit what is there.",
    410: "The link has expired or was taken back.",
    413: "More than is taken at once.",
    415: "It is compressed.",
    422: "The server keeps nothing of the kind.",
    429: "Too often; Retry-After says when again.",
    503: "The server cannot keep or read now; nothing was kept.",
}


class Said(msgspec.Struct, frozen=True):
    """What one route says about itself. `shape` is that of its answer, `takes` that of a JSON body, `asks` the query.

    `refuses`: the errors beside those that every route of its kind has.
    """

    summary: str
    shape: Any = None
    media: str = JSON
    statuses: tuple[int, ...] = (200,)
    takes: Any = None
    takes_media: str = JSON
    needs_body: bool = True
    asks: type[msgspec.Struct] | None = None
    headers: dict[str, str] = {}
    refuses: tuple[int, ...] = ()


def described(app: Litestar, version: str) -> dict[str, Any]:
    """The whole document."""
    routes = [
        (route.path_format, method.lower(), handler.opt)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if "said" in handler.opt
    ]
    shapes = _Shapes([opt["said"] for _, _, opt in routes])
    paths: dict[str, dict[str, Any]] = {}
    for path, method, opt in sorted(routes, key=lambda each: each[:2]):
        paths.setdefault(path, {})[method] = _operation(path, method, opt["act"], opt["said"], shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "War room", "version": version, "description": "One more place that keeps the facts."},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Shapes:
    """The schemas of everything that is sent."""

    def __init__(self, said: list[Said]) -> None:
        types = [shape for each in said for shape in (each.shape, each.takes) if shape not in (None, bytes, str)]
        wanted = [*types, Problem]
        schemas, self.components = msgspec.json.schema_components(wanted, ref_template="#/components/schemas/{name}")
        self.components = {name: _modern(schema) for name, schema in self.components.items()}
        self._schemas = {id(shape): schema for shape, schema in zip(wanted, schemas, strict=True)}

    def of(self, shape: Any) -> dict[str, Any]:
        if shape in (bytes, str):
            return {"type": "string", **({"format": "binary"} if shape is bytes else {})}
        return self._schemas[id(shape)]


def _modern(schema: Any) -> Any:
    """The schema as readers of OpenAPI 3.1 take it: `prefixItems` would say more of a tuple, and makes many stumble."""
    if isinstance(schema, list | tuple):
        return [_modern(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _modern(part) for name, part in schema.items()}
    parts = made.get("prefixItems", made.get("items"))
    if isinstance(parts, list):
        made.pop("prefixItems", None)
        made["items"] = {"anyOf": parts}
    return made


def _operation(path: str, method: str, act: str, said: Said, shapes: _Shapes) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": said.summary,
        "operationId": method + path.replace("/", "-").replace("{", "").replace("}", "").replace(".", "-"),
        "parameters": _parameters(path, said),
        "responses": _responses(path, act, said, shapes, method),
    }
    if act == "open":
        operation["security"] = []
    elif act == "measure":
        operation["security"] = [{"bearer": []}, {}]
    if said.takes is not None:
        body = {"schema": shapes.of(said.takes)}
        operation["requestBody"] = {"required": said.needs_body, "content": {said.takes_media: body}}
    return operation


def _parameters(path: str, said: Said) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": msgspec.json.schema(kind)}
        for name, kind in NAMES.items()
        if f"{{{name}}}" in path
    ]
    if said.asks is not None:
        _, components = msgspec.json.schema_components([said.asks])
        for name, schema in components[said.asks.__name__]["properties"].items():
            found.append({"name": name, "in": "query", "required": False, "schema": schema})
    for name, words in said.headers.items():
        schema = {"type": "string", "maxLength": 100, "pattern": "^[!-~]*$"}
        found.append({"name": name, "in": "header", "required": False, "description": words, "schema": schema})
    return found


def _responses(path: str, act: str, said: Said, shapes: _Shapes, method: str) -> dict[str, Any]:
    good: dict[str, Any] = {"description": said.summary}
    if said.shape is not None and method != "head":
        good["content"] = {said.media: {"schema": shapes.of(said.shape)}}
    found = {str(status): good for status in said.statuses}
    errors = {400, *said.refuses}
    if act != "open":
        errors |= {401, 403, 429, 503}
    if "{" in path:
        errors |= {404, 503}
    if said.takes is not None:
        errors |= {408, 413}
    problem = shapes.of(Problem)
    for status in sorted(errors):
        words = _WORDS.get(status, CODES[status])
        found[str(status)] = {"description": words}
        if method != "head":
            found[str(status)]["content"] = {MEDIA: {"schema": problem}}
    return found
