"""A running server for a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server_kit import InProcess, InThread


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InThread]:
    """A server in a thread, with a token that administers."""
    running = InThread(str(tmp_path / "server"))
    yield running
    running.stop()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[InProcess]:
    """A server in a process of its own."""
    running = InProcess(str(tmp_path / "server"))
    yield running
    running.kill()
