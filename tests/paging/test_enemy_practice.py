"""What goes wrong with the tools there are, as their own users reported it: each must be impossible here."""

import pytest
from msgspec.structs import replace

from facts import POLICY, T0, Desk
from farside import FarSide, says, silence
from hand_kit import FOUR, MINUTE, hook
from warroom.channels.base import Channel, Sent
from warroom.channels.courier import Courier
from warroom.config.channels import Channels, Webhook
from warroom.core import escalation
from warroom.core import events as ev
from warroom.core import run as running
from warroom.core.acts.delivery import TakePager
from warroom.core.acts.lifecycle import ChangePhase, Declare
from warroom.core.acts.paging import Acknowledge, Escalate, Snooze
from warroom.core.values import HOUR, SECOND, Refused


def paged(it):
    return [page["to"] for page in it.house.pages]


def arrived(it, count=1):
    it.until(lambda: sum(state == "sent" for *_, state in it.states()) >= count)


def test_acknowledged_and_forgotten_it_pages_again(pager, hand):
    """target/goalert#3378, grafana/oncall#4062"""
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Acknowledge(who="sre1"))
    hand.passes(29 * MINUTE)
    it.settled()
    assert paged(it) == ["sre1"]
    hand.passes(2 * MINUTE)
    arrived(it, 2)
    assert paged(it) == ["sre1", "sre1"]


def test_who_is_next_and_when_is_known_at_any_moment(pager, hand):
    """grafana/oncall#275"""
    it = pager(policy=FOUR).declare()
    arrived(it)
    hand.passes(2 * MINUTE)
    view = escalation.view(it.state, hand.now())
    assert (view.current.target.name, view.next.target.name) == ("Primary on call", "Database")
    assert view.next.at - hand.now() == 3 * MINUTE


def test_a_level_with_nobody_in_it_costs_no_time(pager):
    """target/goalert#4548"""
    empty_first = (
        'id = "quick"\n[[level]]\nafter = "PT1S"\nnotify = []\n[[level]]\nafter = "PT2S"\nnotify = ["contact:db1"]\n'
    )
    it = pager(policy=empty_first).declare()
    it.hand.passes(2 * SECOND)
    arrived(it)
    assert paged(it) == ["db1"]
    assert it.texts("skipped") == ["L1 calls nobody · nobody is in it"]


def test_a_level_that_nobody_can_reach_is_said_with_its_number_and_pages_no_level_early(house, pager, hand):
    """grafana/oncall#1326, #1511"""
    it = house(watch="off", policy=FOUR)
    it.write(
        "contacts.toml",
        '[contact.sre1]\nname = "P"\nreach = ["hook"]\n[contact.db1]\nname = "D"\nphone = "+44 20"\n'
        '[contact.db2]\nname = "E"\nreach = ["hook"]\n',
    )
    by = pager(it).declare()
    arrived(by)
    hand.passes(5 * MINUTE)
    by.until(lambda: ("db1", "", "failed") in by.states())
    assert "no channel here reaches them; ring +44 20" in by.texts("not sent")[-1]
    hand.passes(4 * MINUTE)
    by.settled()
    assert paged(by) == ["sre1"]


def test_a_channel_that_fails_is_on_the_log_for_everybody_with_why(pager, far):
    """grafana/oncall#1503"""
    far.answers(says(403, {"message": "key revoked"}))
    it = pager(policy=FOUR).declare()
    it.until(lambda: it.states() == [("sre1", "hook", "failed")])
    [said] = it.texts("not sent")
    assert "NOT SENT" in said
    assert "key revoked" in said


def test_a_jump_says_whom_it_called_and_why(pager):
    """target/goalert#3085, #3549"""
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Escalate(level=3, why="the database is on fire"))
    arrived(it, 2)
    assert it.texts("escalate") == ["L3 Database two · the database is on fire"]
    assert "the database is on fire" in str(it.house.pages[-1]["brief"])


