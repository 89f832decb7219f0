"""Drills on the command line: scenarios, runs without a screen, clocks, reports, game days, replays."""

import json
import os
import time
from pathlib import Path

import pytest

from drill_kit import SCRIPT, Folder
from test_cli_race import at_once

SHARED = Path(__file__).parents[3] / "shared" / "incidents"
TIMELINE = {
    "title": "The night's export never came",
    "severity": "SEV2",
    "source": "https://example.org/review",
    "events": [
        {"at": "2026-03-01T02:00:00Z", "text": "the export is missing", "kind": "observed"},
        {"at": "2026-03-01T02:04:00Z", "text": "the disk of the runner is full", "kind": "observed"},
        {"at": "2026-03-01T02:09:00Z", "text": "we delete the old builds", "kind": "decision"},
        {"at": "2026-03-01T02:20:00Z", "text": "the export is there", "kind": "observed"},
    ],
}


@pytest.fixture
def folder(warroom):
    return Folder(warroom.home)


@pytest.fixture
def drill(warroom, folder):
    """The program with one drill that waits for somebody to play it, as a console that was closed leaves it."""
    warroom.room = folder.declare(headless=False, now=_now())
    warroom.room.log.close()
    return warroom


@pytest.fixture
def run(warroom, folder):
    """A finished run without a screen, as its report: `run("PT1M log hello")`."""

    def play(script=SCRIPT, *words, **env):
        folder.script.write_text(script)
        words = ("--seed", "1", *words)
        return warroom.ok(
            "drill", "run", "shelf", "--headless", "--actor-script", str(folder.script), "--json", *words, **env
        ).json

    return play


def _now():
    return time.time_ns() // 1_000_000


def point(report, id):
    return next(each for each in report["points"] if each["id"] == id)


def clock(program):
    """What the drill's clock says: the minutes since it began, and its last facts."""
    rows = program.ok("timeline", "--json").json
    return [row["text"] for row in rows if row["kind"] == "clock"]


# ── scenarios ──


def test_a_list_has_exactly_what_one_chooses_by(warroom, folder):
    rows = warroom.ok("drill", "list", "--json").json
    assert all(list(row) == ["id", "title", "level", "minutes", "trains"] for row in rows)
    assert {"first-drill", "shelf"} <= {row["id"] for row in rows}
    (mine,) = [row for row in rows if row["id"] == "shelf"]
    assert (mine["level"], mine["minutes"], mine["trains"]) == ("easy", 6, ["escalation", "updates"])


def test_a_list_of_one_level_has_no_other_and_an_unknown_level_is_said(warroom, folder):
    rows = warroom.ok("drill", "list", "--level", "first", "--json").json
    assert [row["id"] for row in rows] == ["first-drill"]
    no = warroom("drill", "list", "--level", "impossible")
    assert (no.code, no.out) == (2, "")
    assert "first, easy, medium, hard" in no.err


def test_a_file_that_is_broken_is_named_beside_the_list_and_not_offered(warroom, folder):
    (folder.home / "drills" / "broken.toml").write_text('title = "x"\n')
    listed = warroom.ok("drill", "list")
    assert "broken.toml: “level” is missing. It is not offered." in listed.err
    assert "broken" not in listed.out


def test_show_says_what_it_is_about_and_nothing_that_is_to_come(warroom, folder):
    shown = warroom.ok("drill", "show", "shelf")
    assert "Customers see an empty shelf." in shown.out
    assert "Nora" in shown.out
    data = warroom.ok("drill", "show", "shelf", "--json").json
    assert data["people"] == [{"name": "Nora", "knows": "on call"}, {"name": "Ivo", "knows": "the import"}]
    for hidden in ("The import of the night", "look short", "lists fill again"):
        assert hidden not in shown.out + json.dumps(data)


