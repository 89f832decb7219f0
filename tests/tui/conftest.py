"""A home of its own for whatever runs the real program."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from console_kit import cli, entered
from pty_screen import PtyScreen


@pytest.fixture(autouse=True)
def no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test leaves a process behind."""
    monkeypatch.setenv("WARROOM_WATCH", "off")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("WARROOM_HOME", str(home))
    monkeypatch.setenv("WARROOM_ACTOR", "lee")
    monkeypatch.delenv("WARROOM_INCIDENT", raising=False)
    return home


@pytest.fixture
def incident(home: Path) -> str:
    """The handle of an open incident."""
    return str(json.loads(cli("declare", "Checkout returns 500s", "-s", "SEV2", "--json"))["handle"])


@pytest.fixture
def room(incident: str) -> Iterator[PtyScreen]:
    """A console in that incident, at 80×24."""
    with entered(incident) as screen:
        yield screen
