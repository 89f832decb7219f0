"""What people do about the escalation: acknowledge, no answer, escalate by hand, snooze."""

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..escalation import Run, advance, people, target_of
from ..incident import Incident
from ..values import HOUR, Ms, Refused

MAX_SNOOZE = 4 * HOUR


def _running(state: Incident, stamp: Stamp) -> Run:
    if state.run is None:
        raise Refused("No escalation policy is in force here; there is nobody to page.")
    run = advance(state.run, stamp.now)
    if run.stopped:
        raise Refused(f"The incident is {state.phase}; its escalation has stopped.")
    return run


class Acknowledge(Command, frozen=True, kw_only=True):
    """Somebody has it: every timer of the page stops. `who` is by default the one who asks."""

    who: str = ""
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _running(state, stamp)
        who = " ".join(self.who.split()) or stamp.by.name
        if not who:
            raise Refused("Who has it? `/ack ana`.")
        if run.ack and run.ack.who == who:
            raise Refused(f"{who} has acknowledged already.")
        call = run.current or run.next
        return [self.draft(state, stamp, ev.Acknowledged(who, call.level if call else 0, self.why))]


class ReportNoAnswer(Command, frozen=True, kw_only=True):
    """The one who is being called does not answer, or declines: on to the backup at once, then the next level."""

    why: str = ""
    declined: bool = False

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _running(state, stamp)
        if run.ack:
            raise Refused(f"{run.ack.who} has acknowledged; nobody is being called. `/escalate` calls the next level.")
        call = run.current
        if call is None:
            raise Refused("Nobody has been called yet.")
        if any(a.call.level == call.level and a.call.backup == call.backup and a.at >= call.due for a in run.answers):
            raise Refused("That is noted already, and nobody is left to call. Ring by hand.")
        target = target_of(run.policy.levels[call.level - 1], call.backup)
        who = target.name if target else ""
        return [self.draft(state, stamp, ev.NoAnswer(who, call.level, call.backup, self.declined, self.why))]


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
        who = people(levels[level - 1])
        if not who:
            raise Refused(f"Level {level} has nobody in it; choose another.")
        return [self.draft(state, stamp, ev.Escalated(level, who[0].name, self.why))]


class Snooze(Command, frozen=True, kw_only=True):
    """No calls for so long (ms), with a reason. It ends by itself (target/goalert#3230)."""

    length: Ms
    why: str

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        run = _running(state, stamp)
        if not self.why.strip():
            raise Refused("Why is it snoozed? A few words: `/snooze 10m vendor is on it`.")
        if not 0 < self.length <= MAX_SNOOZE:
            raise Refused("A snooze lasts from a moment to 4 hours; after that somebody should look again.")
        if run.ack:
            raise Refused(f"{run.ack.who} has acknowledged; nothing is counting down.")
        if run.next is None:
            raise Refused("No further level is waiting; there is nothing to snooze.")
        return [self.draft(state, stamp, ev.Snoozed(stamp.now + self.length, self.why))]