def test_show_names_a_scenario_by_the_beginning_of_its_name_or_by_its_file(warroom, folder, tmp_path):
    assert warroom.ok("drill", "show", "first-d", "--json").json["id"] == "first-drill"
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_bytes(folder.file.read_bytes())
    assert warroom.ok("drill", "show", str(elsewhere), "--json").json["file"] == str(elsewhere)


def test_another_seed_swaps_names_and_the_same_seed_none(warroom, folder):
    titles = [warroom.ok("drill", "show", "shelf", "--seed", str(n), "--json").json["title"] for n in (1, 1, 0, 2, 3)]
    assert titles[0] == titles[1]
    assert len(set(titles)) > 1


def test_check_is_content_with_a_good_file(warroom, folder):
    for name in ("shelf", str(folder.file), "first-drill"):
        assert warroom.ok("drill", "check", name, "--json").json == []


def test_check_names_every_mistake_with_its_file_place_and_reason(warroom, folder):
    text = folder.file.read_text().replace('kind = "alert"', 'kind = "alarm"').replace('by = "1m"', 'by = "1"')
    folder.file.write_text(text)
    wrong = warroom("drill", "check", str(folder.file), "--json")
    assert wrong.code == 1
    assert all(list(row) == ["file", "place", "reason"] for row in wrong.json)
    assert all(row["file"] == str(folder.file) and row["place"] for row in wrong.json)
    assert any("has no unit" in row["reason"] for row in wrong.json)
    plain = warroom("drill", "check", str(folder.file))
    assert plain.code == 1
    assert "line" in plain.out


def test_check_of_a_file_that_is_not_there_says_so(warroom):
    (row,) = warroom("drill", "check", "nowhere.toml", "--json").json
    assert "cannot be read" in row["reason"]


# ── without a screen ──


def test_the_report_is_the_only_thing_on_standard_output(warroom, folder):
    done = warroom.ok("drill", "run", "shelf", "--headless", "--seed", "1", "--json")
    assert done.json["drill"]["id"] == "shelf"
    assert done.out.count("\n") == 1
    assert "runs without a screen" in done.err


def test_a_verb_of_the_script_that_prints_does_not_print_between_the_report(warroom, run, folder):
    (folder.home / "proof.txt").write_text("raw bytes of a proof")
    proof = folder.home / "proof.txt"
    report = run(
        f"PT1M status\nPT1M timeline --json\nPT1M log proof --evidence {proof}\nPT2M evidence show proof.txt\n"
    )
    assert report["script_refused"] == []


def test_a_script_does_what_a_commander_would_and_the_report_says_how_it_went(run):
    report = run()
    assert [row["line"] for row in report["script_refused"]] == [SCRIPT.split("\n").index("PT2M tick 99") + 1]
    assert {each["band"] for each in report["points"]} == {"met"}
    assert point(report, "import-asked")["took"] == "PT10S"
    assert report["roles"] == [{"role": "commander", "who": "ana"}, {"role": "commander", "who": "lee"}]
    assert report["drill"]["ended"] == "what it was about is done"


def test_nobody_who_commands_misses_what_was_asked_for(run):
    report = run("# nobody\n")
    bands = {each["id"]: each["band"] for each in report["points"]}
    assert bands["commander"] == bands["import-asked"] == "missed"
    assert report["drill"]["ran"] == "PT6M"


def test_a_seed_and_a_cause_are_as_one_says(warroom, folder):
    done = warroom.ok("drill", "run", "shelf", "--headless", "--variant", "cache", "--seed", "7", "--json").json
    assert (done["drill"]["seed"], done["drill"]["variant"]) == (7, "cache")


def test_lines_that_are_refused_stand_in_the_report_and_the_run_goes_on(run):
    report = run(
        "PT0S assign commander ana\n"
        "PT5S tick 99\n"
        "PT6S nonsense\n"
        "PT7S log 'a quote that never ends\n"
        "PT8S severity SEV9\n"
        "PT9S task --help\n"
        "PT10S impact 'lists are empty'\n"
    )
    assert [row["line"] for row in report["script_refused"]] == [2, 3, 4, 5, 6]
    assert all(row["why"] for row in report["script_refused"])
    assert point(report, "impact")["band"] == "met"


