"""Facts for tests: sealed as the store seals them, histories of several replicas, and all that a state shows.

A history is spelt by bytes: cheap to draw by the ten thousand, and hypothesis shrinks it to the shortest that fails.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec.structs import replace

from warroom.core import cadence, codec, escalation, milestones, notices, outbox, triggers
from warroom.core import events as ev
from warroom.core.acts import delivery, entries, items, lifecycle, paging, people, practice, talk, updates, work
from warroom.core.commands import Command, Draft, Stamp
from warroom.core.decide import decide
from warroom.core.due import due
from warroom.core.events import Body, Event
from warroom.core.fold import fold
from warroom.core.incident import Incident
from warroom.core.order import Replay, tombstone
from warroom.core.review import items as action_items
from warroom.core.values import MINUTE, At, By, Ms, Refused, fact_id, incident_id

T0: Ms = 1_700_000_000_000
INC = incident_id(bytes(range(16)), drill=False)
NAMES = ("ana", "ivo", "lee")

DANA, SAM, BO = (ev.Target(f"contact:{n}", n, phone="+15550100") for n in ("dana", "sam", "bo"))
POLICY = ev.PolicyAttached(
    "web",
    (
        ev.Level(0, "primary", (DANA,), (SAM,)),
        ev.Level(5 * MINUTE, "nobody"),
        ev.Level(10 * MINUTE, "lead", (BO,)),
    ),
    repeat=1,
    specialists=(ev.Specialist("db", (BO, SAM)),),
)
CHECKLIST = ev.ChecklistAttached(
    "general", "General", (ev.Step("a", "name a commander", due=5 * MINUTE), ev.Step("b", "say what users see"))
)
RHYTHM = {phase: 20 * MINUTE for phase in ("investigating", "identified", "mitigating", "monitoring")} | {"resolved": 0}
CADENCE = ev.CadenceAttached((ev.Rhythm("public", ("SEV1", "SEV2"), RHYTHM, first=5 * MINUTE),))
ROLES = ev.RolesAttached((ev.RoleCard("commander", "Commander"), ev.RoleCard("scribe", "Scribe")))
DECLARE = lifecycle.Declare(
    title="checkout returns 500s", severity="SEV2", services=("web",), attach=(POLICY, CHECKLIST, CADENCE, ROLES)
)


class Desk:
    """One replica at work: it decides on the facts it knows, and seals what follows."""

    def __init__(self, rep: str = "r1", name: str = "ana", now: Ms = T0):
        self.rep, self.name, self.now = rep, name, now
        self.replay = Replay()
        self.seq, self.prev = 0, ""

    @property
    def state(self) -> Incident:
        return self.replay.state

    def ask(self, command: Command) -> list[Event] | Refused:
        """What `command` puts on this desk's log now, or why not."""
        drafts = decide(self.state, command, Stamp(self.now, By(self.name)))
        return drafts if isinstance(drafts, Refused) else self.write(drafts)

    def do(self, command: Command, after: Ms = 0) -> list[Event]:
        """The same, `after` ms later, for what has to be possible."""
        self.now += after
        events = self.ask(command)
        assert not isinstance(events, Refused), events
        return events

    def refusal(self, command: Command) -> str:
        """The sentence with which `command` is refused."""
        no = self.ask(command)
        assert isinstance(no, Refused), no
        return str(no)

    def write(self, drafts: Sequence[Draft]) -> list[Event]:
        """The drafts as facts of this desk, kept the way a commit keeps them."""
        trial = self.replay.trial()
        for draft in drafts:
            self.seq += 1
            # Across a commit the clock goes on from what this commit has sealed.
            event = sealed(
                draft.body, at=draft.at, over=draft.over, rep=self.rep, seq=self.seq, prev=self.prev,
                lam=self.replay.lam + 1 + len(trial.events), rec=self.now, by=self.name, id=draft.id,
            )  # fmt: skip
            self.prev = event.hash
            trial.fold(event)
        self.replay.keep(trial)
        return trial.events

    def receive(self, events: Iterable[Event]) -> None:
        self.replay.receive(events)


