"""The timeline: what each fact looks like, where one is in it, and that nothing moves under the person."""

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from story import DAY, RoomApp, Writer, at, story
from warroom.core import events as ev
from warroom.core.events import Event
from warroom.core.order import Replay
from warroom.core.values import MINUTE, At
from warroom.tui import timeline as module
from warroom.tui.clock import stamp
from warroom.tui.rows import Row, row
from warroom.tui.shown import Filter, Shown
from warroom.tui.timeline import Timeline, painted


def text(lines: list[tuple[tuple[str, str], ...]]) -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in lines]


def shown(w: Writer, event: Event, width: int = 84) -> list[str]:
    return text(painted(row(w.state(), event), width, 6))


def declared() -> Writer:
    w = Writer()
    w.add("14:00:00", "dana", ev.Declared("Checkout returns 500s", "SEV2"))
    return w


# ── what a fact looks like ──


def test_an_entry_has_its_time_kind_text_and_speaker_in_columns():
    w = declared()
    entry = w.log("14:03:40", "lee", "observed", "p99 is 4.2 s", who="ivo")
    assert shown(w, entry) == ["14:03:40  ⊙ observed   p99 is 4.2 s" + " " * 46 + "ivo"]


def test_where_it_is_narrow_kinds_have_four_letters_and_times_no_seconds():
    w = declared()
    entry = w.log("14:03:40", "ivo", "observed", "p99 is 4.2 s")
    assert shown(w, entry, 50) == [" 14:03 ⊙ OBS  p99 is 4.2 s" + " " * 21 + "ivo"]


def test_what_was_written_down_late_has_no_seconds():
    w = declared()
    entry = w.log("13:58", "ana", "note", "it began here", rec="14:03")
    assert shown(w, entry)[0].startswith("   13:58  ")


def test_what_was_written_down_late_keeps_seconds_that_somebody_gave():
    w = declared()
    entry = w.log("13:58:07", "ana", "note", "it began here", rec="14:03")
    assert shown(w, entry)[0].startswith("13:58:07  ")


def test_a_time_that_is_not_exact_says_so():
    w = declared()
    entry = w.log("14:01", "ana", "note", "about then", approx=True)
    assert shown(w, entry)[0].startswith("  ~14:01  ")


def test_a_span_fits_the_column():
    at_ = At(at("14:01"), at("14:05"))
    assert stamp(at_, lambda t: (0, "UTC"), True) == "14:01–05"


def test_a_decision_is_bold_and_wrapped_rather_than_cut():
    w = declared()
    decision = w.log("14:05:00", "dana", "decision", "one two three four five " * 12)
    lines = painted(row(w.state(), decision), 84, 20)
    words = " ".join(line[-2 if n == 0 else -1][0].strip() for n, line in enumerate(lines))
    assert words.split() == ("one two three four five " * 12).split()
    assert all(any("bold" in ink for _, ink in line) for line in lines)


def test_a_very_long_note_is_cut_and_says_so():
    w = declared()
    note = w.log("14:05:00", "dana", "note", "word " * 5000)
    lines = shown(w, note)
    assert len(lines) == 6
    assert lines[-1].endswith("…")


def test_a_phase_change_is_a_rule_across():
    w = declared()
    change = w.add("14:12:50", "dana", ev.PhaseChanged("mitigating", was="identified"))
    (line,) = shown(w, change)
    assert "──  identified → mitigating   14:12:50 UTC  ──" in line
    assert len(line) == 84


def test_what_was_taken_back_stays_and_is_struck():
    w = declared()
    entry = w.log("14:03:40", "ivo", "note", "the wrong shard")
    w.add("14:03:50", "ivo", ev.Retracted(entry.id))
    lines = painted(row(w.state(), entry), 84, 6)
    assert ("the wrong shard", "muted strike") in [(part.strip(), ink) for part, ink in lines[0]]


def test_what_was_redacted_is_a_tombstone():
    w = declared()
    entry = w.log("14:03:40", "ivo", "note", "a password")
    w.add("14:03:50", "ivo", ev.FactRedacted(entry.id, "a secret"))
    assert shown(w, entry) == ["14:03:40  ▒ redacted   redacted"]


def test_a_correction_stands_instead_and_says_so():
    w = declared()
    entry = w.log("14:03:40", "ivo", "note", "shard 3")
    w.add("14:03:50", "ivo", ev.Amended(entry.id, text_="shard 4", kind_="observed"))
    assert "⊙ observed   shard 4 · fixed" in shown(w, entry)[0]


def test_a_conflict_names_what_the_other_said():
    w = declared()
    first = w.add("14:04:00", "ana", ev.SeverityChanged("SEV3"))
    w.add("14:04:00", "ben", ev.SeverityChanged("SEV4"))
    last = w.add("14:04:00", "dana", ev.SeverityChanged("SEV1"))
    assert shown(w, last)[-1].strip() == "also set to SEV3 by ana, SEV4 by ben"
    assert len(shown(w, first)) == 1


