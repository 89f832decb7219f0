"""Acts on alerts that are carried back: once to each source, however it echoes, whatever is lost and whoever is killed.

The far sides here apply what they are told, tell it back as their own doing, late, twice or never, and lose answers.
"""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from warroom.channels.base import Accepted, Failed, Later, Sent, Unknown
from warroom.channels.carried import Result, came
from warroom.core.alerts import acts, carry
from warroom.core.alerts import facts as fa
from warroom.core.alerts.carry import Step, Way
from warroom.core.alerts.facts import Alert, AlertCarried, AlertsReceived
from warroom.core.alerts.inbox import Folding, Inbox
from warroom.core.commands import Draft, Stamp
from warroom.core.events import Body, Event
from warroom.core.events.delivery import DROPPED, FAILED, SENDING, SENT, UNKNOWN
from warroom.core.values import HOUR, MINUTE, SECOND, At, By, Refused

T0 = 1_795_000_000_000
HERE, ELSEWHERE = "RHERE", "RELSEWHERE"
INCIDENTS, SILENCES = (fa.ACKNOWLEDGE, fa.RESOLVE), (fa.SILENCE, fa.UNSILENCE)
WAYS = {
    "pd": Way(INCIDENTS, finds=True, instead="no silences there"),
    "ev": Way(INCIDENTS, instead="no silences there"),
    "am": Way(SILENCES, finds=True, instead="no acknowledging there"),
    "am2": Way(SILENCES, finds=True, instead="no acknowledging there"),
}
_STATE = {fa.ACKNOWLEDGE: fa.ACKNOWLEDGED, fa.RESOLVE: fa.RESOLVED}
OPS = ("fire", "ack", "resolve", "silence", "unsilence", "step", "far", "kill", "echo", "wait")


class World:
    """One inbox, its carrier, and far sides that echo. All time is `now`."""

    def __init__(self) -> None:
        self.folding, self.now, self.lam = Folding(), T0, 0
        self.by_people: dict[str, str] = {}  # fact → its type
        self.begun: list[tuple[str, str]] = []
        self.under_way: list[tuple[Step, bool]] = []  # and whether the far side has seen it
        self.told: dict[str, set[str]] = {name: set() for name in WAYS}
        self.effects: dict[str, list[str]] = {name: [] for name in WAYS}  # keys, once for each time it changed anything
        self.echoes: list[Body] = []

    @property
    def inbox(self) -> Inbox:
        return self.folding.inbox

    def write(self, body: Body, by: By, rep: str = HERE, over: tuple[str, ...] = ()) -> None:
        self.lam += 1
        event = Event(id=f"F{self.lam:05}", inc="I", rep=rep, seq=self.lam, lam=self.lam, at=At(self.now),
                      rec=self.now, by=by, body=body, over=over)  # fmt: skip
        if by.login != fa.LOGIN and not isinstance(body, AlertCarried):
            self.by_people[event.id] = body.type
        if isinstance(body, AlertCarried) and body.attempt <= 1 and body.state in (SENDING, DROPPED):
            key = (body.cause, body.to)
            if key not in self.inbox.carried:
                self.begun.append(key)
        self.folding.take(event)

    def person(self, drafts: list[Draft], rep: str) -> None:
        for draft in drafts:
            self.write(draft.body, By("ana"), rep, draft.over)

    def act(self, op: str, n: int) -> None:
        lines, rep = list(self.inbox.lines.values()), (HERE, HERE, ELSEWHERE)[n % 3]
        stamp = Stamp(self.now, By("ana"))
        try:
            if op == "unsilence":
                found = list(self.inbox.silences.values())
                self.person(acts.unsilence(found[n % len(found)] if found else None, stamp), rep)
            elif lines and op == "silence":
                line = lines[n % len(lines)]
                self.person(acts.silence(line.labels, self.now + (n % 5 + 1) * MINUTE, "x", stamp, line.id), rep)
            elif lines:
                state = fa.ACKNOWLEDGED if op == "ack" else fa.RESOLVED
                self.person(acts.handle(lines[n % len(lines)], state, "", stamp), rep)
        except Refused:
            pass

    def fire(self, n: int) -> None:
        source = list(WAYS)[n % len(WAYS)]
        alert = Alert(f"k{n % 2}", "rule", since=self.now, told=self.now, labels={"alertname": "rule"})
        self.write(AlertsReceived(source, (alert,)), By(source, fa.LOGIN))

    # ── the carrier ──

    def step(self) -> bool:
        """What is due now; whether there was anything."""
        busy = {(each.carried.cause, each.carried.to) for each, _ in self.under_way}
        steps = carry.steps(self.inbox, WAYS, self.now, HERE.__eq__, HERE, busy)
        for step in steps:
            if step.writes:
                self.write(step.carried, By("watch"), HERE, (step.over,) if step.over else ())
            if step.do:
                self.under_way.append((step, False))
        return bool(steps)

    def far(self, n: int) -> None:
        """A far side does its part of something, and its answer comes back, or not."""
        if not self.under_way:
            return
        step, _ = self.under_way.pop(n % len(self.under_way))
        carried = step.carried
        key = carry.key_of(carried)
        there = key in self.told[carried.to]
        if step.do == "look up":
            result: Result = Sent("far") if there else None
            result = Later("busy") if n % 7 == 6 else result
        elif step.do == "settle":
            result = (Sent("far"), Accepted("far"), Later("busy"))[n % 3]
        else:
            result = (Sent("far"), Sent("far"), Accepted("far"), Unknown("lost"), Unknown("gone"), Later("busy"),
                      Failed("no"))[n % 7]  # fmt: skip
            if isinstance(result, Sent | Accepted) or result == Unknown("lost"):
                self.apply(carried, key)
        self.answered(step, result)

    def apply(self, carried: AlertCarried, key: str) -> None:
        assert not (WAYS[carried.to].finds and key in self.told[carried.to]), "what can be looked up is"
        if key not in self.told[carried.to]:
            self.effects[carried.to].append(key)
        self.told[carried.to].add(key)
        line = self.inbox.lines.get(carried.of)
        if carried.act in _STATE and line is not None:
            alert = replace(line.alert, state=_STATE[carried.act], told=self.now, ended=self.now)
            self.echoes.append(AlertsReceived(carried.to, (alert,)))
        else:
            self.echoes.append(fa.AlertsSilenced({"alertname": "rule"}, self.now + HOUR, "theirs", carried.of))

    def answered(self, step: Step, result: Result) -> None:
        key = (step.carried.cause, step.carried.to)
        known = self.inbox.carried[key]
        if (known.fact.state, known.fact.attempt) == (step.carried.state, step.carried.attempt):
            new = came(known.fact, step.do, result, self.now)
            if new is not None:
                self.write(new, By("watch"), HERE, (known.id,))

    def kill(self, n: int) -> None:
        """The carrier dies; what was under way may have arrived."""
        for step, _ in self.under_way:
            if step.do == "send" and n % 2:
                self.apply(step.carried, carry.key_of(step.carried))
        self.under_way = []

    def echo(self, n: int) -> None:
        if self.echoes:
            body = self.echoes[n % len(self.echoes)] if n % 3 == 0 else self.echoes.pop(n % len(self.echoes))
            self.write(body, By("far", fa.LOGIN), HERE)

    def do(self, op: str, n: int) -> None:
        match op:
            case "fire":
                self.fire(n)
            case "step":
                self.step()
            case "far":
                self.far(n)
            case "kill":
                self.kill(n)
            case "echo":
                self.echo(n)
            case "wait":
                self.now += n * SECOND
            case _:
                self.act(op, n)

    def rest(self) -> int:
        """Everybody does their part until nothing is left to do; in how many rounds."""
        for rounds in range(60):
            assert len(self.begun) < 300, "it never ends"
            busy = self.step() or bool(self.under_way or self.echoes)
            while self.under_way:
                step, _ = self.under_way.pop()
                key = carry.key_of(step.carried)
                if step.do == "send":
                    self.apply(step.carried, key)
                found = step.do != "look up" or key in self.told[step.carried.to]
                self.answered(step, Sent("far") if found else None)
            for body in self.echoes:
                self.write(body, By("far", fa.LOGIN), HERE)
            self.echoes = []
            if not busy:
                return rounds
            self.now += 2 * MINUTE
        raise AssertionError("it never ends")


