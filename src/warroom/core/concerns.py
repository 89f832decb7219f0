"""What a good deputy has reason to speak of: when each reason arose and when it went away, in one pass over the facts.

Time here is the writers' clock made to run forward only, so that what was so at a moment stays so whatever comes later.
Sources: the ten-minute call-out of on-call teams; the span of control of the Incident Command System (3 to 7 people).
"""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import msgspec

from . import events as ev
from .events import Event
from .incident import Incident, TaskView
from .milestones import OF_PHASE, gaps
from .prompts import Concerns, Prompt
from .values import ENDED, HOUR, MILESTONES, MINUTE, SIMULATED, At, Ms

SPAN = 7  # people on one lead
TIRED = 4 * HOUR  # in one role without a break
TASKS = 3  # for one person
READ_BACK = 10 * MINUTE  # so long it is worth asking for
_BEFORE = 5 * MINUTE  # an estimate that was promised is looked at
_WEARING = ("commander", "deputy", "comms", "scribe")
_QUOTING = (ev.Logged, ev.RoleAssigned, ev.Acknowledged)


@lru_cache(maxsize=4)  # a state never changes, and a console asks every second
def concerns(state: Incident) -> Concerns:
    """What there is to say about this incident, by its facts alone."""
    return _Pass(state).made()