def declared(name: str = "ana", now: Ms = T0) -> Desk:
    """A desk on a fresh incident with a policy, a checklist, a rhythm of updates and two roles in force."""
    desk = Desk(name=name, now=now)
    desk.do(DECLARE)
    return desk


def other(desk: Desk, name: str = "ivo", rep: str = "r2") -> Desk:
    """Another replica that knows all that `desk` knows, and nothing of what either writes from now on."""
    twin = Desk(rep, name, desk.now)
    twin.receive(desk.state.facts)
    return twin


def sealed(
    body: Body | ev.Unknown,
    *,
    at: At | Ms = T0,
    over: tuple[str, ...] = (),
    rep: str = "r1",
    seq: int = 1,
    lam: int = 1,
    rec: Ms = T0,
    by: str = "ana",
    id: str = "",
    prev: str = "",
) -> Event:
    """A fact with all that sealing gives it, the same each time."""
    seed = sha256(f"{rep} {seq}".encode()).digest()
    event = Event(
        id=id or fact_id(seed[:12]), inc=INC, rep=rep, seq=seq, lam=lam, at=At(at) if isinstance(at, int) else at,
        rec=rec, by=By(by, "login", "host"), body=body, over=over, prev=prev, salt=seed[12:28].hex(),
    )  # fmt: skip
    data, hash = codec.encode(event)
    return codec.decode(data, hash)


def state_of(events: Iterable[Event]) -> Incident:
    """What the state has to be, said as plainly as possible: each fact once, without what was redacted, in order."""
    events = list(events)
    gone = {e.body.of for e in events if isinstance(e.body, ev.FactRedacted)}
    events = [tombstone(event) if event.id in gone else event for event in events]
    once: dict[str, Event] = {}
    for event in sorted(events, key=lambda e: (isinstance(e.body, ev.Redacted), e.order)):
        once.setdefault(event.id, event)
    state = Incident()
    for event in sorted(once.values(), key=lambda e: e.order):
        state = fold(state, event)
    return state


NOWS = tuple(T0 + minutes * MINUTE for minutes in (0, 4, 12, 45, 200))


def fingerprint(state: Incident, nows: Sequence[Ms] = NOWS) -> dict[str, object]:
    """All that a pane, an export or a command could show of this state, at several moments."""
    shown: dict[str, object] = {
        name: getattr(state, name)
        for name in (
            "id", "title", "severity", "phase", "phase_since", "open", "drill", "restricted", "impact", "bridge",
            "services", "roles", "people", "seen", "checklists", "tasks", "open_questions", "conflicts", "entry_count",
            "last_entry", "ended", "run", "specialists", "skips", "deliveries", "pager", "evidence", "attendance",
            "polls", "objections", "questions", "answers", "updates", "links", "pages",
            "phase_changes", "declaration", "declared_at",
        )
    }  # fmt: skip
    shown["facts"] = [(e.order, codec.encode(e)) for e in state.facts]
    shown["timeline"] = [
        (t, e.id, state.when(e), e.body.kind, e.body.text(), e.by, state.stands(e.id), state.correction(e.id))
        for t, e in zip(state.timeline.times(), state.timeline, strict=True)
    ]
    shown["values"] = {key: [e.id for e in events] for key, events in state.values.items() if events}
    shown["gone"] = [{of: e.id for of, e in each.items()} for each in (state.retracted, state.redacted)]
    shown["items"] = (action_items.items(state), action_items.followups(state), action_items.waits_elsewhere(state))
    shown["milestones"] = (milestones.reached(state), milestones.problems(state))
    shown["updates due"] = [cadence.next_due(state, audience) for audience in cadence.AUDIENCES]
    for now in nows:
        shown[f"at +{(now - T0) // MINUTE}m"] = (escalation.view(state, now), due(state, now), state.elapsed(now))
        shown[f"owed at +{(now - T0) // MINUTE}m"] = owed(state, now)
    return shown


