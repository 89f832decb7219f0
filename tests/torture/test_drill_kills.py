"""Drills killed with -9 before every act on the disk, and again and again: the report is that of a run that lived."""

import random
from pathlib import Path

import pytest

from drill_kit import DOOMED, SCRIPT, Run

pytestmark = pytest.mark.torture

PROOF = 'PT95S log "the log of the import" --evidence {proof} https://example.org/graph\nPT96S evidence add {proof}\n'


def begun(home: Path) -> Run:
    run = Run(home, DOOMED)
    proof = home.parent / "import.log"
    proof.write_text("the import stopped half way\n")
    run.folder.script.write_text(SCRIPT + PROOF.format(proof=proof))
    return run


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return begun(tmp_path_factory.mktemp("first") / "home").report()


def test_before_every_act_on_the_disk(tmp_path: Path, first: bytes) -> None:
    resumed = 0
    for n in range(10_000):
        run = begun(tmp_path / f"home{n}")
        if not run.dies_at(n):
            break
        if run.inc:
            resumed += 1
            assert run.out(run.words("resume", run.inc, "--json")) == first, f"killed at act {n}"
    assert resumed > 60


@pytest.mark.parametrize("seed", range(20))
def test_killed_again_and_again(tmp_path: Path, first: bytes, seed: int) -> None:
    dice = random.Random(seed)
    run = begun(tmp_path / "home")
    while not run.inc:
        run.killed(0.2 + dice.random() * 0.2, "--speed", "300")
    for _ in range(8):
        run.cut(run.words("resume", run.inc, "--json", "--speed", "300"), 0.12 + dice.random() * 0.3)
    assert run.out(run.words("resume", run.inc, "--json")) == first


def test_a_drill_at_sixty_times_real_time_is_the_same(tmp_path: Path, first: bytes) -> None:
    assert begun(tmp_path / "home").report("--speed", "60") == first
