"""A silence as Alertmanager would hold it: it is quiet there where it is quiet here, and nowhere else."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from warroom.core.alerts.facts import AlertsReceived
from warroom.core.alerts.inbox import Folding, Line, name_of
from warroom.core.alerts.matchers import Matchers, Unsayable, of_silence
from warroom.core.events import Event
from warroom.core.values import At, By
from warroom.intake.alertmanager import group
from warroom.intake.base import VALUE, Taken

T = 1_795_308_600_000
NAMES = ("alertname", "service", "job", "team", "instance")
VALUES = ("a", "b", "unnamed", "disk full")
Labels = dict[str, str]

labels = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=5)
services = st.lists(st.sampled_from(("service", "job", "team")), unique=True, max_size=3).map(tuple)


def line(raw: Labels, service: tuple[str, ...]) -> Line:
    """An alert with these labels there, as the intake reads it."""
    one = {"labels": raw, "status": "firing", "startsAt": "2026-11-22T00:49:02Z"}
    taken = group("am", json.dumps({"alerts": [one]}).encode(), T, service)
    assert isinstance(taken, Taken)
    folding = Folding()
    folding.take(Event(id="F", inc="I", rep="R", seq=1, lam=1, at=At(T), rec=T, by=By("am", "intake"),
                       body=AlertsReceived("am", taken.alerts)))  # fmt: skip
    return folding.inbox.lines[name_of("am", taken.alerts[0].key)]


def matches(matchers: Matchers, raw: Labels) -> bool:
    """As Alertmanager has it: a label that is missing is an empty one."""
    return all(raw.get(name, "") == value for name, value in matchers.items())


def covers(silenced: Labels, line: Line) -> bool:
    return all(line.labels.get(name) == value for name, value in silenced.items())


@settings(max_examples=100)
@given(st.lists(labels, max_size=4), labels.filter(bool), labels, services)
def test_nothing_is_quiet_there_that_is_not_quiet_here(
    known: list[Labels], silenced: Labels, other: Labels, service: tuple[str, ...]
) -> None:
    lines = [line(raw, service) for raw in known]
    try:
        found = of_silence(silenced, lines, service, VALUE)
    except Unsayable:
        return
    assert found
    assert all(any(each.values()) for each in found), "Alertmanager takes no silence of empty matchers"
    for raw in (other, *known):
        if any(matches(each, raw) for each in found):
            assert covers(silenced, line(raw, service)), (found, raw)


@settings(max_examples=100)
@given(st.lists(labels, min_size=1, max_size=4), services, st.data())
def test_what_is_known_and_quiet_here_is_quiet_there(
    known: list[Labels], service: tuple[str, ...], data: st.DataObject
) -> None:
    lines = [line(raw, service) for raw in known]
    chosen = data.draw(st.sampled_from(lines)).labels
    kept = data.draw(st.sets(st.sampled_from(sorted(chosen)), min_size=1))
    silenced = {name: chosen[name] for name in kept}
    assume(silenced != {"alertname": "unnamed"})  # only what is missing: there it would be a silence of nearly all
    found = of_silence(silenced, lines, service, VALUE)
    for raw, each in zip(known, lines, strict=True):
        if covers(silenced, each) and any(raw.values()):
            assert any(matches(one, raw) for one in found), (found, raw)


def test_a_service_that_is_a_job_there_is_silenced_as_one_and_not_where_a_service_has_that_name() -> None:
    known = [line({"alertname": "DiskFull", "job": "db"}, ("service", "job"))]
    found = of_silence({"alertname": "DiskFull", "service": "db"}, known, ("service", "job"), VALUE)
    assert found == [{"alertname": "DiskFull", "service": "", "job": "db"}]


def test_of_what_never_came_in_every_reading_is_silenced() -> None:
    found = of_silence({"service": "db"}, [], ("service", "job"), VALUE)
    assert found == [{"service": "db"}, {"service": "", "job": "db"}]


@pytest.mark.parametrize(
    ("silenced", "why"),
    [
        ({"alertname": "x", "note": "n" * (VALUE - 1) + "…"}, "longer than what is kept"),
        ({"alertname": "x", "team": ""}, "without a value"),
    ],
)
def test_what_cannot_be_said_there_exactly_is_not_said(silenced: Labels, why: str) -> None:
    with pytest.raises(Unsayable, match=why):
        of_silence(silenced, [], ("service",), VALUE)