def owed(state: Incident, now: Ms) -> tuple[object, ...]:
    """Everything that the pager would do for this state at `now`."""
    return (
        outbox.pages(state, now),
        outbox.passed(state, now),
        outbox.to_tell(state, now),
        outbox.unfinished(state),
        outbox.waiting_for_answer(state, now),
        outbox.wake(state, now),
        triggers.coming(state),
        notices.notices(state),
    )


# ── histories ───────────────────────────────────────────────────────────────────────────────────


class Choices:
    """Decisions read from bytes; when they run out, every decision is the first."""

    def __init__(self, data: bytes):
        self._data, self._i = data, 0

    @property
    def left(self) -> bool:
        return self._i < len(self._data)

    def below(self, n: int) -> int:
        if not self.left or n <= 1:
            return 0
        self._i += 1
        return self._data[self._i - 1] % n

    def of(self, things: Sequence):  # type: ignore[no-untyped-def,type-arg]  # whatever the sequence holds
        return things[self.below(len(things))]

    def shuffled(self, things: Sequence) -> list:  # type: ignore[type-arg]
        left = list(things)
        for i in range(len(left) - 1, 0, -1):
            j = self.below(i + 1)
            left[i], left[j] = left[j], left[i]
        return left


def command(pick: Choices, state: Incident, now: Ms, *, only_writing: bool = False) -> Command:
    """Some command that a person could give, aimed at what is there."""
    facts = state.facts
    some = facts[len(facts) - 1 - pick.below(len(facts))].id if len(facts) else "NONE"
    recent = list(facts)[::-1]
    entry = next((e.id for e in recent if isinstance(e.body, ev.Logged)), some)
    fix = next((e.id for e in recent if isinstance(e.body, ev.Amended)), entry)
    some = pick.of((some, entry, fix))
    who = pick.of(NAMES)
    earlier = At(now - pick.of((0, 1, 7, 90)) * MINUTE)
    if not only_writing and pick.below(8) == 1:
        return pager_act(pick, state, now)
    return pick.of(_WRITING if only_writing else _COMMANDS)(pick, some, who, earlier)


def pager_act(pick: Choices, state: Incident, now: Ms) -> Command:
    """Something that a process does which pages, or believes it does."""
    token = pick.of(("p1", "p2"))
    waits = [d.delivery for d in outbox.unfinished(state)]
    pages = outbox.pages(state, now)
    if waits and pick.below(2):
        old = state.delivery(pick.of(waits))
        assert old
        to = pick.of(ev.delivery.STATES)
        return delivery.Deliver(delivery=replace(old, state=to, pager=token, twice=to == "sending"))
    if pages and pick.below(2):
        page = pick.of(pages)
        body = ev.DeliveryChanged(
            outbox.key(state.id, page, "hook", ""), pick.of(("sending", "queued")), channel="hook", ref=page.target.ref,
            who=page.target.name, level=page.call.level, backup=page.call.backup, round=page.call.round,
            topic=page.topic, cause=page.call.cause, due=page.call.due, again=now + MINUTE, pager=token, answers=True,
        )  # fmt: skip
        return delivery.Deliver(delivery=body)
    passed = outbox.passed(state, now)
    if passed and pick.below(2):
        return delivery.SkipLevel(skip=pick.of(passed))
    return pick.of(
        (
            delivery.TakePager(token=token, where=f"watch@{token}"),
            delivery.LetGoOfPager(token=token),
            paging.StepClock(by=pick.of((-60, 60)) * MINUTE),
            paging.TellOnCall(ref="contact:bo", shifts=(ev.Shift(now, "contact:sam", "sam"),), asked=now),
        )
    )


