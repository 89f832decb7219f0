"""What holds for the deputy over any history: one prompt at a time, two minutes apart, none twice, the same for all."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facts import NAMES, T0, Choices, Desk, command, declared, history, other, state_of
from test_deputy import LEADS, room
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import Attach, ChangePhase, ChangeSeverity, Reopen, StateImpact
from warroom.core.acts.people import AssignRole
from warroom.core.acts.practice import AttendBridge, ReadBack, SettlePrompt
from warroom.core.acts.talk import Ask
from warroom.core.acts.work import FinishTask, GiveTask
from warroom.core.concerns import HOUR
from warroom.core.deputy import APART, prompts, visible
from warroom.core.order import Replay
from warroom.core.values import MINUTE, SECOND

LAWS = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def an_act(pick: Choices, desk: Desk):
    who, role = pick.of(NAMES), pick.of(("commander", "deputy", "scribe", "comms"))
    mine = visible(desk.state, desk.now, desk.name)
    how = pick.of(("answered", "dismissed"))
    return pick.of(
        (
            lambda: Log(text="seen"),
            lambda: GiveTask(who=who, what="look", within=pick.of((None, MINUTE, 5 * MINUTE))),
            lambda: FinishTask(task=who),
            lambda: ReadBack(task=who),
            lambda: AssignRole(role=role, who=pick.of((who, "")), replace=True),
            lambda: SettlePrompt(prompt=mine.key if mine else "call-out:10", how=how, why="so"),
            lambda: SettlePrompt(prompt=mine.key if mine else "", how=how, why="so"),
            lambda: StateImpact(what=pick.of(("slow", "down"))),
            lambda: ChangeSeverity(severity=pick.of(LEADS)),
            lambda: ChangePhase(phase=pick.of(("mitigating", "monitoring", "resolved"))),
            lambda: Reopen(),
            lambda: Ask(what="down here too", report=True),
            lambda: AttendBridge(who="a,b,c,d,e,f,g,h", here=bool(pick.below(2))),
            lambda: Attach(body=ev.BridgeSet("https://call.example")),
            lambda: command(pick, desk.state, desk.now),
        )
    )()  # fmt: skip


@LAWS
@given(st.binary(min_size=40, max_size=160))
def test_whatever_happens_one_person_sees_one_at_a_time_two_minutes_apart_and_none_twice(data):
    pick = Choices(data)
    desk = room(command=False)
    last = dict.fromkeys(NAMES, ("", -HOUR))
    while pick.left:
        desk.name = pick.of(NAMES)
        desk.ask(an_act(pick, desk))
        for _ in range(pick.of((1, 1, 2, 5, 40))):
            state, now = desk.state, desk.now
            settled = {key[1] for key, _ in state.under(ev.PromptSettled.type)}
            for name in NAMES:
                prompt = visible(state, now, name)
                assert prompt == visible(state, now, name)
                if prompt is None:
                    continue
                assert state.open
                assert prompt.key not in settled
                assert prompt.key in {p.key for p in prompts(state, now)}
                key, when = last[name]
                assert prompt.key == key or now - when >= APART, (key, prompt.key, (now - when) / 1000)
                last[name] = (prompt.key, now)
            desk.now += 20 * SECOND


@LAWS
@given(st.binary(min_size=100, max_size=300))
def test_whatever_was_written_by_whomever_it_says_the_same_in_any_order_of_arrival(data):
    pick = Choices(data)
    facts = history(Choices(data[::2]))
    replay = Replay()
    replay.receive(pick.shuffled(facts))
    plain = state_of(facts)
    for now in (T0 - HOUR, T0, T0 + 12 * MINUTE, T0 + 200 * MINUTE):
        assert prompts(replay.state, now) == prompts(plain, now)
        for name in ("", *NAMES):
            assert visible(replay.state, now, name) == visible(plain, now, name)


def test_two_replicas_that_know_the_same_say_the_same():
    desk = declared()
    desk.do(GiveTask(who="ivo", what="roll back", within=MINUTE))
    twin = other(desk)
    assert prompts(twin.state, desk.now + HOUR) == prompts(desk.state, desk.now + HOUR) != ()
