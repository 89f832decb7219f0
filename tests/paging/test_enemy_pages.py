"""What must never come to be: nobody paged, somebody paged twice, a page after an answer, a level lost.

Each of these is a night that some tool in this field has had, or that this one nearly had.
"""

import pytest

from farside import FarSide, says
from hand_kit import FOUR, MINUTE, hook
from warroom.channels.webhook import WebhookChannel
from warroom.core import escalation
from warroom.core.acts.entries import Redact, Undo
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity, Reopen
from warroom.core.acts.paging import (
    Acknowledge,
    CallOff,
    CallSpecialist,
    Escalate,
    ReportNoAnswer,
    Snooze,
)
from warroom.core.values import HOUR, SECOND

ONE = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
BACKED = ONE + 'backup = ["contact:db1"]\n[[level]]\nafter = "PT5M"\nnotify = ["contact:db2"]\n'
TWO_AT_ONCE = (
    'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1", "contact:db1"]\nbackup = ["contact:db2"]\n'
)
SPECIALIST = ONE + '[[specialist]]\ntopic = "db"\nnotify = ["contact:db1"]\n'


def keys(it):
    return [str(page["key"]) for page in it.house.pages]


def paged(it):
    return [page["to"] for page in it.house.pages]


def quiet(it, minutes=1):
    """So long, a step at a time, as a pager lives through it."""
    for _ in range(minutes * 6):
        it.hand.passes(10 * SECOND)
        it.settled()


def arrived(it, count=1):
    it.until(lambda: sum(state == "sent" for *_, state in it.states()) >= count)


# ── nobody is paged ──


def test_somebody_who_declined_is_paged_again_when_they_are_called_again(pager):
    it = pager(policy=BACKED).declare()
    arrived(it)
    it.do(ReportNoAnswer(declined=True, who="sre1"))
    arrived(it, 2)
    it.do(Escalate(level=1))
    arrived(it, 3)
    assert paged(it) == ["sre1", "db1", "sre1"]
    assert len(set(keys(it))) == 3


def test_a_page_that_an_answer_stopped_goes_out_once_the_answer_is_taken_back(pager, far):
    far.answers(says(503))
    it = pager(policy=ONE).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    it.do(Acknowledge(who="ivo"))
    it.until(lambda: it.states() == [("sre1", "hook", "dropped")])
    far.answers(says(200))
    it.do(Undo())
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    assert len(set(keys(it))) == 1


def test_when_one_of_two_declines_the_other_may_still_decline_and_the_backup_is_called(pager):
    it = pager(policy=TWO_AT_ONCE).declare()
    arrived(it, 2)
    it.do(ReportNoAnswer(declined=True, who="db1"))
    it.settled()
    assert sorted(map(str, paged(it))) == ["db1", "sre1"]  # both at once, in whatever order
    it.do(ReportNoAnswer(declined=True, who="sre1"))
    arrived(it, 3)
    assert paged(it)[2:] == ["db2"]


def test_when_one_of_two_declines_the_other_is_paged_all_the_same(house, pager, far):
    it = house(watch="off", policy=TWO_AT_ONCE)
    other = FarSide()
    it.write("channels.toml", hook("hook", far.port) + hook("slow", other.port))
    it.write(
        "contacts.toml",
        '[contact.sre1]\nname = "P"\nreach = ["slow"]\n[contact.db1]\nname = "D"\nreach = ["hook"]\n'
        '[contact.db2]\nname = "E"\nreach = ["hook"]\n',
    )
    other.answers(says(503))
    by = pager(it).declare()
    by.until(lambda: ("sre1", "slow", "queued") in by.states() and ("db1", "hook", "sent") in by.states())
    by.do(ReportNoAnswer(declined=True, who="db1"))
    other.answers(says(200))
    by.hand.passes(5 * SECOND)
    by.until(lambda: ("sre1", "slow", "sent") in by.states())
    other.close()


def test_a_backup_who_declines_calls_the_next_level_at_once(pager):
    it = pager(policy=BACKED).declare()
    arrived(it)
    it.do(ReportNoAnswer(declined=True, who="sre1"))
    arrived(it, 2)
    it.do(ReportNoAnswer(declined=True, who="db1"))
    arrived(it, 3)
    assert paged(it) == ["sre1", "db1", "db2"]


def test_a_trigger_on_an_empty_level_calls_the_next_one_that_has_somebody(house, pager):
    policy = (
        ONE + '[[level]]\nafter = "PT30M"\nnotify = []\n[[level]]\nafter = "PT40M"\nnotify = ["contact:db2"]\n'
        '[[trigger]]\nid = "worse"\nseverity = ["SEV1"]\njump = 2\n'
    )
    it = pager(policy=policy).declare()
    arrived(it)
    it.do(ChangeSeverity(severity="SEV1", why="all of it is down"))
    arrived(it, 2)
    assert paged(it) == ["sre1", "db2"]


