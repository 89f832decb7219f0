"""Hypotheses, experts' reports, the result of a poll, who is on the bridge, prompts, read-backs, questions' owners."""

from typing import ClassVar

from .. import events as ev
from .. import hypotheses
from ..commands import Command, Draft, Stamp
from ..incident import Incident
from ..values import At, Ms, Refused
from .lifecycle import one_of
from .people import just_accepted, last_offer
from .repeated import repeated
from .talk import open_polls as open_polls
from .talk import question_of
from .work import find_task, no_task, until

OUTCOMES = ("agreed", "rejected", "withdrawn")


class JudgeHypothesis(Command, frozen=True, kw_only=True):
    """A hypothesis is supported, ruled out or open again, by this evidence."""

    state: str
    hypothesis: str = ""
    evidence: str = ""
    after_close: ClassVar = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        how = one_of(self.state, ev.HYPOTHESIS_STATES, "state of a hypothesis")
        found = hypotheses.find(state, self.hypothesis)
        evidence = self.evidence.strip()
        if found.state == how and (not evidence or evidence == found.evidence):
            said = f", says {found.by}" if found.by else ""
            told = f"“{found.what[:60]}” is {how} already{said}."
            raise repeated(self, state, stamp, found.by or stamp.by.name, f"{how}, too: {found.what[:200]}", told)
        if how != "open" and not evidence:
            asked = {"supported": "What supports it", "ruled out": "What rules it out"}[how]
            raise Refused(f"{asked}? A few words: what was seen, where.")
        return [self.draft(state, stamp, ev.HypothesisJudged(found.id, how, evidence, found.what[:200]))]


class ReportCan(Command, frozen=True, kw_only=True):
    """An expert's Condition, Actions and Needs, as one entry."""

    condition: str
    actions: str = ""
    needs: str = ""
    who: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.condition.strip():
            raise Refused("What is the condition? `/can lag is 0 | watching the locks | ten more minutes`.")
        who = " ".join(self.who.split()) or stamp.by.name
        body = ev.CanReported(who, self.condition.strip(), self.actions.strip(), self.needs.strip())
        return [self.draft(state, stamp, body)]


def objections(state: Incident, poll: str) -> list[ev.ObjectionRaised]:
    """The strong objections to this proposal that stand."""
    found = (o for o in state.objections if state.stands(o.id))
    return [o.body for o in found if isinstance(o.body, ev.ObjectionRaised) and o.body.of == poll]


class ClosePoll(Command, frozen=True, kw_only=True):
    """What came of the last open proposal. Agreed, it becomes a decision, with the objections by name."""

    outcome: str = "agreed"
    why: str = ""
    who: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        outcome = one_of(self.outcome, OUTCOMES, "outcome of a poll")
        waiting = open_polls(state)
        if not waiting:
            raise self._closed(state, stamp, outcome)
        poll = waiting[-1]
        proposal = poll.body.proposal if isinstance(poll.body, ev.PollOpened) else ""
        held = state.role("commander")
        who = " ".join(self.who.split()) or (held.who if held else stamp.by.name)
        closed = self.draft(state, stamp, ev.PollClosed(poll.id, outcome, proposal[:200], who, self.why.strip()))
        if outcome != "agreed":
            return [closed]
        against = objections(state, poll.id)
        heard = "; ".join(f"{each.who}: {each.what}" for each in against)
        note = f"; strong objection heard and kept: {heard}" if heard else "; no strong objections"
        decision = ev.Logged(text_=f"{proposal}{note}", kind_="decision", who=who)
        return [closed, Draft(decision, self.at or At(stamp.now))]

    def _closed(self, state: Incident, stamp: Stamp, outcome: str) -> Refused:
        """Why there is nothing to close: nothing was proposed, or somebody else has said what came of it."""
        polls = [p for p in state.polls if state.stands(p.id)]
        last = polls[-1] if polls else None
        closed = state.visible((ev.PollClosed.type, last.id)) if last else ()
        if not last or not closed or not isinstance(closed[-1].body, ev.PollClosed):
            return Refused("No proposal is open. `/poll roll back 9f2c` asks for strong objections.")
        body, first = closed[-1].body, closed[-1].by.name
        told = f"“{body.proposal[:60]}” is closed already: {body.outcome}, noted by {first}."
        return repeated(self, state, stamp, first, f"{outcome}, too: {body.proposal}", told, self.why.strip())


