"""The name a person gave is kept in their settings, and nothing else there changes."""

import os
from pathlib import Path

import pytest

from warroom.config import keep, paths, settings
from warroom.core.values import Refused


@pytest.fixture
def mine(tmp_path: Path) -> paths.Paths:
    return paths.find({"WARROOM_HOME": str(tmp_path / "home")})


def test_a_name_is_kept_where_there_was_no_file(mine: paths.Paths) -> None:
    keep.name(mine, "dana")
    assert settings.load(mine) == (settings.Settings(name="dana"), [])
    assert os.stat(mine.settings).st_mode & 0o777 == 0o600


@pytest.mark.parametrize("before", ['theme = "light"\n', 'name = "lee"\ntheme = "light"\n', '# mine\ntheme = "light"'])
def test_the_rest_of_the_file_stays(mine: paths.Paths, before: str) -> None:
    os.makedirs(mine.config)
    Path(mine.settings).write_text(before + '\n[keys]\nacknowledge = "alt+p"\n')
    keep.name(mine, "dana")
    chosen, problems = settings.load(mine)
    assert problems == []
    assert (chosen.name, chosen.theme, chosen.keys) == ("dana", "light", {"acknowledge": "alt+p"})
    assert ("# mine" in before) == ("# mine" in Path(mine.settings).read_text())


def test_a_folder_that_cannot_be_written_is_a_sentence(mine: paths.Paths) -> None:
    Path(mine.config).write_text("a file where the folder should be")
    with pytest.raises(Refused, match="asked again next time"):
        keep.name(mine, "dana")
