"""From a fresh configuration: declared, paged, answered, refused, with every console closed."""

import json
import os
import pty
import signal
import subprocess
import time

from farside import says
from paging_kit import QUICK, until


def test_level_1_is_paged_at_once_and_level_2_in_time_by_a_process_that_nobody_started(house):
    it = house(second="PT2S")
    it.declare()
    until(lambda: it.paged() == ["sre1", "db1"])
    first, second = it.pages
    assert (first["level"], second["level"]) == (1, 2)
    assert first["key"] != second["key"]
    assert "Checkout returns 500s" in str(first["summary"])
    assert "Checkout returns 500s" in str(first["brief"])
    until(lambda: it.states() == [("sre1", "sent"), ("db1", "sent")])


def test_an_acknowledgement_by_the_contacts_id_stops_it(house):
    it = house(second="PT3S")
    inc = it.declare()
    until(lambda: it.paged() == ["sre1"])
    it.call("ack", "-i", inc, "--by", "sre1")
    seen = it.escalation()
    assert (seen["status"], seen["acknowledged_by"], seen["next_level"]) == ("acknowledged", "sre1", None)
    due = time.monotonic() + 4
    until(lambda: time.monotonic() > due)  # past the moment at which level 2 would have been called
    assert it.paged() == ["sre1"]


def test_a_refusal_goes_to_the_backup_at_once(house):
    it = house(second="PT1S")
    inc = it.declare()
    until(lambda: it.paged() == ["sre1", "db1"])
    it.call("decline", "-i", inc, "--by", "db1", "--why", "on a plane")
    until(lambda: it.paged() == ["sre1", "db1", "db2"])
    said = [row["text"] for row in it.timeline() if row["kind"] == "no answer"]
    assert said == ["Database (L2) declined · on a plane"]


def test_no_answer_with_how_they_were_tried_goes_on_at_once(house):
    it = house()
    it.declare()
    until(lambda: it.paged() == ["sre1"])
    it.call("noanswer", "--tried", "phone")
    until(lambda: it.paged() == ["sre1", "db1"])
    assert "Primary on call (L1), phone" in [row["text"] for row in it.timeline()]


def test_the_terminal_that_declared_is_closed_and_level_2_is_still_paged(house):
    it = house(second="PT2S")
    controller, terminal = pty.openpty()

    def own_terminal() -> None:
        os.setsid()
        import fcntl
        import termios

        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    shell = subprocess.Popen(
        ["/bin/sh", "-c", " ".join([*it.words("declare", "Down", "-s", "SEV1", "--policy", "quick"), "; read line"])],
        env=it.env, stdin=terminal, stdout=terminal, stderr=terminal, preexec_fn=own_terminal,
    )  # fmt: skip
    os.close(terminal)
    until(lambda: it.paged() == ["sre1"])
    os.close(controller)  # the kernel sends SIGHUP to everything on that terminal
    os.killpg(shell.pid, signal.SIGHUP)
    shell.wait()
    until(lambda: it.paged() == ["sre1", "db1"])


def test_nothing_is_started_where_that_is_forbidden_and_declaring_says_so(house):
    it = house(watch="off")
    done = subprocess.run(
        it.words("declare", "Down", "-s", "SEV1", "--policy", "quick"), env=it.env, capture_output=True, check=True
    )
    assert b"Nobody pages yet" in done.stderr
    assert it.watcher() == 0
    it.watch()
    until(lambda: it.paged() == ["sre1"])


def test_a_drill_and_an_incident_without_a_reachable_policy_start_nothing(house):
    it = house()
    it.call("declare", "Down", "-s", "SEV1", "--policy", "example")
    it.call("declare", "Down", "-s", "SEV5")
    assert it.watcher() == 0
    assert it.pages == []


def test_a_specialist_is_paged_beside_the_hierarchy_and_not_instead_of_it(house):
    policy = (
        'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
        '[[level]]\nafter = "PT3S"\nnotify = ["contact:db2"]\n'
        '[[specialist]]\ntopic = "db"\nnotify = ["contact:db1"]\n'
    )
    it = house(policy=policy)
    inc = it.declare()
    until(lambda: it.paged() == ["sre1"])
    it.call("escalate", "db", "--why", "locks do not clear")
    until(lambda: it.paged() == ["sre1", "db1"])
    page = it.pages[-1]
    assert (page["topic"], page["level"]) == ("db", 0)
    assert "locks do not clear" in str(page["brief"])
    it.call("ack", "-i", inc, "--by", "db1")
    seen = it.escalation()
    assert seen["specialists"]["db"]["acknowledged_by"] == "db1"
    assert seen["status"] != "acknowledged"
    until(lambda: it.paged() == ["sre1", "db1", "db2"])


