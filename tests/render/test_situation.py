"""Six lines to read aloud, whatever is known, and the status beside them."""

import pytest

from warroom.core import events as ev
from warroom.core.escalation import Run
from warroom.core.events import Event
from warroom.core.fold import fold
from warroom.core.incident import Incident
from warroom.core.values import MINUTE, At, By, fact_id, incident_id
from warroom.render import situation, status
from warroom.render.paint import Paint
from warroom.render.timeline import Look

T0 = 1_795_356_000_000  # 2026-11-22 14:00 UTC


def room(*facts, drill=False):
    """The state of facts given as (minute, body)."""
    state = Incident()
    inc = incident_id(bytes(16), drill)
    for n, (minute, body) in enumerate(facts, 1):
        over = state.over(body.key()) if isinstance(body, ev.Value) else ()
        t = T0 + minute * MINUTE
        event = Event(
            id=fact_id(n.to_bytes(12, "big")), inc=inc, rep="R", seq=n, lam=n, at=At(t), rec=t, by=By("ana"),
            body=body, over=over, salt="aa",
        )  # fmt: skip
        state = fold(state, event)
    return state


def test_a_situation_is_always_six_lines():
    said = situation.lines(room((0, ev.Declared("Checkout returns 500s", "SEV2"))), "INC-0000", T0 + 5 * MINUTE)
    assert said == [
        "Checkout returns 500s (INC-0000).",
        "SEV2, investigating since 14:00 UTC; declared 5m00s ago.",
        "Impact: nobody has said yet what users see.",
        "Now: no task is given and no action is noted.",
        "Nobody commands.",
        "Next: nothing is due.",
    ]


def test_a_situation_says_what_is_done_by_whom_and_what_comes_next():
    state = room(
        (0, ev.Declared("Checkout returns 500s.", "SEV2", services=("payments",))),
        (1, ev.RoleAssigned("commander", "ana")),
        (1, ev.RoleAssigned("scribe", "lee")),
        (2, ev.ImpactStated("38 % of card checkouts fail", "cards only", T0 - 2 * MINUTE)),
        (3, ev.PhaseChanged("mitigating")),
        (4, ev.TaskGiven("ivo", "roll back 9f2c", T0 + 14 * MINUTE)),
    )
    assert situation.lines(state, "INC-0000", T0 + 10 * MINUTE) == [
        "Checkout returns 500s (INC-0000). Affected: payments.",
        "SEV2, mitigating since 14:03 UTC; declared 10m00s ago.",
        "Impact: 38 % of card checkouts fail (cards only), since 13:58 UTC.",
        "Now: ivo: roll back 9f2c, 4m00s left.",
        "ana commands; Scribe lee.",
        "Next: task: roll back 9f2c, ivo, in 4m00s, at 14:14 UTC.",
    ]


def test_a_situation_falls_back_to_the_last_action():
    state = room(
        (0, ev.Declared("X", "SEV2")), (1, ev.Logged("rolled back", "action", "ivo")), (2, ev.Logged("so what"))
    )
    assert situation.lines(state, "INC-0000", T0 + 3 * MINUTE)[3] == "Last action: rolled back (ivo, 2m00s ago)."


@pytest.mark.parametrize(("minute", "left"), [(10, 60), (11, 0), (12, -60)])
def test_seconds_left_count_down_through_nothing(minute, left):
    state = room((0, ev.Declared("X", "SEV2")), (1, ev.TaskGiven("ivo", "look", T0 + 11 * MINUTE)))
    (task,) = status.data(state, "INC-0000", T0 + minute * MINUTE)["due"]
    assert (task["kind"], task["who"], task["due_in_s"], task["due_at"]) == (
        "task",
        "ivo",
        left,
        "2026-11-22T14:11:00.000Z",
    )


def test_the_status_says_whom_to_ring_where_nobody_is_paged():
    policy = ev.PolicyAttached("p", (ev.Level(0, notify=(ev.Target("contact:d", "Dana", "+44 1"),)),), title="Example")
    state = room((0, ev.Declared("X", "SEV2")), (0, policy))
    assert isinstance(state.run, Run)
    lines = status.text(state, "INC-0000", T0 + MINUTE, Look())
    assert any("ring L1 Dana (+44 1) now" in line and "PAGES NOBODY, ring by hand" in line for line in lines)


def test_the_status_of_a_drill_says_that_nobody_is_paged_and_names_no_pager():
    levels = (
        ev.Level(0, notify=(ev.Target("contact:d", "Dana", "+44 1"),)),
        ev.Level(9 * MINUTE, notify=(ev.Target("contact:m", "Mei"),)),
    )
    policy = ev.PolicyAttached("p", levels, reachable=True)
    state = room((0, ev.Declared("X", "SEV2")), (0, policy), drill=True)
    said = "\n".join(status.text(state, "INC-0000", T0 + MINUTE, Look()))
    assert "calling L1 Dana (+44 1) now; L2 Mei in 8m00s; a drill: nobody is paged" in said
    assert "warroom watch" not in said


def test_colour_stands_beside_the_words_and_only_where_it_is_wanted():
    state = room((0, ev.Declared("X", "SEV2")), (0, ev.TaskGiven("ivo", "look", T0)))
    plain = status.text(state, "INC-0000", T0 + MINUTE, Look())
    painted = status.text(state, "INC-0000", T0 + MINUTE, Look(paint=Paint(on=True)))
    assert "late 1m00s" in plain[-1]
    assert "\x1b[" in "".join(painted)
    assert "\x1b[" not in "".join(plain)


def test_lines_keep_to_the_width_of_the_terminal():
    state = room(
        (0, ev.Declared("X" * 200, "SEV2")), (0, ev.ImpactStated("word " * 60)), (0, ev.TaskGiven("ivo", "y" * 200, T0))
    )
    assert all(len(line) <= 60 for line in status.text(state, "INC-0000", T0 + MINUTE, Look(width=60)))
