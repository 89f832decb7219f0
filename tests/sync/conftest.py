"""Three data folders and a server for them, which end with the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync_kit import Home

from server_kit import InProcess, InThread  # isort: skip  # found by the kit above


@pytest.fixture(autouse=True)
def no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pycache")


@pytest.fixture
def home(tmp_path: Path, cache: Path) -> Iterator[Callable[[str], Home]]:
    """A new data folder of somebody."""
    made: list[Home] = []

    def make(name: str) -> Home:
        made.append(Home(tmp_path / name, cache, name))
        return made[-1]

    yield make
    for each in made:
        each.end()


@pytest.fixture
def ana(home: Callable[[str], Home]) -> Home:
    return home("ana")


@pytest.fixture
def ivo(home: Callable[[str], Home]) -> Home:
    return home("ivo")


@pytest.fixture
def lee(home: Callable[[str], Home]) -> Home:
    return home("lee")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InThread]:
    running = InThread(str(tmp_path / "server" / "data"))
    yield running
    running.stop()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[InProcess]:
    """A server that can be killed."""
    (tmp_path / "process").mkdir()
    running = InProcess(str(tmp_path / "process" / "data"))
    yield running
    running.kill()
