"""Which incident is meant, who writes, and how a mistake ends."""

import pytest


def test_with_no_incident_open_a_verb_says_what_to_do(warroom):
    done = warroom("log", "hello")
    assert (done.code, done.out) == (3, "")
    assert "warroom declare" in done.err
    assert not (warroom.home / "incidents").exists()


def test_with_several_open_a_verb_lists_them_and_refuses(incident):
    other = incident.ok("declare", "DNS is slow", "-s", "3").line
    done = incident("log", "hello")
    assert (done.code, done.out) == (4, "")
    assert incident.inc in done.err
    assert f"{other}  DNS is slow" in done.err
    assert incident.ok("log", "hello", "-i", "dns is").line
    assert incident.ok("log", "hello", "-i", incident.inc.lower()).line
    assert incident.ok("log", "hello", WARROOM_INCIDENT=other).line
    assert incident.ok("-i", other, "status", "--json").json["entries"] == 2


def test_the_only_resolved_incident_is_meant_when_none_is_open(incident):
    incident.ok("resolve")
    done = incident.ok("close")
    assert "resolved" in done.err
    assert incident("status").code == 3


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("log",), 2, "TEXT"),
        (("declare", "x"), 2, "-s/--severity"),
        (("declare", "x", "-s", "7"), 2, "SEV1"),
        (("log", "x", "-k", "gossip"), 2, "decision"),
        (("log", "x", "--at", "25:00"), 2, "14:01"),
        (("log", "x", "--at", "99:99"), 2, "time"),
        (("snooze", "10", "why"), 2, "unit"),
        (("phase", "asleep"), 2, "mitigating"),
        (("stauts",), 2, "warroom status"),
        (("lgo", "x"), 2, "warroom log"),
        (("--frobnicate",), 2, "warroom help"),
        (("status", "-i", "ZZZZ"), 3, "warroom list"),
        (("declare", "x", "-s", "2", "--policy", "nobody"), 3, "nobody"),
        (("tick", "no such step"), 4, "no such step"),
        (("close",), 4, "Resolve"),
        (("log", " "), 4, "empty"),
    ],
)
def test_a_mistake_ends_with_its_code_and_a_sentence(incident, words, code, says):
    done = incident(*words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_refusal_names_the_verbs_of_the_command_line(incident):
    incident.ok("assign", "scribe", "lee")
    assert "`warroom offer scribe ivo`" in incident("assign", "scribe", "ivo", "--by", "ivo").err
    incident.ok("assign", "scribe", "ivo", "--replace")


def test_who_writes_is_the_option_then_the_environment_then_the_settings_then_the_login(incident):
    (incident.home / "config.toml").write_text('name = "kim"\n')
    incident.ok("log", "one", "--by", "lee")
    incident.ok("log", "two")
    incident.ok("log", "three", WARROOM_ACTOR="")
    (incident.home / "config.toml").unlink()
    incident.ok("log", "four", WARROOM_ACTOR="")
    rows = {row["text"]: row["by"] for row in incident.ok("timeline", "--json").json}
    import pwd, os  # noqa: E401, I001  # the login is the system's own answer

    assert [rows[text] for text in ("one", "two", "three", "four")] == [
        "lee",
        "ana",
        "kim",
        pwd.getpwuid(os.getuid())[0],
    ]


def test_a_broken_settings_file_is_said_and_ignored(incident):
    (incident.home / "config.toml").write_text("name = [broken\n")
    done = incident.ok("log", "still works")
    assert "config.toml" in done.err


def test_times_are_read_in_the_zone_of_the_settings(incident):
    (incident.home / "config.toml").write_text('time = "Asia/Kolkata"\n')
    id = incident.ok("log", "half past", "--at", "2026-01-05T12:00").line
    row = next(r for r in incident.ok("timeline", "--json").json if r["id"] == id)
    assert row["at"] == "2026-01-05T06:30:00.000Z"


def test_the_console_is_not_opened_without_a_terminal(incident):
    done = incident()
    assert done.code == 2
    assert "warroom list" in done.err
    assert incident(incident.inc).code == 2
    assert incident("INC-ZZZZ").code == 3
