"""An incident as a file: its timeline as JSON, JSON lines or CSV, or its facts whole as a log.

Characters that could command a terminal are escaped where the format can (JSON), else replaced by visible ones.
"""

import csv
import io
from collections.abc import Iterable

import msgspec

from ..core import events as ev
from ..core.events import Event
from ..core.evidence import named
from ..core.incident import Incident
from ..core.text import clean
from ..render.timeline import kind_of, text_of, who_of
from ..render.times import iso_short
from .records import guarded

Row = dict[str, object]

_HIDDEN = (ev.Amended, ev.Retracted, ev.FactRedacted)  # what they say stands in the facts that they are about


def safe_json(value: object) -> str:
    """`value` as JSON on one line, with everything escaped that could command a terminal."""
    return escaped(msgspec.json.encode(value).decode())


def escaped(json: str) -> str:
    """The same JSON with \\u for every character that must not reach a terminal; it says exactly the same."""
    if json.isprintable():
        return json
    unsafe = {ord(char): _escape(char) for char in set(json) if char != "\n" and clean(char) != char}
    return json.translate(unsafe) if unsafe else json


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _head(state: Incident, redactions: Iterable[str] = ()) -> Row:
    """What import reads of the incident itself; `redactions` are told beside it."""
    head: Row = {"title": state.title}
    if state.declared and state.declared.source:
        head["source"] = state.declared.source
    head["severity"] = state.severity
    if state.drill:
        head["drill"] = True
    if told := list(redactions):
        head["redactions"] = told
    return head


def _shown(state: Incident) -> Iterable[Event]:
    """The timeline with corrections in their entry's place and without what was taken back."""
    imported = bool(state.declared and state.declared.source)
    ends = {state.when(e).t for e in state.facts if isinstance(e.body, ev.Logged) and e.body.kind_ == "phase"}
    for event in state.timeline:
        body = event.body
        if event.id in state.retracted or isinstance(body, _HIDDEN) or ev.hidden(body):
            continue
        # An import writes these two itself: the timeline that it came from has them as title and resolution.
        if imported and (event is state.declaration or (isinstance(body, ev.PhaseChanged) and event.at.t in ends)):
            continue
        yield event


def _event(state: Incident, event: Event) -> Row:
    at, text, kind = state.when(event), text_of(state, event), kind_of(state, event)
    body = event.body
    if isinstance(body, ev.Logged) and body.word and kind == body.kind_:
        kind = body.word
    elif isinstance(body, ev.PhaseChanged) and body.phase == "resolved" and kind != "redacted":
        kind = "resolution"
    row: Row = {"at": iso_short(at.t), "text": "~ " + text if at.approx else text, "kind": kind}
    if at.to is not None:
        row["to"] = iso_short(at.to)
    if who := who_of(state, event):
        row["who"] = who
    if proof := named(state, event.id):
        row["evidence"] = proof
    if not at.approx and text.startswith("~"):
        row["approx"] = False
    return row


def as_json(state: Incident, redactions: Iterable[str] = ()) -> str:
    """The timeline as one JSON object, in the form that import reads."""
    fields = [f" {safe_json(name)}: {safe_json(value)}" for name, value in _head(state, redactions).items()]
    events = ",\n".join("  " + safe_json(_event(state, event)) for event in _shown(state))
    return "{\n" + ",\n".join([*fields, f' "events": [\n{events}\n ]']) + "\n}\n"


def as_lines(state: Incident, redactions: Iterable[str] = ()) -> str:
    """The same as JSON lines: the incident's own line, then an event each."""
    rows = [_head(state, redactions), *(_event(state, event) for event in _shown(state))]
    return "".join(safe_json(row) + "\n" for row in rows)


def as_csv(state: Incident) -> str:
    """CSV with a header. A cell that a spreadsheet would take for a formula has a ' before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    drill = ("drill",) if state.drill else ()  # no row of it must become a real incident
    writer.writerow(("at", "to", "kind", "who", "text", *drill))
    for event in _shown(state):
        row = _event(state, event)
        cells = (row["at"], row.get("to", ""), row["kind"], row.get("who", ""), row["text"], *drill)
        writer.writerow([clean(guarded(str(cell)), lines=True) for cell in cells])
    return out.getvalue()


def as_log(rows: Iterable[tuple[bytes, str]]) -> str:
    """Every fact with its hash, whole; what was redacted is a tombstone already."""
    return "".join(escaped(f'{{"e":{data.decode()},"h":"{hash}"}}') + "\n" for data, hash in rows)
