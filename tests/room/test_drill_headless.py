"""A drill without a screen repeats byte for byte: at any speed, on any disk, anywhere, at any time, killed or not."""

import random
import time
from pathlib import Path

import pytest

from drill_kit import ANOTHER_DAY, DOOMED, SLOW, Run


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of a run that nothing happened to."""
    report = Run(tmp_path_factory.mktemp("first") / "home").report()
    assert b"what it was about is done" in report
    return report


@pytest.mark.parametrize("speed", [3600, 900])
def test_the_speed_shows_in_nothing(tmp_path: Path, first: bytes, speed: int) -> None:
    assert Run(tmp_path / "home").report("--speed", str(speed)) == first


@pytest.mark.parametrize("seconds", [3, pytest.param(6, marks=pytest.mark.torture)])
def test_a_drill_of_some_seconds_is_the_same_in_real_time_as_at_once(tmp_path: Path, seconds: int) -> None:
    script = "PT1S assign commander ana\nPT1S impact 'lists are empty'\nPT2S tick 99\nPT2S log -k decision wait\n"
    reports = []
    for speed in ((), ("--speed", "60"), ("--speed", "1")):
        run = Run(tmp_path / f"home{len(reports)}")
        room = run.folder.declare(headless=True, length=seconds * 1000, script=script)
        room.log.close()
        began = time.monotonic()
        reports.append(run.out(run.words("resume", room.state.id, "--json", *speed)))
        took = time.monotonic() - began
    assert reports[0] == reports[1] == reports[2]
    assert f'"ran":"PT{seconds}S"'.encode() in reports[0]
    assert took >= seconds, "it did not run in real time"


def test_a_slow_disk_shows_in_nothing(tmp_path: Path, first: bytes) -> None:
    assert Run(tmp_path / "home", SLOW).report("--speed", "3600") == first


def test_another_day_another_zone_and_another_order_of_sets_show_in_nothing(tmp_path: Path, first: bytes) -> None:
    for n, (zone, seed) in enumerate([("Pacific/Auckland", "1"), ("America/St_Johns", "2")]):
        run = Run(tmp_path / f"home{n}", ANOTHER_DAY, TZ=zone, PYTHONHASHSEED=seed)
        run.folder.home.joinpath("config.toml").write_text('name = "bo"\ntime = "local"\n')
        assert run.report() == first


def test_what_else_is_in_the_folder_shows_in_nothing(tmp_path: Path, first: bytes) -> None:
    run = Run(tmp_path / "home")
    for _ in range(2):
        assert run.report() == first


def test_another_seed_shows_and_is_repeated_too(tmp_path: Path, first: bytes) -> None:
    reports = [Run(tmp_path / f"home{n}").report("--seed", "5") for n in range(2)]
    assert reports[0] == reports[1] != first


# ── killed ──


def test_whatever_moment_it_is_killed_at_it_goes_on_to_the_same_report(tmp_path: Path, first: bytes) -> None:
    dice = random.Random(7)
    resumed = 0
    for n in range(10):
        run = Run(tmp_path / f"home{n}")
        inc = run.killed(0.1 + dice.random() * 0.6, "--speed", "600")
        if inc:
            resumed += 1
            assert run.out(run.words("resume", inc, "--json")) == first
    assert resumed > 5


def test_killed_at_a_write_it_goes_on_to_the_same_report(tmp_path: Path, first: bytes) -> None:
    for n in (31, 38, 47, 56, 65):
        run = Run(tmp_path / f"home{n}", DOOMED)
        assert run.dies_at(n)
        assert run.out(run.words("resume", run.inc, "--json")) == first