class _Pass:
    """The facts, read once in their order. `t` is the time of the one that is being read."""

    def __init__(self, state: Incident) -> None:
        self.state = state
        self.t: Ms = 0
        self.open: dict[str, Prompt] = {}
        self.over: list[Prompt] = []
        self.settled: dict[str, Ms] = {}
        self.people: set[str] = set()
        self.holders: dict[str, str] = {}
        self.held: list[tuple[Ms, dict[str, str]]] = []
        self.freed: dict[str, Ms] = {}
        self.cards: tuple[ev.RoleCard, ...] = ()
        self.silence: dict[str, Ms] = {}
        self.severity, self.phase = "", "investigating"
        self.declared: Ms | None = None
        self.phase_since: Ms = 0
        self.wrote: Ms = 0
        self.impact: ev.ImpactStated | None = None
        self.tasks: dict[str, TaskView] = {}
        self.load: Counter[str] = Counter()
        self.here: set[str] = set()
        self.known: dict[str, dict[str, At]] = {}  # milestone → fact → when
        self.cuts: list[Ms] = []
        self.pauses: list[tuple[Ms, Ms | None]] = []

    def made(self) -> Concerns:
        for event in self.state.facts:
            self._read(event)
        self._fell_silent(None)
        found = [*self.over, *(p for p in self.open.values() if self._stands(p))]
        held, cuts, pauses = tuple(self.held), tuple(self.cuts), tuple(self.pauses)
        return Concerns(tuple(found), self.settled, held, cuts, pauses, self.t)

    def _read(self, event: Event) -> None:
        self.t = max(self.t, event.rec)
        body = event.body
        kind: type = body.__class__
        act = _ACTS.get(kind)
        if kind is ev.Logged or not ev.by_machine(body):
            if self.t - self.wrote > MINUTE:
                self._fell_silent(self.t)
            self.wrote = self.t
            if event.by.login != SIMULATED:
                self._met(event.by.name)
        if isinstance(body, _QUOTING):
            self._met(body.who)
        if act is not None:
            act(self, event)

    # ── beginnings and ends ──

    def begin(self, prompt: Prompt) -> None:
        if prompt.key not in self.settled and prompt.key not in self.open:
            self.open[prompt.key] = prompt

    def end(self, key: str) -> None:
        """What never came true is forgotten."""
        prompt = self.open.pop(key, None)
        if prompt is not None and prompt.since <= self.t:
            until = self.t if prompt.until is None else min(self.t, prompt.until)
            self.over.append(msgspec.structs.replace(prompt, until=until))

    def end_all(self, *beginnings: str) -> None:
        for key in [key for key in self.open if key.startswith(beginnings)]:
            self.end(key)

    def _stands(self, prompt: Prompt) -> bool:
        """Whether the state does not contradict it: facts may have been redacted, or written by no decent writer."""
        about = prompt.key.split(":")[1]
        if prompt.kind == "role":
            return self.state.role(about) is None
        if prompt.kind == "poll":
            return any(poll.id == about and self.state.stands(about) for poll in self.state.polls)
        if prompt.kind in ("task", "read-back"):
            return any(task.id == about and task.state == "open" for task in self.state.tasks)
        return prompt.kind not in ("report", "page") or any(q.id == about for q in self.state.open_questions)

    # ── what was declared, and what it has come to ──

    def on_declared(self, event: Event) -> None:
        if self.declared is None:
            self.declared = self.phase_since = event.at.t
            self.severity = event.body.severity if isinstance(event.body, ev.Declared) else ""

    def on_severity(self, event: Event) -> None:
        if isinstance(event.body, ev.SeverityChanged):
            self.severity = event.body.severity
            self.end_all("severity:", "report:")
            self._look_at_roles()

    def on_phase(self, event: Event) -> None:
        if not isinstance(event.body, ev.PhaseChanged):
            return
        was_over = self.phase in ENDED
        self.phase, self.phase_since = event.body.phase, self.t
        if (name := OF_PHASE.get(self.phase)) and name != "resolved":
            self.known.setdefault(name, {})[event.id] = event.at
        if self.phase in ENDED and not was_over:
            self.pauses.append((self.t, None))
        elif was_over and self.phase not in ENDED:
            self.pauses[-1] = (self.pauses[-1][0], self.t)
        self._look_at_milestones()

    def on_impact(self, event: Event) -> None:
        body = event.body
        if not isinstance(body, ev.ImpactStated):
            return
        was, self.impact = self.impact, body
        self._look_at_milestones()
        if was is None or (was.text() == body.text() and was.users == body.users):
            return
        self.end_all("severity:")
        text = f"The impact changed: is {self.severity} still right? In doubt the higher one."
        self.begin(Prompt(f"severity:{event.id}", "severity", text, self.t, line="/sev ", rank=2))

    def on_cards(self, event: Event) -> None:
        if isinstance(event.body, ev.RolesAttached):
            self.cards = event.body.roles
            self._look_at_roles()

    def on_cadence(self, event: Event) -> None:
        if isinstance(event.body, ev.CadenceAttached):
            self.silence = event.body.silence

    # ── people ──

    def _met(self, name: str) -> None:
        if name and name not in self.people:
            self.people.add(name)
            self._look_at_roles()

    def on_role(self, event: Event) -> None:
        body = event.body
        if not isinstance(body, ev.RoleAssigned):
            return
        role, who = body.role, body.who
        self.known.setdefault("response started", {})[f"role:{role}"] = event.at
        if who != self.holders.get(role, ""):
            self.holders.pop(role, None)
            if who:
                self.holders[role] = who
            else:
                self.freed[role] = self.t
            self.held.append((self.t, dict(self.holders)))
            self.end_all(f"tired:{role}:")
            if who and role in _WEARING:
                self._tires(role, who, event)
        self._look_at_roles()
        self._look_at_milestones()

    def _tires(self, role: str, who: str, event: Event) -> None:
        for n in range(1, 7):
            text = f"{who} has been {role} for {n * TIRED // HOUR} hours. Time to hand over: who takes it?"
            since = max(self.t, event.at.t + n * TIRED)
            until = event.at.t + (n + 1) * TIRED
            roles = tuple(dict.fromkeys((role, "deputy")))
            key = f"tired:{role}:{event.id}:{n}"
            if since < until:
                self.begin(Prompt(key, "fatigue", text, since, roles, f"/offer {role} ", 4, until))

    def _look_at_roles(self) -> None:
        for card in self.cards:
            freed = self.freed.get(card.id, self.declared or 0)
            key = f"role:{card.id}:{freed}"
            if card.id in self.holders or not _is_needed(card, self.severity, len(self.people)):
                self.end_all(f"role:{card.id}:")
                continue
            first = card.id == "commander"
            since = self.t + (MINUTE if first else 5 * MINUTE)
            text = f"Nobody is {card.name}. Who takes it?"
            self.begin(Prompt(key, "role", text, since, line=f"/assign {card.id} ", rank=1 if first else 4))

    def on_bridge(self, event: Event) -> None:
        if isinstance(event.body, ev.BridgeAttended):
            (self.here.add if event.body.here else self.here.discard)(event.body.who)
            self._look_at_span(event)

    def _look_at_span(self, event: Event) -> None:
        busy = len(self.here | set(+self.load))
        if busy <= SPAN:
            self.end_all("span:")
        elif not any(key.startswith("span:") for key in self.open):
            text = f"{busy} people on one lead; {SPAN} are as many as one can steer. Split: who leads a part of it?"
            self.begin(Prompt(f"span:{event.id}", "span", text, self.t, line="/assign ", rank=4))

    # ── tasks ──

    def on_task(self, event: Event) -> None:
        body = event.body
        if not isinstance(body, ev.TaskGiven):
            return
        task = TaskView(event.id, body.who, body.what, "open", body.due, self.t)
        self.tasks[event.id] = task
        self._burden(task, 1, event)
        self._time_is_up(task)
        text = f"Has {task.who} read it back? “{task.what}”"
        roles, line = ("commander", "scribe"), f"/readback {task.who} "
        until = self.t + READ_BACK
        self.begin(Prompt(f"read-back:{task.id}", "read-back", text, self.t + MINUTE, roles, line, 5, until))

    def _time_is_up(self, task: TaskView) -> None:
        if task.due is not None:
            text = f"{task.who}'s time is up: {task.what}. Done, or how much longer?"
            key, line = f"task:{task.id}:{task.due}", f"/done {task.who}: "
            self.begin(Prompt(key, "task", text, max(task.due, self.t), line=line, rank=3))

    def on_task_changed(self, event: Event) -> None:
        body = event.body
        task = self.tasks.get(body.of) if isinstance(body, ev.TaskChanged) else None
        if task is None or not isinstance(body, ev.TaskChanged):
            return
        now = self.tasks[task.id] = msgspec.structs.replace(task, state=body.state, due=body.due)
        self._changed(task, now, event)

    def _changed(self, was: TaskView, now: TaskView, event: Event) -> None:
        if now.state != "open" or now.due != was.due:
            self.end_all(f"task:{was.id}:")
        if now.state == "open":
            self._time_is_up(now)
        else:
            self.end(f"read-back:{was.id}")
        self._burden(now, (now.state == "open") - (was.state == "open"), event)

    def on_read_back(self, event: Event) -> None:
        if isinstance(event.body, ev.TaskReadBack):
            self.end(f"read-back:{event.body.of}")

    def _burden(self, task: TaskView, more: int, event: Event) -> None:
        self.load[task.who] += more
        count = self.load[task.who]
        if count <= TASKS:
            self.end_all(f"load:{task.who}:")
        elif not any(key.startswith(f"load:{task.who}:") for key in self.open):
            text = f"{task.who} has {count} open tasks. Who can take one of them?"
            self.begin(Prompt(f"load:{task.who}:{event.id}", "load", text, self.t, line="/board", rank=4))
        self._look_at_span(event)

    # ── what is said ──

    def on_poll(self, event: Event) -> None:
        if isinstance(event.body, ev.PollOpened):
            text = f"Proposed: “{event.body.proposal}”. What came of it?"
            roles = ("commander", "scribe")
            self.begin(Prompt(f"poll:{event.id}", "poll", text, self.t + 2 * MINUTE, roles, "/agreed ", 3))

    def on_poll_closed(self, event: Event) -> None:
        if isinstance(event.body, ev.PollClosed):
            self.end(f"poll:{event.body.of}")

    def on_question(self, event: Event) -> None:
        body = event.body
        if isinstance(body, ev.QuestionAsked) and body.report:
            text = f"{body.asker or 'A stakeholder'} reports: “{body.what}”. Is {self.severity} still right?"
            self.begin(Prompt(f"report:{event.id}", "report", text, self.t, line="/sev ", rank=2))
        elif isinstance(body, ev.QuestionAsked) and body.page:
            text = f"{body.asker} asks on the page: “{body.what}”. Let it through, answer it or decline it?"
            self.begin(Prompt(f"page:{event.id}", "page", text, self.t, ("scribe", "comms"), "/questions", 4))

    def on_answer(self, event: Event) -> None:
        body = event.body
        if isinstance(body, ev.QuestionAnswered | ev.QuestionModerated | ev.QuestionTaken):
            self.end(f"page:{body.of}")
        if isinstance(body, ev.QuestionAnswered):
            self.end(f"report:{body.of}")

    def on_update(self, event: Event) -> None:
        body = event.body
        if not isinstance(body, ev.UpdatePosted):
            return
        self.end_all(f"estimate:{body.audience}:")
        if body.estimate is not None:
            text = f"The {body.audience} update #{body.number} gives a time for the repair. Does it still hold?"
            key, since = f"estimate:{body.audience}:{event.id}", max(body.estimate - _BEFORE, self.t)
            self.begin(Prompt(key, "estimate", text, since, ("comms",), f"/draft {body.audience}", 3))

    def _fell_silent(self, until: Ms | None) -> None:
        """The silence since somebody last wrote, if it was long enough to be one."""
        span = self.silence.get(self.severity)
        if not span or self.declared is None or (until is not None and until <= self.wrote + span):
            return
        key, text = f"silence:{self.wrote}", f"Nothing was written for {span // MINUTE} minutes. What is happening?"
        if key not in self.settled:
            roles = ("scribe", "commander")
            self.over.append(Prompt(key, "silence", text, self.wrote + span, roles, "", 4, until))

    def on_acknowledged(self, event: Event) -> None:
        if event.id not in self.state.retracted:
            self.known.setdefault("acknowledged", {})[event.id] = event.at
            self._look_at_milestones()

    def on_milestone(self, event: Event) -> None:
        if isinstance(event.body, ev.MilestoneMarked):
            self.known[event.body.milestone] = {"": event.at}
            self._look_at_milestones()

    def _look_at_milestones(self) -> None:
        found: list[str] = []
        if self.phase in ("mitigating", "monitoring"):
            reached = {name: times[""] if "" in times else _first(times) for name, times in self.known.items()}
            if self.impact and self.impact.since is not None:
                reached.setdefault("impact started", At(self.impact.since))
            found = gaps({name: reached[name] for name in MILESTONES if name in reached})
        key = f"milestone:{found[0]}" if found else ""
        for old in [k for k in self.open if k.startswith("milestone:") and k != key]:
            self.end(old)
        if found:
            since = max(self.t, self.phase_since + MINUTE)
            text = f"For the review: {found[0]}. When was it?"
            self.begin(Prompt(key, "milestone", text, since, ("scribe", "commander"), "/mark ", 6))

    # ── what is taken back, and what was answered ──

    def on_retracted(self, event: Event) -> None:
        of = event.body.of if isinstance(event.body, ev.Retracted) else ""
        if task := self.tasks.pop(of, None):
            self._changed(task, msgspec.structs.replace(task, state="dropped"), event)
        for key in [key for key in self.open if of and of in key.split(":")]:
            self.end(key)

    def on_redacted(self, event: Event) -> None:
        self.cuts.append(self.t)

    def on_settled(self, event: Event) -> None:
        if isinstance(event.body, ev.PromptSettled):
            self.settled.setdefault(event.body.prompt, self.t)
            self.end(event.body.prompt)


