"""What people do about the escalation: acknowledge, decline, no answer, escalate, jump, snooze, call off.

Each is asked for with its reason, and each is a fact (target/goalert#3549, grafana/oncall#1701).
"""

from typing import ClassVar

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..events import Target
from ..incident import Incident
from ..notices import person
from ..run import Call, Run, advance, called_at, is_called, people, said_by, target_of
from ..triggers import coming
from ..updates import overdue
from ..values import HOUR, MINUTE, Ms, Refused

MAX_SNOOZE = 4 * HOUR


def _running(state: Incident, stamp: Stamp, topic: str = "") -> Run:
    run = state.specialists.get(topic) if topic else state.run
    if run is None:
        raise Refused(
            f"No page for “{topic}” is open."
            if topic
            else "No escalation policy is in force here; there is nobody to page."
        )
    run = advance(run, stamp.now)
    if run.stopped:
        raise Refused(f"The incident is {state.phase}; its escalation has stopped.")
    return run


def _counting(state: Incident, stamp: Stamp, topic: str = "") -> Run:
    """The run, where it was not called off."""
    run = _running(state, stamp, topic)
    if run.off:
        raise Refused("It was called off; nobody is being called. `/escalate` calls somebody again.")
    return run


def whose(state: Incident, who: str, now: Ms) -> tuple[str, int, int]:
    """The topic, level and backup under which `who` is called; ("", 0, 0) where they are not.

    The page that is open wins: first the hierarchy's current call, then the specialists', then any level.
    """
    for topic, run in state.runs.items():
        run = advance(run, now)
        call = run.current
        if call and not run.ack and any(is_called(t, who) for t in called_at(run, call)):
            return topic, call.level, call.backup
    for topic, run in state.runs.items():
        for call in reversed(advance(run, now).called):
            if any(is_called(t, who) for t in called_at(run, call)):
                return topic, call.level, call.backup
    run_ = state.run
    for n, level in enumerate(run_.policy.levels if run_ else (), 1):
        if any(is_called(t, who) for t in (*level.notify, *level.backup)):
            return "", n, 0
    return "", 0, 0


class Acknowledge(Command, frozen=True, kw_only=True):
    """Somebody has it: every timer of the page stops. `who` is by default the one who asks."""

    who: str = ""
    why: str = ""
    topic: str = ""
    via: str = ""  # the channel on whose far side they did it
    level: int = 0

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        who = " ".join(self.who.split()) or stamp.by.name
        if not who:
            raise Refused("Who has it? `/ack ana`.")
        topic, level, _ = (self.topic, self.level, 0) if self.via else whose(state, who, stamp.now)
        topic = self.topic or topic
        run = _counting(state, stamp, topic)
        if run.ack and run.ack.who == who:
            raise Refused(f"{who} has acknowledged already.")
        call = run.current or run.next
        if topic or not level:
            level = call.level if call else 0
        return [self.draft(state, stamp, ev.Acknowledged(who, level, self.why, topic, self.via))]


class ReportNoAnswer(Command, frozen=True, kw_only=True):
    """The one who is being called does not answer, or declines: on to the backup at once, then the next level.

    `tried`: how they were tried. `who`: by default whoever is called now; somebody who declines may say so themselves.
    """

    why: str = ""
    declined: bool = False
    tried: str = ""
    who: str = ""
    topic: str = ""
    via: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        asked = " ".join(self.who.split())
        topic = self.topic or (whose(state, asked, stamp.now)[0] if asked else "")
        run = _counting(state, stamp, topic)
        if run.ack:
            if asked and is_called(Target("", run.ack.who), asked):
                raise Refused(
                    f"{run.ack.who} has acknowledged; `/undo` takes that back, `/escalate` calls the next level."
                )
            raise Refused(f"{run.ack.who} has acknowledged; nobody is being called. `/escalate` calls the next level.")
        call = run.current
        if call is None:
            raise Refused("Nobody has been called yet.")
        target = target_of(run.policy.levels[call.level - 1], call.backup)
        called = called_at(run, call)
        left = [t for t in called if said_by(run, call, t) is None]
        if called and not left:
            raise Refused("That is noted already, and nobody is left to call. Ring by hand.")
        if asked:
            target = next((t for t in called if is_called(t, asked)), None)
            if target is None:
                names = ", ".join(t.name for t in called) or "nobody"
                raise Refused(f"{asked} is not the one who is called now; that is {names}.")
            if target not in left:
                raise Refused(f"That of {target.name} is noted already.")
        elif left:
            target = left[0]
        who = target.name if target else ""
        body = ev.NoAnswer(who, call.level, call.backup, self.declined, self.why, topic, self.tried, self.via)
        return [self.draft(state, stamp, body)]


class Escalate(Command, frozen=True, kw_only=True):
    """Call the next level now, or jump to a chosen one (target/goalert#3085)."""

    level: int | None = None
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _running(state, stamp)
        levels = run.policy.levels
        if self.level is not None and not 1 <= self.level <= len(levels):
            raise Refused(f"The policy has levels 1 to {len(levels)}; there is no level {self.level}.")
        at = run.ack.call.level if run.ack else run.current.level if run.current else 0
        level = self.level or next((n for n in range(at + 1, len(levels) + 1) if people(levels[n - 1])), 0)
        if not level:
            last = run.policy.fallback
            raise Refused(
                "That was the last level; nobody is left to call." + (f" {last}" if last else " Ring by hand.")
            )
        return [self.draft(state, stamp, ev.Escalated(level, _who(run, level, stamp.now), self.why))]


def _who(run: Run, level: int, now: Ms) -> str:
    called = called_at(run, Call(level, now))
    if not called:
        raise Refused(f"Level {level} has nobody in it; choose another.")
    return called[0].name


