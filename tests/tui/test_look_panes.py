"""The panes of the war room: what is due, who is called, who does what, what comes next; and the two lines on top."""

import pytest

from story import CHECKLIST, NOW, POLICY, ROLES, Writer, at, person, story
from warroom.core import events as ev
from warroom.core.incident import Incident
from warroom.core.values import HOUR, MINUTE, SECOND
from warroom.tui import header
from warroom.tui.moment import Moment, Sight, moment
from warroom.tui.panes import checklist, due, escalation, roles
from warroom.tui.panes.pane import Card, framed
from warroom.tui.spans import Line, cells, cut, spread

WIDTH = 40


def seen(state: Incident, now: int = NOW, sight: Sight | None = None) -> Moment:
    return moment(state, now, sight or Sight(handle="INC-K3F9"))


def text(lines: "list[Line] | tuple[Line, ...]") -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in lines]


def shown(card: Card) -> list[str]:
    return text(list(card.lines))


def inks(card: Card) -> dict[str, str]:
    return {part.strip(): ink for line in card.lines for part, ink in line if part.strip()}


def declared(severity: str = "SEV2", *bodies: ev.Body) -> Writer:
    w = Writer()
    w.add("14:00", "dana", ev.Declared("Checkout returns 500s", severity))
    for body in bodies:
        w.add("14:00", "dana", body)
    return w


# ── due ──


def test_the_nearest_stands_in_big_digits_and_the_next_under_it_in_order():
    card = due.card(seen(story().state()), WIDTH, 7)
    assert shown(card) == [
        "╶╮    ╶─╮╶─╮    public update #3",
        " │  :  ─┤╭─╯    Mei drafts",
        "╶┴╴   ╶─╯╰─╴    F4",
        " 3m10s  step    Check replicas befo… Ana",
        "   25m  ack     expires              Ana",
        "   29m  update  executive update #1  Mei",
    ]
    assert card.tone == "amber"


def test_nothing_moves_when_a_digit_changes():
    state = story().state()
    for second in range(90):
        first, *rest = due.card(seen(state, NOW + second * SECOND), WIDTH, 7).lines
        assert cells(first[:2]) == 16
        assert {cells(line[:3]) for line in rest[2:]} == {14}


def test_what_is_late_is_red_and_says_how_late():
    card = due.card(seen(story(answered=False).state()), WIDTH, 7)
    assert card.tone == "red"
    assert "26m late  F9" in shown(card)[2]
    assert inks(card)["26m late  F9"] == "red bold"


def test_what_is_late_behind_the_nearest_is_red_too():
    w = story(answered=False)
    w.add("14:30", "dana", ev.TaskGiven("ivo", "read the log", due=at("14:40")))
    card = due.card(seen(w.state()), WIDTH, 7)
    assert shown(card)[3].split() == ["4m", "late", "read", "the", "log", "ivo"]
    assert inks(card)["4m"] == "red bold"


def test_red_is_for_what_is_late_and_for_nothing_else():
    card = due.card(seen(story().state()), WIDTH, 7)
    assert not any("red" in ink for ink in inks(card).values())


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (92 * SECOND, "1m32s"),
        (42 * SECOND, "42s"),
        (0, "0s"),
        (-1, "now"),
        (-12 * MINUTE, "12m late"),
        (20 * MINUTE + 5, "20m"),
        (3 * HOUR, "3h00m"),
        (-50 * HOUR, "2d late"),
    ],
)
def test_a_countdown_never_reads_as_a_time_of_day(left: int, said: str):
    assert due.time_left(left) == said


def test_more_than_there_is_room_for_is_counted():
    w = story()
    for n in range(9):
        w.add("14:40", "dana", ev.TaskGiven("ivo", f"task {n}", due=at("15:30") + n * MINUTE))
    lines = text(framed(due.card(seen(w.state()), WIDTH, 7), WIDTH + 4, 9))
    assert "… 9 more" in lines[-2]


def test_a_room_in_which_nothing_is_due_says_so():
    assert shown(due.card(seen(declared().state()), WIDTH, 7)) == ["Nothing is due."]


def test_the_strip_names_what_is_due_and_counts_the_rest():
    (line,) = text([due.strip_line(seen(story().state()), 78)])
    assert line == "1m32s public update #3  3m10s step: Check replicas before failover  +2"


# ── escalation ──


