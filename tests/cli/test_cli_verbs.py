"""The verbs themselves: each where the index says, with words and an example; and what a start must not import."""

import subprocess
import sys
from importlib import import_module

import pytest

from warroom.cli.act import for_shell
from warroom.cli.index import GROUPS, WHERE
from warroom.cli.main import verb
from warroom.cli.verb import parser


@pytest.mark.parametrize("name", WHERE)
def test_a_verb_has_words_and_an_example_that_its_own_parser_takes(name):
    it = verb(name)
    made = parser(name, it)
    assert it.words
    assert it.example in made.format_help()


def test_the_index_names_every_verb_of_every_module_and_no_other():
    named = {(module, name) for name, module in WHERE.items()}
    modules = {module for group in GROUPS.values() for module in group}
    there = {(m, name) for m in modules for name in import_module(f"warroom.cli.{m}").VERBS}
    assert named == there


def test_help_shows_every_verb_and_version_the_version(warroom):
    shown = warroom.ok("help").out
    assert all(f"  {name} " in shown for name in WHERE if name != "mark")
    assert warroom.ok("--help").out == shown
    assert warroom.ok("--version").out == f"warroom {import_module('warroom').__version__}\n"
    assert "Example:\n  warroom tick 3" in warroom.ok("tick", "-h").out
    assert warroom.ok("help", "tick").out.startswith("usage: warroom tick")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_verb(warroom, shell):
    script = warroom.ok("completion", shell).out
    assert all(name in script for name in WHERE)
    assert "--severity" in script or "severity" in script


def test_the_bash_completion_runs(warroom):
    script = warroom.ok("completion", "bash").out
    ask = script + '\nCOMP_WORDS=(warroom ti); COMP_CWORD=1; _warroom; echo "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == ["tick", "timeline"]


def test_a_log_entry_imports_nothing_that_costs(incident):
    code = (
        "import sys, os; from warroom.__main__ import _lean; _lean(); from warroom.cli.main import run;"
        "code = run(['log', 'x']); os.write(2, ' '.join(sys.modules).encode()); os._exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=incident.env, check=True)
    costly = {
        "tinydb",
        "textual",
        "rich",
        "tomllib",
        "asyncio",
        "httpx",
        "jinja2",
        "json",
        "typing_extensions",
        "zoneinfo",
    }
    assert costly & set(done.stderr.split()) == set()


def test_what_stands_for_the_prompt_is_said_for_the_shell():
    assert for_shell("Say `/sev 1` or `/resolve`.") == "Say `warroom severity 1` or `warroom resolve`."
    assert for_shell("In `/var/log`.") == "In `/var/log`."


def test_the_configuration_folder_is_the_home_that_is_set(warroom):
    assert warroom.ok("config", "path").line == str(warroom.home)
    home = {"WARROOM_HOME": "", "HOME": "/nowhere", "XDG_CONFIG_HOME": "/elsewhere"}
    assert warroom.ok("config", "path", **home).line == "/elsewhere/warroom"
    assert warroom("config", "path", WARROOM_HOME="", HOME="").code == 1


def test_the_doctor_looks_around_and_leaves_nothing_behind(warroom):
    found = {each["what"]: each["state"] for each in warroom.ok("doctor", "--json").json}
    assert found["folders"] == found["lock"] == found["permissions"] == "ok"
    assert [path.name for path in warroom.home.iterdir()] == ["incidents"]