@given(st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 20)), max_size=40))
def test_whatever_echoes_it_ends_and_every_act_is_delivered_once_at_the_most(ops: list[tuple[str, int]]) -> None:
    world = World()
    for op, n in ops:
        world.do(op, n)
    people = dict(world.by_people)
    world.rest()
    assert world.by_people == people, "only people act"
    assert len(set(world.begun)) == len(world.begun)
    for cause, _ in world.inbox.carried:
        assert world.by_people.get(cause) in ("alert.handled", "alerts.silenced", "silence.ended")
    for to, keys in world.effects.items():
        assert len(set(keys)) == len(keys), f"{to} did one thing twice"
    for carried in world.inbox.carried.values():
        fact = carried.fact
        assert fact.state in (SENT, FAILED, DROPPED, UNKNOWN), fact
        assert fact.state != UNKNOWN or fact.again is None
        assert (fact.act in WAYS[fact.to].acts) or fact.state == DROPPED
    # It is what happened meanwhile, too, that nothing was left to owe.
    assert list(carry.owed(world.inbox, WAYS, world.now, HERE.__eq__)) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(("fire", "ack", "silence", "unsilence", "wait")), st.integers(0, 20)), max_size=30
    )
)
def test_a_silence_that_may_stand_there_is_ended_there_once_it_is_ended_here(ops: list[tuple[str, int]]) -> None:
    world = World()
    for op, n in ops:
        world.do(op, n)
        world.step()
        while world.under_way:  # every far side answers, and loses its answer every other time
            step, _ = world.under_way.pop()
            if step.do == "send":
                world.apply(step.carried, carry.key_of(step.carried))
            lost = step.do == "send" and n % 2
            world.answered(step, Unknown("lost") if lost else Sent("far"))
    inbox = world.inbox
    world.now += 1
    world.rest()
    for silence in inbox.silences.values():
        for to in WAYS:
            begun = inbox.carried.get((silence.id, to))
            mine = silence.end is not None and silence.end.person and silence.end.rep == HERE
            if (
                begun is not None
                and begun.fact.attempt
                and mine
                and silence.end is not None
                and silence.until > T0 + HOUR
            ):
                assert (silence.end.id, to) in world.inbox.carried


