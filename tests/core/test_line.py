"""What a line of the prompt asks for, seen from 14:44:28 on 22 November 2026."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.complete import complete
from warroom.core.line import MARKS, Line, Task, as_text, entry, parse, typed
from warroom.core.text import keepable
from warroom.core.values import MILESTONES, MINUTE, PHASES, SEVERITIES, At
from warroom.core.zone import Civil, moments

(NOW,) = moments(Civil(2026, 11, 22, 14, 44, 28))
PEOPLE = ("ana", "ivo", "Dana", "Commander", "eng manager")
WHOLE = ("page", "update", "resolve", "redact")
FREE = ("sev", "impact", "phase", "mark", "assign", "offer", "accept", "as", "poll", "object", "tick", "skip", "done")
MORE = ("extend", "ack", "noanswer", "escalate", "snooze", "nochange", "ask", "answer", "fix", "undo", "find", "close")
VERBS = dict.fromkeys((*FREE, *MORE), False) | dict.fromkeys(WHOLE, True)


def line(text: str, *literal: str) -> Line:
    return parse(text, NOW, people=PEOPLE, verbs=VERBS, literal=literal)


def chips(of: Line) -> list[tuple[str, str]]:
    return [(chip.kind, chip.text) for chip in of.chips]


def test_the_whole_of_an_entry() -> None:
    it = line("-3m ana: ? lock released by cancel, not by rollback")
    assert chips(it) == [("time", "14:41 UTC, 3 min ago"), ("who", "ana"), ("mark", "hypothesis")]
    assert (it.at, it.who, it.kind) == (At(NOW - 3 * MINUTE), "ana", "hypothesis")
    assert it.rest == "lock released by cancel, not by rollback"
    assert it.problem is None


@pytest.mark.parametrize(("sign", "kind"), MARKS.items())
def test_a_mark_says_what_kind_of_entry_it_is(sign: str, kind: str) -> None:
    assert (line(f"{sign} text").kind, line(f"{sign} text").rest) == (kind, "text")
    assert line(f"{sign}text") == as_text(f"{sign}text")


def test_chips_cover_the_line_up_to_its_text() -> None:
    text = "14:01   ANA:  !  raise it"
    it = line(text)
    assert [text[chip.start : chip.end] for chip in it.chips] == ["14:01   ", "ANA:  ", "!  "]
    assert it.who == "ana"
    assert it.rest == "raise it"


@pytest.mark.parametrize(
    "text",
    [
        "lock released",
        "support: 212 tickets in ten minutes",
        "ana:lock released",
        "at 14:01 it broke",
        "14:01:foo",
        "http://grafana/d/1",
        " indented",
        "two\n  lines",
        "wait ... what?",
        "-v says nothing",
        "\\d+ matches too much",
        "ends with a mark !",
        "é 日本 [red]not markup[/]",
    ],
)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert line(text) == as_text(text)


def test_a_role_can_speak() -> None:
    assert line("commander: keep SEV1 until 15:00").who == "Commander"
    assert line("Eng Manager: rolling back").who == "eng manager"


def test_a_chip_without_text_asks_for_text() -> None:
    assert line("-3m ana: ").problem


def test_the_future_is_refused() -> None:
    it = line("2026-11-23T10:00 maintenance")
    assert it.at is None
    assert it.problem is not None
    assert "future" in it.problem
    assert not it.again
    assert line("\\2026-11-23T10:00 maintenance").rest == "2026-11-23T10:00 maintenance"


def test_a_bare_number_is_no_duration() -> None:
    it = line("-3 lock released")
    assert it.problem is not None
    assert "no unit" in it.problem
    assert it.again


def test_a_chip_can_be_turned_back_into_text() -> None:
    assert line("-3m ana: ? text", "-3m") == as_text("-3m ana: ? text")
    assert line("-3m ana: ? text", "ana:").rest == "ana: ? text"
    assert line("-3m ana: ? text", "?").rest == "? text"
    assert line("/sev SEV1", "/sev") == as_text("/sev SEV1")
    assert line("@ana look", "@ana") == as_text("@ana look")
    assert line("@ana look in 5m", "in 5m").task == Task("ana", "look in 5m")
    assert line("-4m text", "-3m").rest == "text"  # another time is another chip


def test_a_backslash_makes_text_of_what_would_be_recognised() -> None:
    assert line("\\? really") == as_text("? really")
    assert line("\\\\? really") == as_text("\\? really")
    assert line("\\/sev SEV1") == as_text("/sev SEV1")
    assert line("-3m \\ana: said so").rest == "ana: said so"
    assert line("-3m ana: \\? really").rest == "? really"
    assert line("ana: \\d+ fails").rest == "\\d+ fails"


# ── tasks ───────────────────────────────────────────────────────────────────────────────────────


def test_a_task_goes_to_one_named_person() -> None:
    it = line("@ivo roll back 9f2c in 10m")
    assert it.task == Task("ivo", "roll back 9f2c", 10 * MINUTE)
    assert chips(it) == [("task", "task for ivo"), ("duration", "in 10m")]


def test_a_duration_may_be_followed_by_what_belongs_to_the_task() -> None:
    assert line("@ivo roll back 9f2c in 10m, read back").task == Task("ivo", "roll back 9f2c, read back", 10 * MINUTE)
    assert line("@ivo look in 5m, and say so in the room").task == Task(
        "ivo", "look, and say so in the room", 5 * MINUTE
    )
    assert line("@ivo look in 2026 logs").task == Task("ivo", "look in 2026 logs")
    assert line("@ivo look in the logs").task == Task("ivo", "look in the logs")


def test_a_task_for_somebody_new_says_so() -> None:
    it = line("@zoe check dns")
    assert it.task == Task("zoe", "check dns")
    assert chips(it) == [("task", "task for zoe, new here")]


def test_a_task_needs_words_and_a_unit() -> None:
    assert line("@ana ").problem
    assert line("@ana").problem
    it = line("@ana cancel the vacuum in 10")
    assert it.problem is not None
    assert "no unit" in it.problem


def test_what_is_no_name_is_text() -> None:
    assert line("@!? what") == as_text("@!? what")
    assert line("@ ana") == as_text("@ ana")


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "verb", "args"),
    [
        ("/sev SEV1 more users", "sev", "SEV1 more users"),
        ("/SEV SEV1", "sev", "SEV1"),
        ("/as dana", "as", "dana"),  # a whole word wins over longer ones
        ("/ti 3", "tick", "3"),
        ("/page dana", "page", "dana"),
        ("/tick", "tick", ""),
        ("/update first\nsecond", "update", "first\nsecond"),
    ],
)
def test_a_verb_is_its_word_or_a_unique_beginning(text: str, verb: str, args: str) -> None:
    it = line(text)
    assert (it.verb, it.args, it.problem) == (verb, args, None)


def test_what_pages_publishes_or_resolves_wants_the_whole_word() -> None:
    for text in ("/pag dana", "/upd x", "/reso"):
        it = line(text)
        assert it.verb is None
        assert it.problem is not None
        assert "whole word" in it.problem
        assert not it.again


def test_an_ambiguous_beginning_names_the_candidates() -> None:
    it = line("/s 3")
    assert it.verb is None
    assert it.problem == "/s could be /sev, /skip or /snooze: write a little more"


def test_an_unknown_slash_word_can_be_logged_by_a_second_enter() -> None:
    it = line("/var/log is full")
    assert it.problem == "/var/log is unknown. Enter again logs it as text"
    assert it.again
    assert it.rest == "/var/log is full"
    slip = line("/phaes monitoring").problem
    assert slip is not None
    assert "did you mean /phase?" in slip


def test_two_slashes_begin_a_text_with_one() -> None:
    assert line("//var/log is full") == as_text("/var/log is full")


def test_a_slash_behind_a_chip_is_text() -> None:
    assert line("-3m /page dana").verb is None


# ── for all texts ───────────────────────────────────────────────────────────────────────────────

TIMES = ("-3m", "-3", "14:01", "~14:01", "14:01..14:05", "11-21T23:58", " in 10m", " in 5", ",")
SIGNS = ("ana:", "Commander:", "? ", "! ", "> ", " ", "  ", "/sev", "/", "//", "@ana", "@", "\\", "\\\\", "\n", "\t")
PIECES = st.sampled_from((*TIMES, *SIGNS, "text", "\x00", "\udc80", "é"))
ANY = st.text(st.characters(), max_size=60) | st.lists(PIECES, max_size=8).map("".join)


@given(ANY, st.sampled_from(["", "-3m", "ana:", "?", "/sev", "@ana", "in 10m"]))
def test_every_text_is_some_line(text: str, literal: str) -> None:
    it = line(text, literal)
    ends = 0
    for chip in it.chips:
        assert ends <= chip.start < chip.end <= len(text)
        ends = chip.end
    assert text.endswith(it.rest) or it.task or it.verb
    assert it.at is None or it.at.t <= NOW


@given(ANY.map(keepable))
def test_every_text_can_be_typed(text: str) -> None:
    assert line(typed(text, NOW, people=PEOPLE, verbs=VERBS)) == as_text(text)


@given(ANY)
def test_a_pasted_line_never_acts(text: str) -> None:
    it = entry(text, NOW, people=PEOPLE)
    assert it.verb is None
    assert it.task is None


def test_what_no_log_can_hold_is_refused() -> None:
    assert line("a\0b").problem
    assert line("a\udc80b").problem


# ── completion ──────────────────────────────────────────────────────────────────────────────────


def offered(text: str, cursor: int | None = None) -> list[str]:
    at = len(text) if cursor is None else cursor
    found = complete(text, at, ("ana", "ivo", "Dana"), ("commander", "scribe"), VERBS, arguments)
    return [each.label for each in found]


def arguments(verb: str, args: str) -> tuple[str, ...]:
    return {"sev": SEVERITIES, "phase": PHASES, "mark": MILESTONES}.get(verb, ())


def test_verbs_are_completed_by_beginning_then_by_letters() -> None:
    assert offered("/no") == ["/noanswer", "/nochange"]
    assert offered("/esl")[0] == "/escalate"
    assert offered("/phaes") == ["/phase"]
    assert set(offered("/")) == {f"/{verb}" for verb in VERBS}


def test_names_are_completed_where_a_name_can_stand() -> None:
    assert offered("@a") == ["@ana"]
    assert offered("an") == ["ana"]
    assert offered("-3m d") == ["Dana"]
    assert offered("s") == ["scribe"]
    assert offered("/assign scr") == ["scribe"]
    assert offered("/assign scribe i") == ["ivo"]
    assert offered("ask @iv") == ["@ivo"]


def test_plain_text_offers_nothing() -> None:
    assert offered("the an") == []
    assert offered("") == []
    assert offered("anatomy", 3) == []


def test_a_scale_offers_its_words() -> None:
    assert offered("/sev ") == ["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"]
    assert offered("/phase mo") == ["monitoring"]
    assert offered("/mark impact s") == ["impact started"]


def test_taking_a_completion_leaves_one_space_behind_it() -> None:
    (it,) = complete("/assign scr  ana", 11, (), ("scribe",), VERBS)
    assert it.on("/assign scr ana") == ("/assign scribe ana", 15)


@given(ANY, st.integers(0, 60))
def test_completion_is_total(text: str, cursor: int) -> None:
    for each in complete(text, min(cursor, len(text)), PEOPLE, ("scribe",), VERBS):
        changed, at = each.on(text)
        assert changed[each.start : at] == each.text