OUTSIDE = (
    "declare fire -s SEV1",
    "import /etc/hosts",
    "export",
    "archive",
    "verify",
    "watch --stop",
    "config check",
    "doctor",
    "policy list",
    "list",
    "follow",
    "drill end",
    "link related-to other",
    "completion bash",
    "help",
    "--version",
)


def test_nothing_outside_the_incident_is_done_by_a_script(run, warroom):
    report = run("".join(f"PT1M warroom {line}\n" for line in OUTSIDE))
    assert [row["line"] for row in report["script_refused"]] == list(range(1, len(OUTSIDE) + 1))
    assert all("is nothing that is done in a drill" in row["why"] for row in report["script_refused"])
    assert len(warroom.ok("list", "--json").json) == 1


def test_a_line_that_names_another_incident_acts_on_the_drill_all_the_same(run, incident):
    before = incident.ok("timeline", "-i", incident.inc, "--json").json
    report = run(f"PT1M log -i {incident.inc} said in the drill\nPT70S assign commander bo --incident {incident.inc}\n")
    assert report["script_refused"] == []
    assert report["roles"] == [{"role": "commander", "who": "bo"}]
    assert incident.ok("timeline", "-i", incident.inc, "--json").json == before


def test_a_line_is_by_whoever_runs_it_or_by_whom_it_says(run):
    report = run("PT1M assign commander ana\nPT2M impact x --by lee\n", "--by", "mei")
    assert report["drill"]["who"] == "mei"
    assert point(report, "commander")["fact"]["by"] == "mei"
    assert point(report, "impact")["fact"]["by"] == "lee"


def test_a_name_that_cannot_be_kept_is_refused_in_a_script_too(run):
    (row,) = run(f"PT1M impact x --by {'n' * 65}\n")["script_refused"]
    assert "cannot be kept" in row["why"]


def test_a_script_reads_nothing_from_standard_input(warroom, folder):
    folder.script.write_text("PT1M log -\nPT1M update draft -\nPT1M evidence add -\n")
    words = ("drill", "run", "shelf", "--headless", "--actor-script", str(folder.script), "--json")
    report = warroom.ok(*words, input="this is for somebody else\n").json
    assert [row["line"] for row in report["script_refused"]][-2:] == [2, 3]
    assert "somebody else" not in warroom.ok("timeline", "shelf").out


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("PT1M log x\n3 log y\n", "line 2: “3” has no unit"),
        ("soon log x\n", "line 1: “soon” is not a duration"),
        ("# first\n\nPT1M\n", "line 3: says when, and not what"),
        ("PT1M log " + "x" * 4000 + "\n", "line 1: is longer than 4000 characters"),
        ("PT1M log a\0b\n", "line 1: is longer than 4000 characters, or has a NUL in it"),
        ("PT1M log x\n" * 2001, "line 2001: a script has at most 2000 lines"),
        (b"PT1M log \xff\n", "is not UTF-8 text"),
        ("#" * (1024 * 1024 + 1), "it is larger than 1 MiB"),
    ],
)
def test_a_script_that_is_wrong_is_refused_with_its_line_and_begins_nothing(warroom, folder, script, told):
    folder.script.write_bytes(script if isinstance(script, bytes) else script.encode())
    no = warroom("drill", "run", "shelf", "--headless", "--actor-script", str(folder.script))
    assert (no.code, no.out) == (2, "")
    assert told in no.err
    assert warroom.ok("list", "--json").json == []


