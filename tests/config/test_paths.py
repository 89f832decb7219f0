import subprocess
import sys

import pytest

from warroom.config.paths import find
from warroom.core.values import Refused


def test_the_xdg_folders_are_used_on_every_system() -> None:
    paths = find({"HOME": "/home/ana", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s"})
    assert (paths.config, paths.data, paths.state) == ("/c/warroom", "/d/warroom", "/s/warroom")
    assert paths.settings == "/c/warroom/config.toml"
    assert (paths.incidents, paths.archive, paths.exports) == (
        "/d/warroom/incidents",
        "/d/warroom/archive",
        "/d/warroom/exports",
    )


def test_without_xdg_variables_the_defaults_lie_in_the_home_folder() -> None:
    paths = find({"HOME": "/home/ana"})
    assert paths.config == "/home/ana/.config/warroom"
    assert paths.data == "/home/ana/.local/share/warroom"
    assert paths.state == "/home/ana/.local/state/warroom"


def test_a_relative_xdg_folder_is_ignored_as_its_specification_asks() -> None:
    assert find({"HOME": "/home/ana", "XDG_CONFIG_HOME": "here"}).config == "/home/ana/.config/warroom"


def test_warroom_home_puts_everything_under_one_folder_and_needs_no_home() -> None:
    paths = find({"WARROOM_HOME": "/srv/room"})
    assert paths.config == "/srv/room"
    assert paths.incidents == "/srv/room/incidents"


def test_a_relative_warroom_home_is_made_absolute_once(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert find({"WARROOM_HOME": "room"}).config == f"{tmp_path}/room"


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "relative"}, {"XDG_CONFIG_HOME": "/c"}])
def test_without_a_home_folder_a_sentence_says_what_to_set(env: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"HOME is not set\. Set HOME, or WARROOM_HOME"):
        find(env)


def test_paths_do_not_change() -> None:
    with pytest.raises(AttributeError, match="do not change"):
        find({"WARROOM_HOME": "/srv"}).data = "/elsewhere"


def test_the_first_row_on_the_screen_does_not_wait_for_other_imports() -> None:
    code = "import sys; import warroom.config.paths; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"msgspec", "tomllib", "typing", "re", "pathlib"} & set(loaded)