def test_every_level_shows_its_state_and_who():
    card = escalation.card(seen(story().state()), WIDTH, 7)
    assert shown(card) == [
        "√ L1 on-call          Ivo   acked 14:02",
        "✗ L2 database         Mei   no answer",
        "√    backup           Ana   acked 14:18",
        "  L3 eng manager      Rahul",
        "√ Ana has it, for 25m47s more",
        "PAGES NOBODY · ring by hand",
    ]
    assert card.foot == "policy payments"


def test_who_is_to_be_called_has_the_number_to_ring_and_the_next_its_countdown():
    card = escalation.card(seen(story(answered=False).state()), WIDTH, 7)
    assert shown(card) == [
        "√ L1 on-call          Ivo   acked 14:02",
        "✗ L2 database         Mei   no answer",
        "→    backup           Ana   ring now",
        "     ring +44 20 7946 0009",
        "→ L3 eng manager      Rahul in 9m31s",
        "PAGES NOBODY · ring by hand",
    ]
    assert inks(card)["ring now"] == "red bold"


def test_an_example_contact_says_that_it_is_one():
    policy = ev.PolicyAttached("p", (ev.Level(0, "one", (person("Ivo", "555", example=True),)),))
    assert "     ring 555 (example)" in shown(escalation.card(seen(declared("SEV2", policy).state()), WIDTH, 7))


def test_without_a_policy_the_pane_says_what_to_do():
    card = escalation.card(seen(declared().state()), WIDTH, 7)
    assert " ".join(shown(card)) == "No escalation policy. Whoever is needed has to be rung by hand."


def test_in_few_rows_what_comes_next_stays_in_sight():
    lines = shown(escalation.card(seen(story(answered=False).state()), WIDTH, 4))
    assert len(lines) == 4
    assert any("ring now" in line or "in 9m31s" in line for line in lines)
    assert any("more" in line for line in lines)


# ── roles ──


def test_roles_stand_in_two_columns_with_who_and_how_long():
    assert shown(roles.card(seen(story().state()), WIDTH, 4)) == [
        "Commander Dana  42m  Database Ana    25m",
        "Scribe    Lee   39m  App      Ivo    41m",
        "Comms     Mei   37m  Deputy   nobody",
        "11 people on the log",
    ]


def test_a_role_that_must_be_filled_says_nobody_and_one_that_need_not_says_from_when():
    card = roles.card(seen(declared("SEV1", ROLES).state()), WIDTH, 4)
    assert inks(card)["nobody"] == "amber"
    assert "from 4" in inks(card)


def test_a_handover_that_was_not_accepted_shows_both():
    w = declared("SEV2", ROLES, ev.RoleAssigned("commander", "Dana"), ev.RoleOffered("commander", "Lee"))
    assert any("Dana→Lee?" in line for line in shown(roles.card(seen(w.state()), WIDTH, 4)))


def test_roles_beyond_the_room_are_counted():
    lines = shown(roles.card(seen(story().state()), WIDTH, 2))
    assert lines[-1] == "… 4 more"


def test_a_very_long_name_is_clipped_on_the_one_line_and_pushes_nobody_out():
    w = story()
    w.add("14:44:20", "lee", ev.RoleAssigned("commander", "bartholomew-maximilian-von-hohenzollern", was="Dana"))
    (line,) = text([roles.strip_line(seen(w.state()), 78)])
    assert "Cmd bartholomew-max… " in line
    assert "Scribe Lee" in line


def test_the_strip_has_roles_and_steps():
    (line,) = text([roles.strip_line(seen(story().state()), 78)])
    assert line == "Cmd Dana Scribe Lee Comms Mei DB Ana App Ivo Deputy nobody   steps 7 of 11"


# ── checklist ──


def test_the_next_step_is_bold_with_who_when_and_where_it_comes_from():
    card = checklist.card(seen(story().state()), WIDTH, 8)
    assert shown(card)[1:5] == [
        "√ Page the database lead",
        "√ First public update",
        "▸ Check replicas before failover",
        "  Ana · 3m10s · added after INC-7XMA",
    ]
    assert inks(card)["Check replicas before failover"] == "bold"
    assert card.foot == "database · F2 ticks"


def test_the_bar_is_as_full_as_the_list_is_done():
    bar = checklist.card(seen(story().state()), WIDTH, 8).lines[0]
    assert [len(part) for part, _ in bar[:2]] == [19, 11]
    assert "".join(part for part, _ in bar).endswith("7 of 11")