_WRITING = (
    lambda p, some, who, at: entries.Log(text="seen", kind=p.of(("note", "decision")), who=p.of(("", who)), at=at),
    lambda p, some, who, at: entries.Log(text="[b]\x1b", who=who),
    lambda p, some, who, at: entries.Amend(of=some, text=p.of((None, "fixed", "again")), to_at=p.of((None, at))),
    lambda p, some, who, at: entries.Amend(of=some, kind="action", who=p.of((None, who))),
    lambda p, some, who, at: entries.Undo(of=p.of(("", some)), why="slip"),
    lambda p, some, who, at: entries.Redact(of=some, why="secret"),
)
_COMMANDS = (
    *_WRITING * 3,  # what people do most, and where most can go wrong
    lambda p, some, who, at: lifecycle.ChangeSeverity(severity=p.of(("SEV1", "SEV2", "SEV3")), at=at),
    lambda p, some, who, at: lifecycle.ChangePhase(phase=p.of(_PHASES), why=p.of(("", "so")), at=at),
    lambda p, some, who, at: lifecycle.ChangePhase(phase=p.of(_PHASES)),
    lambda p, some, who, at: lifecycle.Reopen(),
    lambda p, some, who, at: lifecycle.MarkMilestone(milestone=p.of(("detected", "identified", "mitigated")), at=at),
    lambda p, some, who, at: lifecycle.StateImpact(what="5xx", state=p.of(("ongoing", "ended")), since=at.t),
    lambda p, some, who, at: lifecycle.NameService(service=p.of(("web", "db")), affected=bool(p.below(2))),
    lambda p, some, who, at: lifecycle.Rename(title=p.of(("a", "b"))),
    lambda p, some, who, at: lifecycle.Attach(body=p.of((POLICY, CHECKLIST, _POLICY_2, _CHECKLIST_2, _POLICY_3))),
    lambda p, some, who, at: people.AssignRole(role=p.of(_ROLES), who=p.of(("", who)), replace=True, at=at),
    lambda p, some, who, at: people.OfferRole(role=p.of(_ROLES), who=who),
    lambda p, some, who, at: people.AcceptRole(role=p.of(("", *_ROLES))),
    lambda p, some, who, at: work.ChangeStep(step=p.of(("1", "2")), state=p.of(("done", "todo")), at=at),
    lambda p, some, who, at: work.ChangeStep(step=p.of(("1", "2")), state="skipped", why="no"),
    lambda p, some, who, at: work.Extend(what=p.of(("1", "2", who)), more=9 * MINUTE),
    lambda p, some, who, at: work.GiveTask(who=who, what="roll back", within=p.of((None, MINUTE))),
    lambda p, some, who, at: work.FinishTask(task=p.of((who, some)), result="did", dropped=bool(p.below(2))),
    lambda p, some, who, at: talk.OpenPoll(proposal="fail over"),
    lambda p, some, who, at: talk.Object(what="data"),
    lambda p, some, who, at: talk.Ask(what="when?"),
    lambda p, some, who, at: talk.Answer(question="1", what="soon"),
    lambda p, some, who, at: talk.PostUpdate(what="we know", next_in=p.of((None, 3 * MINUTE))),
    lambda p, some, who, at: paging.Acknowledge(who=p.of(("", who)), at=at),
    lambda p, some, who, at: paging.Acknowledge(),
    lambda p, some, who, at: paging.ReportNoAnswer(declined=bool(p.below(2)), at=at),
    lambda p, some, who, at: paging.Escalate(level=p.of((None, 1, 3)), why="slow"),
    lambda p, some, who, at: paging.Snooze(length=p.of((1, 15)) * MINUTE, why="vendor"),
    lambda p, some, who, at: paging.CallSpecialist(topic="db", why="locks"),
    lambda p, some, who, at: paging.Acknowledge(who="bo", via=p.of(("", "pd")), topic=p.of(("", "db"))),
    lambda p, some, who, at: paging.ReportNoAnswer(who=p.of(("", "bo", "dana")), topic=p.of(("", "db")), tried="phone"),
    lambda p, some, who, at: paging.CallOff(why="false alarm", topic=p.of(("", "db"))),
    lambda p, some, who, at: paging.FireTrigger(trigger=p.of(("long", "alone", "db"))),
    lambda p, some, who, at: entries.Log(text="it was the deploy", kind="hypothesis"),
    lambda p, some, who, at: practice.JudgeHypothesis(state=p.of(("supported", "ruled out")), evidence="seen"),
    lambda p, some, who, at: practice.ReportCan(condition="lag 0", needs="time", who=who),
    lambda p, some, who, at: practice.ClosePoll(outcome=p.of(practice.OUTCOMES), why=p.of(("", "so"))),
    lambda p, some, who, at: practice.AttendBridge(who=who, here=bool(p.below(2))),
    lambda p, some, who, at: practice.SettlePrompt(prompt="call-out:10", how=p.of(("answered", "dismissed")), why="so"),
    lambda p, some, who, at: practice.ReadBack(task=p.of((who, some)), words="yes"),
    lambda p, some, who, at: practice.TakeQuestion(question="1", owner=who, within=MINUTE),
    lambda p, some, who, at: practice.DeclineRole(role=p.of(("", *_ROLES)), why="busy"),
    lambda p, some, who, at: updates.DraftUpdate(
        what=p.of(("we know", "we know more")), estimate_in=p.of((None, MINUTE))
    ),
    lambda p, some, who, at: updates.ApproveUpdate(who=p.of(("", who))),
    lambda p, some, who, at: updates.PostDraft(ways=("hook",)),
    lambda p, some, who, at: entries.AttachEvidence(sha="ab" * 32, size=3, name="a.log", of=some),
    lambda p, some, who, at: items.RaiseItem(what="alert on lag", owner=p.of(("", who)), of=p.of(("", some))),
    lambda p, some, who, at: items.ChangeItem(item=p.of(("1", "2")), state=p.of(ev.ITEM_STATES_OF_WORK), why="so"),
    lambda p, some, who, at: items.ChangeItem(item="1", owner=who, what=p.of(("", "alert on seen"))),
    lambda p, some, who, at: items.FileItem(item=p.of(("1", "2")), way=p.of(("hub:a/b", "jira:OPS"))),
)
_PHASES = ("identified", "monitoring", "resolved", "closed", "cancelled")
_ROLES = ("commander", "scribe")
_POLICY_2 = replace(POLICY, levels=(ev.Level(MINUTE, "all", (BO, SAM)),), ack_expires=5 * MINUTE)
_POLICY_3 = replace(
    POLICY,
    waits=True,
    version="2",
    triggers=(
        ev.Trigger("long", ev.When(elapsed=5 * MINUTE, severity=("SEV1", "SEV2")), level=3, why="not resolved"),
        ev.Trigger("alone", ev.When(alone=MINUTE, silence=MINUTE), level=1),
        ev.Trigger("db", ev.When(services=2, unacknowledged=0), topic="db"),
    ),
)
_CHECKLIST_2 = replace(CHECKLIST, steps=CHECKLIST.steps[::-1], version="2")


