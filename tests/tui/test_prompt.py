"""The prompt: what keys make of a text, what it tells its owner, how it looks. The clock stands at 14:44:28."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.message import Message

from prompt_app import NOW, VERBS
from warroom.core.line import MARKS, parse
from warroom.core.text import clean
from warroom.tui import prompt_messages as say
from warroom.tui.edit import Edit
from warroom.tui.paste import LIMIT
from warroom.tui.prompt_keys import KEYS
from warroom.tui.prompt_state import Known, PromptState
from warroom.tui.prompt_view import CURSOR, rows


class Desk:
    """A prompt, and what it said."""

    def __init__(self, *history: str) -> None:
        self.said: list[Message] = []
        self.prompt = PromptState(lambda: NOW, self.said.append, history)
        self.prompt.known = Known(
            ("ana", "ivo"), ("commander",), VERBS, lambda verb, _: ("SEV1", "SEV2") if verb == "sev" else ()
        )

    def write(self, text: str) -> "Desk":
        for char in text:
            assert self.prompt.press(char, char)
        return self

    def press(self, *keys: str) -> "Desk":
        for key in keys:
            self.prompt.press(key, " " if key == "space" else None)
        return self

    @property
    def text(self) -> str:
        return self.prompt.text

    @property
    def marked(self) -> str:
        """The text with a bar where the cursor is."""
        at = self.prompt.edit.cursor
        return self.text[:at] + "|" + self.text[at:]

    @property
    def submitted(self) -> list[say.Submitted]:
        return [m for m in self.said if isinstance(m, say.Submitted)]

    def heard(self, kind: type[Message]) -> Iterator[Message]:
        return (m for m in self.said if isinstance(m, kind))


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ── editing ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        ("ctrl+a", "|cancel the vacuum, now"),
        ("ctrl+a ctrl+e", "cancel the vacuum, now|"),
        ("ctrl+w", "cancel the vacuum, |"),
        ("ctrl+w ctrl+w", "cancel the |"),
        ("alt+backspace", "cancel the vacuum, |"),
        ("ctrl+u", "|"),
        ("alt+b alt+b", "cancel the |vacuum, now"),
        ("alt+b alt+b alt+d", "cancel the |, now"),
        ("home alt+f", "cancel| the vacuum, now"),
        ("home ctrl+right ctrl+k", "cancel|"),
        ("ctrl+w ctrl+w ctrl+y", "cancel the vacuum, now|"),
        ("ctrl+w left ctrl+w ctrl+y ctrl+y", "cancel the vacuum,vacuum,| "),
        ("ctrl+left ctrl+b backspace", "cancel the vacuum| now"),
        ("home delete ctrl+d", "|ncel the vacuum, now"),
        ("home right ctrl+f", "ca|ncel the vacuum, now"),
        ("ctrl+a ctrl+j", "\n|cancel the vacuum, now"),
    ],
)
def test_readlines_keys_do_what_they_do(desk: Desk, keys: str, after: str) -> None:
    assert desk.write("cancel the vacuum, now").press(*keys.split()).marked == after


def test_what_a_screen_shows_as_one_is_deleted_as_one(desk: Desk) -> None:
    desk.write("ok e\u0301 👩\u200d👧")
    assert desk.press("backspace").text == "ok e\u0301 "
    assert desk.press("backspace", "backspace").text == "ok "


def test_up_and_down_move_within_several_lines_first(desk: Desk) -> None:
    desk = Desk("older").write("one").press("ctrl+j").write("second")
    assert desk.press("up").marked == "one|\nsecond"
    assert desk.press("down").marked == "one\nsec|ond"
    assert desk.press("up", "up").text == "older"
    assert desk.press("down").text == "one\nsecond"


@given(st.lists(st.sampled_from(sorted(KEYS)) | st.characters(), max_size=40))
def test_no_key_breaks_anything(keys: list[str]) -> None:
    desk = Desk("earlier", "-3m ana: ? said")
    for key in keys:
        desk.prompt.press(key, key if len(key) == 1 else None)
        assert 0 <= desk.prompt.edit.cursor <= len(desk.text)
        rows(desk.text, desk.prompt.edit.cursor, desk.prompt.line().chips, 20)


# ── chips ───────────────────────────────────────────────────────────────────────────────────────


def drawn(desk: Desk, width: int = 80) -> str:
    line = desk.prompt.line()
    return "\n".join("".join(t for t, _ in row) for row in rows(desk.text, desk.prompt.edit.cursor, line.chips, width))


def test_what_is_recognised_becomes_a_chip_before_enter(desk: Desk) -> None:
    desk.write("-3m ana: ? lock released")
    assert drawn(desk) == " 14:41 UTC, 3 min ago   ana   hypothesis  lock released "


def test_a_word_that_is_still_typed_is_no_chip_yet(desk: Desk) -> None:
    assert drawn(desk.write("14:01")) == "14:01 "
    assert "43 min ago" in drawn(desk.write(" "))


def test_a_chip_opens_while_the_cursor_is_in_it(desk: Desk) -> None:
    desk.write("14:01 text").press("home", "right")
    assert drawn(desk) == "14:01 text"


def test_backspace_right_behind_a_chip_makes_text_of_it(desk: Desk) -> None:
    desk.write("14:01 ")
    assert desk.press("backspace").text == "14:01 "
    assert desk.prompt.line().at is None
    desk.write("was the time").press("enter")
    assert desk.submitted[0].line.rest == "14:01 was the time"


def test_a_chip_is_text_only_on_this_line(desk: Desk) -> None:
    desk.write("? ").press("backspace").write("x").press("enter")
    desk.write("? y").press("enter")
    assert [m.line.kind for m in desk.submitted] == ["note", "hypothesis"]


def test_another_time_in_its_place_is_a_chip_again(desk: Desk) -> None:
    desk.write("14:01 ").press("backspace", "backspace", "backspace").write("2 x")
    assert desk.prompt.line().at is not None


# ── Enter ───────────────────────────────────────────────────────────────────────────────────────


def test_enter_asks_for_the_line(desk: Desk) -> None:
    desk.write("-3m ana: ! raise it").press("enter")
    (asked,) = desk.submitted
    assert (asked.line.who, asked.line.kind, asked.line.rest) == ("ana", "decision", "raise it")
    assert asked.raw == "-3m ana: ! raise it"
    assert desk.text == ""


def test_enter_on_nothing_asks_for_nothing(desk: Desk) -> None:
    desk.write("   ").press("enter")
    assert desk.submitted == []


def test_enter_never_takes_a_suggestion(desk: Desk) -> None:
    desk.write("an")
    assert desk.prompt.completions()
    desk.press("enter")
    assert desk.submitted[0].line.rest == "an"


def test_a_problem_is_told_and_the_text_stays(desk: Desk) -> None:
    desk.write("2026-12-01T10:00 maintenance").press("enter", "enter")
    assert desk.submitted == []
    assert "future" in desk.prompt.notice
    assert desk.text == "2026-12-01T10:00 maintenance"


def test_an_unknown_slash_word_is_logged_by_a_second_enter(desk: Desk) -> None:
    desk.write("/var/log is full").press("enter")
    assert desk.submitted == []
    assert "Enter again" in desk.prompt.notice
    desk.press("enter")
    assert desk.submitted[0].line.rest == "/var/log is full"


def test_a_key_between_makes_the_second_enter_a_first(desk: Desk) -> None:
    desk.write("/var is full").press("enter").write("!").press("enter")
    assert desk.submitted == []


def test_a_ghost_is_logged_by_enter_once_and_only_on_an_empty_prompt(desk: Desk) -> None:
    desk.prompt.ghost = "Dana takes command"
    desk.write("x").press("enter")
    assert [m.line.rest for m in desk.submitted] == ["x"]
    desk.prompt.accepted()
    desk.press("enter")
    assert len(desk.submitted) == 1
    desk.prompt.ghost = "Dana takes command"
    desk.press("enter")
    assert desk.submitted[-1].line.rest == "Dana takes command"


def test_a_refused_line_comes_back_as_it_was(desk: Desk) -> None:
    desk.write("14:01 ").press("backspace").write("x").press("enter")
    desk.prompt.refused("The disk is full.")
    assert desk.text == "14:01 x"
    assert desk.prompt.line().at is None
    assert desk.prompt.notice == "The disk is full."


def test_a_line_refused_while_the_next_is_typed_is_one_up_away(desk: Desk) -> None:
    desk.write("first").press("enter").write("second")
    desk.prompt.refused("The disk is full.")
    assert desk.text == "second"
    assert "Up brings it back" in desk.prompt.notice
    assert desk.press("up").text == "first"
    assert desk.press("down").text == "second"


def test_lines_on_their_way_are_settled_in_order(desk: Desk) -> None:
    desk.write("one").press("enter").write("two").press("enter")
    desk.prompt.accepted()
    desk.prompt.refused("No.")
    assert desk.text == "two"


# ── nothing typed is lost ───────────────────────────────────────────────────────────────────────


def test_a_cleared_line_comes_back_with_up(desk: Desk) -> None:
    desk.write("half a thought").press("ctrl+c")
    assert desk.text == ""
    assert desk.press("up").text == "half a thought"


def test_a_draft_waits_behind_a_prefilled_line(desk: Desk) -> None:
    desk.write("half a thought")
    desk.prompt.fill("/sev SEV1 ")
    desk.write("everyone").press("enter")
    assert desk.submitted[0].line.args == "SEV1 everyone"
    assert desk.text == "half a thought"


def test_a_draft_survives_a_walk_through_the_history() -> None:
    desk = Desk("one", "two").write("draft")
    assert desk.press("up", "up", "up").text == "one"
    assert desk.press("down", "ctrl+n").text == "draft"


def test_what_was_asked_for_is_remembered_for_another_day(desk: Desk) -> None:
    desk.write("one").press("enter").write("two").press("ctrl+c")
    assert [m.text for m in desk.heard(say.Remembered)] == ["one"]  # type: ignore[attr-defined]


def test_ctrl_r_finds_and_enter_takes_without_submitting() -> None:
    desk = Desk("lock on orders", "vacuum", "lock on payments").write("draft")
    desk.press("ctrl+r").write("lock")
    assert desk.press("ctrl+r", "enter").text == "lock on orders"
    assert desk.submitted == []
    assert desk.press("ctrl+c").text == "draft"


def test_a_search_that_is_cancelled_changes_nothing() -> None:
    desk = Desk("lock").write("draft").press("ctrl+r").write("lo").press("escape")
    assert desk.text == "draft"


# ── Tab ─────────────────────────────────────────────────────────────────────────────────────────


def test_tab_completes(desk: Desk) -> None:
    assert desk.write("/p").press("tab").text == "/phase "
    assert desk.press("tab").text == "/page "
    assert desk.press("shift+tab").text == "/phase "


def test_tab_completes_one_step_after_another(desk: Desk) -> None:
    assert desk.write("/se").press("tab").text == "/sev "
    assert desk.press("tab").text == "/sev SEV1 "
    assert desk.press("tab").text == "/sev SEV2 "


def test_tab_on_plain_text_cycles_the_kind_and_it_does_not_stick(desk: Desk) -> None:
    desk.write("lock released")
    kinds = [desk.press("tab").prompt.line().kind for _ in range(len(MARKS) + 1)]
    assert kinds == ["observed", "hypothesis", "decision", "action", "followup", "note"]
    assert desk.press("tab").marked == "* lock released|"
    desk.press("enter").write("next").press("enter")
    assert [m.line.kind for m in desk.submitted] == ["observed", "note"]


def test_the_kind_goes_behind_time_and_speaker(desk: Desk) -> None:
    assert desk.write("-3m ana: lock").press("tab").text == "-3m ana: * lock"


# ── pasting ─────────────────────────────────────────────────────────────────────────────────────

FOURTEEN = "\n".join(f"14:{n:02} line {n}" for n in range(14))


def test_several_pasted_lines_never_submit(desk: Desk) -> None:
    desk.prompt.pasted(FOURTEEN.replace("\n", "\r") + "\r")
    assert desk.submitted == []
    assert desk.text == FOURTEEN
    assert desk.prompt.paste is not None
    assert desk.prompt.paste.note().startswith("14 lines · Enter: one entry")


def test_enter_logs_a_pasted_block_as_one_entry(desk: Desk) -> None:
    desk.prompt.pasted("first\nsecond")
    desk.press("enter")
    assert desk.submitted[0].line.rest == "first\nsecond"


def test_one_key_makes_an_entry_of_each_line_with_its_time(desk: Desk) -> None:
    desk.prompt.pasted(FOURTEEN + "\n\n/page dana\n@ana look\n2027-01-01T00:00 later")
    desk.press("ctrl+t", "enter")
    (asked,) = desk.heard(say.LinesSubmitted)
    assert isinstance(asked, say.LinesSubmitted)
    assert [line.rest for line in asked.lines[:2]] == ["line 0", "line 1"]
    assert all(line.at for line in asked.lines[:14])
    assert [line.rest for line in asked.lines[14:]] == ["/page dana", "@ana look", "2027-01-01T00:00 later"]
    assert not any(line.verb or line.task for line in asked.lines)


def test_the_same_key_again_makes_it_evidence(desk: Desk) -> None:
    desk.prompt.pasted(FOURTEEN)
    desk.press("ctrl+t", "ctrl+t", "enter")
    (asked,) = desk.heard(say.EvidencePasted)
    assert isinstance(asked, say.EvidencePasted)
    assert asked.text == FOURTEEN
    assert desk.submitted == []


def test_a_pasted_block_never_acts(desk: Desk) -> None:
    desk.prompt.pasted("/page dana\nnow")
    desk.press("enter")
    assert desk.submitted[0].line.verb is None
    assert desk.submitted[0].line.rest == "/page dana\nnow"


def test_one_pasted_line_is_typing(desk: Desk) -> None:
    desk.write("see ")
    desk.prompt.pasted("http://grafana/d/1\r")
    assert desk.marked == "see http://grafana/d/1|"
    assert desk.prompt.paste is None


def test_what_no_log_can_hold_is_left_out_and_said(desk: Desk) -> None:
    desk.prompt.pasted("a\0b\udc80c")
    assert desk.text == "abc"
    assert desk.prompt.notice.startswith("2 characters were left out")


def test_too_much_for_an_entry_waits_as_evidence(desk: Desk) -> None:
    desk.write("draft")
    desk.prompt.pasted("line of a log\n" * 10_000)
    assert desk.text == "draft"
    assert desk.prompt.paste is not None
    assert "more than one entry holds" in desk.prompt.paste.note()
    desk.press("enter")
    assert len(list(desk.heard(say.EvidencePasted))) == 1
    assert desk.text == "draft"
    desk.prompt.refused("The disk is full.")
    assert desk.prompt.paste is not None  # and nothing is lost


def test_typing_stops_at_what_a_fact_can_hold(desk: Desk) -> None:
    desk.prompt.pasted("x" * (LIMIT - 3))
    desk.write("yz")
    assert desk.text.endswith("xy")
    assert "62 KiB" in desk.prompt.notice


# ── the rest ────────────────────────────────────────────────────────────────────────────────────


def test_a_slash_on_an_empty_prompt_asks_for_the_palette_and_stays(desk: Desk) -> None:
    desk.write("/s")
    assert len(list(desk.heard(say.PaletteRequested))) == 1
    changed = [m for m in desk.said if isinstance(m, say.Changed)]
    assert [c.label for c in changed[-1].completions] == ["/sev", "/snooze"]
    assert desk.text == "/s"
    desk.press("ctrl+c").write("a/b")
    assert len(list(desk.heard(say.PaletteRequested))) == 1


def test_ctrl_d_leaves_only_an_empty_prompt(desk: Desk) -> None:
    desk.write("x").press("home", "ctrl+d")
    assert not list(desk.heard(say.Leave))
    desk.press("ctrl+d")
    assert len(list(desk.heard(say.Leave))) == 1


def test_the_editor_gets_the_text_and_gives_it_back(desk: Desk) -> None:
    desk.write("draft").press("ctrl+x", "ctrl+e")
    (asked,) = desk.heard(say.EditorRequested)
    assert isinstance(asked, say.EditorRequested)
    assert asked.text == "draft"
    desk.prompt.edited("draft\nand more\n")
    assert desk.text == "draft\nand more"


def test_keys_of_the_screen_are_left_to_it(desk: Desk) -> None:
    for key in ("pageup", "f2", "ctrl+q", "alt+left_square_bracket", "escape"):
        assert not desk.prompt.press(key, None)


# ── how it looks ────────────────────────────────────────────────────────────────────────────────


def plain(laid: list[tuple[tuple[str, str], ...]]) -> list[str]:
    return ["".join(text for text, _ in row) for row in laid]


def test_long_text_wraps_between_words_and_keeps_the_cursor_in_sight() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen"
    laid = rows(text, len(text), (), 12)
    assert len(laid) == 5
    assert all(len(row) <= 13 for row in plain(laid))
    assert plain(laid)[-1] == "thirteen "
    assert any(style.startswith(CURSOR) for _, style in laid[-1])
    assert plain(rows(text, 0, (), 12))[0] == "one two "


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=120), st.integers(0, 120), st.integers(4, 30))
def test_whatever_is_typed_is_shown_clean_with_one_cursor(text: str, cursor: int, width: int) -> None:
    at = min(cursor, len(text))
    laid = rows(text, at, parse(text, NOW).chips, width)
    assert 1 <= len(laid) <= 5
    for row in plain(laid):
        assert clean(row) == row
    assert sum(style.startswith(CURSOR) for row in laid for _, style in row) == 1


def test_a_long_block_shows_where_the_cursor_is() -> None:
    text = "\n".join(f"line {n}" for n in range(5000))
    at = text.index("line 2500")
    assert any("line 2500" in row for row in plain(rows(text, at, (), 40)))


def test_words_before_the_cursor_end_at_the_start() -> None:
    edit = Edit()
    edit.set("  ", 2)
    assert edit.word_before() == 0
    edit.set("", 0)
    assert (edit.before(), edit.after()) == (0, 0)
