"""`warroom learn`, from the incident in which something was missing to the next one, where the step is there."""

import json
from pathlib import Path

import pytest

from warroom.config import shipped

STEP = ("--add-step", "Pause the backup job", "--stage", "restore", "--why", "The backup held a lock", "--due", "10m")
DATABASE = "playbooks/database.toml"


@pytest.fixture
def learned(incident):
    """The program, its incident over, with one change proposed."""
    incident.ok("resolve", "it is over")
    incident.ok("learn", "propose", incident.inc, "playbooks/database", *STEP)
    return incident


def changes(warroom, inc):
    return warroom.ok("learn", "show", inc, "--json").json


def again(warroom):
    """The next incident on the same service."""
    return warroom.ok("declare", "Payments time out", "-s", "SEV2", "--service", "payments-db", "--json").json["handle"]


def test_what_was_proposed_and_applied_greets_the_next_commander_with_its_origin(learned):
    applied = learned.ok("learn", "apply", learned.inc, "1", "--json").json
    assert applied["record"] == 1
    inc = again(learned)
    items = learned.ok("status", "-i", inc, "--json").json["checklist"]["items"]
    (step,) = [item for item in items if item["origin"] == learned.inc]
    assert step["text"] == "Pause the backup job"
    for number in range(1, step["number"]):
        said = learned.ok("tick", str(number), "-i", inc).err
    assert said.endswith(f"Next: {step['number']} Pause the backup job (added after {learned.inc})\n")
    status = learned.ok("status", "-i", inc).out
    assert f"next {step['number']} Pause the backup job (added after {learned.inc})" in status
    timeline = learned.ok("timeline", learned.inc).out
    assert "new step, restore: Pause the backup job" in timeline
    assert f"change 1 to {DATABASE} applied" in timeline


def test_the_running_incident_keeps_the_checklist_it_has(incident):
    inc = incident.inc
    before = incident.ok("status", "--json").json["checklist"]
    incident.ok("learn", "propose", inc, DATABASE, *STEP)
    incident.ok("learn", "apply", inc, "1")
    assert incident.ok("status", "--json").json["checklist"] == before


def test_show_prints_the_diff_plainly_into_a_pipe_and_whole_as_json(learned):
    out = learned.ok("learn", "show", learned.inc, "1").out
    assert '+origin = "' + learned.inc in out
    assert "\x1b" not in out
    (change,) = changes(learned, learned.inc)
    assert change["state"] == "open"
    assert change["why"] == "The backup held a lock"
    assert change["diff"] in out
    assert 'text = "Pause the backup job"' in change["file"]


def test_without_a_number_the_only_change_is_meant_and_i_names_the_incident_too(learned):
    assert learned.ok("learn", "show", "-i", learned.inc, "1").out == learned.ok("learn", "show", learned.inc).out
    learned.ok("learn", "apply", "-i", learned.inc)
    assert changes(learned, learned.inc)[0]["state"] == "applied"


def test_undo_takes_the_last_change_back_and_the_incident_says_so(learned):
    learned.ok("learn", "apply", learned.inc, "1")
    undone = learned.ok("learn", "undo", "--why", "the job pauses itself now", "--json").json
    assert (undone["undone"], undone["record"], undone["removed"], undone["noted"]) == (1, 2, True, True)
    assert not (learned.home / DATABASE).exists()
    (change,) = changes(learned, learned.inc)
    assert (change["state"], change["decided_why"], change["record"]) == ("undone", "the job pauses itself now", 2)
    learned.ok("learn", "apply", learned.inc, "1")
    assert "Pause the backup job" in (learned.home / DATABASE).read_text()


def test_undo_of_a_change_from_an_archived_incident_is_noted_there(learned):
    learned.ok("learn", "apply", learned.inc, "1")
    learned.ok("close", "-i", learned.inc)
    learned.ok("archive", learned.inc)
    assert learned.ok("learn", "undo", "1", "--json").json["noted"]
    (row,) = learned.ok("learn", "list", "--json").json
    assert (row["incident"], row["state"]) == (learned.inc, "undone")


def test_a_file_that_was_changed_by_hand_since_is_refused_with_the_diff(learned):
    learned.ok("learn", "apply", learned.inc, "1")
    mine = learned.home / DATABASE
    mine.write_text(mine.read_text() + "# by hand\n")
    no = learned("learn", "undo", "1")
    assert no.code == 4
    assert "-# by hand" in no.out
    assert "--force brings it back" in no.err
    learned.ok("learn", "undo", "1", "--force")
    assert not mine.exists()
    assert "# by hand" in json.loads((learned.home / "history" / "0002-playbooks-database.json").read_text())["before"]