@pytest.mark.parametrize("hours", [1, -1])
def test_a_page_that_waits_for_its_next_try_keeps_what_was_left_when_the_clock_is_set(pager, far, hand, hours):
    far.answers(says(429, headers={"Retry-After": "60"}), says(200))
    it = pager(policy=FOUR).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    hand.passes(30 * SECOND)
    hand.is_set(hours * HOUR)
    it.settled()
    assert len(far.requests) == 1
    hand.passes(20 * SECOND)
    it.settled()
    assert len(far.requests) == 1
    hand.passes(11 * SECOND)
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])


def test_a_burst_before_the_clock_is_set_back_holds_up_no_later_page(pager, hand):
    it = pager(policy=ONE)
    paths = []
    for _ in range(5):
        paths.append(it.declare().path)
    it.until(lambda: len(paged(it)) == 5)
    hand.is_set(-HOUR)
    it.declare()
    it.turn()
    hand.passes(2 * SECOND)
    it.until(lambda: len(paged(it)) == 6)


def test_who_is_on_call_is_asked_of_the_moment_of_each_level(house, pager, hand):
    it = house(
        watch="off",
        policy=ONE.replace("contact:sre1", "oncall:web") + '[[level]]\nafter = "PT61M"\nnotify = ["oncall:web"]\n',
    )
    it.write(
        "contacts.toml",
        '[contact.sre1]\nname = "One"\nreach = ["hook"]\n[contact.db1]\nname = "Two"\nreach = ["hook"]\n',
    )
    it.write(
        "oncall.toml",
        '[oncall.web]\npeople = ["contact:sre1", "contact:db1"]\nevery = "PT1H"\nstart = "2026-09-21T00:00"\n',
    )
    by = pager(it).declare()
    arrived(by)
    hand.passes(HOUR)
    by.settled()
    assert len(paged(by)) == 1  # the turn has changed, and no new level is due
    hand.passes(MINUTE)
    arrived(by, 2)
    assert sorted(str(who) for who in paged(by)) == ["db1", "sre1"]


def test_forty_levels_each_call_whom_they_name_in_their_turn(pager, hand):
    it = pager(
        policy='id = "quick"\n'
        + "".join(
            f'[[level]]\nafter = "PT{n}M"\nnotify = ["contact:{"sre1" if n % 2 else "db1"}"]\n' for n in range(40)
        )
    ).declare()
    arrived(it)
    for n in range(1, 40):
        hand.passes(MINUTE)
        arrived(it, n + 1)
    assert [page["level"] for page in it.house.pages] == list(range(1, 41))
    assert it.texts("skipped") == []


def test_a_policy_of_one_level_that_asks_for_a_hundred_rounds_pages_in_each_and_ends(pager, hand):
    it = pager(policy='id = "quick"\nrepeat = 100\n' + ONE.partition("\n")[2]).declare()
    for _ in range(30):
        it.settled()
        hand.passes(5 * MINUTE)
    assert [page["round"] for page in it.house.pages] == list(range(21))
    assert len(set(keys(it))) == 21
    assert escalation.view(it.state, hand.now()).status == "exhausted"


# ── somebody is paged who has answered, or twice ──


