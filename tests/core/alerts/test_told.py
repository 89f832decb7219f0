"""Of two words about one firing the later one holds, where its sender says when; else the state that ends it."""

from collections.abc import Sequence
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert, AlertsReceived
from warroom.core.alerts.inbox import Folding, Line
from warroom.core.events import Event
from warroom.core.values import MINUTE, At, By, Ms

T: Ms = 1_795_308_600_000
ID = "s:k"


def said(state: str, told: Ms = 0, since: Ms = T, ended: Ms | None = None, summary: str = "") -> Alert:
    return Alert("k", "r", state, since, ended, told=told, summary=summary)


def line(alerts: Sequence[Alert]) -> Line:
    """The alert after these words; what is known is dropped first, as the server does."""
    folding = Folding()
    for number, alert in enumerate(alerts, 1):
        if not folding.knows("s", alert):
            body = AlertsReceived("s", (alert,))
            folding.take(
                Event(
                    id=f"{number:020}", inc="0" * 26, rep="r", seq=number, lam=number, at=At(T + number), rec=T,
                    by=By("server"), body=body,
                )
            )  # fmt: skip
    return folding.inbox.lines[ID]


def test_without_a_time_the_state_that_ends_it_holds() -> None:
    for order in permutations([said(FIRING), said(ACKNOWLEDGED), said(RESOLVED)]):
        assert line(order).alert.state == RESOLVED


_states = st.lists(st.sampled_from((FIRING, ACKNOWLEDGED, RESOLVED)), min_size=1, max_size=9)


@given(_states)
def test_with_a_time_the_last_word_holds(states: list[str]) -> None:
    assert line([said(state, T + at) for at, state in enumerate(states)]).alert.state == states[-1]


@given(_states, st.data())
def test_words_that_come_again_late_and_in_any_order_change_nothing(states: list[str], data: st.DataObject) -> None:
    alerts = [said(state, T + at) for at, state in enumerate(states)]
    late = data.draw(st.lists(st.sampled_from(alerts), max_size=12))
    assert line([*alerts, *late]) == line(alerts)


def test_words_of_one_moment_are_ordered_by_what_they_say() -> None:
    assert line([said(RESOLVED, T), said(FIRING, T)]).alert.state == RESOLVED
    assert line([said(FIRING, T), said(RESOLVED, T)]).alert.state == RESOLVED


def test_a_later_beginning_wins_over_any_word_of_the_firing_before() -> None:
    found = line([said(FIRING, T), said(FIRING, T + 1, since=T + 5), said(RESOLVED, T + 9, since=T)])
    assert (found.alert.state, found.fired) == (FIRING, 2)


def test_one_that_is_opened_again_began_when_that_was_said() -> None:
    found = line([said(FIRING, T), said(RESOLVED, T + MINUTE), said(FIRING, T + 30 * MINUTE)])
    assert found.times == (T, T + 30 * MINUTE)
    assert (found.fired, found.flaps) == (2, 0)


def test_what_fires_again_within_ten_minutes_of_its_end_has_flapped() -> None:
    for minutes, flaps in ((1, 1), (10, 1), (11, 0)):
        again = said(FIRING, since=T + MINUTE * (5 + minutes))
        assert line([said(FIRING), said(RESOLVED, ended=T + 5 * MINUTE), again]).flaps == flaps


def test_an_acknowledgement_that_was_taken_back_is_none() -> None:
    found = line([said(FIRING, T), said(ACKNOWLEDGED, T + 1), said(FIRING, T + 2)])
    assert (found.theirs, found.fired, found.waits(())) == ("", 1, True)


def test_an_end_without_words_keeps_those_of_the_beginning() -> None:
    assert line([said(FIRING, summary="5xx 12%"), said(RESOLVED)]).alert.summary == "5xx 12%"
