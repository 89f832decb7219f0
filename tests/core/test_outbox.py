"""What the pager owes at a moment, and that it owes it once."""

from msgspec.structs import replace

from facts import BO, DANA, POLICY, SAM, T0, Choices, Desk, declared, history
from laws import holds
from warroom.core import events as ev
from warroom.core import order, outbox
from warroom.core import run as running
from warroom.core.acts.delivery import Deliver, LetGoOfPager, SkipLevel, TakePager
from warroom.core.acts.lifecycle import Attach, ChangePhase, Declare
from warroom.core.acts.paging import (
    Acknowledge,
    CallOff,
    CallSpecialist,
    Escalate,
    ReportNoAnswer,
    Snooze,
    StepClock,
    TellOnCall,
)
from warroom.core.values import MINUTE

M = MINUTE
TAKE = TakePager(token="me", where="watch@host")


def begun(desk, page, state="sending", channel="hook", **more):
    """The command that this page was begun, or what became of it."""
    key = outbox.key(desk.state.id, page, channel, "")
    call = page.call
    return Deliver(
        delivery=ev.DeliveryChanged(
            key, state, channel=channel, ref=page.target.ref, who=page.target.name, level=call.level,
            backup=call.backup, round=call.round, topic=page.topic, cause=call.cause, due=call.due, pager="me", **more,
        )
    )  # fmt: skip


def pager():
    desk = declared()
    desk.do(TAKE)
    return desk


def owed(desk):
    return [(p.place, p.target.name) for p in outbox.pages(desk.state, desk.now)]


def test_the_level_that_is_due_is_owed_until_it_was_begun():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    assert owed(desk) == [("L1", "dana")]
    desk.do(begun(desk, page))
    assert owed(desk) == []


def test_everybody_whom_a_level_calls_at_once_is_owed_a_page_of_their_own():
    desk = Desk()
    both = replace(POLICY, levels=(ev.Level(0, "", (DANA, BO)),))
    desk.do(Declare(title="down", severity="SEV2", attach=(both,)))
    desk.do(TAKE)
    assert owed(desk) == [("L1", "dana"), ("L1", "bo")]
    keys = {outbox.key(desk.state.id, page, "hook", "") for page in outbox.pages(desk.state, desk.now)}
    assert len(keys) == 2


def test_two_ways_to_one_person_two_rounds_and_two_reasons_have_different_keys():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    inc = desk.state.id
    keys = {outbox.key(inc, page, "hook", ""), outbox.key(inc, page, "mail", ""), outbox.key(inc, page, "mail", "a@b")}
    again = replace(page, call=replace(page.call, round=1))
    other = replace(page, call=replace(page.call, cause="X"))
    keys |= {outbox.key(inc, again, "hook", ""), outbox.key(inc, other, "hook", "")}
    assert len(keys) == 5
    assert all(len(key) == 40 for key in keys)


def test_after_a_gap_only_the_last_level_is_owed_and_the_others_are_to_be_logged():
    desk = pager()
    desk.now += 12 * M
    assert owed(desk) == [("L3", "bo")]
    [skip] = outbox.passed(desk.state, desk.now)
    assert (skip.level, skip.who, skip.due) == (1, "dana", T0)
    desk.do(SkipLevel(skip=skip))
    assert outbox.passed(desk.state, desk.now) == []
    assert "logged already" in desk.refusal(SkipLevel(skip=skip))


def test_an_empty_level_is_logged_with_why_once_its_turn_has_come():
    desk = pager()
    assert outbox.empty(desk.state, desk.now) == []
    desk.now += POLICY.levels[1].after
    [skip] = outbox.empty(desk.state, desk.now)
    assert (skip.level, skip.due, skip.text()) == (2, T0 + POLICY.levels[1].after, "L2 calls nobody · nobody is in it")
    desk.do(SkipLevel(skip=skip))
    desk.now += 12 * M
    assert outbox.empty(desk.state, desk.now) == []


def test_a_level_in_its_quiet_hours_is_logged_as_such():
    levels = (ev.Level(0, "", (DANA,)), ev.Level(M, "", (SAM,), quiet=((T0, T0 + 60 * M),)), ev.Level(5 * M, "", (BO,)))
    desk = Desk()
    desk.do(Declare(title="down", severity="SEV2", attach=(replace(POLICY, levels=levels),)))
    desk.now += 2 * M
    [skip] = outbox.empty(desk.state, desk.now)
    assert (skip.level, skip.due, skip.why) == (2, T0 + M, "quiet hours")