def test_after_an_acknowledgement_no_way_to_anybody_goes_on(house, pager, far, hand):
    """grafana/oncall#4654, #4760"""
    it = house(watch="off", policy=FOUR)
    other = FarSide()
    it.write("channels.toml", 'fallback = ["sms"]\n' + hook("hook", far.port) + hook("sms", other.port))
    far.answers(says(503))
    other.answers(says(503))
    by = pager(it).declare()
    for _ in range(10):
        hand.passes(2 * SECOND)
        by.settled()
    assert {channel for _, channel, _ in by.states()} == {"hook", "sms"}
    by.do(Acknowledge(who="sre1"))
    by.until(lambda: {state for *_, state in by.states()} == {"dropped"})
    far.answers(says(200))
    count = len(far.requests) + len(other.requests)
    for _ in range(29):
        hand.passes(MINUTE)
        by.settled()
    assert len(far.requests) + len(other.requests) == count
    other.close()


def test_every_silence_ends_by_itself(pager, hand):
    """target/goalert#3230"""
    it = pager(policy=FOUR).declare()
    arrived(it)
    it.do(Snooze(length=4 * HOUR, why="the vendor is on it"))
    hand.passes(3 * HOUR)
    it.settled()
    assert paged(it) == ["sre1"]
    hand.passes(HOUR)
    arrived(it, 2)
    assert paged(it) == ["sre1", "db1"]
    room = it.desk.open(it.path)
    with room.log:
        room.load()
        assert isinstance(room.do(Snooze(length=5 * HOUR, why="longer")), Refused)


def test_an_incident_that_is_resolved_calls_nobody(pager, hand):
    """keephq/keep#2481, #3142"""
    late = '[[trigger]]\nid = "late"\nelapsed = "PT3M"\njump = 3\n'
    it = pager(policy=FOUR + late).declare()
    arrived(it)
    it.do(ChangePhase(phase="resolved"))
    for _ in range(20):
        hand.passes(MINUTE)
        it.settled()
    assert paged(it) == ["sre1"]


@pytest.mark.parametrize("answer", [silence, says(500), says(200, {"ok": False, "error": "fatal_error"})])
def test_while_chat_is_down_an_incident_is_declared_and_paged(house, pager, far, monkeypatch, answer):
    """Netflix/dispatch#1163, #4086; the outages of Slack, Facebook and Cloudflare"""
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-of-nobody")
    chat = FarSide()
    chat.answers(answer)
    two = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1", "contact:db1"]\n'
    it = house(watch="off", policy=two)
    it.write(
        "channels.toml",
        '[channel.slack]\nkind = "slack"\ntoken_env = "SLACK_TOKEN"\nchannel = "C1"\nstatus = true\n'
        f'url = "{chat.url}"\n' + hook("hook", far.port),
    )
    it.write(
        "contacts.toml", '[contact.sre1]\nname = "P"\nreach = ["slack"]\n[contact.db1]\nname = "D"\nreach = ["hook"]\n'
    )
    by = pager(it, timeout_s="0.5").declare()
    by.until(lambda: ("db1", "hook", "sent") in by.states())
    chat.close()


def test_a_night_that_nobody_answers_costs_no_more_to_look_at_for_each_page_of_it(monkeypatch):
    """Forty levels, round after round: what was a moment at the first page stays one at the last."""

    class Answering(Channel):
        answers = finds = follows = True

    levels = tuple(ev.Level(n * MINUTE, "", (ev.Target(f"contact:c{n}", f"c{n}", reach=("hook",)),)) for n in range(40))
    desk = Desk(now=T0)
    desk.do(Declare(title="down", severity="SEV2", attach=(replace(POLICY, levels=levels, repeat=4),)))
    desk.do(TakePager(token="me", where="w"))
    courier = Courier(
        "me", Channels({"hook": Webhook(kind="webhook", url="http://x/")}), {"hook": Answering("hook")}, lambda _: 0
    )
    for _ in range(120):
        for command, job in courier.due(desk.state, desk.now):
            desk.do(command)
            if job:
                courier.begun(job)
                for then in courier.done(desk.state, job, Sent("there"), desk.now):
                    desk.do(then)
        desk.now += MINUTE
    steps = []
    call = running._call
    monkeypatch.setattr(running, "_call", lambda run, made: (steps.append(1), call(run, made))[1])
    courier.jobs(desk.state, desk.now)
    courier.wake(desk.state, desk.now)
    assert len(steps) <= 4 * 120