def hostile(pick: Choices, known: Sequence[Event], seq: int) -> Event:
    """A fact such as no decent writer would write: it names anything, at any place in the order."""
    entries = [e for e in known if isinstance(e.body, ev.Logged)]
    some, another = pick.of(pick.of((known, entries or known))), pick.of(known)
    bodies: tuple[Body | ev.Unknown, ...] = (
        ev.Logged(text_="late"),
        ev.Amended(some.id, to_at=At(T0 - pick.below(9) * MINUTE)),
        ev.Retracted(some.id),
        ev.FactRedacted(some.id, "so"),
        ev.PhaseChanged(pick.of(("resolved", "nonsense", "investigating")), was=pick.of(("", "resolved"))),
        ev.SeverityChanged("SEV9"),
        ev.Acknowledged("lee", pick.of((-7, 0, 2, 99))),
        ev.NoAnswer("lee", pick.of((-7, 1, 99)), pick.of((-1, 0, 1, 50))),
        ev.Escalated(pick.of((-1, 2, 3, 99))),
        ev.Snoozed(T0 + pick.of((-9, 9, 10**9)) * MINUTE, ""),
        ev.StepChanged("general", "zzz", "nonsense"),
        ev.SpecialistCalled("", (), -5),
        ev.CalledOff("so", "nothing"),
        ev.ClockStepped(-(10**12)),
        ev.LevelSkipped(99, 0, -3),
        ev.DeliveryChanged("k", pick.of(("sent", "nonsense", "queued")), level=-4, again=T0, answers=True),
        ev.PagerHeld("t", "there"),
        ev.OnCallAnswered("contact:sam", (), 0),
        ev.HypothesisJudged(some.id, "nonsense"),
        ev.PollClosed(some.id, "nonsense"),
        ev.BridgeAttended("lee", False),
        ev.PromptSettled("zzz"),
        ev.TaskReadBack(some.id, "lee"),
        ev.QuestionTaken(some.id, ""),
        ev.UpdateDrafted("nobody", "x"),
        ev.UpdateApproved("public", some.id, "", "", "lee"),
        ev.UpdatePosted("public", "x", T0, -3, ways=("", ":")),
        ev.ActRepeated("x"),
        ev.TaskChanged(some.id, "done"),
        ev.QuestionAnswered(some.id, "x"),
        ev.ItemChanged(some.id, pick.of(("nonsense", "done")), what_for="nonsense"),
        ev.ItemFiled(some.id, pick.of(("", "hub:a/b")), pick.of(("", "a/b#1")), there="nonsense"),
        ev.Unknown("moon.phase", b'{"over":[9]}'),
        ev.Unknown("severity.changed", b'{"severity":7}'),
        ev.Declared("second", "SEV5", ("x",)),
        ev.PolicyAttached(
            "bad",
            (ev.Level(-MINUTE, "", (SAM,)), ev.Level(0)),
            repeat=10**9,
            ack_expires=-5,
            triggers=(ev.Trigger("t", ev.When(), level=-3), ev.Trigger("u", ev.When(missing="?"), topic="?")),
        ),
    )
    lam = max(0, some.lam + pick.of((0, 1, -1, 5)))
    at = T0 + pick.of((0, -5, 30)) * MINUTE
    return sealed(
        pick.of(bodies), at=at, over=(some.id, another.id), rep=pick.of(("r1", "x")), seq=seq, lam=lam, rec=at
    )