def test_whoever_jumps_past_an_empty_level_has_not_passed_it_over():
    desk = pager()
    desk.do(Escalate(level=3))
    desk.now += M
    assert outbox.empty(desk.state, desk.now) == []


def test_a_level_that_a_snooze_held_back_is_not_said_to_have_been_due_while_nobody_paged():
    desk = pager()
    desk.do(Snooze(length=5 * M, why="vendor"))
    desk.do(Escalate(level=3))
    [skip] = outbox.passed(desk.state, desk.now)
    assert skip.level == 1
    assert skip.why == "it was snoozed then, and the escalation moved on before that ended"


def test_a_level_that_somebody_moved_on_from_at_once_is_said_to_be_that():
    desk = pager()
    desk.do(ReportNoAnswer())
    desk.do(Escalate(level=3))
    assert {skip.why for skip in outbox.passed(desk.state, desk.now)} == {"the escalation moved on at once"}


def test_nothing_is_owed_while_it_is_snoozed_acknowledged_called_off_or_over():
    for command in (
        Snooze(length=5 * M, why="vendor"),
        Acknowledge(who="dana"),
        CallOff(why="false alarm"),
        ChangePhase(phase="resolved"),
    ):
        desk = pager()
        desk.do(command)
        assert owed(desk) == [], command


def test_an_acknowledgement_that_ran_out_owes_a_page_for_a_new_reason():
    desk = pager()
    [first] = outbox.pages(desk.state, desk.now)
    desk.do(begun(desk, first))
    [ack] = desk.do(Acknowledge(who="dana"), after=M)
    desk.now += 31 * M
    [again] = outbox.pages(desk.state, desk.now)
    assert (again.place, again.target, again.call.cause) == ("L1", DANA, ack.id)


def test_no_answer_owes_the_backup_a_page():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    desk.do(begun(desk, page))
    desk.do(ReportNoAnswer(tried="phone"))
    assert owed(desk) == [("L1 backup", "sam")]


def test_a_specialist_is_owed_beside_the_hierarchy_and_moves_on_by_itself():
    desk = pager()
    desk.do(CallSpecialist(topic="d", why="locks"))
    assert owed(desk) == [("L1", "dana"), ("db", "bo")]
    desk.now += 6 * M
    assert ("db", "sam") in owed(desk)
    desk.do(Acknowledge(who="sam"))
    assert owed(desk) == [("L1", "dana")]


def test_only_the_process_that_holds_the_pager_writes_deliveries():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    desk.do(TakePager(token="other", where="console@laptop"))
    assert "console@laptop holds the pager" in desk.refusal(begun(desk, page))
    assert "holds the pager" in desk.refusal(LetGoOfPager(token="me"))
    desk.do(LetGoOfPager(token="other"))
    assert desk.state.pager is None


def test_a_page_is_not_begun_twice_and_not_after_it_is_over():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    desk.do(begun(desk, page))
    assert "being sent already" in desk.refusal(begun(desk, page))
    desk.do(begun(desk, page, "sent"))
    for state in ("sending", "queued", "failed", "unknown"):
        assert "sent" in desk.refusal(begun(desk, page, state))


def test_before_a_resend_the_page_must_still_be_open():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    desk.do(begun(desk, page))
    desk.do(begun(desk, page, "queued", again=desk.now))
    desk.do(Acknowledge(who="dana"))
    assert "dana has it" in desk.refusal(begun(desk, page))
    desk.do(begun(desk, page, "dropped"))


def test_a_person_who_declined_is_not_paged_again_by_another_way():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    [sent] = desk.do(begun(desk, page))
    desk.do(ReportNoAnswer(declined=True, who="dana"))
    assert outbox.closed(desk.state, sent.body, desk.now) == "dana: declined"