def test_a_fact_of_a_newer_warroom_is_a_row_of_its_own():
    w = declared()
    fact = w.add("14:04:00", "ana", ev.Unknown("probe.started", b"{}"))  # type: ignore[arg-type]  # a fact may be of no known kind
    assert "probe.started, written by a newer warroom" in shown(w, fact)[0]


@pytest.mark.parametrize("body", sorted(ev.BODIES), ids=str)
def test_every_kind_of_fact_has_a_sign_and_a_word_that_fit(body: str):
    cls = ev.BODIES[body]
    w = declared()
    needed = {"title": "x", "severity": "SEV1", "phase": "x", "milestone": "x", "what": "x", "service": "x"}
    fields = {f: needed.get(f, "x") for f in cls.__struct_fields__}
    fields |= {"due": 1, "until": 1, "number": 1, "level": 1, "backup": 0, "seq": 1, "next": 1, "since": 1, "size": 1}
    fields |= {"steps": (), "levels": (), "roles": (), "rhythms": (), "services": (), "silence": {}, "to_at": None}
    fields |= {"targets": (), "shifts": (), "by": 1, "gap": 1, "asked": 1, "again": 1, "speed": 150}
    fact = w.add("14:01:00", "ana", cls(**{f: fields[f] for f in cls.__struct_fields__}))  # type: ignore[arg-type]  # made from its fields
    each = row(w.state(), fact)
    assert len(each.glyph) == 1
    assert 0 < len(each.word) <= 10
    assert 0 < len(each.short) <= 4


# ── what is shown ──


def ids(found: Shown) -> list[str]:
    return [found.event(n).id for n in range(len(found))]


def test_what_is_in_force_stays_behind_the_scenes_until_it_is_asked_for():
    state, found = story().state(), Shown()
    found.take(state, Filter())
    assert not any(found.event(n).body.kind == "attached" for n in range(len(found)))
    found.take(state, Filter(kinds=("attached",)))
    assert len(found) == 4


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        (Filter(kinds=("decision",)), 2),
        (Filter(who="MEI"), 2),
        (Filter(text="VACUUM"), 6),
        (Filter(kinds=("decision",), text="vacuum"), 1),
    ],
)
def test_the_filter_looks_for_kind_person_and_text(filter: Filter, count: int):
    found = Shown()
    found.take(story().state(), filter)
    assert len(found) == count


def test_taking_facts_one_by_one_shows_the_same_as_taking_them_all():
    w = story()
    w.add("14:44:00", "ivo", ev.Amended(w.events[20].id, text_="vacuum, corrected"))
    w.add("14:44:10", "ivo", ev.Retracted(w.events[21].id))
    for filter in (Filter(), Filter(text="vacuum"), Filter(kinds=("observed",))):
        replay, step, whole = Replay(), Shown(), Shown()
        for event in w.events:
            step.take(replay.receive([event]), filter)
        whole.take(w.state(), filter)
        assert ids(step) == ids(whole)


def test_a_correction_that_comes_late_and_in_the_middle_changes_what_is_found():
    w = story()
    fixed = w.add("14:44:00", "ivo", ev.Amended(w.events[20].id, text_="corrected: the vacuum"))
    w.log("14:44:10", "ivo", "note", "something else")
    late = [event for event in w.events if event is not fixed]
    for filter in (Filter(text="corrected: the vacuum"), Filter(text="vacuum")):
        replay, step, whole = Replay(), Shown(), Shown()
        step.take(replay.receive(late), filter)
        step.take(replay.receive([fixed]), filter)
        whole.take(w.state(), filter)
        assert ids(step) == ids(whole)


# ── where one is ──


async def ready(pilot: Pilot[None]) -> Timeline:
    await pilot.pause()
    app = pilot.app
    assert isinstance(app, RoomApp)
    return app.room.timeline


def screen(pilot: Pilot[None]) -> list[str]:
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]


def grown(w: Writer, pilot: Pilot[None], texts: int = 1) -> None:
    for n in range(texts):
        w.log("14:44:10", "ivo", "note", f"new {n}")
    app = pilot.app
    assert isinstance(app, RoomApp)
    app.room.show(w.state())


async def test_the_newest_row_stands_next_to_the_prompt():
    w = story()
    async with RoomApp(w.state()).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        assert "support: tickets have stopped" in screen(pilot)[34]
        grown(w, pilot)
        await pilot.pause()
        assert "new 0" in screen(pilot)[34]