def test_steps_beyond_the_room_are_counted():
    assert shown(checklist.card(seen(story().state()), WIDTH, 6))[-1] == "… 3 more"


def test_several_checklists_have_their_titles():
    other = ev.ChecklistAttached("comms", "communications", (ev.Step("a", "Post"),))
    card = checklist.card(seen(declared("SEV2", CHECKLIST, other).state()), WIDTH, 30)
    assert "database" in shown(card)
    assert "communications" in shown(card)
    assert "0 of 12" in shown(card)[0]


def test_a_skipped_step_says_so():
    w = declared("SEV2", CHECKLIST, ev.StepChanged("database", "s0", "skipped", "Name a commander"))
    assert "⊘ Name a commander · skipped" in shown(checklist.card(seen(w.state()), WIDTH, 30))


# ── on top ──


def test_the_header_has_what_how_bad_which_phase_since_when_and_the_clock_with_its_zone():
    first, second = shown(header.card(seen(story().state()), 132, 2))
    assert first.startswith(" INC-K3F9  Checkout returns 500s  ")
    assert first.endswith("■ SEV1  MITIGATING   T+42m17s   14:44:28 UTC")
    assert second.startswith(" ▲ 0.8 % of card checkouts fail, was 38 %, reduced   payments, orders · bridge meet/k3f9")
    assert second.endswith("saved")


def test_in_eighty_columns_everything_is_there_in_fewer_letters():
    first, second = shown(header.card(seen(story().state()), 80, 2))
    assert first.startswith(" K3F9 Checkout returns 500s ")
    assert first.endswith("■ SEV1 MITIGATING T+42m 14:44Z")
    assert "bridge meet/k3f9" in second


def test_what_is_saved_is_said_in_words():
    state = story().state()

    def said(**sight: object) -> str:
        return shown(header.card(seen(state, sight=Sight(**sight)), 132, 2))[1]  # type: ignore[arg-type]  # as given

    assert said(unsent=2).endswith("saved · 2 unsent")
    assert said(unsent=2, unsent_since=at("14:02")).endswith("saved · 2 unsent since 14:02")
    assert said(saved="NOT SAVED: the disk is full", trouble=True).endswith("NOT SAVED: the disk is full")


def test_another_zone_is_shown_with_its_name():
    first, _ = shown(header.card(seen(story().state(), sight=Sight(zone=lambda t: (HOUR, "CET"))), 132, 2))
    assert first.endswith("15:44:28 CET")


def test_a_drill_says_so():
    first, _ = shown(header.card(seen(story(drill=True).state()), 132, 2))
    assert "  DRILL  " in first


# ── how a card is drawn ──


@pytest.mark.parametrize("width", [20, 44, 88])
@pytest.mark.parametrize("height", [2, 3, 9])
def test_a_frame_has_straight_edges_whatever_it_holds(width: int, height: int):
    wide = "漢字" * 40
    card = Card(wide, [(("x" * n, ""), (wide, "bold")) for n in range(12)], wide)
    lines = framed(card, width, height)
    assert len(lines) == height
    assert {cells(line) for line in lines} == {width}


def test_a_policy_may_have_any_names():
    level = ev.Level(0, "a very long level name " * 4, (person("A Person With A Very Long Name" * 3),))
    policy = ev.PolicyAttached("p", (level,) * 12, title="t" * 99)
    for height in (1, 3, 7):
        lines = framed(escalation.card(seen(declared("SEV1", policy).state()), WIDTH, height), WIDTH + 4, height + 2)
        assert {cells(line) for line in lines} == {WIDTH + 4}


def test_cutting_a_line_says_that_something_is_missing():
    line: Line = (("abc", ""), ("defgh", "bold"))
    assert cut(line, 8) == line
    assert cut(line, 5) == (("abc", ""), ("d…", "bold"))
    assert text([spread(line, (("right", ""),), 10)]) == ["abc… right"]


@pytest.mark.parametrize("name", ["due", "escalation", "roles", "checklist"])
@pytest.mark.parametrize("height", [1, 2, 5, 40])
def test_every_pane_says_something_before_anything_is_known(name: str, height: int):
    modules = {"due": due, "escalation": escalation, "roles": roles, "checklist": checklist}
    assert shown(modules[name].card(seen(Incident()), WIDTH, height))


def test_the_policy_of_the_story_is_one_that_pages_nobody():
    assert POLICY.tested is False
