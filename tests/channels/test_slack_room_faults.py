"""The room in Slack while Slack does badly: gone, slow, asking for patience, telling nonsense, telling all twice."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from farside import FarSide
from slack_house import CONTACTS, SlackHouse
from slack_there import SlackThere
from warroom.channels import filing, listening, rooms, slack_ears, slack_socket, standing
from warroom.channels.slack_people import People
from warroom.config.load import Library
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import ChangeSeverity
from warroom.core.values import incident_id


@pytest.fixture
def slack() -> Iterator[SlackThere]:
    there = SlackThere()
    yield there
    there.close()
    there.judge.clean()


@pytest.fixture
def house(slack: SlackThere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SlackHouse]]:
    monkeypatch.setattr(standing, "EVERY", 100)
    monkeypatch.setattr(slack_socket, "_SHORT_S", 0.0)
    monkeypatch.setattr(filing, "_ROOM_AGAIN", 300)
    made: list[SlackHouse] = []

    def make(more: str = "", **how: str) -> SlackHouse:
        made.append(SlackHouse(tmp_path, slack, more, **how))
        return made[-1]

    yield make
    for each in made:
        each.let_go()


@pytest.fixture
def it(house: Callable[..., SlackHouse]) -> SlackHouse:
    made = house()
    made.declare()
    made.hold()
    made.hears()
    return made


# ── gone, and back ──


def test_while_slack_is_down_pages_go_out_and_nothing_waits(
    house: Callable[..., SlackHouse], slack: SlackThere, tmp_path: Path
) -> None:
    far = FarSide()
    slack.down()
    hook = f'[channel.hook]\nkind = "webhook"\nurl = "{far.url}"'
    it = house(hook, first="PT0S")
    (tmp_path / "contacts.toml").write_text(CONTACTS.replace('["chat:U7"]', '["hook"]'))
    it.declare()
    it.hold()
    far.wait_for(1)
    it.do(Log(text="written at once"))
    it.do(ChangeSeverity(severity="SEV1"))
    slack.up()
    it.hears()
    it.soon(lambda: "SEV1 Checkout" in slack.texts(slack.room, "status")[0])
    far.close()


def test_facts_of_an_hour_without_slack_are_told_together_afterwards(it: SlackHouse, slack: SlackThere) -> None:
    slack.down()
    for n in range(12):
        it.do(Log(text=f"decision {n}", kind="decision", who="mei"))
    it.soon(lambda: any(d.what == "told" and d.state in ("queued", "unknown") for d in it.state.deliveries))
    slack.up()

    def told() -> str:
        return "\n".join(slack.texts(slack.room, "told"))

    it.soon(lambda: all(f"decision {n} " in told() for n in range(12)))
    assert len(slack.texts(slack.room, "told")) <= 3
    assert [told().count(f": decision {n} ") for n in range(12)] == [1] * 12


def test_a_socket_that_breaks_is_opened_again_and_what_was_not_acknowledged_comes_again(
    it: SlackHouse, slack: SlackThere
) -> None:
    for n in range(4):
        slack.cut()
        slack.writes(f"!log line {n}", slack.room)
    it.soon(lambda: len(it.entries()) == 4)
    it.soon(lambda: slack.opened > 1)


def test_slack_may_send_us_away_and_is_connected_to_again_at_once(it: SlackHouse, slack: SlackThere) -> None:
    before = slack.opened
    slack.sends_away()
    it.soon(lambda: slack.opened == before + 1 and slack.listeners)
    slack.writes("!log after it", slack.room)
    it.soon(lambda: it.entries())


def test_who_switches_socket_mode_off_is_not_hammered_and_it_is_said(it: SlackHouse, slack: SlackThere) -> None:
    before = slack.opened
    slack.sends_away("link_disabled")
    it.soon(lambda: any("switched off" in text for text in it.sayings("slack")))
    assert slack.opened == before


def test_a_wrong_app_token_is_said_and_the_room_works_without_ears(
    house: Callable[..., SlackHouse], slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack, "apps_connections_open", lambda asked: {"error": "invalid_auth"})
    it = house()
    it.declare()
    it.hold()
    it.soon(lambda: slack.room and slack.texts(slack.room, "status"))
    it.soon(lambda: any("does not know the token" in text for text in it.sayings("slack")))


def test_a_socket_anywhere_else_than_with_slack_is_not_opened() -> None:
    assert slack_socket.is_safe("wss://wss-primary.slack.com/link/?ticket=x")
    assert not slack_socket.is_safe("ws://slack.example.org/link")
    assert not slack_socket.is_safe("http://127.0.0.1/link")
    assert not slack_socket.is_safe("wss://[half")


# ── patience ──


def test_slack_may_ask_for_patience_at_every_call_and_all_of_it_happens_once(
    house: Callable[..., SlackHouse], slack: SlackThere
) -> None:
    slack.busy = dict.fromkeys(
        (
            "conversations.create", "conversations.setPurpose", "conversations.invite", "chat.postMessage", "pins.add",
            "apps.connections.open", "users.info", "reactions.add", "reactions.get", "conversations.history",
        ),
        1,
    )  # fmt: skip
    it = house('invite = ["U8"]')
    it.declare()
    it.hold()
    room = it.hears()
    word, marked = slack.writes("!log lag is 40 s", room, "U9"), slack.writes("the replica is behind", room)
    slack.marks(room, marked)
    it.soon(lambda: len(it.entries()) == 2)
    it.soon(lambda: slack.signs(room, word) and slack.signs(room, marked))
    it.soon(lambda: slack.pins and (room, "U8") in slack.invited)
    assert len(slack.made) == 1
    assert len(slack.pins) == 1
    assert len(slack.texts(room, "status")) == 1


def test_a_name_that_nobody_finds_out_is_replaced_by_the_id(
    it: SlackHouse, slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_ears, "_WITHOUT", 1)
    slack.busy["users.info"] = 1_000
    slack.writes("!log who am I?", slack.room, "U9")
    it.soon(lambda: it.logged() == [("note", "U9", "who am I?")])


# ── many at once ──


def test_a_storm_of_messages_is_as_many_facts_as_there_are_words(it: SlackHouse, slack: SlackThere) -> None:
    for n in range(300):
        slack.writes(f"!log line {n}" if n % 3 == 0 else f"chatter {n} " * 50, slack.room, "U7" if n % 2 else "U8")
    it.soon(lambda: len(it.entries()) == 100)
    it.soon(lambda: len(slack.acknowledged) == 300)
    assert [text for _, _, text in it.logged()] == [f"line {n}" for n in range(0, 300, 3)]


# ── nonsense ──

NONSENSE = (
    {},
    {"type": "events_api"},
    {"type": "events_api", "envelope_id": "e1"},
    {"type": "events_api", "envelope_id": ["e2"], "payload": []},
    {"type": "events_api", "envelope_id": "e3", "payload": {"event": {"type": "message"}}},
    {"type": "events_api", "envelope_id": "e4", "payload": {"event": {"type": "message", "channel": "ROOM", "ts": 5}}},
    {"type": "events_api", "envelope_id": "e5", "payload": {"event": {"type": "reaction_added", "item": "x"}}},
    {"type": "slash_commands", "envelope_id": "e6", "payload": {}},
    {"type": "interactive", "envelope_id": "e7", "payload": {"actions": []}},
    {"type": "disconnected", "envelope_id": None},
)


def test_nonsense_on_the_socket_ends_nothing_and_is_acknowledged(it: SlackHouse, slack: SlackThere) -> None:
    for each in NONSENSE:
        slack.says_raw(json.loads(json.dumps(each).replace("ROOM", slack.room)))
    for line in slack._lines:
        for raw in (b"\xff\xfe\x00", b"[" * 100_000, b"null", b'"hello"', b"{"):
            line.send(raw)
    slack.writes("!log after all that", slack.room)
    it.soon(lambda: it.entries())
    it.soon(lambda: {"e1", "e3", "e4", "e5", "e6", "e7"} <= set(slack.acknowledged))
    assert it.logged() == [("note", "Ana Lima", "after all that")]


@pytest.mark.parametrize(
    "text",
    [
        "!log \x1b]0;owned\x07\u202e",
        "!log \x00half \ud800 a pair",
        "!log " + "x" * 70_000,
        "!log <!everyone|>",
        "!log ‮",
    ],
)
def test_hostile_text_is_kept_as_text(it: SlackHouse, slack: SlackThere, text: str) -> None:
    ts = slack.writes(text, slack.room)
    it.soon(lambda: it.entries() or slack.replies(slack.room, ts))
    assert len(it.entries()) == 1
    it.state.timeline[0].body.text()


def test_a_far_future_time_is_now(it: SlackHouse, slack: SlackThere) -> None:
    ts = f"{time.time() + 86_400:.6f}"
    slack.posts[slack.room].append({"type": "message", "ts": ts, "user": "U7", "text": "!log from tomorrow"})
    slack.tells(slack.posts[slack.room][-1] | {"channel": slack.room, "channel_type": "channel"})
    it.soon(lambda: it.entries())
    (entry,) = it.entries()
    assert entry.at.t <= entry.rec


def test_a_mistake_in_hearing_ends_no_pager_and_is_said(
    it: SlackHouse, slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(listening, "concerns", broken)
        slack.writes("!log one", slack.room)
        it.soon(lambda: any("ZeroDivisionError" in text for text in it.sayings("trouble")))
    it.do(ChangeSeverity(severity="SEV1"))
    it.soon(lambda: any("SEV1" in text for text in slack.texts(slack.room, "told")))
    slack.again()
    it.soon(lambda: it.entries())


# ── where nothing may go ──


def test_a_drill_sends_nothing_and_hears_nothing(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    real = house()
    real.declare()
    drill = house()
    drill.inc = incident_id(bytes(range(16)), drill=True)
    drill.file = drill.file.with_name("two.json")
    drill.declare()
    real.hold()
    real.hears()
    real.soon(lambda: slack.texts(slack.room, "status"))
    assert [made["purpose"]["value"].split()[2] for made in slack.made.values()] == [real.inc]
    held = rooms.Rooms(Library(drill.paths).channels, People({}), lambda inc: "INC-K3F9")
    assert held.owed(drill.state, drill.now()) == []
    assert not held.wanted(drill.state, drill.now())
    assert drill.state.deliveries == ()
    assert drill.state.pager is None