def test_a_script_as_large_as_one_may_be_is_played(warroom, folder):
    folder.script.write_text(("PT1M # " + "ü" * 3990 + "\n") * 130)
    report = warroom.ok("drill", "run", "shelf", "--headless", "--actor-script", str(folder.script), "--json").json
    assert len(report["script_refused"]) == 130


# ── every mistake is a sentence ──


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["sing"], 2, "is not known here"),
        ([], 2, "WHAT"),
        (["list", "more"], 2, "too much"),
        (["show"], 2, "which?"),
        (["show", "moon"], 3, "There is no drill “moon”"),
        (["show", "shelf", "--variant", "moon"], 3, "import, cache"),
        (["check"], 2, "which FILE?"),
        (["run"], 2, "which?"),
        (["run", "moon", "--headless"], 3, "There is no drill “moon”"),
        (["run", "shelf"], 2, "needs a terminal"),
        (["run", "shelf", "--headless", "--variant", "moon"], 3, "import, cache"),
        (["run", "first-drill", "--headless", "--variant", "moon"], 3, "no variants"),
        (["run", "shelf", "--headless", "--seed", "-1"], 2, "whole number"),
        (["run", "shelf", "--headless", "--seed", "x"], 2, "--seed"),
        (["run", "shelf", "--headless", "--seed", str(2**53)], 2, "whole number"),
        (["run", "shelf", "--headless", "--speed", "0"], 2, "--speed"),
        (["run", "shelf", "--headless", "--speed", "nan"], 2, "--speed"),
        (["run", "shelf", "--headless", "--speed", "1e9"], 2, "--speed"),
        (["run", "shelf", "--actor-script", "x"], 2, "you are the actor"),
        (["run", "shelf", "--headless", "--actor-script", "/nowhere/x"], 2, "cannot be read"),
        (["run", "shelf", "--headless", "--actor-script", "/"], 2, "cannot be read"),
        (["run", "broken", "--headless"], 4, "“level” is missing"),
        (["show", "broken"], 4, "“level” is missing"),
        (["pause"], 3, "No drill is running"),
        (["resume"], 3, "No drill is running"),
        (["skip"], 3, "No drill is running"),
        (["end"], 3, "No drill is running"),
        (["speed"], 2, "how fast?"),
        (["speed", "fast"], 2, "--speed"),
        (["speed", "2"], 3, "No drill is running"),
        (["pause", "moon"], 3, "No incident here"),
        (["report"], 3, "No drill was run here yet"),
        (["report", "moon"], 3, "No incident here"),
        (["master"], 3, "No drill is running"),
        (["plan", "add"], 2, "plan add"),
        (["plan", "sing"], 2, "plan add"),
        (["plan", "add", "2026-13-40", "shelf"], 2, "is no day and time"),
        (["plan", "add", "soon", "shelf"], 2, "is no day and time"),
        (["plan", "add", "2199-12-31T23:59", "moon"], 3, "There is no drill “moon”"),
        (["plan", "add", "1999-01-01", "shelf"], 4, "That day is over"),
        (["plan", "add", "2199-01-01", "shelf", "--role", "king=ana"], 3, "is not a role"),
        (["plan", "add", "2199-01-01", "shelf", "--role", "commander"], 2, "ROLE=WHO"),
        (["plan", "add", "2199-01-01", "shelf", "--role", "commander="], 2, "ROLE=WHO"),
        (["plan", "drop", "1"], 4, "nothing is planned"),
        (["plan", "drop", "one"], 2, "plan drop"),
        (["wheel", "--level", "moon"], 2, "is not one of"),
        (["from"], 2, "from which incident"),
        (["from", "moon"], 3, "No incident here"),
        (["from", "/"], 4, "is a folder"),
    ],
)
def test_every_mistake_is_a_sentence_and_an_exit_code(warroom, folder, words, code, told):
    (folder.home / "drills" / "broken.toml").write_text('title = "x"\n')
    no = warroom("drill", *words)
    assert (no.code, no.out) == (code, ""), no.err
    assert told in no.err
    assert "Traceback" not in no.err