@pytest.mark.parametrize(
    ("act", "says_"),
    [
        (Acknowledge(who="ivo"), "ivo has it"),
        (CallOff(why="false alarm"), "it was called off"),
        (ChangePhase(phase="resolved"), "the incident is resolved"),
        (ReportNoAnswer(declined=True, who="sre1"), "Primary on call: declined"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_nothing_goes_out_after_somebody_ended_it(pager, far, act, says_):
    far.answers(says(503))
    it = pager(policy=ONE).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    it.do(act)
    it.until(lambda: it.states() == [("sre1", "hook", "dropped")])
    assert it.state.deliveries[0].why == says_
    count = len(far.requests)
    quiet(it, 3)
    assert len(far.requests) == count


def test_what_the_far_side_refused_while_somebody_answered_was_not_perhaps_sent(pager, far):
    gate = []

    def refuses_late(line, request):
        gate.append(request)
        while len(gate) < 2:
            line.closing.wait(0.01)
        says(503)(line, request)

    far.answers(refuses_late)
    it = pager(policy=ONE).declare()
    it.until(lambda: gate)
    it.do(Acknowledge(who="ivo"))
    it.turn()
    gate.append(None)
    it.until(lambda: it.states() == [("sre1", "hook", "dropped")])
    assert it.state.deliveries[0].why == "ivo has it"
    assert not any("perhaps sent" in text for text in it.texts("paged"))


def test_resolved_while_it_is_being_sent_it_was_sent_and_nobody_else_is_paged(pager, far, hand):
    gate = []

    def answers_late(line, request):
        gate.append(request)
        while len(gate) < 2:
            line.closing.wait(0.01)
        says(200)(line, request)

    far.answers(answers_late)
    it = pager(policy=FOUR).declare()
    it.until(lambda: gate)
    it.do(ChangePhase(phase="resolved"))
    it.turn()
    gate.append(None)
    it.until(lambda: it.states() == [("sre1", "hook", "sent")])
    quiet(it, 10)
    assert len(far.requests) == 1
    assert it.state.pager is None


def test_reopened_it_calls_level_1_again_for_its_own_reason(pager):
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(ChangePhase(phase="resolved"))
    it.settled()
    it.do(Reopen(why="it is back"))
    arrived(it, 2)
    assert paged(it) == ["sre1", "sre1"]
    assert len(set(keys(it))) == 2


def test_an_answer_that_is_taken_back_leaves_the_old_due_time_and_pages_nobody_again(pager, hand):
    it = pager(policy=FOUR).declare()
    arrived(it)
    hand.passes(4 * MINUTE)
    it.do(Acknowledge(who="sre1"))
    it.settled()
    hand.passes(30 * SECOND)
    it.do(Undo())
    it.settled()
    view = escalation.view(it.state, hand.now())
    assert (view.next.level, view.next.at - hand.now()) == (2, 30 * SECOND)
    assert paged(it) == ["sre1"]
    hand.passes(30 * SECOND)
    arrived(it, 2)
    assert paged(it) == ["sre1", "db1"]


def test_an_answer_by_somebody_whom_no_policy_knows_stops_it_too(pager):
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Acknowledge(who="Ana [red]; \x1b[31m of support"), by="somebody")
    quiet(it, 6)
    assert paged(it) == ["sre1"]


def test_a_snooze_holds_up_a_page_that_waits_too_and_it_goes_out_afterwards(pager, far, hand):
    far.answers(says(503))
    it = pager(policy=FOUR).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    it.do(Snooze(length=10 * MINUTE, why="the vendor is on it"))
    it.settled()
    far.answers(says(200))
    count = len(far.requests)
    quiet(it, 9)
    assert len(far.requests) == count
    hand.passes(2 * MINUTE)
    it.until(lambda: ("sre1", "hook", "sent") in it.states() or ("db1", "hook", "sent") in it.states())


def test_an_answer_during_a_snooze_ends_it_and_running_out_pages_at_once(pager, hand):
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Snooze(length=4 * HOUR, why="the vendor is on it"))
    it.do(Acknowledge(who="sre1"))
    hand.passes(31 * MINUTE)
    arrived(it, 2)
    assert paged(it) == ["sre1", "sre1"]


def test_a_jump_while_somebody_has_it_pages_that_level_once(pager, hand):
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Acknowledge(who="sre1"))
    it.settled()
    it.do(Escalate(level=3))
    arrived(it, 2)
    quiet(it)
    assert paged(it) == ["sre1", "db2"]


def test_a_specialist_who_has_it_is_not_paged_again_by_a_trigger(house, pager):
    it = pager(policy=SPECIALIST + '[[trigger]]\nid = "worse"\nseverity = ["SEV1"]\npage = "db"\n').declare()
    arrived(it)
    it.do(CallSpecialist(topic="db"))
    arrived(it, 2)
    it.do(Acknowledge(who="db1"))
    it.do(ChangeSeverity(severity="SEV1", why="all of it is down"))
    quiet(it, 2)
    assert paged(it) == ["sre1", "db1"]


def test_a_specialist_called_twice_in_a_row_is_paged_twice_for_two_reasons(pager):
    it = pager(policy=SPECIALIST).declare()
    arrived(it)
    it.do(CallSpecialist(topic="db", why="locks"))
    arrived(it, 2)
    it.do(Acknowledge(who="db1"))
    it.do(CallSpecialist(topic="db", why="other locks"))
    arrived(it, 3)
    assert paged(it) == ["sre1", "db1", "db1"]
    assert len(set(keys(it))) == 3


def test_a_trigger_that_fired_does_not_fire_again_because_the_clock_was_set(house, pager, hand):
    it = pager(policy=SPECIALIST + '[[trigger]]\nid = "late"\nelapsed = "PT1M"\npage = "db"\n').declare()
    arrived(it)
    hand.passes(MINUTE)
    arrived(it, 2)
    hand.is_set(HOUR)
    quiet(it, 2)
    assert paged(it) == ["sre1", "db1"]


@pytest.mark.parametrize("hours", [1, -1])
def test_a_trigger_keeps_what_was_left_when_the_clock_is_set(house, pager, hand, hours):
    it = pager(policy=SPECIALIST + '[[trigger]]\nid = "late"\nelapsed = "PT30M"\npage = "db"\n').declare()
    arrived(it)
    hand.passes(10 * MINUTE)
    it.turn()
    hand.is_set(hours * HOUR)
    it.settled()
    hand.passes(19 * MINUTE)
    it.settled()
    assert paged(it) == ["sre1"]
    hand.passes(2 * MINUTE)
    arrived(it, 2)


