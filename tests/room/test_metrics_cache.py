"""The metrics of a whole folder: what did not change is not read again, and what is kept may be lost, old or broken."""

import os
from pathlib import Path

import pytest

from warroom.core.acts.entries import Log, Redact
from warroom.core.acts.lifecycle import ChangePhase, Declare, Rename
from warroom.core.review.metrics import metrics
from warroom.core.values import MINUTE, By
from warroom.room import metrics_cache
from warroom.room.desk import Desk
from warroom.room.metrics_cache import read
from warroom.room.room import Room
from warroom.store import beside, folder
from warroom.store.access import ready

NOW = 1_795_000_000_000
REP = "ABCDEFGHJK"


class Home:
    """A folder of incidents and one for archived ones."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.incidents, self.archive = str(path / "incidents"), str(path / "archive")
        ready(self.incidents)
        self.desk = Desk(self.incidents, REP, By("dana"), lambda: self.now)

    def declare(self, title: str, drill: bool = False) -> Room:
        room = self.desk.declare(Declare(title=title, severity="SEV2"), drill=drill)
        assert isinstance(room, Room)
        return room

    def read(self) -> metrics_cache.Read:
        return read((self.incidents, self.archive))

    def titles(self) -> list[str]:
        return sorted(each.so_far.title for each in self.read().incidents)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_second_look_reads_only_what_changed(home: Home) -> None:
    rooms = [home.declare(f"number {n}") for n in range(3)]
    assert home.read().files_read == 3
    assert home.read().files_read == 0
    rooms[1].do(Rename(title="another"))
    again = home.read()
    assert again.files_read == 1
    assert sorted(each.so_far.title for each in again.incidents) == ["another", "number 0", "number 2"]


def test_what_is_kept_says_what_the_facts_say(home: Home) -> None:
    for n in range(4):
        room = home.declare(f"number {n}")
        home.now += 7 * MINUTE
        if n % 2:
            room.do(ChangePhase(phase="resolved"))
    home.read()
    later = home.now + 90 * MINUTE
    for each in home.read().at(later):
        state = home.desk.state(home.desk.find(each.title).path)
        assert each == metrics(state, later)


def test_an_incident_that_is_open_goes_on_growing(home: Home) -> None:
    home.declare("number 0")
    home.read()
    kept = home.read()
    assert [kept.at(NOW + n * MINUTE)[0].in_phase["investigating"] for n in (1, 9)] == [MINUTE, 9 * MINUTE]


def test_archived_incidents_count_and_are_not_read_twice(home: Home) -> None:
    room = home.declare("number 0")
    home.declare("number 1")
    room.do(ChangePhase(phase="resolved"))
    room.log.close()
    folder.archive(room.log.path, home.archive)
    assert home.titles() == ["number 0", "number 1"]
    assert home.read().files_read == 0


def test_an_incident_that_is_in_both_folders_counts_once(home: Home) -> None:
    room = home.declare("number 0")
    ready(home.archive)
    Path(home.archive, "copy.json").write_bytes(Path(room.log.path).read_bytes())
    assert len(home.read().incidents) == 1


def test_drills_are_among_what_is_read_and_say_so(home: Home) -> None:
    home.declare("practice", drill=True)
    assert [each.drill for each in home.read().at(NOW)] == [True]


@pytest.mark.parametrize("broken", [b"", b"{", b'{"by":"0","files":{}}', b"\xff\xfe", b'{"by":1}', b"[" * 9999])
def test_a_broken_or_older_file_of_what_is_kept_is_as_good_as_none(home: Home, broken: bytes) -> None:
    home.declare("number 0")
    home.read()
    Path(beside.metrics(home.incidents)).write_bytes(broken)
    assert home.read().files_read == 1
    assert home.read().files_read == 0


def test_another_version_reads_everything_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.declare("number 0")
    home.read()
    monkeypatch.setattr(metrics_cache, "_BY", "another one")
    assert home.read().files_read == 1


def test_where_nothing_can_be_kept_it_still_reads(home: Home) -> None:
    home.declare("number 0")
    os.mkdir(beside.metrics(home.incidents))
    assert [home.read().files_read for _ in range(2)] == [1, 1]
    assert home.titles() == ["number 0"]


def test_a_file_that_has_gone_is_forgotten(home: Home) -> None:
    room = home.declare("number 0")
    home.declare("number 1")
    home.read()
    os.unlink(room.log.path)
    assert home.titles() == ["number 1"]
    assert "number 0" not in Path(beside.metrics(home.incidents)).read_text()


def test_a_redaction_takes_the_words_out_of_what_is_kept_at_once(home: Home) -> None:
    room = home.declare("Mrs Smith cannot pay")
    home.read()
    kept = Path(beside.metrics(home.incidents))
    assert "Smith" in kept.read_text()
    declaration = room.state.declaration
    assert declaration
    room.do(Redact(of=declaration.id, why="a customer"))
    assert not kept.exists()
    assert home.titles() == ["title redacted"]


def test_what_is_kept_is_for_its_owner_alone(home: Home) -> None:
    home.declare("number 0")
    home.read()
    assert os.stat(beside.metrics(home.incidents)).st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_is_named_and_in_no_number(home: Home) -> None:
    home.declare("number 0")
    Path(home.incidents, "2026-01-01-zzzz-x.json").write_text("no incident")
    found = home.read()
    assert len(found.incidents) == 1
    assert [os.path.basename(each.path) for each in found.troubles] == ["2026-01-01-zzzz-x.json"]
    assert home.read().files_read == 0


def test_it_tells_how_far_it_has_come(home: Home) -> None:
    for n in range(3):
        home.declare(f"number {n}")
    told: list[tuple[int, int]] = []
    read((home.incidents, home.archive), lambda seen, total: told.append((seen, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert read((str(tmp_path / "no"), str(tmp_path / "none"))).incidents == ()
    assert not (tmp_path / "no").exists()


def test_an_entry_that_is_added_later_is_seen(home: Home) -> None:
    room = home.declare("number 0")
    before = home.read().incidents[0].so_far.entries
    room.do(Log(text="seen"))
    assert home.read().incidents[0].so_far.entries == before + 1