# ── the clock of one that runs ──


def test_a_drill_is_paused_with_a_reason_and_goes_on(drill):
    drill.ok("drill", "pause", "--why", "lunch")
    drill.ok("drill", "resume")
    assert clock(drill) == ["the drill is paused · lunch", "the drill goes on"]
    again = drill("drill", "resume")
    assert (again.code, again.err.strip()) == (4, "It is not paused.")


def test_a_paused_drill_is_not_paused_again(drill):
    drill.ok("drill", "pause")
    no = drill("drill", "pause")
    assert (no.code, no.err.strip()) == (4, "It is paused already.")


def test_a_drill_runs_as_fast_as_one_says_also_after_a_pause(drill):
    drill.ok("drill", "speed", "4")
    drill.ok("drill", "pause")
    drill.ok("drill", "resume")
    assert clock(drill)[0] == clock(drill)[2] == "the drill runs 4 times as fast as real time"
    too_fast = drill("drill", "speed", "5000")
    assert (too_fast.code, "times real time" in too_fast.err) == (4, True)


def test_skip_goes_to_the_next_moment_and_the_next_skip_to_the_one_after(drill, folder):
    def times():
        return drill.ok("status", "--json").json["elapsed_s"]

    drill.ok("drill", "skip")
    first = times()
    drill.ok("drill", "skip")
    assert 0 < first < times()


def test_a_drill_that_nobody_plays_stands(drill):
    before = drill.ok("status", "--json").json
    time.sleep(0.3)
    after = drill.ok("status", "--json").json
    assert [before["elapsed_s"], after["elapsed_s"]] == [0, 0]


def test_what_is_written_into_a_drill_has_the_drills_time(drill):
    drill.ok("drill", "skip")
    drill.ok("log", "said at that moment")
    rows = drill.ok("timeline", "--json").json
    said = next(row["at"] for row in rows if row["text"] == "said at that moment")
    skipped = next(row["at"] for row in rows if row["kind"] == "clock")
    assert said >= skipped


def test_a_drill_is_ended_with_a_reason_once_and_nothing_moves_any_more(drill):
    drill.ok("drill", "end", "--why", "a real one came")
    (row,) = drill.ok("drill", "history", "--json").json
    assert row["ended"] is True
    for words in (["pause"], ["skip"], ["speed", "2"], ["end"]):
        no = drill("drill", *words, row["handle"])
        assert (no.code, "The drill is over · a real one came" in no.err) == (4, True)


def test_a_real_incident_has_no_clock(incident):
    no = incident("drill", "pause", incident.inc)
    assert (no.code, "no clock of its own" in no.err) == (4, True)


def test_a_run_without_a_screen_is_stopped_where_it_runs(warroom, folder):
    room = folder.declare(headless=True)
    room.log.close()
    no = warroom("drill", "pause")
    assert (no.code, "Ctrl+C stops it there" in no.err) == (4, True)


def test_of_two_that_run_one_has_to_be_named(drill, folder):
    folder.declare(headless=False, now=_now()).log.close()
    no = drill("drill", "pause")
    assert no.code == 4
    first = no.err.rpartition(": ")[2].split(",")[0].strip()
    drill.ok("drill", "pause", first)


# ── the report ──


def test_a_report_is_markdown_or_the_same_as_json(warroom, run):
    run()
    shown = warroom.ok("drill", "report").out
    assert shown.startswith("# Drill: The shelf of Lyon is empty\n")
    data = warroom.ok("drill", "report", "--json").json
    for each in data["points"]:
        assert f"`{each['id']}`" in shown
    assert data["how"] in shown


