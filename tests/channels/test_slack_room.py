"""The room of an incident in Slack: made once, pinned once, told what matters, and heard."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slack_house import SlackHouse
from slack_there import SlackThere
from warroom.channels import filing, listening, rooms, slack_socket, standing
from warroom.core import events as ev
from warroom.core.acts.entries import Log, Redact, Undo
from warroom.core.acts.lifecycle import ChangePhase, ChangeSeverity
from warroom.core.acts.people import AssignRole
from warroom.core.acts.talk import Ask, PostUpdate
from warroom.core.events import Event
from warroom.core.events.delivery import FAILED, SENT


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
    """A house whose incident has a room that is listened to."""
    made = house()
    made.declare()
    made.hold()
    made.hears()
    return made


def from_slack(it: SlackHouse) -> list[Event]:
    """Every fact that came of what somebody did in Slack."""
    return [event for event in it.state.facts if event.by.login == "slack"]


# ── the room ──


def test_an_incident_gets_a_channel_of_its_own_with_its_name(it: SlackHouse, slack: SlackThere) -> None:
    made = slack.made[slack.room]
    assert made["name"].startswith("inc-20")
    assert made["name"].endswith("-k3f9-checkout-returns-500s")
    assert not made["is_private"]
    assert made["purpose"]["value"].startswith(f"War room {it.inc} · INC-K3F9 Checkout")


def test_the_room_is_a_delivery_with_a_state(it: SlackHouse, slack: SlackThere) -> None:
    found = [d for d in it.state.deliveries if d.what == "room"]
    assert [(d.state, d.remote) for d in found] == [(SENT, f"{slack.room}/{slack.made[slack.room]['name']}")]
    assert found[0].text() == f"room #{slack.made[slack.room]['name']} by chat, sent"


def test_a_room_that_nobody_wrote_down_is_found_and_not_made_twice(
    house: Callable[..., SlackHouse], slack: SlackThere
) -> None:
    it = house()
    it.declare()
    name = rooms.room_name(it.state, "inc", "INC-K3F9")
    slack.conversations_create({"name": name})
    it.hold()
    it.hears()
    assert slack.made[slack.room]["name"] == name


def test_a_channel_of_somebody_else_with_that_name_is_left_alone(
    house: Callable[..., SlackHouse], slack: SlackThere
) -> None:
    it = house()
    it.declare()
    name = rooms.room_name(it.state, "inc", "INC-K3F9")
    theirs = slack.conversations_create({"name": name})["channel"]
    theirs["creator"] = "U7"
    it.hold()
    it.soon(lambda: len(slack.made) == 2)
    it.soon(lambda: slack.texts("C0ROOM2", "status"))
    assert slack.made["C0ROOM2"]["name"].startswith(name)
    assert slack.posts["C0ROOM1"] == []


def test_whoever_has_a_role_or_is_called_is_invited_once(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    it = house(first="PT0S")
    it.declare()
    it.hold()
    room = it.hears()
    it.soon(lambda: (room, "U7") in slack.invited)
    it.do(AssignRole(role="commander", who="Ivo"))
    it.soon(lambda: (room, "U8") in slack.invited)
    it.do(AssignRole(role="scribe", who="ivo"))
    it.do(ChangeSeverity(severity="SEV1"))
    it.soon(lambda: any("SEV1" in text for text in slack.texts(room, "told")))
    assert sorted(slack.invited) == [(room, "U7"), (room, "U8")]


def test_somebody_without_an_id_is_found_by_their_address(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    slack.emails["U9"] = "mei@example.org"
    it = house('invite = ["mei@example.org"]')
    it.declare()
    it.hold()
    room = it.hears()
    it.soon(lambda: (room, "U9") in slack.invited)


def test_who_cannot_be_invited_is_said_on_the_log(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    it = house('invite = ["nobody@example.org"]')
    it.declare()
    it.hold()
    it.hears()
    it.soon(lambda: [d for d in it.state.deliveries if d.what == "invite" and d.state == FAILED])
    assert "nobody in Slack has this e-mail address" in next(d for d in it.state.deliveries if d.what == "invite").why


# ── the pinned brief ──


def test_the_brief_is_pinned_and_kept_current_in_its_place(it: SlackHouse, slack: SlackThere) -> None:
    it.do(ChangeSeverity(severity="SEV1"))
    it.do(AssignRole(role="commander", who="Ivo"))
    it.do(Log(text="replica lag grows", kind="observed", who="mei"))
    it.do(Ask(what="are payments safe?", asker="boss"))

    def says() -> str:
        (text,) = slack.texts(slack.room, "status")
        return text

    it.soon(
        lambda: all(w in says() for w in ("SEV1 Checkout", "In command: Ivo", "mei: replica lag grows", "- 1: are"))
    )
    assert [channel for channel, _ in slack.pins] == [slack.room]
    assert "!help" in says()


def test_the_end_is_pinned_and_told(it: SlackHouse, slack: SlackThere) -> None:
    it.do(ChangePhase(phase="resolved", why="rolled back"))
    it.soon(lambda: "INC-K3F9, resolved after" in slack.texts(slack.room, "status")[0])
    it.soon(lambda: any("phase: investigating → resolved · rolled back" in t for t in slack.texts(slack.room, "told")))


# ── what is told ──


def test_updates_and_what_matters_are_told_once_each(it: SlackHouse, slack: SlackThere) -> None:
    it.do(ChangeSeverity(severity="SEV1", why="all orders fail"))
    it.do(Log(text="roll back 9f2c", kind="decision", who="mei"))
    it.do(Log(text="looking at the graphs", who="mei"))
    it.do(PostUpdate(what="Checkout fails for everybody.", audience="public"))

    def told() -> str:
        return "\n".join(slack.texts(slack.room, "told"))

    wanted = (
        "severity: SEV2 → SEV1 · all orders fail",
        "decision: roll back 9f2c  (mei)",
        "public update #1\nCheckout",
    )
    it.soon(lambda: all(each in told() for each in wanted))
    assert "graphs" not in told()
    assert all(told().count(each) == 1 for each in wanted)


def test_what_was_said_in_the_room_is_not_told_to_it_again(it: SlackHouse, slack: SlackThere) -> None:
    slack.writes("!decision roll back 9f2c", slack.room)
    it.soon(lambda: it.entries())
    it.do(ChangeSeverity(severity="SEV1"))
    it.soon(lambda: any("SEV1" in text for text in slack.texts(slack.room, "told")))
    assert not any("9f2c" in text for text in slack.texts(slack.room, "told"))


def test_what_people_wrote_calls_nobody_there(it: SlackHouse, slack: SlackThere) -> None:
    it.do(Log(text="<!channel> & <@U7> \x1b[2J", kind="decision", who="mei"))
    it.soon(lambda: slack.texts(slack.room, "told"))
    (text,) = slack.texts(slack.room, "told")
    assert "&lt;!channel&gt; &amp; &lt;@U7&gt; ␛[2J" in text


def test_what_was_taken_back_before_it_was_told_is_not_told(it: SlackHouse) -> None:
    from warroom.channels.room_text import told

    (entry,) = it.do(Log(text="roll back 9f2c", kind="decision"))
    it.do(Undo(of=entry.id))
    assert "9f2c" not in told(it.state, [entry.id])


# ── words ──


def test_a_word_becomes_a_fact_of_its_author_at_its_time(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!log replica lag is back to 0", slack.room)
    it.soon(lambda: it.entries())
    (entry,) = it.entries()
    assert it.logged() == [("note", "Ana Lima", "replica lag is back to 0")]
    assert entry.at.t == int(float(ts) * 1000)
    assert entry.rec >= entry.at.t
    assert (entry.by.name, entry.by.login) == ("Ana Lima", "slack")
    it.soon(lambda: slack.signs(slack.room, ts) == {"white_check_mark"})


def test_a_word_in_a_thread_counts_too(it: SlackHouse, slack: SlackThere) -> None:
    root = slack.writes("what do we know?", slack.room)
    slack.writes("!decision roll back 9f2c", slack.room, "U8", thread=root)
    it.soon(lambda: it.logged() == [("decision", "Ivo", "roll back 9f2c")])


def test_an_acknowledgement_from_slack_stops_the_page(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    it = house(first="PT0S")
    it.declare()
    it.hold()
    room = it.hears()
    it.soon(lambda: slack.texts("D7", "page"))
    slack.writes("!ack on it", room)
    it.soon(lambda: (run := it.state.run) and run.ack)
    run = it.state.run
    assert run
    assert run.ack
    assert run.ack.who == "Ana Lima"


def test_a_word_below_a_page_in_a_direct_message_is_heard(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    it = house(first="PT0S")
    it.declare()
    it.hold()
    it.hears()
    it.soon(lambda: slack.texts("D7", "page"))
    slack.writes("!ack", "D7")
    it.soon(lambda: (run := it.state.run) and run.ack)


def test_other_words_do_what_they_say(it: SlackHouse, slack: SlackThere) -> None:
    room = slack.room
    slack.writes("!sev 1 all orders fail", room)
    slack.writes("!impact checkout fails for everybody", room)
    slack.writes("!ask are payments safe?", room, "U8")
    it.soon(lambda: it.state.questions)
    slack.writes("!answer 1 they are", room)
    slack.writes("!role scribe", room, "U8")
    it.soon(lambda: it.state.severity == "SEV1" and it.state.impact and it.state.answers and it.state.role("scribe"))
    state = it.state
    (asked,) = (q.body for q in state.questions)
    assert isinstance(asked, ev.QuestionAsked)
    assert asked.asker == "Ivo"
    scribe = state.role("scribe")
    assert scribe
    assert scribe.who == "Ivo"


def test_a_refusal_is_said_below_the_message_and_nothing_is_on_the_log(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!sev 9", slack.room)
    it.soon(lambda: slack.replies(slack.room, ts))
    assert slack.replies(slack.room, ts) == ["“SEV9” is no severity. Known: SEV1, SEV2, SEV3, SEV4, SEV5."]
    it.soon(lambda: slack.signs(slack.room, ts) == {"warning"})
    assert from_slack(it) == []


def test_what_somebody_wrote_calls_nobody_in_an_answer_either(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!role &lt;!channel&gt; ! <@U9>", slack.room)
    slack.writes("!sev &lt;!channel&gt;", slack.room, thread=ts)
    it.soon(lambda: slack.replies(slack.room, ts))
    assert all("<" not in text for text in slack.replies(slack.room, ts))
    assert any("&lt;!CHANNEL&gt;" in text for text in slack.replies(slack.room, ts))


def test_help_lists_the_words_and_an_unknown_one_points_to_it(it: SlackHouse, slack: SlackThere) -> None:
    helped, unknown = slack.writes("!help", slack.room), slack.writes("!frobnicate it", slack.room)
    it.soon(lambda: slack.replies(slack.room, helped) and slack.replies(slack.room, unknown))
    assert "!ack [WHY]" in slack.replies(slack.room, helped)[0]
    assert "`!help`" in slack.replies(slack.room, unknown)[0]


def test_what_is_no_word_is_nobodys_business(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("wow! look at that !log of it", slack.room)
    it.soon(lambda: len(slack.acknowledged) == 1)
    assert from_slack(it) == []
    assert slack.signs(slack.room, ts) == set()


def test_an_apps_words_do_nothing(it: SlackHouse, slack: SlackThere) -> None:
    slack.writes("!sev 1", slack.room, "UBOT2", bot_id="B2")
    slack.writes("!log after it", slack.room)
    it.soon(lambda: it.entries())
    assert it.state.severity == "SEV2"


def test_of_two_words_the_last_one_holds(it: SlackHouse, slack: SlackThere) -> None:
    for severity in (1, 3, 1, 4, 5, 3):
        slack.writes(f"!sev {severity}", slack.room, "U9" if severity % 2 else "U8")
    it.soon(lambda: len(slack.acknowledged) == 6)
    it.soon(lambda: it.state.severity == "SEV3")


def test_a_secret_is_masked_and_its_writer_told(it: SlackHouse, slack: SlackThere) -> None:
    secret = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
    ts = slack.writes(f"!log the token is {secret}", slack.room)
    it.soon(lambda: it.entries())
    assert secret not in str(it.logged())
    it.soon(lambda: slack.replies(slack.room, ts))
    assert "edit it out" in slack.replies(slack.room, ts)[0]


# ── who ──


def test_somebody_who_is_no_contact_goes_by_their_name_in_slack(it: SlackHouse, slack: SlackThere) -> None:
    slack.writes("!log hello", slack.room, "U9")
    it.soon(lambda: it.logged() == [("note", "Mei <!channel>", "hello")])


def test_nobody_else_goes_by_a_contacts_name(it: SlackHouse, slack: SlackThere) -> None:
    slack.users["U66"] = "ana lima"
    slack.writes("!log trust me", slack.room, "U66")
    it.soon(lambda: it.logged() == [("note", "ana lima (Slack U66)", "trust me")])


def test_a_mention_is_read_as_a_name(it: SlackHouse, slack: SlackThere) -> None:
    slack.writes("!log <@U8> sees <https://x.example/a?b=1&amp;c|the graph> &lt;here&gt; <!channel>", slack.room)
    it.soon(lambda: it.entries())
    assert it.logged()[0][2] == "@Ivo sees the graph (https://x.example/a?b=1&c) <here> @channel"


# ── marks, edits, deletions ──


def test_a_marked_message_becomes_a_fact_of_its_author_at_its_time(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("the replica is 40 s behind", slack.room)
    slack.marks(slack.room, ts, "U8")
    it.soon(lambda: it.entries())
    (entry,) = it.entries()
    assert it.logged() == [("note", "Ana Lima", "the replica is 40 s behind")]
    assert (entry.at.t, entry.by.name) == (int(float(ts) * 1000), "Ivo")


def test_two_marks_are_one_fact_which_goes_with_the_last_of_them(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("the replica is 40 s behind", slack.room)
    slack.marks(slack.room, ts, "U8")
    slack.marks(slack.room, ts, "U9")
    it.soon(lambda: len(slack.acknowledged) == 3)
    assert len(it.entries()) == 1
    slack.unmarks(slack.room, ts, "U8")
    it.soon(lambda: len(slack.acknowledged) == 4)
    assert len(it.entries()) == 1
    slack.unmarks(slack.room, ts, "U9")
    it.soon(lambda: not it.entries())
    slack.marks(slack.room, ts, "U9")
    it.soon(lambda: len(it.entries()) == 1)


def test_what_monitoring_posts_can_be_marked(it: SlackHouse, slack: SlackThere) -> None:
    alert = {"attachments": [{"fallback": "[FIRING] lag > 30 s"}], "bot_profile": {"name": "grafana"}}
    ts = slack.writes("", slack.room, "", bot_id="B7", subtype="bot_message", **alert)
    slack.marks(slack.room, ts)
    it.soon(lambda: it.logged() == [("note", "grafana", "[FIRING] lag > 30 s")])


def test_what_was_taken_back_in_the_room_does_not_come_back_by_a_mark(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("a customer's name", slack.room)
    slack.marks(slack.room, ts)
    it.soon(lambda: it.entries())
    it.do(Undo(of=it.entries()[0].id))
    slack.unmarks(slack.room, ts)
    slack.marks(slack.room, ts)
    it.soon(lambda: slack.replies(slack.room, ts))
    assert "taken back in the room" in slack.replies(slack.room, ts)[0]
    assert it.entries() == []


def test_an_edit_corrects_and_the_first_text_stays(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!log lag is 40 s", slack.room)
    it.soon(lambda: it.entries())
    slack.edits(slack.room, ts, "!log lag is 4 s")
    it.soon(lambda: it.logged() == [("note", "Ana Lima", "lag is 4 s")])
    (entry,) = it.entries()
    assert entry.body.text() == "lag is 40 s"


def test_of_two_edits_the_later_one_holds_in_whatever_order_they_come(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!log lag is 40 s", slack.room)
    it.soon(lambda: it.entries())
    later = f"{float(ts) + 20:.6f}"
    slack.edits(slack.room, ts, "!log lag is 2 s", at=later)
    it.soon(lambda: it.logged()[0][2] == "lag is 2 s")
    slack.edits(slack.room, ts, "!log lag is 4 s", at=f"{float(ts) + 10:.6f}")
    it.soon(lambda: len(slack.acknowledged) == 3)
    assert it.logged()[0][2] == "lag is 2 s"


def test_a_word_that_was_wrong_is_put_right_by_an_edit(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!sev 9", slack.room)
    it.soon(lambda: slack.replies(slack.room, ts))
    slack.edits(slack.room, ts, "!sev 1")
    it.soon(lambda: it.state.severity == "SEV1")


def test_a_value_is_not_changed_by_an_edit_and_whoever_tries_is_told(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!sev 1", slack.room)
    it.soon(lambda: it.state.severity == "SEV1")
    slack.edits(slack.room, ts, "!sev 3")
    it.soon(lambda: slack.replies(slack.room, ts))
    assert "as a new message" in slack.replies(slack.room, ts)[0]
    assert it.state.severity == "SEV1"


def test_a_deletion_takes_back_with_a_note(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!log a customer's name", slack.room)
    it.soon(lambda: it.entries())
    slack.deletes(slack.room, ts)
    it.soon(lambda: not it.entries())
    (back,) = (event.body for event in it.state.retracted.values())
    assert isinstance(back, ev.Retracted)
    assert back.why == "deleted in Slack"


def test_a_redacted_fact_does_not_come_in_again(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("!log a customer's name", slack.room)
    it.soon(lambda: it.entries())
    it.do(Redact(of=it.entries()[0].id, why="a name"))
    row = slack._find(slack.room, ts)
    slack.tells(row | {"channel": slack.room, "channel_type": "channel"})
    it.soon(lambda: len(slack.acknowledged) == 2)
    assert it.entries() == []


# ── once ──


def test_what_is_told_twice_is_one_fact(it: SlackHouse, slack: SlackThere) -> None:
    slack.twice = True
    for n in range(5):
        slack.writes(f"!log line {n}", slack.room)
    it.soon(lambda: len(it.entries()) == 5)
    slack.again()
    slack.writes("!log last", slack.room)
    it.soon(lambda: len(it.entries()) == 6)
    assert sorted(text for _, _, text in it.logged()) == ["last", *(f"line {n}" for n in range(5))]


def test_an_envelope_is_acknowledged_only_when_its_fact_is_on_disk(
    it: SlackHouse, slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warroom.room.room import Room
    from warroom.store.errors import NotWritten

    real = Room.commit
    broken = [True]

    def commit(self: Room, asked: object) -> object:
        if broken[0] and any(by.login == "slack" for _, by in asked):  # type: ignore[attr-defined]  # pairs, as it takes
            return [NotWritten("the disk is full")] * len(asked)  # type: ignore[arg-type]  # as above
        return real(self, asked)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(Room, "commit", commit)
    slack.writes("!log kept all the same", slack.room)
    it.soon(lambda: it.sayings("trouble"))
    assert slack.acknowledged == []
    broken[0] = False
    it.soon(lambda: it.entries())
    it.soon(lambda: len(slack.acknowledged) == 1)


def test_what_was_written_while_nobody_listened_is_found(it: SlackHouse, slack: SlackThere) -> None:
    slack.writes("!log before", slack.room)
    it.soon(lambda: it.entries())
    it.let_go()
    slack.mute = True
    root = slack.writes("what do we know?", slack.room)
    slack.writes("!decision roll back", slack.room, "U8", thread=root)
    marked = slack.writes("lag is 40 s", slack.room)
    slack.reacts(marked, "pushpin", "U8", slack.room)
    help_ = slack.writes("!help", slack.room)
    it.hold()
    it.soon(lambda: len(it.entries()) == 3)
    it.soon(lambda: slack.replies(slack.room, help_))
    assert {text for _, _, text in it.logged()} == {"before", "roll back", "lag is 40 s"}


def test_a_long_talk_without_ears_is_looked_through(it: SlackHouse, slack: SlackThere) -> None:
    it.let_go()
    slack.mute = True
    for n in range(450):
        slack.writes(f"!log line {n}" if n % 150 == 0 else f"chatter {n}", slack.room)
    it.hold()
    it.soon(lambda: len(it.entries()) == 3)
    assert [text for _, _, text in it.logged()] == ["line 0", "line 150", "line 300"]


def test_a_mark_that_was_taken_away_while_nobody_listened_is_taken_back(it: SlackHouse, slack: SlackThere) -> None:
    ts = slack.writes("lag is 40 s", slack.room)
    slack.marks(slack.room, ts)
    it.soon(lambda: it.entries())
    it.let_go()
    slack.unreacts(ts, "pushpin", "U8", slack.room)
    it.hold()
    it.soon(lambda: not it.entries())


def test_while_somebody_else_is_connected_what_they_heard_is_found_by_looking(
    house: Callable[..., SlackHouse], slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "LOOKS_ALONE", 300)
    monkeypatch.setattr(listening, "_BACK", 0)
    slack.connections = 2
    it = house()
    it.declare()
    it.hold()
    room = it.hears()
    root = slack.writes("what do we know?", room)
    it.soon(lambda: slack.acknowledged)
    slack.mute = True
    slack.writes("!log told to somebody else", room)
    it.soon(lambda: it.entries())
    slack.writes("!log in a thread that is older", room, thread=root)
    it.soon(lambda: len(it.entries()) == 2)


def test_a_process_that_is_not_the_one_that_listens_looks(
    house: Callable[..., SlackHouse], slack: SlackThere, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warroom.store import holding

    monkeypatch.setattr(listening, "LOOKS_ALONE", 300)
    it = house()
    other = holding.take(it.lock, holding.Holder(2, "other", "two"))
    assert other
    it.declare()
    it.hold()
    it.soon(lambda: slack.room and slack.texts(slack.room, "status"))
    slack.writes("!log hello", slack.room)
    it.soon(lambda: it.entries())
    assert slack.listeners == 0
    other.release()


# ── restricted, drills, nothing configured ──


def test_a_restricted_incident_has_no_room(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    it = house(first="PT0S")
    it.declare(restricted=True)
    it.hold()
    it.soon(lambda: slack.texts("D7", "page"))
    it.do(ChangeSeverity(severity="SEV1"))
    it.let_go()
    assert slack.made == {}


def test_where_it_is_asked_for_a_restricted_one_has_a_private_room_without_its_title(
    house: Callable[..., SlackHouse], slack: SlackThere
) -> None:
    it = house('restricted = "private"\ninvite = ["U8"]', first="PT0S")
    it.declare(restricted=True)
    it.hold()
    room = it.hears()
    it.soon(lambda: (room, "U7") in slack.invited)
    made = slack.made[room]
    assert made["is_private"]
    assert "checkout" not in made["name"]
    assert "Checkout" not in made["purpose"]["value"]
    assert (room, "U8") not in slack.invited
    slack.writes("!log among us", room)
    it.soon(lambda: it.entries())


def test_a_thread_about_an_incident_in_a_channel_of_many_is_heard(
    house: Callable[..., SlackHouse], slack: SlackThere
) -> None:
    it = house('channel = "C1"\nshared = true\nstatus = true')
    it.declare()
    it.hold()
    it.hears()
    it.soon(lambda: slack.texts("C1", "status"))
    it.soon(lambda: "Room: #inc-20" in slack.texts("C1", "status")[0])
    root = slack.posts["C1"][0]["ts"]
    slack.writes("!log below it", "C1", thread=root)
    slack.writes("!log somewhere else", "C1")
    marked = slack.writes("lag is 40 s", "C1", thread=root)
    slack.marks("C1", marked)
    it.soon(lambda: len(slack.acknowledged) == 4)
    assert sorted(text for _, _, text in it.logged()) == ["below it", "lag is 40 s"]


def test_what_becomes_worth_hiding_is_hidden_in_its_room_too(it: SlackHouse, slack: SlackThere) -> None:
    declared = it.state.declaration
    assert declared
    it.do(Redact(of=declared.id, why="it named a customer"))
    it.soon(lambda: slack.texts(slack.room, "status")[0].startswith("INC-K3F9: restricted"))
    it.do(ChangeSeverity(severity="SEV1", why="a customer"))
    ts = slack.writes("!status", slack.room)
    it.soon(lambda: slack.replies(slack.room, ts))
    assert slack.replies(slack.room, ts) == [
        "That incident is restricted, and this channel is not: write it where it is kept."
    ]
    assert slack.texts(slack.room, "told") == []


def test_nobody_listens_while_no_incident_is_held(house: Callable[..., SlackHouse], slack: SlackThere) -> None:
    it = house()
    it.declare()
    it.hold()
    it.hears()
    it.do(ChangePhase(phase="cancelled"))
    state = it.state
    rooms_ = rooms.Rooms(_config(it), _people(it), lambda inc: "INC-K3F9")
    assert rooms_.wanted(state, it.now())
    assert not rooms_.wanted(state, it.now() + rooms.LISTENS + 1000)


def _config(it: SlackHouse) -> object:
    from warroom.config.load import Library

    return Library(it.paths).channels


def _people(it: SlackHouse) -> object:
    from warroom.channels.slack_people import People

    return People({})
