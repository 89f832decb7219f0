"""The escalation pane in every state of a page: what went out, what did not, who is to be rung, and who pages."""

import pytest
from msgspec.structs import replace

import night
from night import ANA, CALLED, IVO, LENA, LONG, NOW, RAHUL, Night, sight
from story import RoomApp, at
from warroom.core import events as ev
from warroom.core.values import SECOND
from warroom.tui.moment import Moment, Offer, moment
from warroom.tui.pager_view import ELSEWHERE, HELD, LOOKING, STARTING, PagerView
from warroom.tui.panes import escalation
from warroom.tui.panes.escalation_strip import strip_line
from warroom.tui.panes.pane import Card, framed
from warroom.tui.spans import Line, cells

WIDTH, HEIGHT = 40, 9


def text(lines: "list[Line] | tuple[Line, ...]") -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in lines]


def seen(state: str) -> Moment:
    incident, look = night.STATES[state]()
    return moment(incident, NOW, look)


def pane(of: "str | Moment", width: int = WIDTH, height: int = HEIGHT) -> Card:
    return escalation.card(seen(of) if isinstance(of, str) else of, width, height)


def shown(of: "str | Moment", width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    return text(list(pane(of, width, height).lines))


def strip(of: "str | Moment", width: int = 78) -> str:
    (line,) = text([strip_line(seen(of) if isinstance(of, str) else of, width)])
    return line


def red(of: "str | Moment") -> list[str]:
    return [part.strip() for line in pane(of).lines for part, ink in line if "red" in ink]


# ── how it went out ──


def test_a_page_that_went_out_says_by_what_when_and_whether_an_answer_comes_back():
    assert shown("calling") == [
        "→ L1 on-call          Ivo   paged 14:43",
        "     hook sent 14:43:21, cannot answer",
        "     ring +44 20 7946 0001",
        "→ L2 database         Mei   in 3m52s",
        "  L3 eng manager      Rahul",
        "pager: watch@bastion · seen 2s ago",
    ]
    assert red("calling") == []
    assert pane("calling").tone == "rule"


def test_where_there_is_room_it_is_said_in_whole_words():
    assert "     hook sent 14:43:21, cannot answer back" in shown("calling", 80)
    assert "     pagerduty accepted 14:43:21, answers are read back" in shown("answers", 80)


def test_a_channel_that_is_read_back_needs_no_ringing():
    assert shown("answers")[1:3] == ["     pagerduty accepted 14:43, read back", "     +44 20 7946 0001"]


def test_what_failed_comes_first_in_red_and_to_its_end_with_what_is_tried_next():
    assert shown("fails")[:5] == [
        "→ L1 on-call          Ivo   waits",
        "     hook NOT SENT: the far side refuses",
        "     the credentials (401)",
        "     mail waits, next try in 12s · busy",
        "     ring +44 20 7946 0001",
    ]
    assert red("fails") == ["hook NOT SENT: the far side refuses", "the credentials (401)"]


def test_a_page_that_went_out_by_no_way_is_rung_by_hand_and_the_pane_is_red():
    assert shown("not_sent")[0].endswith("ring now")
    assert {"ring now", "ring +44 20 7946 0001"} <= set(red("not_sent"))
    assert pane("not_sent").tone == "red"
    assert strip("not_sent") == "NOT SENT, ring L1 Ivo +44 20 7946 0001  L2 Mei in 3m52s    pager watch@bastion"


def test_a_page_that_may_have_been_sent_twice_says_so():
    assert "     hook sent 14:43, perhaps twice" in shown("twice")
    assert red("twice") == []


def test_a_page_of_which_nobody_knows_whether_it_arrived_says_so_and_when_it_is_tried_again():
    w = Night()
    w.delivery("14:43:21", "unknown", again=NOW + 4_000, why="no answer came")
    lines = shown(moment(w.state(), NOW, sight()), 80)
    assert "     hook perhaps sent, next try in 4s · no answer came" in lines


def test_a_page_that_is_due_this_moment_is_on_its_way_and_a_late_one_is_not():
    w = Night()
    assert shown(moment(w.state(), CALLED + 2 * SECOND, sight()))[0].endswith("paging …")
    assert shown(moment(w.state(), CALLED + 11 * SECOND, sight()))[0].endswith("ring now")


def test_a_far_side_that_was_not_told_is_named_since_it_may_page_on():
    w = Night()
    w.delivery("14:43:21", "sent", channel="pd", answers=True)
    w.add("14:43:50", "ivo", ev.Acknowledged("Ivo", 1))
    w.add("14:43:52", "watch", ev.DeliveryChanged("x", "failed", what="acknowledge", channel="pd", of="1.Ivo.pd."))
    now = moment(w.state(), NOW, sight())
    assert any(line.startswith("pd NOT TOLD that somebody has it") for line in shown(now, 60))
    assert strip(now).startswith("pd NOT TOLD, may page on  √ Ivo has it")


def test_everybody_who_is_called_at_once_is_there_with_their_own_delivery():
    w = Night("14:28:20")
    w.delivery("14:43:21", "sent", RAHUL, level=3, due=at("14:43:20"))
    w.delivery("14:43:21", "failed", LENA, level=3, due=at("14:43:20"), why="no such user")
    lines = shown(moment(w.state(), NOW, sight()))
    assert "     Lena: hook NOT SENT: no such user" in lines
    assert "     Rahul: hook sent 14:43" in "\n".join(lines)
    assert "     ring +44 20 7946 0003 or Lena" in lines


def test_no_number_is_said_and_not_left_out():
    w = Night()
    w.delivery("14:43:21", "sent")
    bare = replace(night.policy(), levels=(ev.Level(0, "on-call", (replace(IVO, phone=""),)),))
    w.add("14:43:30", "dana", bare, over=(w.policy.id,))
    assert "     no number known" in shown(moment(w.state(), NOW, sight()))


# ── who has it ──


def test_an_acknowledgement_says_how_long_it_lasts():
    assert "√ Ivo has it, for 29m22s more" in shown("acknowledged")
    assert red("acknowledged") == []


def test_before_it_runs_out_it_is_asked_whether_it_still_holds():
    assert "Ivo still on it?  2m12s left · F8" in shown("expires")
    assert strip("expires").startswith("Ivo still on it?  2m12s left · F8")


def test_a_snooze_says_until_when_and_why():
    assert "snoozed until 14:55  the vendor is on it" in shown("snoozed")


def test_when_nobody_is_left_the_fallback_is_there_in_red():
    lines = shown("exhausted")
    assert " ".join(lines[4:6]) == "nobody is left to call: ring the duty manager on +44 20 7946 0100"
    assert "manager on +44 20 7946 0100" in red("exhausted")


def test_what_was_called_off_says_why_and_alarms_nobody():
    assert any(line.startswith("called off: false alarm") for line in shown("called_off"))
    assert red("called_off") == []


def test_after_the_end_nothing_is_said_of_a_pager():
    assert shown("resolved")[-1] == "stopped: the incident has ended"


def test_a_level_in_its_quiet_hours_says_so():
    w = Night()
    quiet = replace(night.LEVELS[1], quiet=((at("14:00"), at("15:00")),))
    levels = (night.LEVELS[0], quiet, night.LEVELS[2])
    w.add("14:43:30", "dana", replace(night.policy(), levels=levels), over=(w.policy.id,))
    assert any("quiet hours" in line and "L2" in line for line in shown(moment(w.state(), NOW, sight())))


# ── triggers and specialists ──


def test_a_level_that_a_trigger_will_call_says_when_and_why():
    lines = shown("trigger")
    assert lines[2:4] == ["→ L3 eng manager      Rahul in 1m32s", "     SEV1 not resolved in 10 min"]


def test_a_level_that_a_trigger_called_still_says_why():
    w = Night("14:34:00", triggers=(LONG,))
    fact = w.add("14:44:00", "watch", ev.Escalated(3, "Rahul", LONG.why, "long"))
    w.delivery("14:44:01", "sent", RAHUL, level=3, cause=fact.id, due=at("14:44:00"))
    assert "     SEV1 not resolved in 10 min" in shown(moment(w.state(), NOW, sight()))


def test_a_specialist_stands_beside_the_hierarchy_with_topic_and_state():
    assert shown("specialist")[5:8] == [
        "→ db                    Ana paged 14:44",
        "     the locks do not clear",
        "     ring +44 20 7946 0009",
    ]


def test_a_specialist_who_has_it_says_so():
    w = Night()
    fact = w.add("14:44:00", "dana", ev.SpecialistCalled("db", (ANA,)))
    w.delivery("14:44:01", "sent", ANA, topic="db", cause=fact.id, due=at("14:44:00"))
    w.add("14:44:10", "ana", ev.Acknowledged("Ana", 1, topic="db"))
    assert any(
        line.startswith("√ db") and line.endswith("Ana acked 14:44") for line in shown(moment(w.state(), NOW, sight()))
    )


# ── who pages ──


def test_nobody_pages_is_red_and_says_what_to_do():
    assert "PAGER: nobody · /pager takes it" in shown("nobody")
    assert pane("nobody").tone == "red"
    assert strip("nobody").startswith("PAGER: nobody · /pager takes it  ring L1 Ivo +44 20 7946 0001")


def test_a_pager_that_is_not_heard_of_is_no_better_than_none():
    assert shown("silent")[-2:] == ["PAGER: not heard of for 27s", "  watch@bastion · /pager takes it"]
    assert pane("silent").tone == "red"
    assert strip("silent").startswith("PAGER silent 27s · /pager takes it")


def test_twenty_seconds_without_a_beat_are_enough():
    view = PagerView(HELD, "watch", NOW - 20 * SECOND)
    assert not view.hangs(NOW)
    assert view.hangs(NOW + 1)


def test_a_pager_that_ends_with_this_console_says_so():
    assert shown("here")[-1] == "PAGER: this console only"
    assert strip("here").endswith("PAGER: this console")


@pytest.mark.parametrize(
    ("state", "said"), [(STARTING, "being started"), (ELSEWHERE, "another folder"), (LOOKING, "…")]
)
def test_a_pager_that_is_not_known_yet_alarms_nobody(state: str, said: str):
    w = Night()
    w.delivery("14:43:21", "sent")
    now = moment(w.state(), NOW, sight(PagerView(state, "watch@other")))
    assert said in shown(now)[-1]
    assert pane(now).tone == "rule"


def test_a_policy_that_reaches_nobody_says_so_and_has_no_pager():
    lines = shown("pages_nobody")
    assert lines[-1] == "PAGES NOBODY · ring by hand"
    assert not any("pager" in line.lower() for line in lines)


def test_a_channel_that_was_never_tried_is_named():
    assert "hook was never tried: warroom doctor" in shown("untried")


def test_a_channel_that_just_delivered_is_tried():
    w = Night(tested=False)
    w.delivery("14:43:21", "sent")
    assert not any("tried" in line for line in shown(moment(w.state(), NOW, sight(tried={}))))


def test_a_drill_pages_nobody_says_so_in_violet_and_alarms_nobody():
    assert shown("drill")[-1] == "a drill: nobody is paged"
    assert red("drill") == []
    assert pane("drill").tone == "rule"
    assert any("violet" in ink for line in pane("drill").lines for _, ink in line)
    assert seen("drill").due[0].due > NOW


def test_a_changed_policy_is_offered_in_the_foot():
    w = Night()
    offered = moment(w.state(), NOW, sight(offer=Offer("policies/payments.toml", night.policy(repeat=2))))
    assert pane(offered).foot == "policy payments · changed: /policy"


# ── little room ──


@pytest.mark.parametrize("state", sorted(night.STATES))
@pytest.mark.parametrize("height", [1, 3, 5, 9])
def test_what_failed_and_what_is_next_stay_in_sight_in_few_rows(state: str, height: int):
    lines = shown(state, WIDTH, height)
    assert len(lines) <= max(1, height)
    if height >= 5 and state in ("fails", "not_sent"):
        assert any("NOT SENT" in line for line in lines)
    if height >= 5 and state == "nobody":
        assert any("PAGER: nobody" in line for line in lines)
    frame = framed(pane(state, WIDTH, height), WIDTH + 4, height + 2)
    assert {cells(line) for line in frame} == {WIDTH + 4}


def test_what_is_left_out_first_is_what_matters_least():
    assert shown("nobody", WIDTH, 4) == [
        "→ L1 on-call          Ivo   ring now",
        "     ring +44 20 7946 0001",
        "… 2 more",
        "PAGER: nobody · /pager takes it",
    ]
    assert shown("trigger", WIDTH, 4)[1:] == [
        "→ L3 eng manager      Rahul in 1m32s",
        "     SEV1 not resolved in 10 min",
        "√ Ivo has it, for 22m02s more",
    ]


@pytest.mark.parametrize("state", sorted(night.STATES))
@pytest.mark.parametrize("width", [20, 58, 78, 98])
def test_the_strip_fits_in_every_state(state: str, width: int):
    assert cells(strip_line(seen(state), width)) <= width


def test_nothing_moves_when_a_digit_changes():
    incident, look = night.STATES["calling"]()
    places = {
        tuple(
            cells(line[:6])
            for line in escalation.card(moment(incident, NOW + n * SECOND, look), WIDTH, HEIGHT).lines[3:5]
        )
        for n in range(0, 3 * 60, 7)
    }
    assert len(places) == 1


@pytest.mark.parametrize("state", sorted(night.STATES))
async def test_every_state_is_drawn_at_80_by_24_without_a_word_about_what_is_not_so(state: str):
    incident, look = night.STATES[state]()
    async with RoomApp(incident, sight=look, now=NOW).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]
        assert not any("nothing is sent" in row for row in rows)
        assert rows[3].strip()
