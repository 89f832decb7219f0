"""`kill -9` at any time, 500 times."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "store"))
from test_store_processes import kills

pytestmark = pytest.mark.torture


def test_500_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    kills(tmp_path / "incidents" / "2026-11-22-k3f9-checkout.json", 500)
