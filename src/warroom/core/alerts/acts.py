"""What a person may do with alerts, decided on the inbox as it is. Pure: each act gives drafts or raises `Refused`."""

from collections.abc import Mapping

from ..commands import Draft, Stamp
from ..events import Body
from ..values import DAY, MINUTE, At, Ms, Refused
from . import facts as fa
from .inbox import Inbox, Line, Silence

LONGEST = 30 * DAY  # a silence that is longer is a rule that wants to be changed


def find(inbox: Inbox, text: str) -> Line:
    """The alert that this names: its identity, its key, or a part of rule, service or summary that no other has.

    Raises `Refused`, with the candidates where there are several.
    """
    wanted = text.strip()
    exact = [line for line in inbox.lines.values() if wanted in (line.id, line.alert.key)]
    part = wanted.casefold()
    found = exact or [line for line in inbox.lines.values() if part and part in _words(line)]
    firing = [line for line in found if line.alert.state == fa.FIRING]
    found = firing if len(found) > 1 and firing else found
    if not found:
        raise Refused(f"No alert here is called “{wanted[:60]}”. `warroom alerts list` shows what there is.")
    if len(found) > 1:
        names = "; ".join(f"{line.id} {line.alert.rule}" for line in found[:5])
        raise Refused(f"{len(found)} alerts answer to “{wanted[:60]}”: {names}. Say which by its key.")
    return found[0]


def _words(line: Line) -> str:
    alert = line.alert
    return f"{line.id} {alert.rule} {alert.service} {alert.summary}".casefold()


def dismiss(line: Line, reason: str, note: str, stamp: Stamp) -> list[Draft]:
    """It is noise: one of `facts.REASONS`, or nothing, which takes it back."""
    if reason and reason not in fa.REASONS:
        raise Refused(f"“{reason[:40]}” is no reason. It is one of: {', '.join(fa.REASONS)}.")
    if not reason and line.dismissed is None:
        raise Refused("It was not dismissed.")
    over = (line.dismissed.id,) if line.dismissed else ()
    return [_draft(fa.AlertDismissed(line.id, reason, note.strip()), stamp, over)]


def handle(line: Line, state: str, note: str, stamp: Stamp) -> list[Draft]:
    """Acknowledge or resolve it here; it is carried to where it came from."""
    if state not in (fa.ACKNOWLEDGED, fa.RESOLVED):
        raise Refused("An alert is acknowledged or resolved.")
    if line.alert.state == fa.RESOLVED:
        raise Refused("It has ended already, where it came from.")
    if line.handled is not None and line.handled.what == state:
        raise Refused(f"{line.handled.by} has {state} it already.")
    over = (line.handled.id,) if line.handled else ()
    return [_draft(fa.AlertHandled(line.id, state, note.strip()), stamp, over)]


def attach(line: Line, inc: str, title: str, opened: bool, stamp: Stamp) -> list[Draft]:
    """It belongs to this incident."""
    began = line.times[-1] if line.times else line.first
    if any(mark.what == inc and mark.at >= began for mark in line.attached):
        raise Refused("It is attached to that incident already.")
    return [_draft(fa.AlertAttached(line.id, inc, title, opened), stamp)]


def silence(labels: Mapping[str, str], until: Ms, why: str, stamp: Stamp, of: str = "") -> list[Draft]:
    """Alerts with all of these labels are quiet until then (UTC ms), and never for ever."""
    if not labels:
        raise Refused("Which alerts? A silence without labels would be one of everything.")
    if not why.strip():
        raise Refused("Why? Whoever meets this silence later has to understand it.")
    if not stamp.now + MINUTE <= until <= stamp.now + LONGEST:
        raise Refused("A silence lasts from one minute to 30 days. What is longer is a rule to be mended.")
    return [_draft(fa.AlertsSilenced(dict(labels), until, why.strip(), of), stamp)]


def unsilence(found: Silence | None, stamp: Stamp) -> list[Draft]:
    """End a silence before its time."""
    if found is None or found.ended is not None or found.until <= stamp.now:
        raise Refused("That silence has ended, or never was.")
    return [_draft(fa.SilenceEnded(found.id), stamp)]


def _draft(body: Body, stamp: Stamp, over: tuple[str, ...] = ()) -> Draft:
    return Draft(body, At(stamp.now), over)