def test_a_silence_of_which_nobody_knows_whether_it_arrived_is_ended_too() -> None:
    world = World()
    world.fire(2)
    [line] = world.inbox.lines.values()
    world.person(acts.silence(line.labels, world.now + HOUR, "x", Stamp(world.now, By("ana")), line.id), HERE)
    world.step()
    [(step, _)] = world.under_way
    [silence] = world.inbox.silences.values()
    world.person(acts.unsilence(silence, Stamp(world.now, By("ana"))), HERE)
    assert not world.step(), "first what is under way comes back"
    world.under_way = []
    world.answered(step, Unknown("lost"))
    world.step()
    assert [step.carried.act for step, _ in world.under_way] == [fa.UNSILENCE]


def test_what_was_done_elsewhere_is_carried_from_there() -> None:
    world = World()
    world.fire(0)
    [line] = world.inbox.lines.values()
    world.person(acts.handle(line, fa.ACKNOWLEDGED, "", Stamp(world.now, By("ana"))), ELSEWHERE)
    assert not world.step()
    assert [each.act for each in carry.owed(world.inbox, WAYS, world.now, lambda rep: True)] == [fa.ACKNOWLEDGE]


def test_what_is_a_day_old_is_carried_no_more() -> None:
    world = World()
    world.fire(0)
    [line] = world.inbox.lines.values()
    world.person(acts.handle(line, fa.ACKNOWLEDGED, "", Stamp(world.now, By("ana"))), HERE)
    world.now += carry.LATE + 1
    assert not world.step()


def test_what_comes_back_of_an_act_says_that_it_arrived() -> None:
    world = World()
    world.fire(1)  # one that cannot be looked up
    [line] = world.inbox.lines.values()
    world.person(acts.handle(line, fa.ACKNOWLEDGED, "", Stamp(world.now, By("ana"))), HERE)
    world.step()
    world.kill(1)
    world.echo(1)
    world.step()
    world.step()
    [carried] = world.inbox.carried.values()
    assert (carried.fact.state, carried.fact.attempt) == (SENT, 1)


def test_resolving_and_acknowledging_mean_nothing_to_alertmanager_and_the_inbox_says_so() -> None:
    world = World()
    world.fire(2)
    [line] = world.inbox.lines.values()
    world.person(acts.handle(line, fa.RESOLVED, "", Stamp(world.now, By("ana"))), HERE)
    world.step()
    [line] = world.inbox.lines.values()
    assert [(each.state, each.why) for each in line.carried] == [(DROPPED, "no acknowledging there")]
    assert not world.under_way


def test_where_silences_mean_nothing_the_inbox_says_so() -> None:
    world = World()
    world.fire(0)
    [line] = world.inbox.lines.values()
    world.person(acts.silence(line.labels, world.now + HOUR, "x", Stamp(world.now, By("ana")), line.id), HERE)
    world.step()
    [line] = world.inbox.lines.values()
    assert [(each.to, each.state, each.why) for each in line.carried] == [("pd", DROPPED, "no silences there")]
    [silence] = world.inbox.silences.values()
    world.person(acts.unsilence(silence, Stamp(world.now, By("ana"))), HERE)
    assert not world.step()


def test_a_silence_of_one_alert_goes_to_its_source_alone_and_one_of_nothing_known_to_all() -> None:
    world = World()
    world.fire(2)
    [line] = world.inbox.lines.values()
    stamp = Stamp(world.now, By("ana"))
    world.person(acts.silence(line.labels, world.now + HOUR, "x", stamp, line.id), HERE)
    world.person(acts.silence({"alertname": "never seen"}, world.now + HOUR, "x", stamp), HERE)
    owed = [(each.cause, each.to) for each in carry.owed(world.inbox, WAYS, world.now, HERE.__eq__)]
    first, second = world.inbox.silences
    assert owed == [(first, "am"), (second, "am"), (second, "am2")]


def test_what_cannot_be_told_now_waits_and_says_why() -> None:
    world = World()
    world.fire(0)
    [line] = world.inbox.lines.values()
    world.person(acts.handle(line, fa.ACKNOWLEDGED, "", Stamp(world.now, By("ana"))), HERE)
    closed = {"pd": replace(WAYS["pd"], closed="the variable PD is not set")}
    [step] = carry.steps(world.inbox, closed, world.now, HERE.__eq__, HERE)
    assert (step.carried.state, step.carried.why, step.do) == ("queued", "the variable PD is not set", "")
    world.write(step.carried, By("watch"))
    assert carry.steps(world.inbox, closed, world.now + HOUR, HERE.__eq__, HERE) == []
    [step] = carry.steps(world.inbox, WAYS, world.now + HOUR, HERE.__eq__, HERE)
    assert (step.carried.state, step.do) == (SENDING, "send")