def test_a_point_is_contested_with_a_reason_and_by_its_name(warroom, run):
    run()
    warroom.ok("drill", "report", "--contest", "commander", "--why", "bo said it on the phone")
    told = point(warroom.ok("drill", "report", "--json").json, "commander")
    assert told["contested"] == [{"by": "ana", "why": "bo said it on the phone"}]
    assert "Contested by ana: bo said it on the phone" in warroom.ok("drill", "report").out
    nameless = warroom("drill", "report", "--contest", "moon", "--why", "x")
    assert (nameless.code, "There are import-asked" in nameless.err) == (3, True)
    assert warroom("drill", "report", "--contest", "commander").code == 4


def ended(program):
    program.ok("drill", "end")
    return program.ok("drill", "history", "--json").json[0]["handle"]


def test_a_report_is_private_until_whoever_practised_shares_it(drill):
    inc = ended(drill)
    no = drill("drill", "report", inc, "--by", "lee")
    assert (no.code, no.out) == (4, "")
    assert "This report is ana's, and private until they share it" in no.err
    assert drill.ok("drill", "history", "--json", "--by", "lee").json[0]["bands"] is None
    assert drill.ok("drill", "history", "--json").json[0]["bands"]
    drill.ok("drill", "report", inc, "--share")
    assert drill.ok("drill", "report", inc, "--by", "lee", "--json").json["drill"]["who"] == "ana"
    assert drill.ok("drill", "history", "--json", "--by", "lee").json[0]["bands"]
    drill.ok("drill", "report", inc, "--private")
    assert drill("drill", "report", inc, "--by", "lee").code == 4


def test_only_whoever_practised_shares_a_report(drill):
    inc = ended(drill)
    no = drill("drill", "report", inc, "--share", "--by", "lee")
    assert (no.code, "only they can share it" in no.err) == (4, True)


def test_nobody_contests_a_point_of_a_report_that_they_may_not_see(drill):
    inc = ended(drill)
    no = drill("drill", "report", inc, "--contest", "moon", "--why", "x", "--by", "lee")
    assert (no.code, "private" in no.err) == (4, True)


def test_a_report_is_shared_or_private_and_not_both(drill):
    inc = ended(drill)
    assert drill("drill", "report", inc, "--share", "--private").code == 2


def test_a_drill_that_runs_has_no_report_yet_which_would_say_what_comes(drill):
    no = drill("drill", "report")
    assert (no.code, no.out) == (4, "")
    assert "still running" in no.err


def test_a_real_incident_has_no_report_of_a_drill(incident):
    assert incident("drill", "report", incident.inc).code == 4


def test_ones_own_earlier_runs_stand_beside_a_report(warroom, folder):
    for _ in range(2):
        folder.declare(headless=False, now=_now()).log.close()
        ended(warroom)
    (before,) = warroom.ok("drill", "report", "--json").json["compared"]["earlier"]
    assert before["bands"]


def test_history_has_the_latest_first_with_who_took_what(warroom, run, folder):
    run()
    folder.declare(headless=False, now=_now()).log.close()
    rows = warroom.ok("drill", "history", "--json").json
    assert list(rows[0]) == [
        "id",
        "handle",
        "scenario",
        "title",
        "level",
        "seed",
        "at",
        "who",
        "ended",
        "headless",
        "shared",
        "roles",
        "bands",
    ]
    assert [row["headless"] for row in rows] == [False, True]
    assert [row["ended"] for row in rows] == [False, True]
    assert rows[1]["roles"][0] == {"role": "commander", "who": "ana"}
    assert "shelf" in warroom.ok("drill", "history").out


# ── game days ──


def test_a_game_day_is_planned_shown_and_dropped(warroom, folder):
    late = ("plan", "add", "2199-12-03T14:00", "shelf", "--role", "commander=ana", "--role", "scribe=lee")
    assert warroom.ok("drill", *late, "--note", "with the new ones", "--json").json["number"] == 1
    assert warroom.ok("drill", "plan", "add", "2199-11-03", "first-drill", "--json").json["number"] == 1
    rows = warroom.ok("drill", "plan", "--json").json
    assert [row["scenario"] for row in rows] == ["first-drill", "shelf"]
    assert rows[1]["roles"] == {"commander": "ana", "scribe": "lee"}
    assert "commander ana, scribe lee" in warroom.ok("drill", "plan").out
    warroom.ok("drill", "plan", "drop", "1")
    assert [row["scenario"] for row in warroom.ok("drill", "plan", "--json").json] == ["shelf"]


