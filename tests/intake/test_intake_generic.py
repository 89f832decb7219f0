"""A table of one's own: places, conditions, a text that is itself JSON; what is missing is named."""

from typing import Any

import pytest

from intake_kit import KEY, Room, T, as_bytes, hook, refused, standard, taken
from warroom.config.intake_map import Mapping
from warroom.core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED
from warroom.core.values import SECOND
from warroom.intake.base import Hook


def made(map: Mapping, **said: Any) -> Hook:
    return hook("generic", map=map, **said)


LIST = made(
    Mapping(
        rule="check", key="{host}/{check}", service=("labels.service", "/defaults.service"), told="at",
        summary="=see the runbook", labels={"host": "host", "site": "/site"},
    ),
    alerts="data.items", resolved={"state": ("ok", "UP")}, acknowledged={"ack.by": "*"},
)  # fmt: skip


def row(state: str = "down", at: int = T // 1000, **more: Any) -> dict[str, Any]:
    return {"host": "web-3", "check": "http", "state": state, "at": at, **more}


def body(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"site": "ams", "defaults": {"service": "checkout"}, "data": {"items": list(rows)}}


def test_its_parts_stand_where_the_table_says() -> None:
    [alert] = taken(LIST, body(row())).alerts
    assert (alert.key, alert.rule, alert.service) == ("web-3/http", "http", "checkout")
    assert (alert.summary, alert.labels) == ("see the runbook", {"host": "web-3", "site": "ams"})
    assert (alert.state, alert.told) == (FIRING, T)


def test_of_several_places_the_first_that_is_there_counts() -> None:
    [alert] = taken(LIST, body(row(labels={"service": "orders"}))).alerts
    assert alert.service == "orders"


def test_conditions_say_which_state_it_is() -> None:
    found = taken(LIST, body(row("OK"), row(check="b", ack={"by": "ana"}), row(check="c", ack={"by": ""}))).alerts
    assert [alert.state for alert in found] == [RESOLVED, ACKNOWLEDGED, FIRING]
    assert found[0].ended == T


def test_it_fires_again_when_its_sender_says_so_later() -> None:
    room = Room()
    seconds = [T // 1000 + n for n in range(4)]
    for state, at, new in (
        ("down", seconds[0], 1),
        ("down", seconds[1], 0),
        ("ok", seconds[2], 1),
        ("down", seconds[3], 1),
    ):
        assert len(room.take(taken(LIST, body(row(state, at))))) == new
    assert room.line("generic:web-3/http").fired == 2
    assert room.take(taken(LIST, body(row("ok", seconds[2])))) == ()


def test_one_delivery_may_tell_a_whole_life() -> None:
    room = Room()
    lived = [("down", 0), ("ok", 1), ("down", 2), ("down", 2)]
    new = room.take(taken(LIST, body(*(row(state, T // 1000 + at) for state, at in lived))))
    assert [alert.state for alert in new] == [FIRING, RESOLVED, FIRING]


def test_without_a_key_rule_service_and_labels_are_it() -> None:
    plain = made(Mapping(rule="rule", service="service", labels="labels"))
    one, again, other = (
        taken(plain, {"rule": "disk", "service": "db", "labels": labels, "noise": labels["n"]}).alerts[0].key
        for labels in ({"n": 1, "host": "a"}, {"host": "a", "n": 1}, {"n": 2, "host": "a"})
    )
    assert one == again != other


def test_labels_may_be_pairs_in_any_of_the_usual_forms() -> None:
    plain = made(Mapping(rule="rule", labels="tags"))
    for tags in (
        {"host": "a", "deep": {"no": 1}},
        [["host", "a"], ["odd"]],
        [{"name": "host", "value": "a"}, 7],
        [{"key": "host", "value": "a"}],
        [{"tag": "host", "value": "a"}],
    ):
        assert taken(plain, {"rule": "x", "tags": tags}).alerts[0].labels == {"host": "a"}


def test_what_is_to_be_ignored_is_taken_and_told() -> None:
    strict = made(Mapping(rule="rule"), ignore={"type": "hello"}, tell="open {url} to confirm")
    found = taken(strict, {"type": "Hello", "url": "https://x.org/1"})
    assert found.left == ("open https://x.org/1 to confirm",)
    assert found.alerts == ()
    quiet = made(Mapping(rule="rule"), ignore={"type": "hello"})
    assert taken(quiet, {"type": "hello"}).left == ()
    each = made(Mapping(rule="rule"), alerts="rows", ignore={"type": "hello"})
    found = taken(each, {"rows": [{"rule": "a", "type": "hello"}, {"rule": "b"}]})
    assert [alert.rule for alert in found.alerts] == ["b"]


def test_with_firing_what_meets_nothing_is_passed_over() -> None:
    strict = made(Mapping(rule="rule"), firing={"state": "ALARM"}, resolved={"state": "OK"})
    assert taken(strict, {"rule": "x", "state": "INSUFFICIENT_DATA"}).alerts == ()
    assert taken(strict, {"rule": "x", "state": "alarm"}).alerts[0].state == FIRING


def test_a_text_that_is_json_is_unwrapped() -> None:
    wrapped = made(Mapping(rule="rule"), unwrap="Message")
    assert taken(wrapped, {"Message": '{"rule": "disk"}'}).alerts[0].rule == "disk"
    assert taken(wrapped, {"Message": {"rule": "disk"}}).alerts[0].rule == "disk"
    for bad in ({"Message": "hello"}, {}, {"Message": 7}, []):
        assert refused(wrapped, bad).status in (400, 422)


def test_what_is_missing_is_named() -> None:
    found = taken(LIST, body(row(), {"host": "web-4", "state": "down"}))
    assert found.left == ("alert 2 has no rule at check",)
    keyed = made(Mapping(rule="rule", key=("id", "data.id")))
    assert refused(keyed, {"rule": "x"}).sentence.endswith("alert 1 has no key at id or data.id.")
    assert refused(LIST, {"data": {}}).sentence == "The delivery has no list at data.items."


def test_names_with_dots_are_found() -> None:
    dotted = made(Mapping(rule="event.rule.name", service="service.name"))
    [alert] = taken(dotted, {"event.rule": {"name": "cpu"}, "service.name": "web"}).alerts
    assert (alert.rule, alert.service) == ("cpu", "web")


def test_the_key_of_a_delivery_is_its_webhook_id() -> None:
    signed = hook("generic", KEY, map=Mapping(rule="rule"))
    said = as_bytes({"rule": "x"})
    assert taken(signed, said, standard(said, "msg_7")).delivery == "msg_7"


@pytest.mark.parametrize(
    ("said", "t"),
    [
        (1_795_308_542, 1_795_308_542_000),
        (1_795_308_542.25, 1_795_308_542_250),
        ("1795308542", 1_795_308_542_000),
        ("1795308542.5", 1_795_308_542_500),
        (1_795_308_542_000, 1_795_308_542_000),
        (1_795_308_542_000_000, 1_795_308_542_000),
        (1_795_308_542_000_000_000, 1_795_308_542_000),
        ("2026-11-22T00:49:02Z", 1_795_308_542_000),
        ("2026-11-22T00:49:02.123456789Z", 1_795_308_542_123),
        ("2026-11-22T01:49:02+01:00", 1_795_308_542_000),
        ("2026-11-22T00:49:02.123+0000", 1_795_308_542_123),
        ("2026.11.22 00:49:02", 1_795_308_542_000),
        ("2026-11-22 00:49:02", 1_795_308_542_000),
        ("22.11.2026", 0),
        (True, 0),
        (None, 0),
        (-5, 0),
        (10**400, 0),
        (T + 3600 * SECOND + 1, 0),
    ],
)
def test_times_are_read_as_senders_write_them(said: object, t: int) -> None:
    timed = made(Mapping(rule="rule", since="t"))
    assert taken(timed, {"rule": "x", "t": said}).alerts[0].since == t


def test_without_a_map_it_has_to_be_a_known_shape() -> None:
    bare = hook("generic")
    assert taken(bare, {"rule": "disk full", "service": "db"}).alerts[0].service == "db"
    assert refused(bare, {"nothing": "known"}).status == 422
    assert refused(bare, b"7").code == "unknown-shape"