class AttendBridge(Command, frozen=True, kw_only=True):
    """Somebody joined the bridge, or left it."""

    who: str = ""
    here: bool = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        names = [" ".join(n.split()) for n in (self.who or stamp.by.name).split(",")]
        drafts = []
        for name in dict.fromkeys(filter(None, names)):
            if state.attendance.get(name, False) != self.here:
                drafts.append(self.draft(state, stamp, ev.BridgeAttended(name, self.here)))
        if not drafts:
            raise Refused(f"{self.who or stamp.by.name} is {'there already' if self.here else 'not on the bridge'}.")
        return drafts


class SettlePrompt(Command, frozen=True, kw_only=True):
    """A prompt was answered or, with a reason, dismissed; it does not come again."""

    prompt: str
    what: str = ""
    how: str = "answered"
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        how = one_of(self.how, ("answered", "dismissed"), "way to settle a prompt")
        if how == "dismissed" and not self.why.strip():
            raise Refused("Why is it dismissed? A few words: `/dismiss we know, the vendor is on it`.")
        if not self.prompt:
            raise Refused("No prompt is shown now.")
        if before := state.visible((ev.PromptSettled.type, self.prompt)):
            old, first = before[-1].body, before[-1].by.name
            was = old.how if isinstance(old, ev.PromptSettled) else "settled"
            what = f"{how}, too: {self.what or self.prompt}"
            told = f"That prompt was {was} already, by {first}."
            raise repeated(self, state, stamp, first, what, told, self.why.strip())
        return [self.draft(state, stamp, ev.PromptSettled(self.prompt, how, self.why.strip(), self.what))]


class ReadBack(Command, frozen=True, kw_only=True):
    """The one who has a task has said it back."""

    task: str
    words: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        task = find_task(state, self.task)
        if task is None:
            raise no_task(state, self.task)
        if task.read_back:
            noted = state.visible((ev.TaskReadBack.type, task.id))
            first = noted[-1].by.name if noted else stamp.by.name
            told = f"{task.who} has read that back already; {first} noted it."
            what = f"read back, too: @{task.who} {task.what}"
            raise repeated(self, state, stamp, first, what, told, self.words.strip())
        return [self.draft(state, stamp, ev.TaskReadBack(task.id, task.who, task.what, self.words.strip()))]


class TakeQuestion(Command, frozen=True, kw_only=True):
    """Somebody finds the answer to a question, by a time (`within` ms)."""

    question: str
    owner: str = ""
    within: Ms | None = None

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        asked = question_of(state, self.question)
        owner = " ".join(self.owner.split()) or stamp.by.name
        body = ev.QuestionTaken(asked.id, owner, until(stamp, self.within), asked.body.text()[:120])
        old = state.value(body.key())
        if old == body:
            raise Refused(f"{owner} has that question already.")
        return [self.draft(state, stamp, body)]


class DeclineRole(Command, frozen=True, kw_only=True):
    """A handover is not accepted, or taken back by the one who offered it; nothing changes."""

    role: str = ""
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        offered = [r for r in state.roles if r.offered_to]
        wanted = self.role.casefold()
        named = [r for r in offered if wanted and wanted in (r.role.casefold(), r.name.casefold(), r.short.casefold())]
        mine = named or ([r for r in offered if r.offered_to == stamp.by.name] or offered if not wanted else [])
        if not mine:
            raise self._not_offered(state, stamp)
        if len(mine) > 1:
            raise Refused(f"Several are offered: {', '.join(r.role for r in mine)}; say which.")
        role = mine[0]
        back = role.who and role.who.casefold() == stamp.by.name.casefold()
        declined = "" if back else role.offered_to
        return [self.draft(state, stamp, ev.RoleOffered(role.role, "", why=self.why.strip(), declined_by=declined))]

    def _not_offered(self, state: Incident, stamp: Stamp) -> Refused:
        """Why there is nothing to decline: nothing was offered, or somebody else has noted it already."""
        last = last_offer(state, self.role)
        body = last.body if last else None
        accepted = just_accepted(state, self.role)
        newer = accepted is not None and (last is None or accepted.order > last.order)
        if accepted is not None and newer and isinstance(accepted.body, ev.RoleAssigned):
            role, who, first = accepted.body.role, accepted.body.who, accepted.by.name
            told = f"{who} has accepted already and is {role}: {first} noted it."
            return repeated(self, state, stamp, first, f"declined {role}, too late", told, self.why.strip())
        if last is None or not isinstance(body, ev.RoleOffered) or body.who:
            return Refused("No such role is being handed over.")
        told = f"No such role is being handed over any more: {body.text()}, noted by {last.by.name}."
        what = f"declined {body.role}, too"
        return repeated(self, state, stamp, last.by.name, what, told, self.why.strip())
