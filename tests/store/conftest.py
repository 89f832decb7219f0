"""A real log in a real folder."""

from pathlib import Path

import pytest

from store_kit import INC, REP
from warroom.store.log import Log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "incidents" / "2026-11-22-k3f9-checkout.json"


@pytest.fixture
def log(path: Path) -> Log:
    return Log.create(path, INC, REP)