def test_a_trigger_calls_a_level_out_of_turn_and_says_why(house):
    policy = (
        'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
        '[[level]]\nafter = "PT30M"\nnotify = ["contact:db1"]\n[[level]]\nafter = "PT40M"\nnotify = ["contact:db2"]\n'
        '[[trigger]]\nid = "wide"\nservices = 2\njump = 3\nwhy = "two services are affected"\n'
    )
    it = house(policy=policy)
    it.call("declare", "Down", "-s", "SEV2", "--policy", "quick", "--service", "web")
    until(lambda: it.paged() == ["sre1"])
    it.call("service", "db")
    until(lambda: it.paged() == ["sre1", "db2"])
    assert "two services are affected" in str(it.pages[-1]["brief"])
    assert "escalate" in it.kinds()


def test_calling_off_stops_it_until_somebody_escalates_again(house):
    it = house(second="PT2S")
    inc = it.declare()
    until(lambda: it.paged() == ["sre1"])
    it.call("calloff", "the probe was broken")
    assert it.escalation()["status"] == "called off"
    due = time.monotonic() + 3
    until(lambda: time.monotonic() > due)
    assert it.paged() == ["sre1"]
    it.call("escalate", "2", "-i", inc)
    until(lambda: it.paged() == ["sre1", "db1"])


def test_a_policy_that_is_edited_meanwhile_changes_nothing_until_it_is_accepted(house):
    it = house(second="PT5M")
    it.declare()
    until(lambda: it.paged() == ["sre1"])
    before = it.escalation()
    it.write("policies/quick.toml", 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:db2"]\n')
    assert it.escalation()["due_at"] == before["due_at"]
    it.call("attach", "policy", "quick")
    after = it.escalation()
    assert after["next_level"] is None
    assert after["calling"] in ("Primary on call", "Database two")
    assert it.paged()[0] == "sre1"


def test_the_pager_ends_cleanly_on_a_signal_and_says_on_the_log_that_it_let_go(house):
    it = house()
    it.declare()
    until(lambda: it.states() == [("sre1", "sent")])
    it.call("watch", "--stop")
    assert it.watcher() == 0
    assert it.escalation()["pager"] is None
    assert not list(it.home.glob("incidents/*.pager"))
    assert "nobody pages any more" in str([row["text"] for row in it.timeline() if row["kind"] == "pager"][-1])


def test_what_the_far_side_refuses_is_seen_and_not_tried_again(house):
    it = house()
    it.far.answers(says(400, {"message": "no such route"}))
    it.declare()
    until(lambda: it.states() == [("sre1", "failed")])
    assert "no such route" in str(it.deliveries()[0]["why"])
    assert len(it.pages) == 1


def test_a_channel_by_which_a_page_went_out_counts_as_tried(house):
    it = house()
    assert "never tested" in it.call("policy", "check", code=4)
    it.declare()
    until(lambda: it.states() == [("sre1", "sent")])
    until(lambda: "never tested" not in it.call("policy", "check", code=4))


def test_two_people_with_different_files_see_the_same_countdown(house, tmp_path):
    it = house(second="PT5M")
    inc = it.declare()
    it.call("ack", "--by", "sre1")
    it.call("undo", "--by", "sre1")
    folders = {"XDG_DATA_HOME": str(tmp_path / "shared"), "XDG_STATE_HOME": str(tmp_path / "state"), "WARROOM_HOME": ""}
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "warroom").symlink_to(it.home)
    seen = []
    for name, second in (("one", "PT1M"), ("two", "PT99M")):
        config = tmp_path / name
        (config / "warroom" / "policies").mkdir(parents=True)
        (config / "warroom" / "policies" / "quick.toml").write_text(QUICK.format(second=second))
        shown = it.call("status", inc, "--json", XDG_CONFIG_HOME=str(config), **folders)
        seen.append(json.loads(shown)["escalation"]["due_at"])
    assert seen[0] == seen[1] == it.escalation()["due_at"] is not None
