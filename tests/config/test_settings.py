import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from warroom.config.paths import Paths
from warroom.config.settings import Settings, load
from warroom.core.values import DAY

Write = Callable[[str, str], Path]


def test_without_a_file_everything_is_at_its_default_and_no_toml_reader_is_imported(paths: Paths) -> None:
    assert load(paths) == (Settings(), [])
    code = (
        "import sys; from warroom.config import paths, settings\n"
        f"settings.load(paths.find({{'WARROOM_HOME': {paths.config!r}}})); assert 'tomllib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_setting_is_read(paths: Paths, write: Write) -> None:
    write(
        "config.toml",
        """
        name = "ana"
        theme = "light"
        glyphs = "ascii"
        time = "Europe/Berlin"
        default_policy = "payments"
        default_services = ["checkout"]
        services = ["checkout", "orders-db"]
        people = ["ana", "ivo"]
        archive_after = "P90D"
        editor = "vim"
        bell = false
        [keys]
        acknowledge = "Esc+G"
        find = "f9"
        """,
    )
    settings, problems = load(paths)
    assert problems == []
    assert type(settings.archive_after) is int
    assert settings == Settings(
        name="ana",
        theme="light",
        glyphs="ascii",
        time="Europe/Berlin",
        default_policy="payments",
        default_services=("checkout",),
        services=("checkout", "orders-db"),
        people=("ana", "ivo"),
        archive_after=90 * DAY,
        editor="vim",
        bell=False,
        keys={"acknowledge": "alt+g", "find": "f9"},
    )


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ('theme = "blue"', "line 2, theme", "“blue” is not one of auto, dark, light or ansi"),
        ("bell = 1", "line 2, bell", "should be true or false, is a whole number"),
        ('time = "Mars/Base"', "line 2, time", "“Mars/Base” is neither utc, local nor a time zone"),
        ('time = "../../etc/passwd"', "line 2, time", "is neither utc, local nor a time zone"),
        ('themes = "dark"', "line 2, themes", "“themes” is not a setting; there are name, theme"),
        ('people = ["ana", "b c"]', "line 2, people[2]", "should be one word"),
        ('archive_after = "90"', "line 2, archive_after", "“90” has no unit; write a duration as"),
        ("archive_after = 90", "line 2, archive_after", "should be a duration in quotes"),
        ('keys = { find = "b" }', "line 2, keys.find", "“b” alone is typing"),
        ('keys = { find = "alt+b" }', "line 2, keys.find", "alt+b belongs to the prompt or the terminal"),
        ('keys = { find = "hyper+x" }', "line 2, keys.find", "“hyper+x” is not a key"),
        ('editor = "a\\u0000b"', "line 2, editor", "holds a NUL character"),
    ],
)
def test_a_bad_value_is_said_with_file_place_and_reason(
    paths: Paths, write: Write, line: str, place: str, reason: str
) -> None:
    file = write("config.toml", f"\n{line}\n")
    _, [problem] = load(paths)
    assert problem.file == str(file)
    assert problem.place == place
    assert reason in problem.reason
    assert problem.instead


def test_one_bad_line_leaves_the_others_in_force(paths: Paths, write: Write) -> None:
    write("config.toml", 'name = "ana"\ntheme = "blue"\nglyphs = "ascii"\n[keys]\nfind = "b"\nhelp = "f9"\n')
    settings, problems = load(paths)
    assert (settings.name, settings.theme, settings.glyphs) == ("ana", "auto", "ascii")
    assert settings.keys == {"help": "f9"}
    assert len(problems) == 2


def test_a_slip_in_the_syntax_names_line_and_column(paths: Paths, write: Write) -> None:
    write("config.toml", 'name = "ana"\ntheme = dark\n')
    settings, [problem] = load(paths)
    assert settings == Settings()
    assert problem.place == "line 2, column 9"
    assert problem.reason == "is not TOML: invalid value"
    assert str(problem).endswith("All settings stay at their defaults.")
