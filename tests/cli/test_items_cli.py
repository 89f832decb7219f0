"""`warroom items`: raised, changed, listed over all incidents with what is late first, and filed elsewhere."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from warroom.config.paths import find
from warroom.core.acts.items import RaiseItem
from warroom.core.values import DAY, By
from warroom.room.room import Room
from warroom.store.folder import entries
from warroom.store.log import Log
from warroom.store.replica import current

HUB = '[channel.github]\nkind = "github"\ntoken_env = "HUB"\nurl = "http://127.0.0.1:9"\n'


def in_days(days):
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def late(warroom, inc, what, days, owner="ivo"):
    """An item that was raised long ago and is due since `days` days: nobody can raise one that is late already."""
    paths = find(warroom.env)
    [path] = [e.path for e in entries(paths.incidents) if e.inc.startswith(inc.removeprefix("INC-"))]
    now = time.time_ns() // 1_000_000
    room = Room(Log.open(path, current(paths.data)), By("ana"), lambda: now - 400 * DAY)
    with room.log:
        room.load()
        assert isinstance(room.do(RaiseItem(what=what, owner=owner, due=now - days * DAY)), list)


def rows(warroom, *words):
    return warroom.ok("items", *words, "--json").json


def words_of(warroom, *words):
    return [row["what"] for row in rows(warroom, *words)]


def add(warroom, *words):
    return warroom.ok("items", "add", warroom.inc, *words)


# ── raised and changed ──


def test_an_item_is_raised_with_its_owner_its_date_and_what_it_is_for(incident):
    add(incident, "alert", "on", "replica", "lag", "--owner", "ivo", "--due", "14d", "--for", "detect")
    [row] = rows(incident)
    assert (row["what"], row["owner"], row["for"], row["state"]) == ("alert on replica lag", "ivo", "detect", "open")
    assert row["due_at"] == f"{in_days(14)}T23:59:59.000Z"
    assert row["incident"].startswith(incident.inc.removeprefix("INC-"))


def test_it_prints_which_one_it_is_and_what_is_missing(incident):
    done = add(incident, "alert on lag")
    assert done.out == f"{incident.inc}  1\n"
    assert "--owner WHO --due DATE" in done.err


def test_an_act_prints_the_item_as_json(incident):
    row = add(incident, "alert on lag", "--json").json
    assert (row["handle"], row["number"], row["id"], row["text"]) == (
        *(incident.inc, 1, row["item"]),
        "prevent: alert on lag",
    )


def test_a_date_that_is_over_is_refused_with_a_sentence_and_nothing_is_written(incident):
    done = incident("items", "add", incident.inc, "x", "--due", "2020-01-01")
    assert done.code == 2
    assert "2020-01-01 is over" in done.err
    assert rows(incident) == []


def test_done_dropped_and_reopened(incident):
    add(incident, "alert on lag")
    incident.ok("items", "done", incident.inc, "1", "it", "fires")
    assert rows(incident) == []
    [row] = rows(incident, "--all")
    assert (row["state"], row["why"]) == ("done", "it fires")
    incident.ok("items", "reopen", incident.inc, "1")
    refused = incident("items", "drop", incident.inc, "1")
    assert (refused.code, "Why is it dropped?" in refused.err) == (4, True)
    incident.ok("items", "drop", incident.inc, "1", "no budget")
    assert rows(incident, "--all")[0]["state"] == "dropped"


def test_owner_date_purpose_and_words_are_changed_by_number_or_by_a_part_of_the_words(incident):
    add(incident, "alert on lag")
    incident.ok("items", "change", incident.inc, "1", "--owner", "lee", "--due", in_days(3))
    incident.ok("items", "change", incident.inc, "lag", "--for", "learn", "--what", "alert on replica lag")
    [row] = rows(incident)
    assert (row["owner"], row["for"], row["what"]) == ("lee", "learn", "alert on replica lag")
    assert row["due_at"].startswith(in_days(3))


def test_a_second_person_hears_that_it_is_done_already(incident):
    add(incident, "alert on lag")
    incident.ok("items", "done", incident.inc, "1")
    done = incident("items", "done", incident.inc, "1", "--by", "lee")
    assert (done.code, "is done already, by ana" in done.err) == (4, True)


def test_a_closed_incident_still_takes_items(incident):
    incident.ok("resolve")
    incident.ok("close")
    add(incident, "alert on lag")
    assert words_of(incident) == ["alert on lag"]


def test_a_secret_in_an_item_is_masked_unless_somebody_insists(incident):
    add(incident, "rotate AKIAIOSFODNN7EXAMPLE")
    assert "AKIAIOSFODNN7EXAMPLE" not in incident.ok("items").out
    add(incident, "rotate AKIAIOSFODNN7EXAMPLE", "--insist")
    assert "AKIAIOSFODNN7EXAMPLE" in incident.ok("items").out


@pytest.mark.parametrize(
    "words",
    [
        ("frob",),
        ("add",),
        ("done",),
        ("change", "K3F9"),
        ("add", "{inc}"),
        ("change", "{inc}", "1"),
        ("--due", "14d"),
        ("show", "{inc}", "x"),
        ("add", "{inc}", "x", "--for", "fun"),
    ],
)
def test_what_is_missing_is_said_with_an_example(incident, words):
    done = incident("items", *(word.format(inc=incident.inc) for word in words))
    assert done.code == 2
    assert "warroom items" in done.err


def test_an_incident_that_is_not_there_is_not_found(incident):
    assert incident("items", "add", "Q0Q0", "x").code == 3


# ── follow-ups ──


def test_a_follow_up_of_the_timeline_becomes_an_item(incident):
    incident.ok("log", "alarm on lag", "-k", "followup")
    incident.ok("items", "raise", "--from-followup", "--owner", "ivo")
    [row] = rows(incident)
    assert (row["what"], row["owner"]) == ("alarm on lag", "ivo")
    assert incident("items", "raise", incident.inc).code == 4


def test_with_several_follow_ups_it_asks_which_and_names_them(incident):
    for text in ("alarm on lag", "write the runbook"):
        incident.ok("log", text, "-k", "followup")
    done = incident("items", "raise", incident.inc)
    assert (done.code, "1 alarm on lag; 2 write the runbook" in done.err) == (4, True)
    incident.ok("items", "raise", incident.inc, "2")
    incident.ok("items", "raise", incident.inc, "--from-followup", "alarm")
    assert words_of(incident) == ["write the runbook", "alarm on lag"]


def test_show_has_the_items_and_the_follow_ups_that_wait(incident):
    incident.ok("log", "alarm on lag", "-k", "followup")
    add(incident, "write the runbook")
    shown = incident.ok("items", "show", incident.inc, "--json").json
    assert [row["what"] for row in shown["items"]] == ["write the runbook"]
    assert [row["what"] for row in shown["followups"]] == ["alarm on lag"]
    plain = incident.ok("items", "show", incident.inc)
    assert "write the runbook" in plain.out
    assert "follow-up 1, no item yet: alarm on lag" in plain.err


# ── over all incidents ──


def test_what_is_late_comes_first_over_all_incidents_the_oldest_of_it_at_the_top(incident):
    other = incident.ok("declare", "Exports are slow", "-s", "SEV3").line
    add(incident, "soon", "--due", "3d")
    add(incident, "sooner", "--due", "1d")
    add(incident, "no date")
    late(incident, other, "late", 2)
    late(incident, incident.inc, "later", 12)
    assert words_of(incident) == ["later", "late", "sooner", "soon", "no date"]
    assert words_of(incident, "--overdue") == ["later", "late"]
    assert "5 open, 2 overdue, 3 without an owner." in incident.ok("items").err


def test_only_one_owner_s_are_shown_where_one_is_asked_for(incident):
    add(incident, "a", "--owner", "Ivo")
    add(incident, "b", "--owner", "lee")
    assert words_of(incident, "--owner", "ivo") == ["a"]


def test_an_archived_incident_s_items_are_among_them_and_can_be_changed(incident):
    add(incident, "alert on lag")
    incident.ok("resolve")
    incident.ok("close")
    incident.ok("archive", incident.inc)
    [row] = rows(incident)
    assert row["archived"] is True
    incident.ok("items", "done", incident.inc, "1")
    assert rows(incident) == []


def test_a_drill_s_items_are_in_no_list(warroom):
    from warroom.core.acts.lifecycle import Declare
    from warroom.room.desk import Desk
    from warroom.store.access import ready

    paths = find(warroom.env)
    ready(paths.data)
    ready(paths.incidents)
    desk = Desk(paths.incidents, current(paths.data), By("ana"), lambda: time.time_ns() // 1_000_000)
    made = desk.declare(Declare(title="Practice", severity="SEV2"), drill=True)
    with made.log:
        made.load()
        assert isinstance(made.do(RaiseItem(what="of a drill")), list)
    assert rows(warroom, "--all") == []


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_shown(incident):
    add(incident, "alert on lag")
    broken = incident.home / "incidents" / "2026-01-01-2aaa-broken.json"
    broken.write_text('{"events": {"1": {"e": {"body": {"type":"item.raised"')
    done = incident("items", "--json")
    assert [row["what"] for row in json.loads(done.out)] == ["alert on lag"]
    assert done.code == 1
    assert "2aaa-broken.json" in done.err


def test_hostile_words_command_no_terminal(incident):
    add(incident, "a\x1b]0;owned\x07b [bold]c[/]", "--owner", "x\x1b[31m")
    for words in ((), ("show", incident.inc), ("--json",)):
        assert b"\x1b" not in incident.ok("items", *words).raw


def test_with_nothing_at_all_it_says_how_to_begin(warroom):
    done = warroom.ok("items")
    assert "No action item yet" in done.err
    assert warroom.ok("items", "--json").json == []


# ── elsewhere ──


@pytest.fixture
def hub(incident):
    (incident.home / "channels.toml").write_text(HUB)
    incident.env["HUB"] = "a-token-of-nobody"
    add(incident, "alert on lag")
    return incident


def test_filed_while_no_watch_may_run_it_is_kept_and_says_so(hub):
    done = hub("items", "file", hub.inc, "1", "--way", "github:acme/shop")
    assert (done.code, "`warroom watch --detach` starts one" in done.err) == (5, True)
    [row] = rows(hub)
    assert (row["elsewhere"]["way"], row["elsewhere"]["state"]) == ("github:acme/shop", "waiting")
    assert "Nobody reads back" in hub.ok("items").err


def test_it_is_not_filed_twice(hub):
    hub("items", "file", hub.inc, "1", "--way", "github:acme/shop")
    done = hub("items", "file", hub.inc, "1", "--way", "github:acme/shop")
    assert (done.code, "waits to be opened by github:acme/shop already" in done.err) == (4, True)


@pytest.mark.parametrize("way", ["gitlab:x", "bell", ""])
def test_a_way_that_opens_no_issues_is_not_found_before_anything_is_written(hub, way):
    (hub.home / "channels.toml").write_text(HUB + '[channel.bell]\nkind = "bell"\n')
    done = hub("items", "file", hub.inc, "1", *(("--way", way) if way else ()))
    assert done.code in (2, 3)
    assert "github" in done.err
    assert rows(hub)[0]["elsewhere"] is None


def test_the_only_channel_with_a_repository_needs_not_be_named(hub):
    (hub.home / "channels.toml").write_text(HUB + 'repo = "acme/shop"\n')
    assert hub("items", "file", hub.inc, "1").code == 5
    assert rows(hub)[0]["elsewhere"]["way"] == "github:acme/shop"


def test_a_channel_alone_means_its_own_repository_as_it_is_now(hub):
    assert hub("items", "file", hub.inc, "1", "--way", "github").code == 2
    (hub.home / "channels.toml").write_text(HUB + 'repo = "acme/shop"\n')
    hub("items", "file", hub.inc, "1", "--way", "github")
    assert rows(hub)[0]["elsewhere"]["way"] == "github:acme/shop"


def test_a_restricted_incident_s_item_stays_here(hub):
    inc = hub.ok("declare", "Secret thing", "-s", "SEV2", "--restricted").line
    hub.ok("items", "add", inc, "x")
    done = hub("items", "file", inc, "1", "--way", "github:acme/shop")
    assert (done.code, "restricted" in done.err) == (4, True)


def test_from_the_archive_nothing_leaves(hub):
    hub.ok("resolve")
    hub.ok("close")
    hub.ok("archive", hub.inc)
    done = hub("items", "file", hub.inc, "1", "--way", "github:acme/shop")
    assert (done.code, "in the archive" in done.err) == (4, True)
