"""What is read from Slack's envelopes and texts, and what a word asks for: total, and the same at any time."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts import T0, declared, other
from warroom.channels.slack_asked import Asked, Reply, command, help_text, read
from warroom.channels.slack_events import DELETED, EDIT, MARK, WORD, Heard, heard, said
from warroom.channels.slack_taken import heard_twice, mark_of, word_of
from warroom.channels.slack_text import mentioned, plain
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.acts.heard import HeardOnce, Known, TakeIn
from warroom.core.acts.people import OfferRole
from warroom.core.acts.talk import Answer, Ask
from warroom.core.acts.work import GiveTask
from warroom.core.commands import Command, Draft, Stamp
from warroom.core.decide import decide
from warroom.core.incident import Incident
from warroom.core.values import MINUTE, By, Refused, fact_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("channel", "ts", "text", "user", "subtype", "message", "previous_message", "deleted_ts", "thread_ts", "edited")
EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "reaction_added", "reaction_removed", "app_mention"])},
    optional={key: JSON for key in (*KEYS, "item", "reaction", "reactions", "bot_id", "metadata", "attachments")},
)


@given(event=EVENT | JSON, mark=st.sampled_from(["pushpin", ""]))
def test_whatever_slack_tells_is_something_that_was_said_or_nothing(event: Any, mark: str) -> None:
    envelope = {"type": "events_api", "envelope_id": "e", "payload": {"event": event}}
    found = heard(json.loads(json.dumps(envelope)), mark)
    assert found is None or (found.what in (WORD, EDIT, DELETED, MARK) and found.channel and found.ts)


@given(text=st.text(max_size=300))
def test_any_text_is_read_and_can_be_kept(text: str) -> None:
    made = plain(text)
    made.encode()
    assert "\0" not in made
    read(made)
    mentioned(text)


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("a &amp;lt; b", "a &lt; b"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("<!here>", "@here"),
        ("<!subteam^S1|@oncall>", "@oncall"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ("<#C1|incidents> <#C2>", "#incidents #C2"),
        ("<@U1|mei> <@U2>", "@mei @Ivo"),
        ("<https://x.example/?a=1&amp;b=2>", "https://x.example/?a=1&b=2"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("<https://evil.example|https://bank.example>", "https://bank.example (https://evil.example)"),
        ("1 < 2 > 0", "1 < 2 > 0"),
    ],
)
def test_slacks_markup_is_read_as_people_read_it(there: str, here: str) -> None:
    assert plain(there, lambda user: {"U2": "Ivo"}.get(user, user)) == here


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("!log lag is 0", ("log", "lag is 0")),
        ("  !LOG  lag\nis 0 ", ("log", "lag\nis 0")),
        ("@warroom !ack", ("ack", "")),
        ("!ack: mine", ("ack", "mine")),
        ("!!!", None),
        ("wow!log", None),
        ("! important", None),
        ("/var/log !log", None),
    ],
)
def test_a_word_begins_the_message(text: str, found: tuple[str, str] | None) -> None:
    assert read(text) == found


def test_only_a_persons_edit_is_one() -> None:
    unfolded = {"type": "message", "subtype": "message_changed", "channel": "C1"}
    row = {"type": "message", "ts": "1.1", "text": "!log https://x", "user": "U7"}
    envelope = {"type": "events_api", "envelope_id": "e"}

    def told(event: dict[str, Any]) -> Heard | None:
        return heard(envelope | {"payload": {"event": event}}, "pushpin")

    assert told(unfolded | {"message": row | {"attachments": [{"title": "x"}]}, "previous_message": row}) is None
    found = told(unfolded | {"message": row | {"edited": {"ts": "2.1"}}, "previous_message": row})
    assert found
    assert found.what == EDIT
    gone = told(unfolded | {"message": {"ts": "1.1", "subtype": "tombstone"}, "previous_message": row})
    assert gone
    assert (gone.what, gone.user) == (DELETED, "U7")


def test_our_own_messages_are_an_apps() -> None:
    own = {"ts": "1.1", "text": "!sev 1", "metadata": {"event_type": "warroom_delivery", "event_payload": {"key": "k"}}}
    found = said("C1", own)
    assert found
    assert found.bot


# ── words ──


def asked(text: str, at: int = T0, *, late: bool = False) -> Asked:
    found = read(text)
    assert found
    return Asked(*found, "Ana Lima", at, late)


def test_every_word_of_the_help_is_known() -> None:
    desk = declared()
    desk.do(Ask(what="are payments safe?"))
    desk.do(GiveTask(who="Ana Lima", what="roll back"))
    desk.do(OfferRole(role="commander", who="Ana Lima"))
    for line in help_text().splitlines():
        assert command(desk.state, asked(f"!{line[1:].split()[0]} 1 x"), T0)


@pytest.mark.parametrize("mark", ["* ", "? ", "! ", "> ", "+ "])
def test_the_prompts_marks_hold_for_an_entry(mark: str) -> None:
    kinds = {"* ": "observed", "? ": "hypothesis", "! ": "decision", "> ": "action", "+ ": "followup"}
    made = command(Incident(), asked(f"!log {mark}lag is 0"), T0)
    assert isinstance(made, Log)
    assert (made.kind, made.text) == (kinds[mark], "lag is 0")


@pytest.mark.parametrize("word", ["log", "decision", "ask", "sev", "impact", "role", "answer"])
def test_a_word_that_lacks_its_text_asks_for_it(word: str) -> None:
    with pytest.raises(Refused, match=f"!{word}"):
        command(Incident(), asked(f"!{word}"), T0)


def test_status_and_help_do_nothing() -> None:
    assert command(Incident(), asked("!status"), T0) == Reply("status")
    assert command(Incident(), asked("!situation"), T0) == Reply("status")


def test_an_escalation_that_is_heard_too_late_calls_nobody() -> None:
    command(Incident(), asked("!escalate"), T0 + MINUTE)
    with pytest.raises(Refused, match="too late"):
        command(Incident(), asked("!escalate"), T0 + 16 * MINUTE)


# ── once ──


def take_in(text: str, remote: str = "C1/1.1", id: str = "") -> TakeIn:
    ids = (id or fact_id(bytes(range(12))),)
    return TakeIn(command=Log(text=text, who="Ana"), remote=remote, what=WORD, ids=ids, channel="chat")


def outcome_of(state: Incident, asked: Command) -> object:
    return decide(state, asked, Stamp(T0, By("Ana", "slack", "box")))


def test_what_was_taken_in_is_not_taken_in_again() -> None:
    desk = declared()
    desk.do(take_in("lag is 40 s"))
    assert word_of(desk.state, "C1/1.1") == fact_id(bytes(range(12)))
    assert isinstance(outcome_of(desk.state, take_in("lag is 4 s")), Known)
    assert mark_of(desk.state, "C1/1.1") == (0, "")


def test_a_refused_act_leaves_nothing() -> None:
    desk = declared()
    before = len(desk.state.facts)
    assert "empty" in desk.refusal(take_in("  "))
    assert len(desk.state.facts) == before


def test_what_a_refused_act_would_note_is_noted_once() -> None:
    desk = declared()
    desk.do(Ask(what="are payments safe?"))
    desk.do(Answer(question="1", what="they are"))
    twice = TakeIn(command=Answer(question="1", what="yes"), remote="C1/1.1", what=WORD, ids=(fact_id(b"c" * 12),))
    no = outcome_of(desk.state, twice)
    assert isinstance(no, Refused)
    assert [type(each.body).__name__ for each in no.noted if isinstance(each, Draft)] == ["ActRepeated", "Heard"]


def test_a_note_of_what_was_heard_holds_no_text_and_is_shown_nowhere() -> None:
    note = ev.Heard("C1/1.1", WORD, ("A",), "chat")
    assert ev.hidden(note)
    assert ev.by_machine(note)
    assert note.text() == "taken in from chat"


def test_of_what_two_processes_took_in_at_once_one_stands() -> None:
    one = declared()
    two = other(one)
    first = one.do(take_in("lag is 40 s", id=fact_id(b"a" * 12)))
    second = two.do(take_in("lag is 40 s", id=fact_id(b"b" * 12)))
    one.receive(second)
    two.receive(first)
    assert heard_twice(one.state) == heard_twice(two.state) == [("C1/1.1", WORD)]
    one.do(HeardOnce(remote="C1/1.1", what=WORD))
    state = one.state
    assert heard_twice(state) == []
    entries = [event.id for event in state.facts if isinstance(event.body, ev.Logged) and state.stands(event.id)]
    assert entries == [word_of(state, "C1/1.1")]
    assert "heard once" in one.refusal(HeardOnce(remote="C1/1.1", what=WORD))
