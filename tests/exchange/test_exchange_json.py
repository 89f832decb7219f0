"""Timelines as JSON and JSON lines: what is taken, what is refused, and where."""

import json

import pytest

from exchange_kit import entries, found, imported, problems
from warroom.core.values import At

HEAD = {"title": "T", "source": "https://x.test/1", "severity": "SEV1"}


def timeline(*events, **head):
    return json.dumps(HEAD | head | {"events": list(events)}, indent=1, ensure_ascii=False)


def event(text="x", at="2026-01-05T14:00:00Z", **more):
    return {"at": at, "text": text, **more}


def test_an_event_keeps_its_time_its_text_and_its_own_word():
    (one,) = entries(timeline(event("~ graphs dip", kind="detection", who="ivo")))
    assert one.at == At(1_767_621_600_000, None, approx=True)
    assert (one.text, one.kind, one.word, one.who) == ("graphs dip", "observed", "detection", "ivo")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("observation", "observed"),
        ("Detection", "observed"),
        ("comms", "update"),
        ("action", "action"),
        ("decision", "decision"),
        ("resolution", "phase"),
        ("escalation", "page"),
        ("bogus", "note"),
        ("", "note"),
    ],
)
def test_words_of_others_become_our_kinds(word, kind):
    (one,) = entries(timeline(event(kind=word)))
    assert (one.kind, one.word or one.kind) == (kind, word or "note")


@pytest.mark.parametrize(
    ("at", "t"),
    [
        ("2026-01-05T14:00:00.250Z", 1_767_621_600_250),
        ("2026-01-05T14:00Z", 1_767_621_600_000),
        ("2026-01-05 14:00:00 UTC", 1_767_621_600_000),
        ("2026-01-05T16:00:00+02:00", 1_767_621_600_000),
        ("2026-01-05T08:30:00-0530", 1_767_621_600_000),
        ("2026-01-05T14:00:00.123456789z", 1_767_621_600_123),
    ],
)
def test_a_time_is_read_in_its_own_zone(at, t):
    (one,) = entries(timeline(event(at=at)))
    assert one.at.t == t


def test_a_time_without_a_zone_is_utc_and_said():
    it = found(timeline(event(at="2026-01-05T14:00:00"), event(at="2026-01-05T14:01")))
    assert it.command.entries[0].at.t == 1_767_621_600_000
    assert it.notes == ("2 times have no zone; read as UTC.",)


def test_the_last_resolution_resolves_the_incident():
    state = imported(
        timeline(
            event("fixed", kind="resolution"),
            event("really fixed", at="2026-01-05T15:00:00Z", kind="resolution"),
            event("a look back", at="2026-01-05T16:00:00Z"),
        )
    )
    assert (state.phase, state.ended, state.run) == ("resolved", 1_767_625_200_000, None)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (timeline(event(), event(at="yesterday")), 10, "the time “yesterday” is not a time"),
        (timeline(event(at="2026-02-30T10:00:00Z")), 6, "no time that a calendar and a clock can show"),
        (timeline(event(at="2026-01-05")), 6, "a day without a time of day"),
        (timeline(event(at="2099-01-05T10:00:00Z")), 6, "lies in the future"),
        (timeline(event(at="2026-01-05T10:00:00+25:00")), 6, "no zone that there is"),
        (timeline({"text": "x"}), 6, "“at” is missing"),
        (timeline({}), 6, "“at” and “text” are missing"),
        (timeline({"at": 5, "text": "x"}), 6, "“at” should be a text, is a number"),
        (timeline(event(None)), 6, "“text” should be a text, is null"),
        (timeline("x"), 6, "should be an object with “at” and “text”, is a text"),
        (timeline(event("  ")), 6, "the event has no text"),
        (timeline(event("~ ")), 6, "the event has no text"),
        (timeline(event("x" * 70_000)), 6, "too long for one fact"),
        (timeline(event("\0")), 6, "NUL"),
        (timeline(event("x", approx=1)), 6, "“approx” should be true or false"),
        (timeline(event("x", to="2026-01-05T13:00:00Z")), 6, "ends before it begins"),
        (timeline(event()).replace('"text": "x"', '"text": "x", "text": "y"'), 6, "“text” stands twice"),
        (timeline(event()).replace('"severity"', '"title"'), 0, "“title” stands twice"),
        (timeline(event(), title=7), 0, "“title” should be a text, is a number"),
        (timeline(event(), severity="SEV9"), 0, "no severity"),
        (timeline(event(), drill=True), 0, "a drill's timeline"),
        (timeline(), 0, "there is no event in it"),
        ('{"events": {}}', 0, "a list “events”"),
        ("[1]", 1, "should be an object"),
        (timeline(event())[:-4], 9, "breaks off"),
        (timeline(event()).replace('"T"', "NaN"), 2, "is not JSON: invalid character at column 11"),
        ('{"meta": {}, "events": {"1": {}}}', 0, "an incident's own file"),
        (b'{"title": "\xff", "events": []}', 1, "is not UTF-8"),
        (timeline(event()).encode("utf-16"), 1, "is UTF-16"),
        (b'{"a": "\0"}', 1, "NUL"),
        (
            '{"title": "\\ud800", "events": [{"at": "2026-01-05T14:00:00Z", "text": "x"}]}',
            1,
            "half of a character pair",
        ),
        ("", 0, "is empty"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_reason(text, line, reason):
    (said, *_) = problems(text)
    assert said.startswith(f"notes.json, line {line}: " if line else "notes.json: "), said
    assert reason in said


def test_every_mistake_is_told_at_once_but_not_without_end():
    said = problems(timeline(*(event(at=f"no {n}") for n in range(30))))
    assert len(said) == 21
    assert said[-1] == "… and 10 more."


@pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 100_000, '{"events":[' + "[" * 100_000])
def test_nesting_without_end_is_refused(nested):
    assert problems(nested)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    assert len(entries(b"\xef\xbb\xbf" + timeline(event(), event()).replace("\n", "\r\n").encode())) == 2


def test_what_nobody_reads_is_said():
    assert "Not read, since nothing here knows it: “mood”." in found(timeline(event(mood="bad"))).notes


def test_json_lines_have_an_event_each_and_may_begin_with_the_incident():
    text = json.dumps(HEAD) + "\n\n" + json.dumps(event("a")) + "\r\n" + json.dumps(event("b", kind="comms")) + "\n"
    it = found(text, "t.jsonl").command
    assert (it.title, it.severity, it.source) == ("T", "SEV1", "https://x.test/1")
    assert [(e.text, e.kind) for e in it.entries] == [("a", "note"), ("b", "update")]


def test_json_lines_name_the_line():
    text = json.dumps(event("a")) + "\n" + '{"at": }\n' + json.dumps({"at": "x", "text": "y"}) + "\n"
    first, second = problems(text, "t.jsonl")
    assert first.startswith("t.jsonl, line 2: is not JSON")
    assert second.startswith("t.jsonl, line 3: the time “x”")


def test_what_the_person_says_wins_and_what_nobody_says_is_assumed_aloud():
    it = found(timeline(event()), title="Mine", severity="3", source="me").command
    assert (it.title, it.severity, it.source) == ("Mine", "SEV3", "me")
    bare = found(json.dumps(event()) + "\n" + json.dumps(event()), "db_went-away.jsonl")
    assert (bare.command.title, bare.command.severity, bare.command.source) == (
        "db went away",
        "SEV3",
        "db_went-away.jsonl",
    )
    assert len(bare.notes) == 2
