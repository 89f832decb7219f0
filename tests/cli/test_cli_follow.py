"""`warroom follow`: lines as they come, until somebody has had enough."""

import json
import os
import signal


def test_follow_prints_what_others_write_and_ends_with_130(incident):
    with incident.start("follow", "--plain", "-n", "1") as follower:
        assert follower.stdout.readline().decode().startswith("── ")
        assert " attached " in follower.stdout.readline().decode()
        incident.ok("log", "-k", "decision", "roll back\n9f2c")
        line = follower.stdout.readline().decode()
        assert line.split()[1:4] == ["decision", "ana", "roll"]
        assert line.endswith("roll back⏎9f2c\n")
        incident.ok("tick", "1")
        assert " step " in follower.stdout.readline().decode()
        follower.send_signal(signal.SIGINT)
        assert follower.wait(timeout=20) == 130
        assert follower.stderr.read() == b""


def test_follow_begins_with_the_timeline_and_speaks_json(incident):
    incident.ok("log", "before")
    with incident.start("follow", "--json") as follower:
        texts = [json.loads(follower.stdout.readline())["text"] for _ in range(7)]
        assert texts[0] == "SEV2  Checkout returns 500s"
        assert texts[-1] == "before"
        incident.ok("log", "after")
        assert json.loads(follower.stdout.readline())["text"] == "after"
        follower.kill()


def test_whoever_stops_reading_is_not_complained_to(incident):
    incident.ok("log", "-", input="x\n" * 3000)
    with incident.start("timeline") as program:
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait(timeout=20) == 0


def test_nobody_is_asked_for_a_terminal_that_cannot_show_the_console(incident):
    master, slave = os.openpty()
    incident.env["TERM"] = "dumb"
    try:
        with incident.start("follow", stdin=slave) as follower:
            assert follower.stdout.readline()
            follower.send_signal(signal.SIGINT)
            assert follower.wait(timeout=20) == 130
    finally:
        os.close(master)
        os.close(slave)