def _first(times: dict[str, At]) -> At:
    return min(times.values(), key=lambda at: at.t)


def _is_needed(card: ev.RoleCard, severity: str, people: int) -> bool:
    return severity in card.needed and people >= card.from_people


_ACTS: dict[type, Callable[[_Pass, Event], None]] = {
    ev.Declared: _Pass.on_declared,
    ev.SeverityChanged: _Pass.on_severity,
    ev.PhaseChanged: _Pass.on_phase,
    ev.ImpactStated: _Pass.on_impact,
    ev.RolesAttached: _Pass.on_cards,
    ev.CadenceAttached: _Pass.on_cadence,
    ev.RoleAssigned: _Pass.on_role,
    ev.BridgeAttended: _Pass.on_bridge,
    ev.TaskGiven: _Pass.on_task,
    ev.TaskChanged: _Pass.on_task_changed,
    ev.TaskReadBack: _Pass.on_read_back,
    ev.PollOpened: _Pass.on_poll,
    ev.PollClosed: _Pass.on_poll_closed,
    ev.QuestionAsked: _Pass.on_question,
    ev.QuestionAnswered: _Pass.on_answer,
    ev.QuestionModerated: _Pass.on_answer,
    ev.QuestionTaken: _Pass.on_answer,
    ev.UpdatePosted: _Pass.on_update,
    ev.Acknowledged: _Pass.on_acknowledged,
    ev.MilestoneMarked: _Pass.on_milestone,
    ev.Retracted: _Pass.on_retracted,
    ev.FactRedacted: _Pass.on_redacted,
    ev.PromptSettled: _Pass.on_settled,
}
