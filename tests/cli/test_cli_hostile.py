"""Text that would command a terminal: kept as it was written, and harmless in every byte that leaves the program."""

import json

import pytest

from cli_kit import Program

ATTACK = (
    "\x1b[31mred\x1b]52;c;aGk=\x07 \x1b]8;;http://x\x1b\\ [bold]b[/] \x9b2J \u202egnp\u2066 \U000e0041 \x7f\u2028 <b>&"
)
BAD = [
    *range(0x0A),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    *(0x061C, 0x200E, 0x200F, 0x2028, 0x2029),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xE0000, 0xE0080),
]


def harmless(data):
    text = data.decode()
    assert [hex(ord(c)) for c in text if ord(c) in BAD] == []


@pytest.fixture(scope="module")
def attacked(tmp_path_factory, cache):
    warroom = Program(tmp_path_factory.mktemp("attacked") / "home", cache)
    do = warroom.ok
    do("declare", ATTACK, "-s", "2", "--service", ATTACK, "--bridge", ATTACK)
    do("log", ATTACK, "--who", ATTACK[:60])
    do("impact", ATTACK, "--scope", ATTACK)
    do("assign", "commander", ATTACK[:60])
    do("assign", ATTACK[:60], "ivo")
    do("task", ATTACK[:60], ATTACK, "--in", "10m")
    do("ask", ATTACK, "--who", ATTACK)
    do("poll", ATTACK)
    do("update", ATTACK)
    do("ack", "--who", ATTACK[:60], "--why", ATTACK)
    do("log", "x", "--by", ATTACK[:60])
    return warroom


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("status", "--json"),
        ("timeline",),
        ("timeline", "--json"),
        ("situation",),
        ("situation", "--json"),
        ("brief",),
        ("brief", "--form", "line"),
        ("brief", "--json"),
        ("list",),
        ("list", "--json"),
        ("conflicts",),
        ("export",),
        ("export", "--format", "jsonl"),
        ("export", "--format", "csv"),
        ("export", "--format", "md"),
        ("export", "--format", "log"),
    ],
    ids=" ".join,
)
def test_no_byte_of_any_output_commands_the_terminal(attacked, words):
    done = attacked.ok(*words)
    harmless(done.raw)
    harmless(done.raw_err)


def test_what_was_written_is_kept(attacked):
    status = attacked.ok("status", "--json").json
    assert status["title"] == " ".join(ATTACK.split())
    assert ATTACK in [row["text"] for row in attacked.ok("timeline", "--json").json]
    exported = json.loads(attacked.ok("export").out)
    assert ATTACK in [event["text"] for event in exported["events"]]


def test_every_message_about_hostile_words_is_clean(incident):
    for words in (
        ("log", "x", "-i", ATTACK),
        ("log", "x", "-k", ATTACK),
        ("log", "x", "--at", ATTACK),
        ("log", "x", "--\x1b[31m"),
        (ATTACK,),
        (ATTACK, "x"),
        ("tick", ATTACK),
        ("import", ATTACK),
        ("attach", "policy", ATTACK),
        ("escalate", ATTACK),
    ):
        done = incident(*words)
        assert done.code in (1, 2, 3, 4), words
        assert done.err
        harmless(done.raw_err)


def test_a_hostile_environment_is_cleaned_or_refused(incident):
    for env in ({"WARROOM_INCIDENT": ATTACK}, {"WARROOM_ACTOR": ATTACK}, {"TERM": ATTACK, "LANG": ATTACK}):
        for words in (("log", "x"), ("doctor",), ("status",)):
            done = incident(*words, **env)
            assert done.code in (0, 2, 3)
            harmless(done.raw)
            harmless(done.raw_err)


@pytest.mark.parametrize("text", ["nul\\0", "half \udcff"])
def test_what_no_fact_can_hold_is_refused_with_a_sentence(incident, text):
    done = incident("log", "-", input=b"nul\0\n") if text == "nul\\0" else incident("log", text)
    assert done.code == 4
    assert "take it out" in done.err


def test_a_hostile_configuration_is_reported_clean(incident):
    (incident.home / "config.toml").write_text('theme = "\\u001b[31m"\n"\\u009bkey" = 1\n')
    (incident.home / "playbooks").mkdir()
    (incident.home / "playbooks" / "evil\x1b]0;.toml").write_text('title = "\\u001b"\n')
    for words in (("config", "check"), ("config", "show"), ("doctor",), ("log", "x"), ("declare", "y", "-s", "3")):
        done = incident(*words)
        assert done.code in (0, 1)
        harmless(done.raw)
        harmless(done.raw_err)