def test_pages_that_arrived_are_told_of_an_answer_and_of_the_end():
    desk = pager()
    [page] = outbox.pages(desk.state, desk.now)
    desk.do(begun(desk, page))
    desk.do(begun(desk, page, "accepted", answers=True))
    assert [d.ref for d in outbox.waiting_for_answer(desk.state, desk.now)] == ["contact:dana"]
    desk.do(Acknowledge(who="lee"))
    [told] = outbox.to_tell(desk.state, desk.now)
    assert (told.what, told.who, told.of.channel) == ("acknowledge", "lee", "hook")
    assert outbox.waiting_for_answer(desk.state, desk.now) == []
    desk.do(ChangePhase(phase="resolved"))
    assert [t.what for t in outbox.to_tell(desk.state, desk.now)] == ["resolve"]


def test_the_pager_sleeps_until_the_next_thing_and_no_longer():
    desk = pager()
    assert outbox.wake(desk.state, desk.now) == T0 + 10 * M
    desk.do(Acknowledge(who="dana"))
    assert outbox.wake(desk.state, desk.now) == T0 + 30 * M
    desk.do(Escalate(level=3))
    assert outbox.wake(desk.state, desk.now) == T0 + 5 * M
    desk.do(CallOff(why="so"))
    assert outbox.wake(desk.state, desk.now) is None


def test_a_clock_that_is_set_leaves_what_was_left():
    desk = pager()
    desk.do(StepClock(by=60 * M, where="host"), after=4 * M)
    desk.now += 60 * M
    assert outbox.wake(desk.state, desk.now) - desk.now == 6 * M
    assert owed(desk) == [("L1", "dana")]


def test_who_is_on_call_is_whoever_has_the_turn_then_and_a_far_schedule_may_say_another():
    web = ev.Target(
        "oncall:web", "Web", shifts=(ev.Shift(0, "contact:bo", "bo"), ev.Shift(T0 + 5 * M, "contact:sam", "sam"))
    )
    policy = replace(POLICY, policy="turns", levels=(ev.Level(0, "", (web,)), ev.Level(6 * M, "", (web,))))
    desk = pager()
    desk.do(Attach(body=policy))
    assert owed(desk) == [("L1", "bo")]
    desk.now += 7 * M
    assert owed(desk) == [("L2", "sam")]
    desk.do(TellOnCall(ref="oncall:web", shifts=(ev.Shift(0, "contact:dana", "dana"),), asked=desk.now))
    assert owed(desk) == [("L2", "dana")]
    assert "known already" in desk.refusal(
        TellOnCall(ref="oncall:web", shifts=(ev.Shift(0, "contact:dana", "dana"),), asked=desk.now + 1)
    )


def test_a_level_in_its_quiet_hours_is_passed_over_unless_nobody_would_be_called():
    quiet = ((T0, T0 + 60 * M),)
    levels = (
        ev.Level(0, "", (DANA,), quiet=quiet),
        ev.Level(5 * M, "", (BO,)),
        ev.Level(9 * M, "", (SAM,), quiet=quiet),
    )
    run = running.start(ev.PolicyAttached("p", levels), T0)
    assert (run.next.level, run.next.due) == (2, T0 + 5 * M)
    assert running.advance(run, T0 + 20 * M).next is None
    alone = running.start(ev.PolicyAttached("p", levels[:1]), T0)
    assert alone.next.level == 1


def owed_once(data: bytes) -> None:
    """Whatever happened: a page that is begun is owed no more, two looks owe the same, no key is shared."""
    replay = order.Replay()
    replay.receive(history(Choices(data)))
    desk = Desk("r9", "watch", T0 + 9 * M)
    desk.receive(replay.state.facts)
    desk.ask(TAKE)
    if desk.state.pager is None:
        return
    for _ in range(3):
        pages = outbox.pages(desk.state, desk.now)
        assert pages == outbox.pages(desk.state, desk.now)
        keys = [outbox.key(desk.state.id, page, "way", "") for page in pages]
        assert len(keys) == len(set(keys))
        for page in pages:
            desk.ask(begun(desk, page, channel="way"))
        left = {outbox.key(desk.state.id, page, "way", "") for page in outbox.pages(desk.state, desk.now)}
        assert not left & {d.delivery for d in desk.state.deliveries}
        for skip in outbox.passed(desk.state, desk.now):
            desk.ask(SkipLevel(skip=skip))
        assert outbox.passed(desk.state, desk.now) == []
        desk.now += 7 * M


def test_a_page_is_owed_once_in_any_history():
    holds(owed_once, 300)
