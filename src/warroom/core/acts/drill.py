"""What moves a drill: its clock, its injects, the answers of its world, the game master's hand, the report's points."""

from typing import ClassVar

import msgspec

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..drill import clock
from ..incident import Incident
from ..values import MINUTE, At, Ms, Refused
from .practice import AttendBridge
from .work import FinishTask

_LONGEST = 4 * 60 * MINUTE


class _OfDrill(Command, frozen=True, kw_only=True):
    """Base of them: refused where no drill is played."""

    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if clock.scenario(state) is None:
            raise Refused("This is no drill; nothing of the kind is played here.")
        return self.of_drill(state, stamp)

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        raise TypeError(f"{type(self).__name__} says nothing")


def _playing(state: Incident) -> None:
    if over := clock.ended(state):
        raise Refused(f"{over.body.text()[:1].upper()}{over.body.text()[1:]}. `/drill report` shows how it went.")


# ── the clock ──


class SetClock(_OfDrill, frozen=True, kw_only=True):
    """Pause (speed 0), go on, or run at another speed (percent). `to`: from that drill time on; None: from now.

    Time is never turned back behind what has happened. `wall` is what the wall's clock shows (UTC ms).
    """

    speed: int
    wall: Ms
    to: Ms | None = None
    why: str = ""
    quiet: bool = False

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        if not 0 <= self.speed <= clock.FASTEST:
            raise Refused(f"A drill runs at up to {clock.FASTEST // 100} times real time.")
        if self.speed == clock.speed(state) and self.to is None:
            raise Refused("It is paused already." if not self.speed else "It runs like that already.")
        to = stamp.now if self.to is None else max(self.to, state.facts[-1].rec)
        body = ev.DrillClock(self.speed, self.wall, self.why.strip(), self.quiet)
        return [Draft(body, At(to), state.over(body.key()))]


class EndDrill(_OfDrill, frozen=True, kw_only=True):
    """It is over: nothing more happens in it, and nothing more is held against anybody."""

    why: str
    wall: Ms = 0

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        stop = ev.DrillClock(0, self.wall or stamp.now, "it is over", quiet=True)
        end = self.draft(state, stamp, ev.DrillEnded(self.why))
        return [end, Draft(stop, At(stamp.now), state.over(stop.key()))]


class MarkScript(_OfDrill, frozen=True, kw_only=True):
    """A line of the script was done, or why it was not possible."""

    line: int
    refused: str = ""

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        return [self.draft(state, stamp, ev.DrillScripted(self.line, self.refused))]


# ── what happens in its world ──


_ALERTS = ("alert", "noise", "threshold")
_SEEN = ("observation", "contradiction", "change")


class FireInject(_OfDrill, frozen=True, kw_only=True):
    """An inject happens, with all that the room sees of it; or it is passed over. `key`: under which it is noted.

    `lines`: which of its lines come now, where it has some.
    """

    inject: ev.Inject
    key: str = ""
    dropped: str = ""
    lines: tuple[ev.ScenarioLine, ...] = ()

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        body = ev.DrillInjected(self.key or self.inject.id, self.dropped)
        if state.value(body.key()) is not None:
            raise Refused("That has happened already.")
        noted = self.draft(state, stamp, body)
        return [noted] if self.dropped else [noted, *self._seen(state, stamp)]

    def _seen(self, state: Incident, stamp: Stamp) -> list[Draft]:
        each, now = self.inject, At(stamp.now)
        if each.kind in _ALERTS:
            return [Draft(ev.Logged(text_=each.text, kind_="observed"), now)]
        if each.kind in _SEEN:
            return [Draft(ev.Logged(text_=each.text, kind_="observed", who=stamp.by.name), now)]
        if each.kind == "questions":
            return [Draft(ev.QuestionAsked(line.text, line.who), now) for line in self.lines]
        if each.kind == "report":
            return [Draft(ev.QuestionAsked(each.text, stamp.by.name, report=True, users=each.users), now)]
        if each.kind in ("relief", "unavailable"):
            here = each.kind == "relief"
            attends = ev.BridgeAttended(stamp.by.name, here)
            if state.attendance.get(stamp.by.name, False) != here:
                return [Draft(attends, now, state.over(attends.key()))]
        return []


class Reveal(_OfDrill, frozen=True, kw_only=True):
    """After “what would you do now?”: what they did, at the time."""

    inject: ev.Inject

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        body = ev.DrillInjected(f"did:{self.inject.id}")
        if state.value(body.key()) is not None:
            raise Refused("That was said already.")
        told = ev.Logged(text_=f"They, at the time: {self.inject.text}", kind_="note")
        return [self.draft(state, stamp, body), Draft(told, At(stamp.now))]


