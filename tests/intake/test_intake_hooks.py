"""Which hooks there are, and that nothing unsigned comes in by one that is to be signed."""

import pytest

from intake_kit import KEY, T, as_bytes, hexed, pagerduty
from warroom.config.intake import BY_ITSELF, Alertmanager, Generic, Grafana, Intake, PagerDuty
from warroom.intake.base import Delivery, Taken
from warroom.intake.hooks import READERS, hooks, take, unknown
from warroom.intake.signed import BadSecret


def test_some_are_there_by_themselves_and_want_a_token() -> None:
    found = hooks(Intake(), {})
    assert tuple(found) == BY_ITSELF
    assert {hook.key for hook in found.values()} == {None}


def test_a_hook_that_signs_is_there_with_its_secret_only() -> None:
    intake = Intake(
        {"pd": PagerDuty(kind="pagerduty", secret_env="PD"), "grafana": Grafana(kind="grafana", secret_env="G")}
    )
    assert "pd" not in hooks(intake, {})
    assert "grafana" not in hooks(intake, {"pd": "x"})
    found = hooks(intake, {"pd": KEY.decode()})["pd"]
    body = as_bytes(pagerduty("incident.triggered"))
    taken = take(found, Delivery({"x-pagerduty-signature": f"v1={hexed(body)}"}, body, T))
    assert isinstance(taken, Taken)
    assert taken.source == "pd"


def test_a_hook_shows_no_key() -> None:
    intake = Intake({"pd": PagerDuty(kind="pagerduty", secret_env="PD")})
    assert KEY.decode() not in repr(hooks(intake, {"pd": KEY.decode()}))


def test_a_secret_that_signs_nothing_is_said() -> None:
    with pytest.raises(BadSecret):
        hooks(Intake({"x": Generic(kind="generic", secret_env="X")}), {"x": "whsec_?"})


def test_a_broken_table_takes_its_hook_away() -> None:
    assert "alertmanager" not in hooks(Intake(broken=("alertmanager",)), {})
    assert (
        Intake({"alertmanager": Alertmanager(kind="alertmanager", service=("team",))}).hooks["alertmanager"]
        != Intake().hooks["alertmanager"]
    )


def test_every_kind_has_a_reader() -> None:
    from warroom.config.intake import KINDS

    assert set(READERS) == set(KINDS)


def test_a_hook_that_is_not_there_is_a_404() -> None:
    assert unknown("x" * 900).status == 404
    assert len(unknown("x" * 900).sentence) < 120