class CallSpecialist(Command, frozen=True, kw_only=True):
    """Page whoever knows a topic, beside the hierarchy. A beginning of the topic's name will do."""

    topic: str
    why: str = ""
    trigger: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _running(state, stamp)
        known = {each.topic: each for each in run.policy.specialists}
        wanted = " ".join(self.topic.split()).casefold()
        hits = [t for t in known if t.casefold() == wanted] or [t for t in known if t.casefold().startswith(wanted)]
        if not wanted or len(hits) != 1:
            names = ", ".join(known) or "none; the policy names no specialists"
            raise Refused(f"“{self.topic}” is no topic with a specialist. Known: {names}.")
        each = known[hits[0]]
        open_ = state.specialists.get(each.topic)
        if (
            open_
            and not (open_.stopped or open_.off)
            and (now := advance(open_, stamp.now)).current
            and not now.ack
            and now.next
        ):
            raise Refused(f"{each.topic} is being called already; `/noanswer` moves on to the next one.")
        body = ev.SpecialistCalled(each.topic, each.targets, each.gap, run.policy.ack_expires, self.why, self.trigger)
        return [self.draft(state, stamp, body)]


class FireTrigger(Command, frozen=True, kw_only=True):
    """What a trigger does once it is due: written by the pager, refused when it fired or passed meanwhile."""

    trigger: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        due = next((c for c in coming(state, stamp.now) if c.trigger.id == self.trigger and c.at <= stamp.now), None)
        if due is None or state.run is None:
            raise Refused("That trigger is not due.")
        trigger = due.trigger
        why = trigger.why or trigger.id
        if trigger.topic:
            return CallSpecialist(topic=trigger.topic, why=why, trigger=trigger.id).drafts(state, stamp)
        levels = state.run.policy.levels
        level = next((n for n in range(trigger.level, len(levels) + 1) if people(levels[n - 1])), trigger.level)
        who = _who(state.run, level, stamp.now)
        return [self.draft(state, stamp, ev.Escalated(level, who, why, trigger.id))]


OVERDUE = "overdue:"


class CallForUpdate(Command, frozen=True, kw_only=True):
    """An update is overdue: whoever has the communications, else the commander, is paged, once for each update."""

    audience: str
    number: int

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        late = overdue(state, stamp.now)
        if late is None or late[:2] != (self.audience, self.number) or owed_call(state, stamp.now) is None:
            raise Refused("No such update is overdue, or somebody was called for it.")
        target = _for_updates(state)
        if target is None or state.run is None:
            raise Refused("Nobody who could be paged has the communications.")
        why = f"the {self.audience} update #{self.number} is overdue"
        body = ev.SpecialistCalled(
            "comms", (target,), 5 * MINUTE, state.run.policy.ack_expires, why, f"{OVERDUE}{self.audience}:{self.number}"
        )
        return [self.draft(state, stamp, body)]


def _for_updates(state: Incident) -> ev.Target | None:
    """Who is called for an update: whoever has the communications, or the commander where those cannot be reached."""
    held = [state.role(role) for role in ("comms", "commander")]
    found = (person(state, each.who) for each in held if each)
    return next((target for target in found if target is not None), None)


def owed_call(state: Incident, now: Ms) -> CallForUpdate | None:
    """The call for an overdue update that nobody has made yet and that can reach somebody."""
    late = overdue(state, now)
    if late is None or state.run is None or _for_updates(state) is None:
        return None
    audience, number, _ = late
    name = f"{OVERDUE}{audience}:{number}"
    made = (p.body.trigger for p in state.pages if isinstance(p.body, ev.SpecialistCalled))
    return None if name in made else CallForUpdate(audience=audience, number=number)


class Snooze(Command, frozen=True, kw_only=True):
    """No calls for so long (ms), or until a time (UTC ms), with a reason. It ends by itself (target/goalert#3230)."""

    length: Ms = 0
    until: Ms | None = None
    why: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _counting(state, stamp)
        if not self.why.strip():
            raise Refused("Why is it snoozed? A few words: `/snooze 10m vendor is on it`.")
        length = self.length if self.until is None else self.until - stamp.now
        if not 0 < length <= MAX_SNOOZE:
            raise Refused("A snooze lasts from a moment to 4 hours; after that somebody should look again.")
        if run.ack:
            raise Refused(f"{run.ack.who} has acknowledged; nothing is counting down.")
        if run.next is None:
            raise Refused("No further level is waiting; there is nothing to snooze.")
        return [self.draft(state, stamp, ev.Snoozed(stamp.now + length, self.why))]


class CallOff(Command, frozen=True, kw_only=True):
    """Nobody is called any more: a false alarm, or somebody took over in another way. With a reason."""

    why: str
    topic: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _running(state, stamp, self.topic)
        if not self.why.strip():
            raise Refused("Why is it called off? A few words: `/calloff false alarm, the probe was broken`.")
        if run.off:
            raise Refused("It was called off already.")
        return [self.draft(state, stamp, ev.CalledOff(self.why.strip(), self.topic))]


class StepClock(Command, frozen=True, kw_only=True):
    """The pager's clock was set: countdowns go on with what was left of them."""

    by: Ms
    where: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        return [self.draft(state, stamp, ev.ClockStepped(self.by, self.where))]


class TellOnCall(Command, frozen=True, kw_only=True):
    """What a far schedule said: refused where it says the same as before."""

    ref: str
    shifts: tuple[ev.Shift, ...]
    asked: Ms

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        known = state.value((ev.OnCallAnswered.type, self.ref))
        if isinstance(known, ev.OnCallAnswered) and known.shifts == self.shifts:
            raise Refused("That is known already.")
        return [self.draft(state, stamp, ev.OnCallAnswered(self.ref, self.shifts, self.asked))]
