"""A sentence is whole or ends where one can: notices, fields, choices, keys, help and palette at 80 columns."""

import pytest
from textual.app import App, ComposeResult

from story import story
from warroom.core.text import wrap
from warroom.intents import BY_NAME
from warroom.tui import filter, theme
from warroom.tui.choice import clause
from warroom.tui.keys import shipped
from warroom.tui.moment import Sight, moment
from warroom.tui.notice import Notice
from warroom.tui.overlays.esc_layer import columns
from warroom.tui.overlays.help import lines, sections
from warroom.tui.overlays.palette import Palette
from warroom.tui.panes import checklist
from warroom.tui.prompt_view import CURSOR, one_row
from warroom.tui.spans import Line, cells

LONG = "“root” is a login that people share. Facts need a person: what are you called? " * 2


def text(line: Line) -> str:
    return "".join(part for part, _ in line)


class NoticeApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Notice()

    def on_mount(self) -> None:
        theme.install(self, "dark")
        filter.install(self)


async def said(sentence: str, width: int) -> list[str]:
    async with NoticeApp().run_test(size=(width, 24)) as pilot:
        notice = pilot.app.query_one(Notice)
        notice.tell(sentence, trouble=True)
        await pilot.pause()
        await pilot.pause()
        return [notice.render_line(y).text.strip() for y in range(notice.size.height)]


@pytest.mark.parametrize("width", [60, 80, 132])
async def test_a_notice_is_wrapped_and_never_cut(width: int):
    rows = await said(LONG.strip(), width)
    assert " ".join(rows) == LONG.strip()
    assert rows == wrap(LONG.strip(), width - 2)


async def test_a_notice_without_end_leaves_the_screen_to_the_rest_and_says_that_it_goes_on():
    rows = await said(LONG * 20, 80)
    assert len(rows) == 4
    assert rows[-1].endswith("…")


@pytest.mark.parametrize(
    ("typed", "cursor", "width", "shown"),
    [
        ("hello", 5, 20, "hello "),
        ("hello world this is long", 24, 12, "…is is long "),
        ("hello world this is long", 3, 12, "hello world…"),
        ("日本語日本語日本語日本語", 12, 9, "… 日本語 "),
        ("", 0, 12, " "),
        ("", -1, 12, ""),
        ("abc", -1, 2, "a…"),
    ],
)
def test_a_field_scrolls_its_text_and_keeps_the_cursor_in_sight(typed: str, cursor: int, width: int, shown: str):
    row = one_row(typed, cursor, width)
    assert text(row) == shown
    assert cells(row) <= width
    assert (cursor >= 0) == any(style.startswith(CURSOR) for _, style in row)


def test_what_stands_beside_a_choice_ends_with_a_clause_where_it_does_not_fit():
    said = "Commander paged, public notice within five minutes, executive liaison."
    assert clause(said, 80) == said
    assert clause(said, 49) == "Commander paged"
    assert clause("Nothingtocutat", 8) == "Nothing…"


def test_the_last_column_of_the_keys_is_not_marked_as_cut():
    keys = (("a", "acknowledge"), ("b", "leave, on an empty line"))
    (row,) = columns(keys, 41)
    assert text(row) == "a acknowledge   b leave, on an empty line"


@pytest.mark.parametrize("width", [56, 76])
def test_help_says_every_sentence_to_its_end(width: int):
    everything = sections(shipped())
    shown = "".join(text(line) for line in lines(everything, width)).replace(" ", "")
    assert "…" not in shown.replace("*…", "").replace("?…", "").replace("!…", "").replace(">…", "").replace("+…", "")


@pytest.mark.parametrize("name", ["update", "find", "acknowledge"])
def test_an_act_that_is_the_only_one_shows_all_its_arguments_and_words(name: str):
    intent = BY_NAME[name]
    palette = Palette()
    palette.feed(f"/{intent.verb} ")
    drawn = " ".join(" ".join(text(line).split()) for line in palette.content(76, 20).lines)
    assert intent.usage in drawn
    assert intent.words in drawn
    assert palette.rows(80) == len(palette.content(76, 20).lines) + 2


def test_a_step_counts_down_no_more_once_the_incident_has_ended():
    from warroom.core import events as ev

    w = story()
    later = moment(w.state(), w.events[-1].rec + 3_600_000, Sight())
    assert "late" in str(checklist.card(later, 40, 20).lines)
    w.add("14:44:10", "dana", ev.PhaseChanged("closed", was="mitigating"))
    later = moment(w.state(), w.events[-1].rec + 3_600_000, Sight())
    assert "late" not in str(checklist.card(later, 40, 20).lines)