@pytest.mark.parametrize("broken", [b"{", b"[{}]", b"\xff\xff", b'[{"at": "soon", "scenario": "x"}]', b"[" * 100_000])
def test_a_plan_that_is_broken_is_not_written_over(warroom, folder, broken):
    plan = folder.home / "drill-plan.json"
    plan.write_bytes(broken)
    for words in (["add", "2199-12-03", "shelf"], ["drop", "1"], []):
        no = warroom("drill", "plan", *words)
        assert (no.code, no.out) == (4, "")
        assert "drill-plan.json" in no.err
    assert plan.read_bytes() == broken


def test_a_folder_in_the_place_of_the_plan_is_said(warroom, folder):
    (folder.home / "drill-plan.json").mkdir()
    assert warroom("drill", "plan", "add", "2199-12-03", "shelf").code == 4


def test_four_who_plan_at_once_lose_none(warroom, folder):
    calls = [("drill", "plan", "add", f"2199-12-0{n}", "shelf") for n in range(1, 5)]
    codes, _ = at_once(warroom, *calls)
    assert codes == [0, 0, 0, 0]
    assert len(warroom.ok("drill", "plan", "--json").json) == 4


def test_roles_say_who_had_one_and_who_never_did(drill, folder):
    (folder.home / "contacts.toml").write_text('[contact.bo]\nname = "Bo"\nreach = []\n')
    drill.ok("assign", "commander", "ana")
    drill.ok("assign", "scribe", "lee")
    told = drill.ok("drill", "plan", "roles", "--json").json
    assert [(row["role"], row["who"]) for row in told["took"]] == [("commander", "ana"), ("scribe", "lee")]
    assert told["never"] == {"commander": ["Bo", "lee"], "scribe": ["Bo", "ana"]}
    assert "never commander: Bo, lee" in drill.ok("drill", "plan", "roles").out


# ── the wheel ──


def test_the_wheel_says_the_same_for_the_same_seed_and_why(warroom, folder):
    spun = [warroom.ok("drill", "wheel", "--seed", "5", "--json").json for _ in range(2)]
    assert spun[0] == spun[1]
    assert "was never trained here" in spun[0]["why"]
    assert f"warroom drill run {spun[0]['id']}" in warroom.ok("drill", "wheel", "--seed", "5").out


def test_the_wheel_keeps_to_a_level_and_leaves_the_first_drill_out_otherwise(warroom, folder):
    assert warroom.ok("drill", "wheel", "--level", "first", "--json").json["id"] == "first-drill"
    levels = {warroom.ok("drill", "wheel", "--seed", str(n), "--json").json["level"] for n in range(4)}
    assert "first" not in levels


def test_the_wheel_chooses_what_was_trained_least_lately(warroom, folder):
    for name in ("shelf", "shelf-two"):
        (folder.home / "data" / "drills").mkdir(parents=True, exist_ok=True)
        trains = '["noise"]' if name == "shelf-two" else '["escalation"]'
        text = folder.file.read_text().replace('trains = ["escalation", "updates"]', f"trains = {trains}")
        (folder.home / "drills" / f"{name}.toml").write_text(text.replace('level = "easy"', 'level = "hard"'))
    folder.declare(headless=False, now=_now()).log.close()
    ended(warroom)
    chosen = {warroom.ok("drill", "wheel", "--seed", str(n), "--level", "hard", "--json").json["id"] for n in range(3)}
    assert "shelf" not in chosen


# ── replays ──