def test_a_level_that_the_clock_has_called_is_not_called_again_by_a_trigger(pager, hand):
    it = pager(policy=FOUR + '[[trigger]]\nid = "late"\nelapsed = "PT7M"\njump = 2\n').declare()
    arrived(it)
    hand.passes(5 * MINUTE)
    arrived(it, 2)
    quiet(it, 4)
    assert paged(it) == ["sre1", "db1"]


def test_a_page_of_an_earlier_round_gives_way_to_the_one_of_the_next(pager, far, hand):
    far.answers(says(503))
    it = pager(policy='id = "quick"\nrepeat = 1\n' + ONE.partition("\n")[2]).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    hand.passes(5 * MINUTE)
    it.until(lambda: it.states() == [("sre1", "hook", "dropped"), ("sre1", "hook", "queued")])
    far.answers(says(200))
    count = len(far.requests)
    hand.passes(MINUTE)
    it.until(lambda: it.states()[-1] == ("sre1", "hook", "sent"))
    quiet(it)
    assert len(far.requests) == count + 1


def test_a_delivery_whose_words_are_redacted_was_sent_all_the_same(pager):
    it = pager(policy=ONE).declare()
    arrived(it)
    sent = [e for e in it.state.facts if e.body.kind == "paged"]
    for fact in reversed(sent):
        it.do(Redact(of=fact.id, why="a private number"))
    quiet(it)
    assert paged(it) == ["sre1"]


def test_an_answer_whose_words_are_redacted_still_stops_it(pager):
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Acknowledge(who="sre1", why="the password is hunter2"))
    [ack] = [e for e in it.state.facts if e.body.kind == "acked"]
    it.do(Redact(of=ack.id, why="a password"))
    quiet(it, 6)
    assert paged(it) == ["sre1"]


# ── what stands in names ──


@pytest.mark.parametrize(
    "title",
    ["\x1b]0;owned\x07 \x1b[2J down", "‮txt.exe‬ 🔥 ２２２ ﷽ é", "[link=http://x]a[/link] & <b>", "x" * 2_000],
    ids=["escapes", "unicode", "markup", "long"],
)
def test_a_title_of_any_kind_is_paged_as_text(pager, title):
    it = pager(policy=ONE).declare(title=title)
    arrived(it)
    [page] = it.house.pages
    said = f"{page['summary']}{page['brief']}{page['sms']}"
    assert said.strip()
    assert not any(ord(char) < 32 and char not in "\n\t" for char in said)


def test_a_title_of_a_megabyte_is_refused_with_a_sentence_and_leaves_no_file(house):
    import subprocess

    it = house(watch="off", policy=ONE)
    done = subprocess.run(
        [*it.words("declare", "-", "-s", "SEV2", "--policy", "quick")],
        input=b"x" * 1_000_000, env=it.env, capture_output=True, timeout=60,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr


def test_contacts_with_any_name_and_id_are_paged_and_answer(house, pager):
    it = house(watch="off", policy='id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:ana b.c [x]"]\n')
    it.write(
        "contacts.toml",
        '[contact."ana b.c [x]"]\nname = "Ana [bold]B[/] \\u001b[31m"\nphone = "[+44] 20"\nreach = ["hook"]\n',
    )
    by = pager(it).declare()
    arrived(by)
    assert paged(by) == ["ana b.c [x]"]
    by.do(Acknowledge(), by="ana b.c [x]")
    assert escalation.view(by.state, by.hand.now()).status == "acknowledged"
    assert "\x1b" not in str(by.said)


# ── the pager rests ──


def test_a_pager_rests_where_an_answer_is_awaited_from_a_channel_that_cannot_be_used(house, pager, far, monkeypatch):
    monkeypatch.setattr(WebhookChannel, "answers", True)
    it = house(watch="off", policy=FOUR)
    first = pager(it).declare()
    arrived(first)
    first.close()
    it.write("channels.toml", '[channel.hook]\nkind = "opsgenie"\nkey_env = "NOWHERE_SET"\n')
    second = pager(it)
    second.path = first.path
    quiet(second)
    assert second.state.pager is not None
    assert second.watch._sleep() == 1.0


def test_a_pager_rests_once_everything_is_sent(pager):
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.settled()
    assert it.watch._sleep() == 1.0


def test_a_pager_rests_while_it_is_snoozed_with_a_page_that_waits(pager, far):
    far.answers(says(503))
    it = pager(policy=FOUR).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "queued")])
    it.do(Snooze(length=10 * MINUTE, why="the vendor is on it"))
    quiet(it)
    assert it.watch._sleep() == 1.0