def copied(pick: Choices, known: Sequence[Event], seq: int) -> Event:
    """The same fact under another replica (a copied folder), or as the tombstone that somebody else keeps of it."""
    some = pick.of(known)
    if pick.below(3) == 0:
        return tombstone(some)
    again = replace(some, rep=pick.of(("r0", "z")), seq=seq, lam=max(0, some.lam + pick.of((0, 1, -1))))
    data, hash = codec.encode(again)
    return codec.decode(data, hash)


def history(pick: Choices, *, decent: bool = False) -> list[Event]:
    """All facts of some incident, in no particular order, as the terminals that took part in it hold them.

    Each of three replicas decides on what it has received by then. Unless `decent`, others put in what they like.
    """
    desks = [Desk(rep, name) for rep, name in zip(("r1", "r2", "r3"), NAMES, strict=True)]
    pool: list[Event] = desks[0].do(DECLARE)[:]
    for desk in desks[1:]:
        desk.receive(pool)
    seq = 1000
    while pick.left:
        act = pick.below(16)
        desk = desks[pick.below(3)]
        desk.now += pick.of((0, 1000, MINUTE, 6 * MINUTE, 40 * MINUTE))
        if act < 4:
            giver = desks[pick.below(3)]
            known = list(giver.state.facts)
            part = known[: 1 + pick.below(len(known))] if pick.below(2) else known
            desk.receive(part)
        elif act < 6 and not decent:
            seq += 1
            pool.append(pick.of((hostile, hostile, copied))(pick, pool, seq))
            if pick.below(2):
                desk.receive(pool[-1:])
        else:
            drafts = decide(desk.state, command(pick, desk.state, desk.now), Stamp(desk.now, By(desk.name)))
            if not isinstance(drafts, Refused):
                pool += desk.write(drafts)
    return pool
