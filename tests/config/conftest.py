from collections.abc import Callable
from pathlib import Path

import pytest

from warroom.config.paths import Paths, find

Write = Callable[[str, str], Path]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find({"WARROOM_HOME": str(tmp_path)})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Put a text into a file of the person's own configuration folder."""

    def put(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return put