def test_an_incident_of_ones_own_becomes_a_drill(incident, folder):
    for words in (["-k", "observed", "errors at 40 %"], ["-k", "decision", "roll back"], ["-k", "observed", "gone"]):
        incident.ok("log", *words)
    made = incident.ok("drill", "from", incident.inc, "--name", "ours", "--json").json
    assert (made["id"], made["title"]) == ("ours", "Checkout returns 500s")
    assert incident.ok("drill", "check", made["file"], "--json").json == []
    report = incident.ok("drill", "run", "ours", "--headless", "--json").json
    assert any(row["text"] == "errors at 40 %" for row in report["happened"])


def sources():
    return ["own", *(sorted(each.name for each in SHARED.glob("*.json")) if SHARED.is_dir() else ())]


@pytest.mark.parametrize("source", sources())
def test_a_timeline_becomes_a_drill_that_plays(warroom, folder, tmp_path, source):
    file = SHARED / source
    if source == "own":
        file = tmp_path / "export.json"
        file.write_text(json.dumps(TIMELINE))
    made = warroom.ok("drill", "from", str(file), "--name", "replayed", "--minutes", "20", "--json").json
    assert made["title"] == json.loads(file.read_text())["title"]
    report = warroom.ok("drill", "run", "replayed", "--headless", "--json").json
    asked = [row for row in report["happened"] if row["kind"] == "ask"]
    assert asked
    assert {each["band"] for each in report["points"] if each["id"].startswith("answer-")} == {"missed"}
    assert report["drill"]["ended"]


def test_whoever_answers_a_replay_is_told_what_they_did_at_the_time(warroom, folder, tmp_path):
    file = tmp_path / "export.json"
    file.write_text(json.dumps(TIMELINE))
    warroom.ok("drill", "from", str(file))
    folder.script.write_text("PT7M log -k decision add a disk\n")
    words = ("drill", "run", "export", "--headless", "--actor-script", str(folder.script), "--json")
    report = warroom.ok(*words).json
    (answer,) = [each for each in report["points"] if each["id"].startswith("answer-")]
    assert answer["band"] == "met"
    assert "They, at the time: we delete the old builds" in warroom.ok("timeline", "export").out


def test_a_replay_is_made_of_a_real_incident_with_something_in_it_and_once(drill, folder, tmp_path):
    inc = drill.ok("drill", "history", "--json").json[0]["handle"]
    no = drill("drill", "from", inc)
    assert (no.code, "a drill already" in no.err) == (4, True)
    little = tmp_path / "little.json"
    little.write_text(json.dumps(TIMELINE | {"events": TIMELINE["events"][:1]}))
    no = drill("drill", "from", str(little))
    assert (no.code, "too little in it" in no.err) == (4, True)
    assert not (folder.home / "drills" / "little.toml").exists()
    file = tmp_path / "export.json"
    file.write_text(json.dumps(TIMELINE))
    made = Path(drill.ok("drill", "from", str(file)).line)
    before = made.read_bytes()
    no = drill("drill", "from", str(file))
    assert (no.code, "is there already. --name gives another one" in no.err) == (4, True)
    assert made.read_bytes() == before


@pytest.mark.parametrize("words", [["--name", "a/b"], ["--name", ".."], ["--minutes", "4"], ["--minutes", "241"]])
def test_a_replay_has_a_name_and_a_length_that_can_be(warroom, folder, tmp_path, words):
    file = tmp_path / "export.json"
    file.write_text(json.dumps(TIMELINE))
    assert warroom("drill", "from", str(file), *words).code == 2
    assert os.listdir(folder.home / "drills") == ["shelf.toml"]


def test_a_file_that_is_no_timeline_is_refused_with_its_place(warroom, folder, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text("nonsense")
    no = warroom("drill", "from", str(file))
    assert (no.code, no.out) == (4, "")
    assert "bad.json, line 1" in no.err