async def test_whoever_scrolled_up_stays_where_they_are_and_is_told_what_came():
    w = story()
    async with RoomApp(w.state()).run_test(size=(132, 40)) as pilot:
        timeline = await ready(pilot)
        timeline.scroll_rows(-2)
        await pilot.pause()
        before = screen(pilot)[3:34]
        grown(w, pilot, 3)
        await pilot.pause()
        assert screen(pilot)[3:34] == before
        assert "↓ 3 new" in screen(pilot)[35]
        timeline.to_end()
        await pilot.pause()
        assert "new 2" in screen(pilot)[34]
        assert "3 new" not in screen(pilot)[35]


async def test_a_late_fact_above_does_not_move_what_is_in_sight():
    w = story()
    async with RoomApp(w.state()).run_test(size=(132, 40)) as pilot:
        timeline = await ready(pilot)
        timeline.scroll_rows(-3)
        await pilot.pause()
        before = screen(pilot)[10:34]
        w.log("13:30", "lena", "note", "long before", rec="14:44:20")
        pilot.app.room.show(w.state())  # type: ignore[attr-defined]  # the app of this file
        await pilot.pause()
        assert screen(pilot)[10:34] == before


async def test_a_selection_survives_every_refresh():
    w = story()
    async with RoomApp(w.state()).run_test(size=(132, 40)) as pilot:
        timeline = await ready(pilot)
        for _ in range(4):
            timeline.select(-1)
        chosen = timeline.selected
        w.log("13:30", "lena", "note", "long before", rec="14:44:20")
        grown(w, pilot, 2)
        await pilot.pause()
        assert timeline.selected == chosen
        await pilot.resize_terminal(80, 24)
        assert timeline.selected == chosen


def test_a_selected_row_is_lit_from_edge_to_edge():
    w = declared()
    entry = w.log("14:03:40", "ivo", "observed", "p99 is 4.2 s")
    (line,) = painted(row(w.state(), entry), 84, 6, selected=True)
    assert sum(len(part) for part, _ in line) == 84
    assert all(ink.endswith(" on select") for _, ink in line)


async def test_what_is_selected_comes_into_sight():
    w = story()
    async with RoomApp(w.state()).run_test(size=(80, 24)) as pilot:
        timeline = await ready(pilot)
        first = w.events[9]  # the hypothesis of 13:58, the oldest of all
        assert timeline.reveal(first.id)
        await pilot.pause()
        assert any("the nightly vacuum on orders starts here" in line for line in screen(pilot))
        for _ in range(60):
            timeline.select(1)
        await pilot.pause()
        assert any("support: tickets have stopped" in line for line in screen(pilot))


async def test_the_start_fills_the_screen_rather_than_leaving_it_blank():
    async with RoomApp(story().state()).run_test(size=(80, 24)) as pilot:
        timeline = await ready(pilot)
        timeline.to_start()
        await pilot.pause()
        lines = screen(pilot)[4:22]
        assert "13:58" in "".join(lines[:2])
        assert "below" in lines[-1]
        assert all(lines[2:])


async def test_a_filter_says_what_it_leaves():
    async with RoomApp(story().state()).run_test(size=(132, 40)) as pilot:
        timeline = await ready(pilot)
        assert "40 entries · all kinds" in screen(pilot)[35]
        timeline.filter = Filter(kinds=("decision",))
        await pilot.pause()
        assert "2 of 40 · decision" in screen(pilot)[35]
        timeline.filter = Filter(text="nobody wrote this")
        await pilot.pause()
        assert any("Nothing matches." in line for line in screen(pilot))


async def test_an_empty_timeline_says_what_to_do():
    async with RoomApp(declared().state()).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        assert any("Nothing yet. Type what you see and press Enter." in line for line in screen(pilot))


async def test_a_new_day_begins_with_its_date():
    w = declared()
    w.log("23:59", "ana", "note", "still today")
    late = w.log("14:00", "ana", "note", "tomorrow")
    w.events[-1] = replace(late, at=At(DAY + 1445 * MINUTE))
    async with RoomApp(w.state(), now=DAY + 1446 * MINUTE).run_test(size=(132, 40)) as pilot:
        await ready(pilot)
        lines = screen(pilot)
        assert "─  2026-11-23  ─" in lines[33]
        assert "tomorrow" in lines[34]
        assert any("─  2026-11-22  ─" in line for line in lines[:33])


async def test_a_hundred_thousand_rows_are_looked_at_only_where_they_are_in_sight(monkeypatch: pytest.MonkeyPatch):
    made = 0
    make = module.row

    def counted(*args: object) -> Row:
        nonlocal made
        made += 1
        return make(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(module, "row", counted)
    w = declared()
    last = w.log("14:00:01", "ana", "note", "row")
    w.events += [replace(last, id=f"N{n}", seq=n, lam=n) for n in range(10, 100_000)]
    async with RoomApp(w.state()).run_test(size=(132, 40)) as pilot:
        timeline = await ready(pilot)
        assert len(timeline._shown) == 99_992
        await pilot.resize_terminal(80, 24)
        timeline.to_start()
        timeline.to_end()
        assert made < 1000
