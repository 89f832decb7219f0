"""Signal and noise: each number by hand, the ten rules to mend with their evidence, and one plain suggestion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.alerts.facts import (
    FIRING,
    RESOLVED,
    Alert,
    AlertAttached,
    AlertDismissed,
    AlertHandled,
    AlertsReceived,
    AlertsSilenced,
)
from warroom.core.alerts.inbox import Folding, Inbox
from warroom.core.alerts.mend import evidence, score, suggestion
from warroom.core.alerts.signal import Rule, Signal, signal
from warroom.core.events import Body, Event
from warroom.core.values import HOUR, MINUTE, At, By, Ms

T: Ms = 1_795_308_600_000


class Week:
    """An inbox that is filled by hand: what fires when, and what somebody does about it."""

    def __init__(self) -> None:
        self.folding, self._number = Folding(), 0

    def say(self, body: Body, at: Ms) -> None:
        self._number += 1
        number = self._number
        self.folding.take(
            Event(
                id=f"{number:020}", inc="0" * 26, rep="r", seq=number, lam=number, at=At(at), rec=at,
                by=By("ana"), body=body,
            )
        )  # fmt: skip

    def fires(self, rule: str, at: Ms, lasts: Ms = MINUTE, key: str = "", service: str = "web") -> str:
        """It fires at `at` and ends."""
        key = key or rule
        self.say(AlertsReceived("am", (Alert(key, rule, FIRING, at, service=service),)), at)
        self.say(AlertsReceived("am", (Alert(key, rule, RESOLVED, at, at + lasts, service=service),)), at + lasts)
        return f"am:{key}"

    @property
    def inbox(self) -> Inbox:
        return self.folding.inbox


def of(week: Week, rule: str) -> Rule:
    return next(each for each in signal([week.inbox]).rules if each.rule == rule)


def flapping() -> Week:
    """It fires 41 times, five minutes apart, and is dismissed 38 times as flapping."""
    week = Week()
    for n in range(41):
        id = week.fires("DiskSlow", T + n * 5 * MINUTE)
        if n < 38:
            week.say(AlertDismissed(id, "flapping"), T + n * 5 * MINUTE + 90_000)
    return week


def test_the_numbers_of_a_rule_by_hand() -> None:
    rule = of(flapping(), "DiskSlow")
    assert (rule.fired, rule.incidents, rule.led, rule.dismissed) == (41, 0, 0, {"flapping": 38})
    assert rule.flaps == 40
    assert (rule.median, len(rule.answers)) == (90_000, 38)
    assert (rule.used, rule.noise, rule.unheard, rule.score) == (0, 40, 1, 99)


def test_the_evidence_and_the_suggestion_are_one_sentence_each() -> None:
    rule = of(flapping(), "DiskSlow")
    assert evidence(rule) == (
        "fires 41 times, 0 incidents, dismissed 38 times as flapping, 40 times back within ten minutes of its end, "
        "once nobody reacted; somebody reacts after 1m30s (median, n = 38)"
    )
    assert suggestion(rule) == "raise `for:` or add hysteresis, so that it fires once"
    assert (
        score(rule) == "noise 99 of 100: of 41 firings 0 were of use, 40 were noise, 1 nobody heard (these count half)"
    )


def test_a_rule_that_leads_to_incidents_is_no_noise() -> None:
    week = Week()
    for n, inc in enumerate(("A" * 26, "B" * 26, "B" * 26)):
        id = week.fires("CheckoutDown", T + n * HOUR)
        week.say(AlertAttached(id, inc), T + n * HOUR + 2 * MINUTE)
    rule = of(week, "CheckoutDown")
    assert (rule.fired, rule.incidents, rule.led, rule.used, rule.score) == (3, 2, 3, 3, 0)
    assert signal([week.inbox]).worst == ()


def test_one_firing_in_two_incidents_counts_once() -> None:
    week = Week()
    id = week.fires("CheckoutDown", T)
    week.say(AlertAttached(id, "A" * 26), T + MINUTE)
    week.say(AlertAttached(id, "B" * 26), T + 2 * MINUTE)
    week.fires("CheckoutDown", T + HOUR)
    rule = of(week, "CheckoutDown")
    assert (rule.led, rule.incidents, rule.reacted) == (1, 2, 1)


def test_what_somebody_took_care_of_was_of_use() -> None:
    week = Week()
    for n in range(4):
        id = week.fires("CertExpires", T + n * HOUR)
        if n < 3:
            week.say(AlertHandled(id, "acknowledged"), T + n * HOUR + MINUTE)
    rule = of(week, "CertExpires")
    assert (rule.used, rule.noise, rule.unheard, rule.score) == (3, 0, 1, 12)


def test_a_dismissal_that_was_taken_back_is_none() -> None:
    week = Week()
    id = week.fires("X", T)
    week.say(AlertDismissed(id, "known"), T + MINUTE)
    week.say(AlertDismissed(id, ""), T + 2 * MINUTE)
    assert of(week, "X").dismissed == {}


def test_what_began_in_a_silence_is_counted_and_what_began_after_is_not() -> None:
    week = Week()
    week.say(AlertsSilenced({"alertname": "X"}, T + HOUR, "upgrade"), T)
    for n in range(4):
        week.fires("X", T + n * 25 * MINUTE)
    rule = of(week, "X")
    assert rule.silenced == 3
    assert suggestion(rule) == "mend its cause or delete it: a silence only puts it off"


def test_alerts_of_one_rule_stand_together_and_those_of_two_sources_do_not() -> None:
    week = Week()
    week.fires("X", T, key="a", service="web")
    week.fires("X", T + HOUR, key="b", service="db")
    week.say(AlertsReceived("pd", (Alert("c", "X"),)), T)
    am, pd = sorted(signal([week.inbox]).rules, key=lambda rule: rule.source)
    assert (am.alerts, am.fired, am.services) == (2, 2, ("db", "web"))
    assert (pd.alerts, pd.fired) == (1, 1)


def test_several_weeks_are_added_up() -> None:
    first, second = flapping(), flapping()
    second.say(AlertsReceived("am", (), 500), T)
    both = signal([first.inbox, second.inbox])
    [rule] = both.rules
    assert (rule.fired, rule.alerts, rule.thrown, both.counted) == (82, 1, 76, 500)
    assert (both.median, both.answers) == (90_000, 76)


def test_a_silence_of_the_week_before_still_counts() -> None:
    first, second = Week(), Week()
    first.say(AlertsSilenced({"alertname": "X"}, T + HOUR, "upgrade"), T)
    second.fires("X", T + MINUTE)
    assert signal([first.inbox, second.inbox]).silenced == 1


def test_ten_are_to_mend_the_noisiest_first() -> None:
    week = Week()
    for n in range(14):
        for firing in range(n + 1):
            week.fires(f"r{n:02}", T + firing * HOUR)
    found = signal([week.inbox])
    assert [rule.rule for rule in found.worst] == [f"r{n:02}" for n in range(13, 3, -1)]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("known", "an owner and a date"),
        ("not actionable", "off the pager"),
        ("duplicate", "inhibit it"),
        ("test", "a receiver of their own"),
        ("flapping", "hysteresis"),
    ],
)
def test_each_reason_has_its_suggestion(reason: str, words: str) -> None:
    week = Week()
    for n in range(3):
        week.say(AlertDismissed(week.fires("X", T + n * HOUR), reason), T + n * HOUR + MINUTE)
    assert words in suggestion(of(week, "X"))


def test_what_nobody_reacts_to_wants_an_owner() -> None:
    week = Week()
    for n in range(3):
        week.fires("X", T + n * HOUR)
    assert evidence(of(week, "X")) == "fires 3 times, 0 incidents, 3 times nobody reacted"
    assert suggestion(of(week, "X")) == "say who reacts to it and how, or delete it"
    week.say(AlertAttached(week.fires("X", T + 9 * HOUR), "A" * 26), T + 9 * HOUR)
    assert suggestion(of(week, "X")) == "say who reacts to it, or raise its threshold to where incidents begin"


def test_an_empty_inbox_has_no_rules() -> None:
    assert signal([]) == signal([Inbox()])
    assert signal([]).worst == ()


_acts = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(["fire", "dismiss", "handle", "attach", "silence"]), st.integers(1, 40)
    ),
    max_size=40,
)


def lived(acts: list[tuple[str, str, int]]) -> Week:
    week, now = Week(), T
    for rule, act, minutes in acts:
        now += minutes * MINUTE
        id = f"am:{rule}"
        match act:
            case "fire":
                week.fires(rule, now)
            case "dismiss":
                week.say(AlertDismissed(id, "known"), now)
            case "handle":
                week.say(AlertHandled(id, "acknowledged"), now)
            case "attach":
                week.say(AlertAttached(id, "A" * 26), now)
            case "silence":
                week.say(AlertsSilenced({"alertname": rule}, now + HOUR, "x"), now)
    return week


@given(_acts)
def test_the_parts_of_a_rule_are_its_firings(acts: list[tuple[str, str, int]]) -> None:
    found: Signal = signal([lived(acts).inbox])
    assert found.fired == sum(act == "fire" for _, act, _ in acts)
    for rule in found.rules:
        assert rule.used + rule.noise + rule.unheard == rule.fired
        assert min(rule.used, rule.noise, rule.unheard, rule.flaps, rule.silenced, rule.led) >= 0
        assert 0 <= rule.score <= 100
        assert evidence(rule)
        assert suggestion(rule)
        assert score(rule)
    weights = [rule.weight for rule in found.rules]
    assert weights == sorted(weights, reverse=True)