def test_apply_offers_the_new_diff_where_the_change_does_not_fit_any_more(learned):
    mine = learned.home / DATABASE
    mine.parent.mkdir()
    (change,) = changes(learned, learned.inc)
    mine.write_text(change["file"].replace("Pause the backup job", "Stop the backup job"))
    no = learned("learn", "apply", learned.inc, "1", "--json")
    assert no.code == 4
    assert '+text = "Pause the backup job"' in no.json["diff"]
    assert changes(learned, learned.inc)[0]["state"] == "open"


def test_who_applies_or_rejects_a_decided_change_is_told(learned):
    learned.ok("learn", "apply", learned.inc, "1", "--by", "ivo")
    no = learned("learn", "apply", learned.inc, "1")
    assert no.code == 4
    assert "Change 1 is applied already, by ivo." in no.err
    assert learned("learn", "reject", learned.inc, "1", "not needed").code == 4


def test_reject_needs_a_reason(learned):
    assert learned("learn", "reject", learned.inc, "1").code == 4
    learned.ok("learn", "reject", learned.inc, "1", "the", "drill", "covers", "it")
    (change,) = changes(learned, learned.inc)
    assert (change["state"], change["decided_why"]) == ("rejected", "the drill covers it")
    assert learned("learn", "apply", learned.inc, "1").code == 4
    assert not (learned.home / DATABASE).exists()


def test_a_change_that_breaks_the_file_is_refused_with_its_place_and_what_was_typed_is_kept(learned):
    no = learned("learn", "propose", learned.inc, DATABASE, "--add-step", "x" * 201, "--stage", "verify")
    assert no.code == 4
    assert "step[16].text: is longer than 200" in no.err
    kept = no.err.split("is kept in ")[1].split(".toml")[0] + ".toml"
    assert "x" * 201 in Path(kept).read_text()
    assert len(changes(learned, learned.inc)) == 1


def test_an_editor_changes_the_file_and_what_it_left_is_proposed(learned):
    script = learned.home / "edit.sh"
    script.write_text('#!/bin/sh\nsed -i "s/Data before speed/Data first/" "$1"\n')
    script.chmod(0o700)
    made = learned.ok("learn", "propose", learned.inc, DATABASE, "--edit", "--why", "shorter", EDITOR=str(script))
    assert "change 2 to playbooks/database.toml: 1 line more, 1 line less" in made.err
    assert learned("learn", "propose", learned.inc, DATABASE, "--edit", EDITOR="true").code == 4
    assert learned("learn", "propose", learned.inc, DATABASE, "--edit", EDITOR="false").code == 4


def test_a_whole_file_comes_from_a_file_or_from_standard_input(learned):
    (change,) = changes(learned, learned.inc)
    made = learned.ok(
        "learn",
        "propose",
        learned.inc,
        "playbooks/new",
        "--file",
        "-",
        "--json",
        input=change["file"].replace('"database"', '"new"', 1),
    )
    assert made.json["target"] == "playbooks/new.toml"
    no = learned("learn", "propose", learned.inc, "playbooks/new", "--file", "-", input="a b")
    assert no.code == 4
    assert "playbooks/new.toml, line 1, column 3: is not TOML" in no.err
    assert "is kept in" in no.err
    assert learned("learn", "propose", learned.inc, "playbooks/new", "--file", "/nowhere").code == 3


def test_a_template_is_tried_with_the_incident_it_came_from(learned):
    no = learned("learn", "propose", learned.inc, "templates/update.public.txt", "--file", "-", input="{{ nothing }}")
    assert no.code == 4
    assert "templates/update.public.txt: line 1: 'nothing' is undefined." in no.err
    good = Path(shipped.folder(), "templates/update.public.txt").read_text() + "Sorry.\n"
    learned.ok("learn", "propose", learned.inc, "templates/update.public.txt", "--file", "-", input=good)
    learned.ok("learn", "apply", learned.inc, "2")
    draft = learned.ok("update", "draft", "public", "--show", "-i", again(learned)).out
    assert "Sorry." in draft
    assert "From the file" not in draft


