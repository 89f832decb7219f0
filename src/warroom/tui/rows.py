"""From a fact to its row in the timeline: pure, without colours and without Textual, so that anything can show it.

A row is made when it is looked at, never for the whole timeline.
"""

import msgspec

from ..core import events as ev
from ..core.events import Event
from ..core.events.delivery import ARRIVED, QUEUED, UNKNOWN
from ..core.evidence import named
from ..core.incident import Conflict, Incident
from ..core.text import clean
from ..core.values import MINUTE, SECOND, At
from . import glyphs as g

LATE = 2 * MINUTE  # recorded this long after it happened, a fact's seconds are not known so exactly

_SCREEN = 16_384  # letters; no screen holds more, and what is cut is cut anyway

LOUD, QUIET = "loud", "quiet"


class Row(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One row. `tone` is a colour's name, `weight` loud, quiet or neither; `rule`: it goes across the timeline.

    `sign` and `stands`: how the fact stands to the server, where there is one, in one letter and in words.
    """

    id: str
    at: At
    seconds: bool
    glyph: str
    word: str
    short: str
    text: str
    by: str
    tone: str = ""
    weight: str = ""
    rule: bool = False
    struck: bool = False
    note: str = ""
    sign: str = ""
    sign_tone: str = ""
    stands: str = ""
    stands_tone: str = ""


class _Look(msgspec.Struct, frozen=True):
    glyph: str
    word: str
    short: str
    tone: str = ""
    weight: str = ""


_LOOKS = {
    "declared": _Look(g.DECLARED, "declared", "DECL", "red", LOUD),
    "title": _Look(g.NOTE, "title", "TITL", "", LOUD),
    "severity": _Look(g.SEVERITY, "severity", "SEV", "amber", LOUD),
    "phase": _Look(g.NEXT, "phase", "PHAS", "muted"),
    "mark": _Look(g.MARK, "milestone", "MARK", "sky"),
    "impact": _Look(g.IMPACT, "impact", "IMPT", "red", LOUD),
    "service": _Look(g.IMPACT, "service", "SERV", "amber"),
    "bridge": _Look(g.NOTE, "bridge", "BRDG", "muted"),
    "link": _Look(g.NEXT, "link", "LINK", "sky"),
    "note": _Look(g.NOTE, "note", "NOTE", "muted"),
    "observed": _Look(g.OBSERVED, "observed", "OBS", "sky"),
    "hypothesis": _Look("?", "hypothesis", "HYP"),
    "supported": _Look(g.DONE, "supported", "SUPP", "green"),
    "ruled out": _Look(g.RULED_OUT, "ruled out", "OUT", "muted"),
    "report": _Look(g.OBSERVED, "report", "CAN", "sky"),
    "decision": _Look(g.DECISION, "decision", "DEC", "amber", LOUD),
    "action": _Look(g.ACTION, "action", "ACT", "green"),
    "followup": _Look("+", "follow-up", "FLUP", "sky"),
    "question": _Look("?", "question", "QUES", "sky"),
    "answer": _Look(g.ENTER, "answer", "ANSW", "sky"),
    "fixed": _Look(g.NOTE, "fixed", "FIX", "muted", QUIET),
    "undo": _Look(g.BACK, "taken back", "UNDO", "muted", QUIET),
    "redact": _Look(g.REDACTED, "redaction", "REDA", "muted", QUIET),
    "redacted": _Look(g.REDACTED, "redacted", "REDA", "muted", QUIET),
    "role": _Look(g.ROLE, "role", "ROLE", "muted"),
    "attached": _Look(g.NOTE, "in force", "SET", "muted", QUIET),
    "step": _Look(g.DONE, "step", "STEP", "green"),
    "task": _Look(g.ACTION, "task", "TASK", "green"),
    "poll": _Look("!", "poll", "POLL", "amber"),
    "draft": _Look(g.UPDATE, "draft", "DRFT", "muted", QUIET),
    "approved": _Look(g.DONE, "approved", "APPR", "green"),
    "update": _Look(g.UPDATE, "update", "UPD"),
    "prompt": _Look(g.ROLE, "deputy", "DPTY", "muted", QUIET),
    "also": _Look(g.NOTE, "also", "ALSO", "muted"),
    "acked": _Look(g.DONE, "acked", "ACK", "green"),
    "no answer": _Look(g.FAILED, "no answer", "NOAN", "amber"),
    "escalate": _Look(g.ESCALATED, "escalated", "ESC", "amber"),
    "snooze": _Look(g.SNOOZED, "snoozed", "SNZE", "amber"),
    "called off": _Look(g.CALLED_OFF, "called off", "OFF", "amber"),
    "paged": _Look(g.PAGED, "paged", "PAGE", "muted", QUIET),
    "not sent": _Look(g.FAILED, "NOT SENT", "FAIL", "red", LOUD),
    "skipped": _Look(g.RULED_OUT, "skipped", "SKIP", "amber"),
    "sent": _Look(g.PAGED, "told", "TOLD", "muted", QUIET),
    "pager": _Look(g.PAGER, "pager", "PAGR", "muted", QUIET),
    "clock": _Look(g.CLOCK, "clock", "CLCK", "amber"),
    "newer": _Look("?", "newer", "NEW", "muted", QUIET),
}
KINDS = tuple(_LOOKS)  # what a timeline can be filtered by
_STEPS = {"skipped": (g.RULED_OUT, "muted"), "todo": (g.OPEN, "muted")}


def word(kind: str) -> str:
    """The kind's name in the timeline."""
    look = _LOOKS.get(kind)
    return look.word if look else clean(kind)[:10]


def kind_of(state: Incident, event: Event) -> str:
    """The kind that this fact is shown as: what a correction says, and `redacted` once it is."""
    if event.id in state.redacted:
        return "redacted"
    fixed = state.correction(event.id)
    return fixed.kind_ if fixed and fixed.kind_ else event.body.kind


def speaker(state: Incident, event: Event) -> str:
    """Who said or did it; where nobody is named, who wrote it down."""
    body, fixed = event.body, state.correction(event.id)
    who = body.who if isinstance(body, ev.Logged) else ""
    if fixed and fixed.who is not None:
        who = fixed.who
    return who or event.by.name


def text_of(state: Incident, event: Event) -> str:
    """The fact's sentence as it stands now, as it was written: clean it before it is shown."""
    if event.id in state.redacted:
        return "redacted"
    fixed = state.correction(event.id)
    return fixed.text_ if fixed and fixed.text_ is not None else event.body.text()


def row(state: Incident, event: Event) -> Row:
    """The row of one fact as `state` has it."""
    kind = kind_of(state, event)
    body = event.body
    look = _LOOKS.get(kind) or _Look(g.NOTE, clean(kind)[:10], clean(kind)[:4].upper(), "muted")
    glyph, tone = look.glyph, look.tone
    weight = look.weight
    if isinstance(body, ev.DeliveryChanged) and _in_doubt(body):
        tone, weight = "amber", ""
    elif isinstance(body, ev.PagerHeld) and not body.token and state.open:
        tone, weight = "amber", ""  # that nobody pages is news only while somebody may have to be
    elif isinstance(body, ev.StepChanged):
        glyph, tone = _STEPS.get(body.state, (glyph, tone))
    elif isinstance(body, ev.SeverityChanged) and body.severity == "SEV1":
        tone = "red"
    at = state.when(event)
    struck = event.id in state.retracted and kind != "redacted"
    text = clean(text_of(state, event)[:_SCREEN], lines=True).strip("\n")
    if kind == "draft":
        text = text.partition("\n")[0]  # whole it is on its sheet, and once more where it is posted
    return Row(
        id=event.id,
        at=at,
        seconds=_knows_seconds(event, at),
        glyph=glyph,
        word=look.word,
        short=look.short,
        text=text + (" · fixed" if state.correction(event.id) and kind != "redacted" else "") + _proof(state, event),
        by="" if kind == "redacted" else clean(speaker(state, event)),
        tone="muted" if struck else tone,
        weight=QUIET if struck else weight,
        rule=isinstance(body, ev.PhaseChanged) and not struck,
        struck=struck,
        note=_note(state, event),
    )


def _proof(state: Incident, event: Event) -> str:
    """What proves this entry."""
    proof = clean(named(state, event.id))
    return f" · {proof}" if proof else ""


def _in_doubt(body: ev.DeliveryChanged) -> bool:
    """Whether it is not certain that it arrived, and arrived once."""
    return body.state in (QUEUED, UNKNOWN) or (body.twice and body.state in ARRIVED)


def _knows_seconds(event: Event, at: At) -> bool:
    # Written as it happened, or with its seconds; `-3m` carries the milliseconds of its writing.
    return event.rec - at.t < LATE or (at.t % MINUTE != 0 and at.t % SECOND == 0)


def _note(state: Incident, event: Event) -> str:
    """Who else set the same value at the same time."""
    body = event.body
    if not isinstance(body, ev.Value):
        return ""
    values = state.visible(body.key())
    if len(values) < 2 or values[-1].id != event.id:
        return ""
    others = [
        f"{clean(value(e.body))} by {clean(e.by.name)}"
        for e in values[:-1]
        if isinstance(e.body, ev.Value) and e.body.says() != body.says()
    ]
    return f"also set to {', '.join(others)}" if others else ""


def value(body: ev.Value) -> str:
    """What was set, in as few words as tell it from another."""
    said = body.says()
    return said if isinstance(said, str) else body.text()


def about(conflict: Conflict) -> str:
    """What was set twice, in words: `severity`, `role commander`."""
    return clean(" ".join((word(conflict.shown.body.kind), *conflict.key[1:2])))
