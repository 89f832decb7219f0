"""`… | warroom alert -`: a JSON document of a known shape, JSON lines, or plain text with an alert on each line.

A plain line is `[STATE] RULE[: SUMMARY]`: `CRITICAL disk full: 97% of /var`, `RESOLVED disk full`.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from ..core.alerts.facts import FIRING, RESOLVED, Alert
from ..core.values import Ms
from . import shapes
from .base import MAX_BODY, No, Taken, Unreadable, alert, decode

SOURCE = "hand"
_SEVERITIES = ("critical", "error", "warning", "warn", "major", "minor", "info")
_JSON = re.compile(rb"\s*(\{|\[\s*([\[{\]\"\d]|$))")  # `[CRITICAL] …` is none
_FIRST = re.compile(r"\s*\[?([A-Za-z]{2,14})\]?(?::|\s|$)\s*(.*)", re.DOTALL)


def whole(data: bytes, now: Ms, source: str = "") -> Taken | No:
    """All of what came, where it has an end: one document, or its lines one by one."""
    if len(data) > MAX_BODY:
        return No(413, "too-large", f"That is more than {MAX_BODY // 1024} KiB; give it line by line.")
    if _JSON.match(data):
        try:
            tree = decode(data)
        except Unreadable as why:
            # Lines of JSON are no document. Of one that is broken no piece may pass for an alert.
            if not _document(data.lstrip().partition(b"\n")[0]):
                return No(422, "unreadable", f"What came {why}.")
        else:
            return shapes.of_tree(source, tree, data, now)
    return _joined(list(_each(data, now, source)), source)


def goes_on(first: bytes) -> bool:
    """Whether this first line begins a JSON document that the lines behind it belong to."""
    if not _JSON.match(first):
        return False
    try:
        decode(first)
    except Unreadable as why:
        return "truncated" in str(why)  # one that is wrong already would hold up all that follows
    return False


def line(data: bytes, now: Ms, source: str = "", service: str = "", severity: str = "") -> Taken | No:
    """One line. One that is empty is taken, and there is nothing in it.

    `service` and `severity`: those of a plain line, which can name none itself.
    """
    if len(data) > MAX_BODY:
        return No(413, "too-large", f"The line is longer than {MAX_BODY // 1024} KiB.")
    if _JSON.match(data):
        try:
            tree = decode(data)
        except Unreadable as why:
            return No(422, "unreadable", f"The line {why}.")
        return shapes.of_tree(source, tree, data, now)
    try:
        found = plain(data.decode(), now, service, severity)
    except UnicodeDecodeError:
        return No(422, "unreadable", "The line is not UTF-8.")
    except Unreadable as why:
        return No(422, "unreadable", f"The line {why}.")
    if found is None:
        return Taken(source or SOURCE, ignored="it is empty")
    return Taken(source or SOURCE, (found,))


def plain(text: str, now: Ms, service: str = "", severity: str = "") -> Alert | None:
    """The alert in a line of text; None where it is empty. Raises `Unreadable`."""
    text = text.strip()
    if not text:
        return None
    state, rest = FIRING, text
    found = _FIRST.match(text)
    if found and found[2].strip():
        word = found[1].lower()
        # A rule may begin with a small “up” or “new”; a state is shouted, or stands in brackets.
        if found[1].isupper() or text.startswith("["):
            if word in _SEVERITIES:
                severity, rest = word, found[2].strip()
            elif word in shapes.STATES:
                state, rest = shapes.STATES[word], found[2].strip()
    rule, colon, summary = rest.partition(": ")
    if not colon:
        rule, summary = rest.removesuffix(":"), ""
    return alert(
        key=key_of(rule, service),
        rule=rule,
        state=state,
        ended=now if state == RESOLVED else None,
        service=service,
        severity=severity,
        summary=summary or rest,
        told=now,
    )


def key_of(rule: str, service: str = "") -> str:
    """The key of an alert that has none of its own: the same rule on the same service is the same alert."""
    said = "\0".join(filter(None, (rule.strip().lower(), service.strip().lower())))
    return sha256(said.encode(errors="replace")).hexdigest()[:16]


def _document(data: bytes) -> bool:
    try:
        decode(data)
    except Unreadable:
        return False
    return True


def _each(data: bytes, now: Ms, source: str) -> Iterator[tuple[int, Taken | No]]:
    for number, one in enumerate(data.splitlines(), 1):
        if one.strip():
            yield number, line(one, now, source)


def _joined(found: list[tuple[int, Taken | No]], source: str) -> Taken | No:
    """What the lines say together; the lines of one call are told of one source."""
    taken = [each for _, each in found if isinstance(each, Taken)]
    left = [f"line {number}: {each.sentence}" for number, each in found if isinstance(each, No)]
    if left and not taken:
        return No(422, "unreadable", f"No line can be read; {left[0]}")
    alerts = tuple(one for each in taken for one in each.alerts)
    sources = {each.source for each in taken if each.alerts}
    name = source or (sources.pop() if len(sources) == 1 else SOURCE)
    every = (*left, *(said for each in taken for said in each.left))
    more = sum(each.more for each in taken)
    empty = "" if alerts or every or more else "it holds no alert"
    return Taken(name, alerts, more=more, left=every, ignored=empty)
