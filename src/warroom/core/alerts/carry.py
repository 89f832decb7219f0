"""What an act here owes the place where its alert came from, and how far that is. Pure: of the inbox, and of now.

Only what a person of the room did is carried, once to each source, and a delivery names the fact that it carries: what
comes in by a source is never an act, so that no echo can begin another delivery.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from hashlib import sha256
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ..events.delivery import ACCEPTED, DROPPED, FAILED, QUEUED, SENDING, SENT, UNKNOWN
from ..values import DAY, Ms
from .facts import ACKNOWLEDGE, ACKNOWLEDGED, FIRING, RESOLVE, RESOLVED, SILENCE, UNSILENCE, AlertCarried
from .inbox import Carried, Inbox, Line, Mark, Silence

LATE = DAY  # what was done longer ago is not carried any more
DIED = "the process that carried it ended before it knew; it may have arrived"
_ACT = {ACKNOWLEDGED: ACKNOWLEDGE, RESOLVED: RESOLVE}

Mine: TypeAlias = Callable[[str], bool]
"""Whether this process carries what was written on that replica."""


class Way(msgspec.Struct, frozen=True):
    """What a source can be told. `acts`: which of `ACTS`; `instead`: why none of the others, a sentence.

    `finds`: it can be asked whether it was told already. What it is told twice under one key counts once there.
    `closed`: why it cannot be told now, a sentence.
    """

    acts: tuple[str, ...]
    finds: bool = False
    instead: str = ""
    closed: str = ""


class Step(msgspec.Struct, frozen=True):
    """The next step of a delivery: `do` (send, look up, settle or nothing) after `fact` is on disk, where there is one.

    `over`: the fact that it replaces.
    """

    carried: AlertCarried
    do: str = ""
    writes: bool = True
    over: str = ""


def key_of(carried: AlertCarried) -> str:
    """The same for every try of a delivery, and of no other."""
    return sha256(f"{carried.cause}\0{carried.to}".encode()).hexdigest()[:24]


def steps(
    inbox: Inbox, ways: Mapping[str, Way], now: Ms, mine: Mine, own: str, busy: Container[tuple[str, str]] = ()
) -> list[Step]:
    """Everything that takes a step now. `own`: the replica of whoever asks; `busy`: what it has under way."""
    found = [_begin(each, ways[each.to]) for each in owed(inbox, ways, now, mine)]
    for key, carried in inbox.carried.items():
        if carried.rep == own and key not in busy:
            step = _step(carried, inbox, ways.get(carried.fact.to), now)
            if step is not None:
                found.append(step)
    return found


def wake(inbox: Inbox, own: str, busy: Container[tuple[str, str]] = ()) -> Ms | None:
    """When a delivery takes its next step if nothing happens before; None: never."""
    moments = [
        carried.fact.again or 0
        for key, carried in inbox.carried.items()
        if carried.rep == own and key not in busy and _open(carried.fact)
    ]
    return min(moments, default=None)


# ── what is owed ──


def owed(inbox: Inbox, ways: Mapping[str, Way], now: Ms, mine: Mine) -> Iterator[AlertCarried]:
    """The deliveries that were not begun yet, without a state."""
    for line in inbox.lines.values():
        mark = line.handled
        if mark is None or line.source not in ways or (mark.id, line.source) in inbox.carried:
            continue
        act = _ACT.get(mark.what, "")
        if act and _fresh(mark, now, mine) and not _so_there(line, act):
            yield AlertCarried(mark.id, line.source, act, "", line.id)
    for silence in inbox.silences.values():
        if silence.end is None:
            yield from _silencing(inbox, silence, ways, now, mine)
        else:
            yield from _ending(inbox, silence, silence.end, ways, now, mine)


def _fresh(mark: Mark, now: Ms, mine: Mine) -> bool:
    return mark.person and mine(mark.rep) and now - mark.at <= LATE


def _silencing(inbox: Inbox, silence: Silence, ways: Mapping[str, Way], now: Ms, mine: Mine) -> Iterator[AlertCarried]:
    mark = silence.begin
    if mark is None or not _fresh(mark, now, mine) or not silence.at <= now < silence.until:
        return
    for to in targets(inbox, silence, ways):
        if (silence.id, to) not in inbox.carried:
            yield AlertCarried(silence.id, to, SILENCE, "", silence.of)


def _ending(
    inbox: Inbox, silence: Silence, end: Mark, ways: Mapping[str, Way], now: Ms, mine: Mine
) -> Iterator[AlertCarried]:
    """Wherever it may have arrived, as long as it would hold there still."""
    if not _fresh(end, now, mine) or now >= silence.until:
        return
    for (cause, to), carried in inbox.carried.items():
        begun = cause == silence.id and carried.fact.act == SILENCE and carried.fact.attempt
        if begun and to in ways and carried.fact.state != SENDING and (end.id, to) not in inbox.carried:
            yield AlertCarried(end.id, to, UNSILENCE, "", silence.of)


def targets(inbox: Inbox, silence: Silence, ways: Mapping[str, Way]) -> list[str]:
    """Whom a silence concerns: the sources of alerts that have its labels; of none, all that can silence.

    Also where the alert that it began with came from, if silences mean nothing there: then the inbox says so.
    """
    line = inbox.lines.get(silence.of)
    deaf = [line.source] if line is not None and line.source in ways and SILENCE not in ways[line.source].acts else []
    can = [to for to, way in ways.items() if SILENCE in way.acts]
    if not can:
        return deaf
    told = {line.source for line in inbox.lines.values() if silence.covers(line.labels)}
    return deaf + ([to for to in can if to in told] if told else can)


def silence_of(inbox: Inbox, carried: AlertCarried) -> Silence | None:
    """The silence that a delivery begins or ends."""
    if carried.act == SILENCE:
        return inbox.silences.get(carried.cause)
    return next((s for s in inbox.silences.values() if s.end is not None and s.end.id == carried.cause), None)


# ── how it goes on ──


def _begin(begun: AlertCarried, way: Way) -> Step:
    if begun.act not in way.acts:
        return Step(replace(begun, state=DROPPED, why=way.instead))
    if way.closed:
        return Step(replace(begun, state=QUEUED, why=way.closed))
    return Step(replace(begun, state=SENDING, attempt=1), "send")


def _step(carried: Carried, inbox: Inbox, way: Way | None, now: Ms) -> Step | None:
    old = carried.fact
    if not _open(old):
        return None

    def to(state: str, why: str = "", again: Ms | None = None) -> Step:
        return Step(replace(old, state=state, why=why, again=again), over=carried.id)

    if old.state == SENDING:
        return to(UNKNOWN, DIED, now)
    if old.state in (UNKNOWN, ACCEPTED) and _came_back(old, inbox):
        return to(SENT)
    if why := over(old, inbox, now):
        # What may have arrived is not known to be dropped, and what was taken there is not asked after any more.
        return to(DROPPED, why) if old.state == QUEUED else to({ACCEPTED: SENT}.get(old.state, UNKNOWN), old.why)
    if (old.again or 0) > now:
        return None
    if way is None or old.act not in way.acts:
        return to(FAILED, f"intake.toml says no more how {old.to} is told")
    if way.closed:
        return to(QUEUED, way.closed) if old.state == QUEUED and old.why != way.closed else None
    if old.state == ACCEPTED:
        return Step(old, "settle", writes=False)
    if old.state == UNKNOWN and way.finds:
        return Step(old, "look up", writes=False)
    again = replace(old, state=SENDING, attempt=old.attempt + 1, again=None, why="")
    return Step(again, "send", over=carried.id)


def _open(carried: AlertCarried) -> bool:
    """Whether anything more becomes of it."""
    return carried.state in (SENDING, QUEUED, ACCEPTED) or (carried.state == UNKNOWN and carried.again is not None)


def over(carried: AlertCarried, inbox: Inbox, now: Ms) -> str:
    """Why it need not be told any more; empty while it has to be."""
    if carried.act in (SILENCE, UNSILENCE):
        silence = silence_of(inbox, carried)
        if silence is None or silence.until <= now:
            return "the silence is over by itself"
        return "the silence was ended here" if carried.act == SILENCE and silence.end is not None else ""
    line = inbox.lines.get(carried.of)
    if line is None or line.handled is None:
        return "it fires anew since then"
    if line.handled.id != carried.cause:
        return f"{line.handled.by} has {line.handled.what} it since then"
    return "it is so there already" if _so_there(line, carried.act) else ""


def _so_there(line: Line, act: str) -> bool:
    """Whether it stands there already as it would be told to."""
    return line.alert.state == RESOLVED or (act == ACKNOWLEDGE and line.alert.state != FIRING)


def _came_back(carried: AlertCarried, inbox: Inbox) -> bool:
    """Whether the source itself tells what it was told: then that has arrived."""
    line = inbox.lines.get(carried.of)
    ours = line is not None and line.handled is not None and line.handled.id == carried.cause
    return ours and carried.act in (ACKNOWLEDGE, RESOLVE) and line is not None and _so_there(line, carried.act)
