"""What is done about an alert, or about all of a group that wait: asked in one dialog, then done beside the screen.

Each act is decided once more on what is there under the lock; of several alerts those that it no longer fits are left.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...core import masking
from ...core.alerts import acts
from ...core.alerts.facts import ACKNOWLEDGED, REASONS, RESOLVED
from ...core.alerts.inbox import Inbox, Silence
from ...core.alerts.inbox import Line as AlertLine
from ...core.alerts.observed import title
from ...core.alerts.standing import BELONGS
from ...core.commands import Draft, Stamp
from ...core.duration import duration
from ...core.text import clean, clip
from ...core.values import Ms, Refused, plain_handle
from ...render import inbox as words
from ...render.times import moment
from ...room import StoreError
from ...room.alerts import InboxRoom
from ...room.alerts_attach import attach as attached
from ..declare import Declared, DeclareScreen
from ..overlays.ask import Ask
from .rows import Row, View, incidents

if TYPE_CHECKING:
    from .screen import AlertsScreen

Act = Callable[[AlertLine, Stamp], list[Draft]]
HAND = "hand"  # what a person or a script put here: nobody is told there
_SHOWN = 6  # incidents that are listed to choose from


def named(row: Row) -> str:
    """What an act is about, in words: `HighErrorRate on checkout`, with how many where they are several."""
    alert = row.lines[0].alert
    about = f" on {clean(alert.service)}" if alert.service else ""
    count = f" ({len(row.lines):,} alerts)" if len(row.lines) > 1 else ""
    return clip(f"{clean(alert.rule)}{about}", 60) + count


def each_of(names: Sequence[str], act: Act) -> Callable[[InboxRoom], list[object] | Refused | StoreError]:
    """The same act for all of these, in one write. Refused only where it fits none of them."""

    def drafts(inbox: Inbox, stamp: Stamp) -> list[Draft]:
        found: list[Draft] = []
        refused: Refused | None = None
        for name in names:
            try:
                found += act(acts.find(inbox, name), stamp)
            except Refused as no:
                refused = no
        if refused is not None and not found:
            raise refused
        return found

    return lambda room: room.do(drafts)  # type: ignore[return-value]  # what was written is only counted


# ── acknowledged, resolved, dismissed ──


def acknowledge(screen: "AlertsScreen", row: Row) -> None:
    _handle(screen, row, ACKNOWLEDGED, "Acknowledge", "Acknowledged")


def resolve(screen: "AlertsScreen", row: Row) -> None:
    _handle(screen, row, RESOLVED, "Resolve", "Resolved")


def _handle(screen: "AlertsScreen", row: Row, state: str, verb: str, said: str) -> None:
    sources = sorted({line.source for line in row.lines} - {HAND})
    note = f"{clean(', '.join(sources))} is told, where that can be told." if sources else ""
    names = [line.id for line in row.lines]

    def answered(words: str | None) -> None:
        if words is not None:
            words = masking.text(words).text
            screen.do(
                each_of(names, lambda line, stamp: acts.handle(line, state, words, stamp)), f"{said}: {named(row)}."
            )

    screen.ask(Ask(f"{verb} {named(row)}?", note, reason="a note, if you like", keys=_keys(verb.lower())), answered)


def _keys(verb: str) -> tuple[tuple[str, str], ...]:
    return (("↵", verb), ("esc", "back"))


def dismiss(screen: "AlertsScreen", row: Row) -> None:
    """Noise, and why: the digit or the beginning of a reason, and a note behind it."""
    names = [line.id for line in row.lines]

    def judge(typed: str) -> tuple[bool, str]:
        reason, note = reason_in(typed)
        if not reason:
            return False, "Which reason? Its digit or its first letters, and then a note if you like."
        return True, f"dismissed as {reason}{f': {note}' if note else ''}; it waits again when it fires again"

    def answered(typed: str | None) -> None:
        if typed is not None:
            reason, note = reason_in(masking.text(typed).text)
            act = each_of(names, lambda line, stamp: acts.dismiss(line, reason, note, stamp))
            screen.do(act, f"Dismissed as {reason}: {named(row)}. u takes it back.")

    note = "  ".join(f"{n} {each}" for n, each in enumerate(REASONS, 1))
    screen.ask(Ask(f"Dismiss {named(row)}?", note, reason="why", keys=_keys("dismiss"), judge=judge), answered)


def reason_in(typed: str) -> tuple[str, str]:
    """The reason that the text begins with, and the note behind it; none: an empty one."""
    first, _, note = typed.strip().partition(" ")
    if first.isdecimal() and first.isascii() and 1 <= int(first) <= len(REASONS):
        return REASONS[int(first) - 1], note.strip()
    said = typed.strip().casefold()
    for reason in REASONS:
        if said == reason or said.startswith((f"{reason} ", f"{reason}:")):
            return reason, typed.strip()[len(reason) :].lstrip(": ")
    word = first.casefold()
    hits = [each for each in REASONS if word and each.startswith(word)]
    return (hits[0], note.strip()) if len(hits) == 1 else ("", "")


# ── silenced ──


def silence(screen: "AlertsScreen", row: Row) -> None:
    """For how long, and why, on one line. A group is silenced by its rule and service, one alert by its labels."""
    view = screen.view
    labels, of = _labels(row)

    def judge(typed: str) -> tuple[bool, str]:
        try:
            span, why = _span(typed)
        except ValueError as wrong:
            return False, f"{str(wrong)[:1].upper()}{str(wrong)[1:]}."
        try:
            acts.silence(labels, view.now + span, why, Stamp(view.now, screen.me))
        except Refused as no:
            return False, str(no)
        return True, f"quiet until {moment(view.now + span, view.now, view.zone)}, then it waits again"

    def answered(typed: str | None) -> None:
        if typed is None:
            return
        span, why = _span(masking.text(typed).text)
        screen.do(
            lambda room: room.do(lambda _, stamp: acts.silence(labels, stamp.now + span, why, stamp, of)),
            f"Silenced: {named(row)}. u ends it.",
        )

    note = f"{words.labels(labels)}. 30 days at the most."
    ask = Ask(
        f"Silence {named(row)}?", note, reason="for how long, and why", text="2h ", keys=_keys("silence"), judge=judge
    )
    screen.ask(ask, answered)


def _labels(row: Row) -> tuple[dict[str, str], str]:
    if row.line is not None:
        return row.line.labels, row.line.id
    found = {"alertname": row.group.rule}
    return found | ({"service": row.group.service} if row.group.service else {}), row.lines[0].id


def _span(typed: str) -> tuple[Ms, str]:
    first, _, why = typed.strip().partition(" ")
    if not first:
        raise ValueError("for how long, as 30m, 2h or 3d, and why")
    return duration(first), why.strip()


def take_back(screen: "AlertsScreen", row: Row) -> None:
    """The silence that holds it ends, or its dismissal is taken back: both can be made again."""
    inbox, now = screen.view.seen.inbox, screen.view.now
    dismissed = [line.id for line in row.group.lines if line.dismissed and (row.line is None or line.id == row.id)]
    quiet: Silence | None = inbox.silenced(row.lines[0], now)
    if dismissed:
        act = each_of(dismissed, lambda line, stamp: acts.dismiss(line, "", "", stamp))
        screen.do(act, f"No longer dismissed: {named(row)}.")
    elif quiet is not None:
        name, said = quiet.id, words.labels(quiet.labels)
        screen.do(
            lambda room: room.do(lambda all, stamp: acts.unsilence(all.silences.get(name), stamp)),
            f"No longer silenced: {said}.",
        )
    else:
        screen.tell("It is neither dismissed nor silenced; there is nothing to take back.")


# ── incidents ──


def attach(screen: "AlertsScreen", row: Row) -> None:
    """To an open incident: what fits best stands there already."""
    view = screen.view
    found = incidents(view, row.lines[0])
    if not found:
        screen.tell("No incident is open that it could belong to; o opens one from it.")
        return
    handles = view.seen.handles

    def judge(typed: str) -> tuple[bool, str]:
        inc = chosen(typed, [inc for inc, _ in found], handles, dict(found))
        return bool(
            inc
        ), f"belongs to {words.handle_of(inc, handles)}" if inc else "Which one? Its number or its handle."

    def answered(typed: str | None) -> None:
        if typed is not None:
            inc = chosen(typed, [inc for inc, _ in found], handles, dict(found))
            screen.do(
                lambda room: _attached(screen, room, row, inc, view),
                f"{named(row)} belongs to {words.handle_of(inc, handles)}.",
            )

    shown = [f"{n}  {words.handle_of(inc, handles)}  {said}" for n, (inc, said) in enumerate(found[:_SHOWN], 1)]
    more = [f"… {len(found) - _SHOWN} more, by their handle"] if len(found) > _SHOWN else []
    best = words.handle_of(found[0][0], handles) if len(found) == 1 or ":" in found[0][1] else ""
    ask = Ask(
        f"To which incident does {named(row)} belong?",
        "\n".join([*shown, *more]),
        reason="incident",
        text=best,
        keys=_keys("attach"),
        judge=judge,
    )
    screen.ask(ask, answered)


def chosen(typed: str, found: Sequence[str], handles: words.Handles, titles: dict[str, str]) -> str:
    """The incident that was typed: its number, its handle, or a part of its title that no other has; else nothing."""
    said = typed.strip()
    if said.isdecimal() and said.isascii() and 1 <= int(said) <= min(len(found), _SHOWN):
        return found[int(said) - 1]
    plain = plain_handle(said)
    hits = [inc for inc in found if len(plain) >= 4 and inc.startswith(plain)]
    hits = hits or [inc for inc in found if said and said.casefold() in titles[inc].casefold()]
    return hits[0] if len(hits) == 1 else ""


def _attached(screen: "AlertsScreen", room: InboxRoom, row: Row, inc: str, view: View, opened: bool = False) -> object:
    path = view.seen.paths.get(inc, "")
    incident = screen.desk.open_loaded(path)
    with incident.log:
        return attached(room, [line.id for line in row.lines], incident, opened=opened)


def open_from(screen: "AlertsScreen", row: Row) -> None:
    """Declare an incident from it: title and service stand there already, the severity is asked."""
    line = row.lines[0]
    services = (line.alert.service,) if line.alert.service else ()

    def answered(outcome: Declared | None) -> None:
        if outcome is None or outcome.room is None:
            return
        room = outcome.room
        names = [each.id for each in row.lines]
        screen.opened(room, lambda inbox: attached(inbox, names, room, opened=True))

    screen.app.push_screen(DeclareScreen(masking.text(title(line)).text, services=services), answered)


def enter(screen: "AlertsScreen", row: Row) -> None:
    """Into the room of the incident that it belongs to."""
    stands = row.stands
    path = screen.view.seen.paths.get(stands.what, "") if stands is not None and stands.kind == BELONGS else ""
    if path:
        screen.go(path)
    else:
        screen.tell("It belongs to no open incident: i attaches it to one, o opens one from it.")
