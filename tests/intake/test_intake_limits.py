"""What an alert may hold: everything is cut to its length, and whatever comes fits into a fact."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.alerts.facts import AlertsReceived
from warroom.core.codec import canonical
from warroom.intake.base import (
    KEY,
    MAX_ALERT,
    MAX_LABELS,
    No,
    Taken,
    Unreadable,
    alert,
    credential,
    gather,
    link,
    moment,
)


def test_long_texts_end_in_an_ellipsis() -> None:
    made = alert(key="k", rule="r" * 999, service="s" * 999, severity="v" * 999, summary="m" * 9999)
    assert [len(each) for each in (made.rule, made.service, made.severity, made.summary)] == [200, 100, 40, 500]
    assert made.summary.endswith("…")


def test_two_long_keys_with_one_beginning_stay_two() -> None:
    one, other = (alert(key="k" * 500 + end, rule="r").key for end in "ab")
    assert one != other
    assert len(one) == len(other) == KEY
    assert alert(key="k" * 500 + "a", rule="r").key == one


def test_labels_are_cut_in_number_and_length() -> None:
    made = alert(key="k", rule="r", labels=[(f"l{n}" + "x" * 200, "v" * 999) for n in range(90)])
    assert len(made.labels) == MAX_LABELS
    assert {len(name) for name in made.labels} == {100}
    assert {len(value) for value in made.labels.values()} == {300}


def test_the_widest_labels_make_room() -> None:
    made = alert(key="k", rule="r", labels=[(f"{n}", "\x01" * 300) for n in range(40)])
    assert 0 < len(made.labels) < 40
    assert len(canonical(made)) <= MAX_ALERT


def test_what_no_fact_may_hold_is_named() -> None:
    for bad in ("a\0b", "a\ud800b"):
        for said in ({"key": bad}, {"rule": bad}, {"summary": bad}, {"labels": [("x", bad)]}, {"labels": [(bad, "x")]}):
            with pytest.raises(Unreadable, match=r"has (a NUL|half a) character in its "):
                alert(**({"key": "k", "rule": "r"} | said))  # type: ignore[arg-type]  # one of them is wrong on purpose


def test_without_a_key_there_is_no_alert() -> None:
    for nothing in ("", "  ", None):
        with pytest.raises(Unreadable, match="has no key"):
            alert(key=nothing, rule="r")


def test_only_addresses_of_the_web_are_links() -> None:
    assert link("https://x.org/a") == "https://x.org/a"
    for bad in ("javascript:alert(1)", "//x.org", "https://x.org/ a", "https://x.org/\x1b[2J", "https://" + "x" * 500):
        assert link(bad) == ""


@given(
    st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers())),
    st.integers(0, 2**45),
)
def test_any_time_is_one_that_can_be_right_or_none(said: Any, now: int) -> None:
    found = moment(said, now)
    assert found == 0 or 946_684_800_000 <= found <= now + 3_600_000


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=60), st.text())
def test_whatever_is_read_fits_and_comes_back(key: str, rule: str, labels: dict[str, str], summary: str) -> None:
    try:
        made = alert(key=key * 9, rule=rule * 9, labels=labels.items(), summary=summary * 9, url=summary)
    except Unreadable:
        return
    assert len(canonical(made)) <= MAX_ALERT
    data = canonical(AlertsReceived("s", (made,)))
    assert msgspec.json.decode(data, type=AlertsReceived).alerts == (made,)


def test_many_that_cannot_be_read_are_named_up_to_fifty() -> None:
    def read(row: int) -> Any:
        if row:
            raise Unreadable("is odd")
        return alert(key="k", rule="r")

    found = gather("s", list(range(200)), read)
    assert isinstance(found, Taken)
    assert len(found.left) == 51
    assert found.left[-1] == "149 more alerts cannot be read"
    assert isinstance(gather("s", [1, 2], read), No)


def test_a_token_is_read_from_bearer_or_from_a_password() -> None:
    assert credential({"authorization": "Bearer abc"}) == "abc"
    assert credential({"authorization": "bearer  abc "}) == "abc"
    assert credential({"authorization": "Basic c25zOnRva2Vu"}) == "token"
    for bad in ("", "Basic ***", "Basic /w==", "Digest x", "Bearer"):
        assert credential({"authorization": bad}) == ""
    assert credential({}) == ""
