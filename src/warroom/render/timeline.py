"""The timeline as data and as lines. Corrections stand in their entry's place; what was taken back says so."""

from collections.abc import Iterable, Iterator

import msgspec

from ..core import evidence
from ..core.events import DeliveryChanged, Event, Logged, hidden
from ..core.incident import Incident
from ..core.text import clean, clip, width, wrap
from ..core.zone import Zone, utc
from .paint import PLAIN, Paint
from .times import clock_of, day, iso

_KIND = 11
_WIDE = 100  # from this on there is room for longer names
_LOUD = ("declared", "severity", "phase", "impact", "decision")


def kind_of(state: Incident, event: Event) -> str:
    """The kind that this fact is shown as: what a correction says, and `redacted` once it is."""
    if event.id in state.redacted:
        return "redacted"
    fixed = state.correction(event.id)
    return fixed.kind_ if fixed and fixed.kind_ else event.body.kind


def text_of(state: Incident, event: Event) -> str:
    """The fact's sentence as it stands now, as it was written: clean it before it is shown."""
    if event.id in state.redacted:
        return "redacted"
    fixed = state.correction(event.id)
    return fixed.text_ if fixed and fixed.text_ is not None else event.body.text()


def who_of(state: Incident, event: Event) -> str:
    """The person whom the fact is about: who said or did it, was called, or has the role; empty if nobody is named."""
    if event.id in state.redacted:
        return ""
    fixed = state.correction(event.id)
    if fixed and fixed.who is not None:
        return fixed.who
    who = getattr(event.body, "who", "")
    return who if isinstance(who, str) else ""


def outdated(state: Incident, event: Event) -> bool:
    """Whether people are not shown this: an earlier state of a delivery that has moved on, or a drill's machinery."""
    body = event.body
    if isinstance(body, DeliveryChanged):
        return body.echoes or state.visible(body.key())[-1:] != (event,)
    return hidden(body)


def as_data(state: Incident, event: Event) -> dict[str, object]:
    """One fact as `timeline --json` has it. `to` and `retracted` are there only where they say something."""
    at = state.when(event)
    row: dict[str, object] = {
        "id": event.id,
        "at": iso(at.t),
        "approx": at.approx,
        "rec": iso(event.rec),
        "by": None if event.id in state.redacted else event.by.name or None,
        "who": who_of(state, event) or None,
        "kind": kind_of(state, event),
        "text": text_of(state, event),
    }
    if at.to is not None:
        row["to"] = iso(at.to)
    if event.id in state.retracted:
        row["retracted"] = True
    if proofs := state.proofs(event.id):
        row["evidence"] = [
            {"link": proof.link} if proof.link else {"name": proof.name, "size": proof.size, "sha256": proof.sha}
            for proof in proofs
        ]
    return row


class Look(msgspec.Struct, frozen=True):
    """How lines are laid out: the zone of the times, colours, the terminal's cells; 0: one line each, however long."""

    zone: Zone = utc
    width: int = 0
    paint: Paint = PLAIN


def lines(state: Incident, event: Event, look: Look) -> list[str]:
    """One fact as a line, wrapped under itself where it is longer than the terminal is wide."""
    at = state.when(event)
    time = clock_of(at, look.zone, seconds=True)
    kind = clean(kind_of(state, event))
    said_by = who_of(state, event) if isinstance(event.body, Logged) else ""
    who = clean(said_by or ("" if event.id in state.redacted else event.by.name))
    narrow = 0 < look.width < _WIDE
    head = f"{time if at.approx else ' ' + time}  {_cell(kind, _KIND)}  {_cell(who, 8 if narrow else 12)}  "
    text = clean(text_of(state, event).strip("\n"), lines=bool(look.width))
    notes = [
        note
        for note, holds in (
            ("fixed", state.correction(event.id) and event.id not in state.redacted),
            ("taken back", event.id in state.retracted),
        )
        if holds
    ]
    if notes:
        text += f" ({', '.join(notes)})"
    if proof := clean(evidence.named(state, event.id)):
        text += f" [{proof}]"
    first, *rest = wrap(text, max(20, look.width - width(head))) if look.width else [text]
    paint = look.paint
    loud = paint.bold if kind in _LOUD and not notes else str
    indent = " " * width(head)
    return [paint.dim(head) + loud(first), *(indent + loud(line) for line in rest)]


def _cell(text: str, cells: int) -> str:
    text = clip(text, cells)
    return text + " " * (cells - width(text))


def text(state: Incident, events: Iterable[Event], look: Look) -> Iterator[str]:
    """These facts as lines, with a line for every new day."""
    today = ""
    for event in events:
        if outdated(state, event):
            continue
        t = state.when(event).t
        this = day(t, look.zone)
        if this != today:
            today = this
            yield look.paint.bold(f"── {this} {look.zone(t)[1]}")
        yield from lines(state, event, look)
