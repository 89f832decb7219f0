"""A drill never pages, posts or syncs, whatever is done to it; a real incident in the same house does."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drill_kit import Folder
from paging_kit import House, until
from stand_ins import StandIns
from warroom.core.values import CROCKFORD, is_drill

KINDS = ("webhook", "pagerduty", "opsgenie", "jsm", "slack", "email", "apprise", "desktop")
EVERYBODY = ", ".join(f'"contact:by-{kind}"' for kind in KINDS)
POLICY = (
    f'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = [{EVERYBODY}]\n'
    f'[[level]]\nafter = "PT1M"\nnotify = [{EVERYBODY}]\n'
    f'[[specialist]]\ntopic = "import"\nnotify = [{EVERYBODY}]\n'
)
REAL = "Checkout returns 500s"
SCRIPT = """\
PT0S attach policy quick
PT1S assign commander ana
PT2S escalate --why "somebody has to look"
PT5S update draft public "The shelf is empty. We are on it." --next 1m
PT5S update approve public
PT5S update post public
PT10S update "noted as posted elsewhere"
PT20S escalate import
PT30S noanswer --tried phone
PT40S handover offer commander lee
PT45S handover accept commander --by lee
PT50S update same public
"""
CLOSED = SCRIPT + "PT60S resolve done\nPT61S close done\n"


class Far:
    """All far sides, and what the desktop showed."""

    def __init__(self, tmp_path: Path) -> None:
        self.sides = StandIns()
        self.shown = tmp_path / "shown"
        programs = tmp_path / "bin"
        programs.mkdir()
        shows = programs / "notify-send"
        shows.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {self.shown}\n')
        shows.chmod(0o755)
        self.env = self.sides.secrets | {"PATH": f"{programs}:{os.environ['PATH']}"}

    def reached(self) -> dict[str, list[str]]:
        """All that came from the house, as text, by what it came through."""
        sides = {"webhook": self.sides.hook, "apprise": self.sides.apprise, **self.sides._sides}
        found = {name: [each.raw.decode("latin-1") for each in list(side.requests)] for name, side in sides.items()}
        found["email"] = [str(self.sides.mail.mail(n)) for n in range(len(self.sides.mail.got))]
        found["desktop"] = [self.shown.read_text()] if self.shown.exists() else []
        return {name: texts for name, texts in found.items() if texts}


@pytest.fixture
def far_sides(tmp_path: Path) -> Iterator[Far]:
    far = Far(tmp_path)
    yield far
    far.sides.close()


@pytest.fixture
def home(tmp_path: Path, far: object, far_sides: Far) -> Iterator[Callable[[str], House]]:
    """A house with every kind of channel for pages and for updates, and a watch that runs: `home("one")`."""
    made: list[House] = []

    def make(name: str) -> House:
        house = House(tmp_path / name, far, watch="off", policy=POLICY)  # type: ignore[arg-type]  # the fixture's far side
        ways = ", ".join(f'"{kind}"' for kind in ("webhook", "slack", "email"))
        channels = "".join(far_sides.sides.channel(kind) for kind in KINDS)
        house.write("channels.toml", f"{channels}[audience]\npublic = [{ways}]\n")
        house.write(
            "contacts.toml",
            "".join(f'[contact.by-{kind}]\nname = "By {kind}"\nreach = ["{kind}"]\n' for kind in KINDS),
        )
        house.env |= far_sides.env
        made.append(house)
        house.watch()
        return house

    yield make
    for each in made:
        each.close()


def drill(house: House, script: str = SCRIPT) -> tuple[str, Path]:
    """A drill that is over, with all that would reach somebody in it: its handle and its file."""
    Folder(house.home).script.write_text(script)
    words = ("drill", "run", "shelf", "--headless", "--seed", "1", "--actor-script", str(house.home / "script"))
    report = json.loads(house.call(*words, "--json"))
    assert report["script_refused"] == []
    rows = json.loads(house.call("drill", "history", "--json"))
    (path,) = (house.home / "incidents").glob("2026-*.json")
    return rows[0]["handle"], path


def reaches_all(house: House, far: Far) -> None:
    """A real incident that is declared now goes out through every channel, and a drill through none."""
    before = {name: len("".join(texts)) for name, texts in far.reached().items()}
    house.call("declare", REAL, "-s", "SEV2", "--policy", "quick")
    until(lambda: all(len("".join(far.reached().get(kind, []))) > before.get(kind, 0) for kind in KINDS))
    assert not [each for texts in far.reached().values() for each in texts if "shelf" in each]


def nothing_left(house: House, far: Far) -> None:
    """Nothing has gone out; and the watch is at work, since a real incident that is declared now goes out."""
    assert far.reached() == {}
    reaches_all(house, far)


def test_a_drill_with_pages_updates_and_a_handover_sends_nothing(home, far_sides):
    house = home("one")
    inc, _ = drill(house)
    kinds = house.kinds(inc)
    assert kinds.count("paged") > len(KINDS)
    assert kinds.count("update") == 3
    nothing_left(house, far_sides)


def test_a_drill_that_waits_for_its_console_sends_nothing(home, far_sides):
    house = home("one")
    room = Folder(house.home).declare(headless=False)
    room.log.close()
    inc = room.state.id
    house.call("attach", "policy", "quick", "-i", inc)
    house.call("escalate", "-i", inc)
    house.call("update", "draft", "public", "We are on it.", "-i", inc)
    house.call("update", "approve", "public", "-i", inc)
    house.call("update", "post", "public", "-i", inc)
    house.call("drill", "skip", inc)
    nothing_left(house, far_sides)


def test_the_file_of_a_drill_copied_renamed_and_moved_sends_nothing(home, far_sides):
    house, other = home("one"), home("two")
    inc, path = drill(house)
    moved = other.home / "incidents" / path.name
    moved.parent.mkdir(exist_ok=True)
    shutil.copy(path, moved)
    shutil.copy(path, path.with_name("2026-01-05-0abc-copied.json"))
    path.rename(path.with_name("2027-01-05-1abc-checkout-is-down.json"))
    house.call("list")
    other.call("status", inc)
    nothing_left(house, far_sides)
    reaches_all(other, far_sides)


def test_an_archived_drill_that_is_brought_back_sends_nothing(home, far_sides):
    house = home("one")
    inc, path = drill(house, CLOSED)
    house.call("archive", inc)
    (archived,) = (house.home / "archive").glob("*.json")
    house.call("status", inc)
    archived.rename(path)
    house.call("status", inc)
    nothing_left(house, far_sides)


def test_a_drill_exported_in_every_format_is_not_imported_and_sends_nothing(home, far_sides, tmp_path):
    house = home("one")
    inc, _ = drill(house)
    for format in ("json", "jsonl", "csv", "md", "log"):
        file = tmp_path / f"drill.{format}"
        house.call("export", inc, "--format", format, "-o", str(file))
        for home_of in (house.home, tmp_path / "elsewhere"):
            house.call("import", str(file), "-s", "SEV1", code=1, WARROOM_HOME=str(home_of))
    assert len(list((house.home / "incidents").glob("*.json"))) == 1
    nothing_left(house, far_sides)


def test_a_drill_whose_identity_was_edited_by_hand_sends_nothing(home, far_sides):
    house = home("one")
    _, path = drill(house)
    data = path.read_text()
    inc = json.loads(data)["meta"]["1"]["inc"]
    assert is_drill(inc)
    path.unlink()
    for letter, everywhere, declared in zip(
        CROCKFORD, (False, False, True, True), (False, True, False, True), strict=False
    ):
        real = letter + inc[1:]
        assert not is_drill(real)
        edited = data.replace(inc, real) if everywhere else data.replace(inc, real, 1)
        edited = edited.replace('"drill":true', '"drill":false') if declared else edited
        path.with_name(path.name.replace(inc[:4].lower(), real[:4].lower())).write_text(edited)
    assert len(json.loads(house.call("list", "--json"))) == 4
    nothing_left(house, far_sides)
