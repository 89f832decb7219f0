"""The pinned message: posted once, changed in its place, current to the end, and nowhere where it must not be."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from held import Held, until
from slack_room import SlackRoom
from specs import checked
from warroom.channels import standing
from warroom.channels.base import Sent
from warroom.channels.factory import for_incident
from warroom.channels.hands import Hands
from warroom.channels.messages import Writer
from warroom.channels.secrets import Secret
from warroom.channels.slack import Slack
from warroom.config.channels import Channels
from warroom.config.channels import Slack as Form
from warroom.config.load import Library
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity
from warroom.core.acts.paging import Acknowledge
from warroom.core.acts.people import AssignRole
from warroom.core.events.delivery import SENT
from warroom.core.values import HOUR, MINUTE, incident_id
from warroom.net import Http

CHANNELS = """
[channel.chat]
kind = "slack"
token_env = "SLACK_TOKEN"
channel = "C1"
status = true
shared = SHARED
"""
CONTACTS = '[contact.sre1]\nname = "Ana Lima"\nreach = ["chat:U7"]\n[contact.db1]\nname = "Ivo"\nreach = ["chat:U7"]\n'
POLICY = """
id = "p"
[[level]]
after = "PT0S"
notify = ["contact:sre1"]
[[level]]
after = "PT5M"
notify = ["contact:db1"]
"""


@pytest.fixture
def room() -> SlackRoom:
    return SlackRoom()


@pytest.fixture
def held(room: SlackRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    monkeypatch.setattr(standing, "EVERY", 100)
    judge = checked(room, "slack")
    configure(tmp_path)
    form = Form(kind="slack", token_env="SLACK_TOKEN", channel="C1", status=True)
    held = Held(
        tmp_path, {"chat": Slack("chat", form, {"token": Secret("xoxb-1")}, Http(transport=httpx.MockTransport(judge)))}
    )
    yield held
    held.let_go()
    judge.clean()


def configure(home: Path, shared: str = "false") -> None:
    (home / "channels.toml").write_text(CHANNELS.replace("SHARED", shared))
    (home / "contacts.toml").write_text(CONTACTS)
    (home / "policies").mkdir(exist_ok=True)
    (home / "policies" / "p.toml").write_text(POLICY)


def _config(held: Held) -> Channels:
    return Library(held.paths).channels


def shown(room: SlackRoom) -> str:
    """What the pinned message says now; empty while there is none."""
    rows = [
        row for row in room.posts["C1"] if (row.get("metadata") or {}).get("event_payload", {}).get("what") == "status"
    ]
    assert len(rows) < 2, "there are two of them"
    return rows[0]["text"] if rows else ""


def reads(room: SlackRoom, *words: str) -> None:
    until(lambda: all(word in shown(room) for word in words), f"{words} never stood there")


def test_it_is_posted_and_pinned_when_a_pager_first_holds_the_incident(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    reads(room, "SEV2 Checkout returns 500s", "INC-K3F9, investigating", "In command: nobody yet", "L1 Ana Lima")
    until(lambda: room.pins)
    assert len(room.pins) == 1


def test_what_happens_is_shown_in_its_place(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    reads(room, "L2 Ivo next, at ")
    held.do(Acknowledge(who="Ana Lima"))
    reads(room, "Called: Ana Lima has it")
    held.do(ChangeSeverity(severity="SEV1", why="all of them"))
    held.do(ChangePhase(phase="mitigating"))
    held.do(AssignRole(role="commander", who="mei"))
    reads(room, "SEV1 Checkout", "INC-K3F9, mitigating", "In command: mei")
    assert room.calls.count("pins.add") == 1


def test_the_last_one_says_how_it_ended_and_then_it_is_let_go(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    reads(room, "investigating")
    held.do(ChangePhase(phase="resolved"))
    reads(room, "INC-K3F9, resolved after ")
    assert "Called" not in shown(room)
    held.until_let_go()


def test_only_the_first_and_the_last_are_facts(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    until(lambda: held.state.delivery(standing.key(held.inc, "chat")))
    first = held.state.delivery(standing.key(held.inc, "chat"))
    assert first
    assert (first.what, first.state, first.remote) == ("status", SENT, f"C1/{room.posts['C1'][0]['ts']}")
    held.do(ChangeSeverity(severity="SEV1", why="all of them"))
    reads(room, "SEV1")
    held.do(ChangePhase(phase="resolved"))
    held.until_let_go()
    assert len([each for each in held.state.deliveries if each.what == "status"]) == 2


def test_another_pager_goes_on_with_the_same_message(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    until(lambda: held.state.delivery(standing.key(held.inc, "chat")))
    held.let_go()
    held.do(ChangeSeverity(severity="SEV1", why="all of them"))
    held.hold()
    reads(room, "SEV1")


def test_a_message_that_nobody_wrote_down_is_found_again(held: Held, room: SlackRoom) -> None:
    mark = {
        "event_type": "warroom_delivery",
        "event_payload": {"key": standing.key(held.inc, "chat"), "what": "status"},
    }
    room._clock = held.now() // 1000
    room._keep("C1", {"text": "left by a process that died", "metadata": mark, "bot_id": "B1"})
    held.declare()
    held.hold()
    reads(room, "SEV2 Checkout")


def test_an_end_that_came_while_nobody_paged_is_said_afterwards(held: Held, room: SlackRoom, tmp_path: Path) -> None:
    # Nobody is paged yet, so that there is no page to close there, and only the message to set right.
    (tmp_path / "policies" / "p.toml").write_text(POLICY.replace("PT0S", "PT1M"))
    held.declare()
    held.hold()
    until(lambda: held.state.delivery(standing.key(held.inc, "chat")))
    held.let_go()
    held.do(ChangePhase(phase="resolved"))
    held.hold()
    reads(room, "resolved after")
    held.until_let_go()


def test_an_incident_that_ended_is_looked_at_no_more(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    reads(room, "investigating")
    held.do(ChangePhase(phase="resolved"))
    until(lambda: len([each for each in held.state.deliveries if each.what == "status"]) == 2)
    state = held.state
    assert not standing.unsaid(state, _config(held), held.channels, held.now())


def test_an_end_long_ago_is_nobodys_news(held: Held, room: SlackRoom) -> None:
    held.declare()
    held.hold()
    until(lambda: held.state.delivery(standing.key(held.inc, "chat")))
    held.let_go()
    held.do(ChangePhase(phase="resolved"))
    state = held.state
    assert standing.unsaid(state, _config(held), held.channels, held.now() + HOUR)
    assert not standing.unsaid(state, _config(held), held.channels, held.now() + 25 * HOUR)


def test_a_failure_is_said_once(held: Held, room: SlackRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_REFUSED", 50)
    monkeypatch.setattr(room, "chat_postMessage", lambda asked: {"error": "not_in_channel"})
    held.declare()
    held.hold()
    until(lambda: room.calls.count("chat.postMessage") >= 4)
    said = held.sayings("trouble")
    assert len(said) == 1
    assert "standing message on chat" in said[0]
    assert "invite it there" in said[0]
    assert held.state.delivery(standing.key(held.inc, "chat")) is None


def test_a_restricted_incident_stands_in_no_channel_that_many_read(held: Held, room: SlackRoom, tmp_path: Path) -> None:
    configure(tmp_path, shared="true")
    held.declare(restricted=True)
    held.hold()
    held.do(ChangeSeverity(severity="SEV1", why="all of them"))
    until(lambda: held.state.pager)
    held.let_go()
    assert shown(room) == ""


def test_a_drill_stands_nowhere(held: Held) -> None:
    drill = incident_id(bytes(range(16)), drill=True)
    assert standing.wanted(_config(held), held.channels) == ["chat"]
    assert standing.wanted(_config(held), for_incident(drill, held.channels)) == []


def test_what_it_says_already_is_not_sent_again(held: Held) -> None:
    held.declare()
    state, now, writer = held.state, held.now(), Writer("", "", lambda inc: "INC-K3F9")
    kept = standing.Standing("token", _config(held), held.channels, writer, lambda name: 0)
    ((job, _),) = kept.jobs(state, now)
    assert kept.owes(state, now)
    kept.done(state, job, Sent("C1/1.1"), now)
    assert kept.jobs(state, now + MINUTE) == []
    assert kept.wake(state, now + MINUTE) is None
    assert not kept.owes(state, now + MINUTE)


def test_changes_that_come_together_go_together(held: Held) -> None:
    held.declare()
    now, writer = held.now(), Writer("", "", lambda inc: "INC-K3F9")
    kept = standing.Standing("token", _config(held), held.channels, writer, lambda name: 0)
    ((job, _),) = kept.jobs(held.state, now)
    kept.done(held.state, job, Sent("C1/1.1"), now)
    held.do(ChangeSeverity(severity="SEV1", why="all of them"))
    held.do(ChangePhase(phase="mitigating"))
    assert kept.jobs(held.state, now + standing.EVERY - 1) == []
    assert kept.wake(held.state, now) == now + standing.EVERY
    ((job, message),) = kept.jobs(held.state, now + standing.EVERY)
    assert job.delivery.remote == "C1/1.1"
    assert "SEV1" in message.words.chat
    assert "mitigating" in message.words.chat


def test_it_waits_for_its_channels_turn_and_leaves_one_for_a_page(held: Held) -> None:
    hands = Hands(held.channels, lambda: 1_000, lambda: None)
    taken = [hands.spare_turn("chat") for _ in range(10)]
    assert taken[:4] == [0, 0, 0, 0]
    assert all(taken[4:])
    assert hands.turn("chat") == 0


def test_nothing_in_it_runs_so_that_time_alone_changes_nothing(held: Held) -> None:
    held.declare()
    state = held.state
    first, later = held.now() + MINUTE, held.now() + 4 * MINUTE
    assert standing.text(state, first, "INC-K3F9") == standing.text(state, later, "INC-K3F9")
    assert standing.text(state, later, "INC-K3F9") != standing.text(state, later + 2 * MINUTE, "INC-K3F9")


def test_what_people_wrote_stands_in_it_as_text(held: Held) -> None:
    held.declare(title="x\x1b[2J\nIn command: evil")
    said = standing.text(held.state, held.now(), "INC-K3F9")
    assert "\x1b" not in said
    assert [line for line in said.splitlines() if line.startswith("In command")] == ["In command: nobody yet"]
