"""The process that pages, killed with -9: nobody is left unpaged, and what went out twice has one key and says so."""

import random
import subprocess
import sys
import time
from pathlib import Path

from farside import FarSide
from paging_kit import House, until

DOOMED = str(Path(__file__).with_name("doomed.py"))


def killed_at(home: Path, n: int) -> str:
    """The pager killed at its n-th point, and another one after it. Returns the point's name."""
    far = FarSide()
    house = House(home, far, watch="off")
    try:
        house.declare()
        victim = _run(house, n)
        house.watch()
        until(lambda: house.states() in ([("sre1", "sent")],))
        _check(house)
        return victim
    finally:
        house.close()
        far.close()


def _run(house: House, n: int) -> str:
    victim = subprocess.Popen(
        [sys.executable, DOOMED, str(n)], env=house.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        said, _ = victim.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        victim.kill()  # it has fewer points than that, and has paged
        said, _ = victim.communicate()
    lines = [line for line in said.decode().splitlines() if line.startswith("DIES ")]
    return lines[0][5:] if lines else ""


def killed_sometime(home: Path, dice: random.Random) -> None:
    """The same, at whatever moment comes; sometimes the second one is killed as well."""
    far = FarSide()
    house = House(home, far, watch="off", second="PT1S")
    try:
        house.declare()
        for _ in range(dice.choice([1, 1, 2])):
            victim = house.start("watch", "--json")
            time.sleep(dice.random() * 1.6)
            victim.kill()
            victim.communicate()
        house.watch()
        until(lambda: "db1" in house.paged())
        until(lambda: all(state != "sending" for _, state in house.states()))
        _check(house)
    finally:
        house.close()
        far.close()


def _check(house: House) -> None:
    by_person: dict[object, list[dict[str, object]]] = {}
    for page in house.pages:
        by_person.setdefault(page["to"], []).append(page)
    skipped = [row["text"] for row in house.timeline() if row["kind"] == "skipped"]
    assert "sre1" in by_person or any("Primary" in str(text) for text in skipped), (house.pages, skipped)
    for pages in by_person.values():
        assert len({page["key"] for page in pages}) == 1, pages
        assert pages[0]["possibly_twice"] is False or len(pages) == 1, pages
        assert all(page["possibly_twice"] for page in pages[1:]), pages
    house.call("verify")
