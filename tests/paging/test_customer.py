"""What a person at three in the morning must be able to rely on, beside what the builders thought of."""

import json
import os
import signal
import subprocess

import pytest

from paging_kit import CONTACTS, until


def told(house, *words):
    """What a command says beside its data."""
    done = subprocess.run(house.words(*words), env=house.env, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    return done.stderr.decode()


@pytest.fixture
def left_alone(house):
    """An incident whose pager was killed: the log still names it."""
    made = house(watch="off")
    made.declare()
    watch = made.watch()
    until(lambda: made.states() == [("sre1", "sent")])
    os.kill(watch.pid, signal.SIGKILL)
    watch.wait()
    until(lambda: made.watcher() == 0)
    return made


# ── nobody pages, and it is said ──


def test_a_killed_pager_is_no_pager_in_the_status(left_alone):
    assert left_alone.escalation()["pager"] is None
    said = left_alone.call("status")
    assert "is gone, nobody pages: `warroom watch --detach` does" in said
    assert "ring L1 Primary on call (+44 20 7946 0001) now" in said


def test_the_doctor_names_the_incident_whose_pager_was_killed(left_alone):
    every = json.loads(left_alone.call("doctor", "--json", code=1))
    found = next(each for each in every if each["what"] == "watch")
    assert found["state"] == "bad"
    assert "nobody pages for INC-" in found["says"]


def test_a_pager_that_hangs_is_named_with_what_to_do(left_alone):
    watch = left_alone.watch()
    until(lambda: left_alone.escalation()["pager"])
    os.kill(watch.pid, signal.SIGSTOP)
    beat = next((left_alone.home / "incidents").glob("*.pager"))
    os.utime(beat, (1, 1))
    assert "`warroom watch --take` takes over" in left_alone.call("status")
    assert left_alone.escalation()["pager"] is None


def test_where_no_pager_may_start_the_line_says_ring_and_never_calling(house):
    house = house(watch="off")
    house.declare()
    said = house.call("status")
    assert "ring L1 Primary on call" in said
    assert "calling" not in said


# ── what starts the clock again starts the pager ──


def test_taking_back_an_acknowledgement_brings_the_pager_back(left_alone):
    left_alone.call("ack", "--by", "sre1")
    left_alone.env["WARROOM_WATCH"] = ""
    left_alone.call("undo", "--by", "sre1")
    until(lambda: left_alone.watcher() != 0)


def test_a_graver_severity_brings_the_pager_back(left_alone):
    left_alone.env["WARROOM_WATCH"] = ""
    left_alone.call("severity", "SEV1")
    until(lambda: left_alone.watcher() != 0)


def test_raised_to_a_severity_that_has_a_policy_it_says_that_nobody_is_called(house):
    house = house(watch="off")
    house.call("declare", "Slow", "-s", "SEV4")
    assert "`warroom attach policy quick` begins it" in told(house, "severity", "SEV1")


# ── what is said is so ──


def test_every_line_of_a_watch_about_an_incident_names_it_also_the_last_one(house):
    house = house(watch="off")
    inc = house.declare()
    watch = house.watch()
    until(lambda: house.states() == [("sre1", "sent")])
    house.call("watch", "--stop")
    lines = [json.loads(line) for line in watch.communicate(timeout=30)[0].splitlines()]
    last = [each for each in lines if each["what"] == "pager"][-1]
    assert "nobody pages any more" in last["text"]
    assert last["incident"] == inc


def test_everybody_whom_a_level_calls_at_once_is_named_with_number_and_page(house):
    house = house(policy='id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:db1", "contact:sre1"]\n')
    house.declare()
    until(lambda: sorted(house.states()) == [("db1", "sent"), ("sre1", "sent")])
    said = house.call("status")
    assert "calling L1 Database, Primary on call (+44 20 7946 0001) now" in said
    assert "Database by hook sent" in said
    assert "Primary on call by hook sent" in said


def test_a_page_without_a_way_is_said_without_an_empty_one(house):
    house = house()
    house.write("contacts.toml", CONTACTS.replace('reach = ["hook"]', "", 1))
    house.declare()
    until(lambda: "not sent" in house.kinds())
    (row,) = [row for row in house.timeline() if row["kind"] == "not sent"]
    assert row["text"].startswith("L1 Primary on call, NOT SENT")


def test_what_a_shared_channel_hears_of_a_restricted_incident_begins_without_a_gap(house):
    house = house(watch="off")
    house.call("declare", "Secret", "-s", "SEV2", "--policy", "quick", "--restricted")
    assert house.call("brief", "--shared").startswith("restricted incident\n")


def test_a_plan_that_cannot_be_written_is_named(house):
    house = house(watch="off")
    done = told(house, "policy", "matrix", "-o", "/nonexistent/plan.md")
    assert "/nonexistent" in done


def test_one_policy_is_no_policies(house):
    assert told(house(watch="off"), "policy", "check").endswith("in 1 escalation policy.\n")


def test_an_import_over_files_that_are_there_names_the_option_that_overwrites_them(house, tmp_path):
    house = house(watch="off")
    (tmp_path / "people.csv").write_text("name,phone,email,level,after\nAna,+44 20 7946 0001,ana@example.org,1,0s\n")
    said = told(house, "config", "init", "--from", str(tmp_path / "people.csv"))
    assert "are there already" in said
    assert "overwrite with --force" in said


# ── what the check and an import say of odd files ──


def problems(house):
    return "\n".join(each["problem"] for each in json.loads(house.call("policy", "check", "--json", code=4)))


def test_a_number_that_begins_with_no_country_cannot_be_right(house):
    house = house(watch="off")
    house.write("contacts.toml", CONTACTS.replace("+44 20 7946 0001", "+00 20 7946 0001"))
    assert "no country's code begins with 0" in problems(house)


def test_a_turn_without_a_way_is_looked_for_in_the_file_of_turns(house):
    house = house(watch="off")
    house.write("oncall.toml", '[oncall.web]\nschedule = "pagerduty:PABC"\nchannel = "hook"\n')
    house.write("policies/quick.toml", '[[level]]\nafter = "PT0S"\nnotify = ["oncall:web"]\n')
    assert "`reach` is empty in oncall.toml" in problems(house)


def test_whom_a_policy_forgets_to_name_is_named_by_what_stands_there(house):
    house = house(watch="off")
    house.write("policies/quick.toml", '[[level]]\nafter = "PT0S"\nnotify = ["contact:", "contact:sre1"]\n')
    assert "contact: has no way to be reached" in problems(house)


def test_an_imported_person_without_a_name_goes_by_what_the_far_side_calls_them(house, tmp_path):
    house = house(watch="off")
    rules = [{"escalation_delay_in_minutes": 5, "targets": [{"id": "PUSR2", "type": "user_reference"}]}]
    users = [{"id": "PUSR3", "name": "Ana", "time_zone": "Nowhere/Land"}]
    policy = {"id": "P1", "name": "Pay", "escalation_rules": rules}
    (tmp_path / "pd.json").write_text(json.dumps({"escalation_policies": [policy], "users": users}))
    said = told(house, "config", "init", "--from", str(tmp_path / "pd.json"), "--force")
    assert 'name = "PUSR2"' in (house.home / "contacts.toml").read_text()
    assert "The time zone of Ana is none: “Nowhere/Land”." in said