class Reply(_OfDrill, frozen=True, kw_only=True):
    """Somebody of the world comes back to a task, or just says something; `key` notes that they did."""

    key: str
    says: str
    task: str = ""
    done: bool = True
    flags: tuple[str, ...] = ()

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        body = ev.DrillInjected(self.key, flags=self.flags)
        if state.value(body.key()) is not None:
            raise Refused("That was answered already.")
        if self.task and self.done:
            said = FinishTask(task=self.task, result=self.says).drafts(state, stamp)
        else:
            said = [Draft(ev.Logged(text_=self.says, kind_="observed", who=stamp.by.name), At(stamp.now))]
        return [self.draft(state, stamp, body), *said]


class ObjectTo(_OfDrill, frozen=True, kw_only=True):
    """Somebody of the world has a strong objection to the proposal with this fact id."""

    key: str
    poll: str
    says: str
    flags: tuple[str, ...] = ()

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        body = ev.DrillInjected(self.key, flags=self.flags)
        if state.value(body.key()) is not None:
            raise Refused("That was said already.")
        objection = ev.ObjectionRaised(self.poll, stamp.by.name, self.says)
        return [self.draft(state, stamp, body), Draft(objection, At(stamp.now))]


class Arrive(AttendBridge, frozen=True, kw_only=True):
    """Whoever was called comes to the bridge."""


# ── the game master ──


class ChangeInject(_OfDrill, frozen=True, kw_only=True):
    """The game master fires, delays, rewords, cancels or adds an inject. `due` is drill time (UTC ms)."""

    inject: str
    due: Ms | None = None
    words: str | None = None
    cancelled: bool = False
    added: ev.Inject | None = None

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        _playing(state)
        from ..drill.inject_words import misfit
        from ..drill.world import injects

        known = {each.id: each for each in injects(state)}
        old = state.value((ev.DrillChanged.type, self.inject))
        if self.added is not None and (self.inject in known or old is not None):
            raise Refused(f"“{self.inject}” is an inject of this drill already.")
        if isinstance(old, ev.DrillChanged) and old.cancelled:
            raise Refused(f"“{self.inject}” was cancelled; another one can be added in its place.")
        if self.added is None and self.inject not in known:
            raise Refused(f"There is no inject “{self.inject}” in this drill.")
        if state.value((ev.DrillInjected.type, self.inject)) is not None:
            raise Refused(f"“{self.inject}” has happened already; what was seen is seen.")
        if self.words is not None and self.inject in known and (why := misfit(known[self.inject], self.words)):
            raise Refused(why)
        if self.due is not None and self.due > stamp.now + _LONGEST:
            raise Refused("That is more than four hours ahead; no drill is that long.")
        body = ev.DrillChanged(self.inject, self.due, self.words, self.cancelled, self.added)
        if isinstance(old, ev.DrillChanged):
            body = msgspec.structs.replace(
                body,
                due=old.due if self.due is None else self.due,
                words=old.words if self.words is None else self.words,
                added=old.added,
            )
        if not (self.cancelled or self.added or self.due is not None or (self.words or "").strip()):
            raise Refused("What is to change? When it comes, its words, or that it does not come.")
        return [self.draft(state, stamp, body)]


class Observe(_OfDrill, frozen=True, kw_only=True):
    """The game master notes something for the debrief."""

    what: str
    about: str = ""

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.what.strip():
            raise Refused("What did you notice? A few words, for the conversation afterwards.")
        return [self.draft(state, stamp, ev.DrillObserved(self.what.strip(), self.about))]


# ── the report ──


class Contest(_OfDrill, frozen=True, kw_only=True):
    """A point of the report is held for wrong, with a reason."""

    point: str
    why: str

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if clock.ended(state) is None:
            raise Refused("The drill is still running; its report comes when it is over.")
        if not self.why.strip():
            raise Refused("What is wrong with it? A few words: what was so, and where it is to be seen.")
        return [self.draft(state, stamp, ev.PointContested(self.point, self.why.strip(), stamp.by.name))]


class Share(_OfDrill, frozen=True, kw_only=True):
    """Whoever practised lets others see the report, or no longer does."""

    shared: bool = True

    def of_drill(self, state: Incident, stamp: Stamp) -> list[Draft]:
        started = state.value((ev.DrillStarted.type,))
        who = started.who if isinstance(started, ev.DrillStarted) else ""
        if who and who.casefold() != stamp.by.name.casefold():
            raise Refused(f"The report is {who}'s; only they can share it.")
        return [self.draft(state, stamp, ev.DrillShared(self.shared))]