@pytest.mark.parametrize("target", ["../secrets.toml", "contacts.toml", "playbooks/../../x.toml"])
def test_no_file_outside_can_be_proposed(learned, target):
    no = learned("learn", "propose", learned.inc, target, "--file", "-", input="x")
    assert no.code == 4
    assert "is no file that a change can be made to" in no.err


def test_a_change_too_long_for_one_fact_is_refused(learned):
    text = changes(learned, learned.inc)[0]["file"] + "".join(f"# {n} {'x' * 100}\n" for n in range(500))
    no = learned("learn", "propose", learned.inc, DATABASE, "--file", "-", input=text)
    assert no.code == 4
    assert "one fact holds 62" in no.err


def test_how_a_change_is_made_has_to_be_said_once(learned):
    assert learned("learn", "propose", learned.inc, DATABASE).code == 2
    assert learned("learn", "propose", learned.inc, DATABASE, "--edit", "--drop-step", "host").code == 2
    assert learned("learn", "propose", learned.inc).code == 2
    assert learned("learn", "nothing").code == 2


def test_steps_are_dropped_and_reworded(learned):
    learned.ok("learn", "propose", learned.inc, DATABASE, "--drop-step", "jobs")
    learned.ok("learn", "propose", learned.inc, DATABASE, "--reword-step", "host", "Say where you are")
    for number in ("1", "2", "3"):
        learned.ok("learn", "apply", learned.inc, number)
    text = (learned.home / DATABASE).read_text()
    assert 'id = "jobs"' not in text
    assert 'text = "Say where you are"' in text
    assert "Pause the backup job" in text
    assert learned.ok("config", "check").code == 0


def test_list_shows_every_change_of_every_incident_with_its_state(learned):
    other = again(learned)
    learned.ok("learn", "propose", other, "roles.toml", "--file", "-", input=_roles())
    learned.ok("learn", "apply", learned.inc, "1")
    rows = learned.ok("learn", "list", "--json").json
    assert [(row["incident"], row["target"], row["state"]) for row in rows] == [
        (other, "roles.toml", "open"),
        (learned.inc, DATABASE, "applied"),
    ]
    assert learned.ok("learn", "list").out.count("\n") == 2


def test_a_failed_fact_leaves_the_file_and_is_made_up_for(learned):
    learned.ok("learn", "apply", learned.inc, "1")
    (log,) = (learned.home / "incidents").glob("*.json")
    whole = log.read_bytes()
    at = whole.rindex(b",\n", 0, whole.rindex(b'"learn.decided"'))
    log.write_bytes(whole[:at] + b"\n}}")
    assert changes(learned, learned.inc)[0]["state"] == "open"
    again = learned.ok("learn", "apply", learned.inc, "1", "--json").json
    assert (again["already"], again["record"]) == (True, 1)
    assert changes(learned, learned.inc)[0]["state"] == "applied"


def test_steps_say_nothing_of_fewer_than_three_and_count_no_drill(learned):
    data = learned.ok("learn", "steps", "--json").json
    assert (data["n"], data["least_n"], data["without_a_step"]) == (1, 3, [])
    assert all(step["claims"] == [] for step in data["steps"])
    assert "Nothing is said of fewer than 3." in learned.ok("learn", "steps").out


def test_steps_tell_what_is_always_skipped_and_what_has_no_step(warroom):
    for title in ("One", "Two", "Three"):
        inc = warroom.ok("declare", title, "-s", "SEV2", "--service", "payments-db", "--json").json["handle"]
        warroom.ok("skip", "jobs", "no jobs here", "-i", inc)
        warroom.ok("log", "-i", inc, "--kind", "action", "restarted the connection pooler")
        warroom.ok("resolve", "over", "-i", inc)
    warroom.ok("close", "-i", "Three")
    warroom.ok("archive", "Three")
    data = warroom.ok("learn", "steps", "--playbook", "database", "--json").json
    (jobs,) = [step for step in data["steps"] if step["step"] == "jobs"]
    assert jobs["claims"] == ["always skipped (3 of 3)"]
    assert jobs["skipped_why"] == [{"why": "no jobs here", "times": 3}]
    (again,) = data["without_a_step"]
    assert (again["words"], again["in"], again["n"]) == ("restarted the connection pooler", 3, 3)
    said = warroom.ok("learn", "steps").out
    assert "always skipped (3 of 3)" in said
    assert "action in 3 of 3: restarted the connection pooler" in said
    assert warroom("learn", "steps", "--playbook", "nothing").code == 4


def _roles():
    return Path(shipped.folder(), "roles.toml").read_text() + "\n# ours\n"
