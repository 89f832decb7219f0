"""What a token may do. Grants hold for whole incidents, never for single kinds of fact, so that no chain is cut. Pure.

observe: read. respond: write too. administer: shares and measures too. intake: bring alerts, and read nothing.
"""

from typing import Literal, TypeAlias

from ..sync.wire import Grant
from .stores.base import Meta
from .tokens import Token

Act: TypeAlias = Literal["open", "look", "read", "write", "create", "share", "measure"]
"""`open`: for everybody. `look`: what is about no single incident. `create`: make an incident, or find it there."""

Verdict: TypeAlias = Literal["yes", "forbidden", "unknown"]
"""`unknown`: the token may not even know that it is there."""

_READER: frozenset[Act] = frozenset(("look", "read"))
_WRITER: frozenset[Act] = _READER.union(("write", "create"))
_GRANTS: dict[Grant, frozenset[Act]] = {
    "observe": _READER,
    "respond": _WRITER,
    "administer": _WRITER.union(("share", "measure")),
    "intake": frozenset(),
}


def may(token: Token, act: Act, inc: str = "", meta: Meta | None = None) -> Verdict:
    """Whether `token` may do `act`, to the incident `inc` where it is about one; `meta` is None where there is none."""
    can: Verdict = "yes" if act in _GRANTS[token.grant] else "forbidden"
    if not inc:
        return can
    if token.incidents and inc not in token.incidents:
        return "unknown"
    if act == "create" and (can == "forbidden" or meta is None):
        return can  # whoever makes none is told the same of one that is there and one that is not
    if meta is None:
        return "unknown"
    return can if sees(token, meta) else "unknown"


def sees(token: Token, meta: Meta) -> bool:
    """Whether the incident is there for this token at all."""
    if "read" not in _GRANTS[token.grant] or (token.incidents and meta.inc not in token.incidents):
        return False
    return not meta.restricted or token.id in meta.named or meta.inc in (*token.incidents, *token.named)
