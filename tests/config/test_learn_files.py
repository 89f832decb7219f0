"""A change to one's own configuration: tried with the library's loaders, written in one step, kept, taken back."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from warroom.config import learn, shipped
from warroom.config.learn import Asker, Differs
from warroom.config.learn_history import records
from warroom.config.learn_steps import NewStep, added
from warroom.config.learn_target import held as holds
from warroom.config.learn_target import target
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.core.learn.proposals import Proposal
from warroom.core.values import Refused
from warroom.store import disk
from warroom.store.errors import DiskFull, FolderReadOnly, LockHeld

ANA = Asker("ana", 1_700_000_000_000, "1KRX".ljust(26, "0"), "INC-1KRX")
DATABASE = "playbooks/database.toml"
OURS = Path(shipped.folder(), DATABASE)
STEP = NewStep("Pause the backup job", "restore", origin="INC-1KRX")


def tried(name: str, folder: str) -> list[str]:
    return []


def change(paths: Paths, whole: str = "", name: str = "1", of: str = DATABASE) -> Proposal:
    """The change that would be on the log: one step more, unless it is said."""
    it = target(paths, of)
    whole = whole or added(holds(it).text, STEP)[0]
    made = learn.made(paths, it, whole, tried).command
    return Proposal(name, "F1", it.name, "it held a lock", "", made.diff, made.whole, made.base, "ana", ANA.at)


def applied(paths: Paths, it: Proposal, force: bool = False) -> learn.Done:
    with learn.held(paths):
        return learn.apply(paths, it, ANA, tried, force)


def undone(paths: Paths, named: str = "", force: bool = False) -> learn.Done:
    with learn.held(paths):
        return learn.undo(paths, named, ANA, force)


def mine(paths: Paths, name: str = DATABASE) -> Path:
    return Path(paths.config, name)


def left(paths: Paths) -> list[str]:
    """Every file of the configuration folder but the history's own."""
    found = [str(each.relative_to(paths.config)) for each in Path(paths.config).rglob("*") if each.is_file()]
    return sorted(name for name in found if not name.startswith("history/"))


# ── where a change may go ──


@pytest.mark.parametrize(
    "said",
    [
        "../x.toml", "playbooks/../../x.toml", "/etc/passwd", "playbooks/a/b.toml", "contacts.toml", "config.toml",
        "playbooks/.hidden.toml", "playbooks/", "", "history/1.json", "playbooks\\x.toml", "policies/x y.toml",
    ],
)  # fmt: skip
def test_no_other_file_can_be_changed(paths: Paths, said: str) -> None:
    with pytest.raises(Refused):
        target(paths, said)


def test_the_ending_may_be_left_out(paths: Paths) -> None:
    assert target(paths, "playbooks/database").name == DATABASE


def test_a_template_that_nothing_reads_is_no_target(paths: Paths) -> None:
    with pytest.raises(Refused, match=r"Nothing reads a template “mine.txt”; there is brief.chat.txt"):
        target(paths, "templates/mine.txt")


def test_a_link_out_of_the_folder_is_never_written_through(paths: Paths, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "database.toml").write_text(OURS.read_text())
    os.symlink(outside, tmp_path / "playbooks")
    with pytest.raises(Refused, match="leads out of"):
        target(paths, DATABASE)
    (tmp_path / "playbooks").unlink()
    (tmp_path / "playbooks").mkdir()
    os.symlink(outside / "database.toml", tmp_path / DATABASE)
    with pytest.raises(Refused, match="leads out of"):
        target(paths, DATABASE)


def test_a_link_within_the_folder_is_followed_and_stays_one(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "db.txt").write_text(OURS.read_text())
    os.symlink("../db.txt", tmp_path / DATABASE)
    applied(paths, change(paths))
    assert (tmp_path / DATABASE).is_symlink()
    assert "Pause the backup job" in (tmp_path / "db.txt").read_text()


# ── what is refused before it is proposed ──


def test_a_change_that_makes_the_file_invalid_is_refused_with_place_and_reason(paths: Paths) -> None:
    wrong = OURS.read_text().replace('due = "PT5M"', "due = 5")
    with pytest.raises(Refused, match=r"playbooks/database.toml, line \d+, step\[2\].due: should be a duration"):
        change(paths, wrong)


def test_what_is_no_toml_is_refused_with_its_line(paths: Paths) -> None:
    with pytest.raises(Refused, match=r"playbooks/database.toml, line 1, column 3: is not TOML"):
        change(paths, "a b")


def test_an_id_that_another_playbook_has_is_refused(paths: Paths) -> None:
    own = mine(paths, "playbooks/aaa.toml")
    own.parent.mkdir()
    own.write_text(OURS.read_text().replace('id = "database"', 'id = "ours"', 1))
    with pytest.raises(Refused, match="“ours” is already the id of another file"):
        change(paths, OURS.read_text().replace('id = "database"', 'id = "ours"', 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("roles.toml", 'id = "scribe"', 'id = "commander"', "already the id of an earlier one"),
        ("severities.toml", 'id = "SEV3"', 'id = "SEV9"', "“SEV9” is not a severity"),
        ("drill-rules.toml", 'group = "command"', 'group = "x"', "“x” is not one of"),
        ("policies/example.toml", "[[level]]", "[[levels]]", "is not a key that anything reads"),
        ("drills/first-drill.toml", 'level = "first"', 'level = "x"', "“x” is not one of first"),
    ],
)
def test_every_kind_of_file_is_tried_with_its_own_loader(
    paths: Paths, name: str, old: str, new: str, said: str
) -> None:
    text = Path(shipped.folder(), name).read_text()
    assert old in text
    with pytest.raises(Refused, match=said):
        change(paths, text.replace(old, new, 1), of=name)
    assert change(paths, text + "\n# ours\n", of=name).diff.endswith("+# ours\n")


def test_a_template_is_filled_before_it_is_proposed(paths: Paths) -> None:
    def wrong(name: str, folder: str) -> list[str]:
        assert Path(folder, "templates", name).read_text() == "{{ nothing }}"
        return [f"{folder}/templates/{name}: line 1: 'nothing' is undefined."]

    it = target(paths, "templates/update.public.txt")
    with pytest.raises(Refused, match=r"^templates/update.public.txt: line 1: 'nothing' is undefined.$"):
        learn.made(paths, it, "{{ nothing }}", wrong)


def test_a_role_that_nobody_knows_is_worth_knowing_and_no_reason_to_refuse(paths: Paths) -> None:
    it = target(paths, DATABASE)
    whole, _ = added(holds(it).text, NewStep("Ask the owner", "verify", role="owner"))
    (note,) = learn.made(paths, it, whole, tried).notes
    assert "“owner” is not a role" in note


def test_what_looks_like_a_secret_is_not_proposed_unless_somebody_insists(paths: Paths) -> None:
    it = target(paths, DATABASE)
    whole, _ = added(holds(it).text, NewStep("Log in with password=hunter2hunter2", "verify"))
    with pytest.raises(Refused, match="seems to be a secret"):
        learn.made(paths, it, whole, tried)
    assert learn.made(paths, it, whole, tried, insist=True).command.whole == whole


def test_what_was_typed_for_a_refused_change_is_kept_each_time(paths: Paths) -> None:
    it = target(paths, DATABASE)
    first, second = learn.keep(paths, it, "one"), learn.keep(paths, it, "two")
    assert (Path(first).read_text(), Path(second).read_text()) == ("one", "two")


# ── applying ──


def test_a_copy_of_ones_own_is_made_from_the_shipped_file_and_says_so(paths: Paths) -> None:
    done = applied(paths, change(paths))
    first, rest = mine(paths).read_text().split("\n", 1)
    assert first.startswith("# From the file that ships with War room")
    assert first.endswith("changed on 2023-11-14 after INC-1KRX.")
    assert rest == added(OURS.read_text(), STEP)[0]
    assert (done.path, done.moved, done.already) == (str(mine(paths)), False, False)
    (step,) = [s for s in Library(paths).playbooks["database"].step if s.origin == "INC-1KRX"]
    assert step.text == "Pause the backup job"


def test_the_history_holds_both_files_who_when_and_why(paths: Paths) -> None:
    applied(paths, change(paths))
    (record,) = records(paths)
    assert (record.number, record.action, record.target, record.by, record.at) == (
        1,
        "applied",
        DATABASE,
        "ana",
        ANA.at,
    )
    assert (record.before, record.after) == (None, mine(paths).read_text())
    assert (record.incident, record.change, record.why) == (ANA.incident, "1", "it held a lock")


def test_a_second_change_still_fits_where_the_first_one_moved_the_lines(paths: Paths) -> None:
    one = change(paths)
    two = change(paths, added(OURS.read_text(), NewStep("Say the host twice", "identify"))[0], "2")
    applied(paths, one)
    assert applied(paths, two).moved
    text = mine(paths).read_text()
    assert text.count("From the file that ships") == 1
    assert "Pause the backup job" in text
    assert "Say the host twice" in text


def test_a_change_that_does_not_fit_any_more_is_refused_with_the_new_diff(paths: Paths) -> None:
    it = change(paths)
    mine(paths).parent.mkdir()
    mine(paths).write_text(OURS.read_text().replace("It takes hours", "It took days"))
    with pytest.raises(Differs, match="has changed since change 1 was proposed") as no:
        applied(paths, it)
    assert '-why = "It took days' in no.value.diff
    assert records(paths) == []
    before = mine(paths).read_text()
    applied(paths, it, force=True)
    assert mine(paths).read_text() == it.whole
    assert records(paths)[0].before == before


def test_the_same_change_twice_is_written_once(paths: Paths) -> None:
    it = change(paths)
    first = applied(paths, it)
    again = applied(paths, it)
    assert again.already
    assert again.record.number == first.record.number
    assert len(records(paths)) == 1


def test_a_change_that_would_break_the_file_as_it_is_now_is_refused(paths: Paths) -> None:
    it = change(paths)
    mine(paths).parent.mkdir()
    mine(paths).write_text(OURS.read_text() + '[[step]]\nid = "pause-the-backup-job"\ntext = "x"\nstage = "review"\n')
    with pytest.raises(Refused, match="already the id of an earlier step"):
        applied(paths, it)


def test_what_a_change_shows_is_what_it_does(paths: Paths) -> None:
    it = msgspec.structs.replace(change(paths), whole=OURS.read_text() + "# something else\n")
    with pytest.raises(Refused, match="its diff and its file differ"):
        applied(paths, it)


def test_a_change_from_an_older_version_without_a_file_is_applied_by_its_diff(paths: Paths) -> None:
    it = msgspec.structs.replace(change(paths), whole="", base="")
    applied(paths, it)
    assert "Pause the backup job" in mine(paths).read_text()


def test_a_change_that_asks_for_a_file_elsewhere_is_refused_whatever_the_log_says(paths: Paths) -> None:
    it = msgspec.structs.replace(change(paths), target="../../.profile")
    with pytest.raises(Refused, match="no file that a change can be made to"):
        applied(paths, it)


def test_a_new_file_of_ones_own_can_come_out_of_an_incident(paths: Paths) -> None:
    text = OURS.read_text().replace('id = "database"', 'id = "queue"', 1)
    applied(paths, change(paths, text, of="playbooks/queue.toml"))
    assert mine(paths, "playbooks/queue.toml").read_text().startswith("# Made on 2023-11-14 after INC-1KRX.\n")
    undone(paths)
    assert left(paths) == []


def test_ends_of_lines_comments_and_mode_of_ones_own_file_stay(paths: Paths) -> None:
    mine(paths).parent.mkdir()
    mine(paths).write_bytes(b"# ours\r\n" + OURS.read_bytes().replace(b"\n", b"\r\n"))
    mine(paths).chmod(0o640)
    applied(paths, change(paths))
    data = mine(paths).read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.startswith(b"# ours\r\n")
    assert mine(paths).stat().st_mode & 0o777 == 0o640


# ── taking back ──


def test_undo_brings_the_file_back_to_what_it_was(paths: Paths) -> None:
    mine(paths).parent.mkdir()
    mine(paths).write_text("# ours\n" + OURS.read_text())
    before = mine(paths).read_bytes()
    applied(paths, change(paths))
    done = undone(paths)
    assert mine(paths).read_bytes() == before
    assert (done.record.action, done.record.of, done.record.number) == ("undone", 1, 2)


def test_where_there_was_no_copy_the_shipped_file_holds_again(paths: Paths) -> None:
    applied(paths, change(paths))
    assert "-[[step]]" in undone(paths).diff
    assert left(paths) == []
    assert Library(paths).playbooks["database"].step == Library().playbooks["database"].step


def test_changes_are_taken_back_one_after_the_other(paths: Paths) -> None:
    applied(paths, change(paths))
    first = mine(paths).read_text()
    applied(paths, change(paths, added(first, NewStep("Two", "verify"))[0], "2"))
    assert undone(paths).record.of == 2
    assert mine(paths).read_text() == first
    assert undone(paths).record.of == 1
    with pytest.raises(Refused, match="No change to a file is left"):
        undone(paths)


def test_a_file_that_was_changed_since_is_not_brought_back_without_force_and_stays_in_the_history(paths: Paths) -> None:
    applied(paths, change(paths))
    mine(paths).write_text(mine(paths).read_text() + "# by hand\n")
    with pytest.raises(Differs) as no:
        undone(paths, "1")
    assert "-# by hand" in no.value.diff
    undone(paths, "1", force=True)
    assert left(paths) == []
    assert records(paths)[-1].before is not None
    assert "# by hand" in str(records(paths)[-1].before)


def test_an_undo_that_was_done_is_known_again(paths: Paths) -> None:
    applied(paths, change(paths))
    first = undone(paths, "1")
    again = undone(paths, "1")
    assert again.already
    assert again.record.number == first.record.number


def test_what_took_a_change_back_is_not_taken_back_itself(paths: Paths) -> None:
    applied(paths, change(paths))
    undone(paths)
    with pytest.raises(Refused, match="took a change back itself"):
        undone(paths, "2")


def test_a_record_that_is_not_there_is_named_with_those_that_are(paths: Paths) -> None:
    applied(paths, change(paths))
    with pytest.raises(Refused, match=r"no record “9” .* there is 1 \(playbooks/database.toml\)"):
        undone(paths, "9")


# ── when the disk or somebody else is in the way ──


def broken(monkeypatch: pytest.MonkeyPatch, number: int, ends: str) -> None:
    """Writes to files whose path ends so fail with this error."""
    real = os.replace

    def fails(source: str, to: str) -> None:
        if to.endswith(ends):
            raise OSError(number, os.strerror(number))
        real(source, to)

    monkeypatch.setattr(os, "replace", fails)


@pytest.mark.parametrize(("number", "wanted"), [(errno.ENOSPC, DiskFull), (errno.EROFS, FolderReadOnly)])
def test_a_write_that_fails_leaves_the_file_and_no_record_that_says_otherwise(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, number: int, wanted: type[Exception]
) -> None:
    mine(paths).parent.mkdir()
    mine(paths).write_text(OURS.read_text())
    it = change(paths)
    broken(monkeypatch, number, "database.toml")
    with pytest.raises(wanted, match=r"nothing was written to database.toml"):
        applied(paths, it)
    assert mine(paths).read_text() == OURS.read_text()
    assert records(paths) == []
    assert left(paths) == [DATABASE]


def test_where_the_history_cannot_be_written_nothing_is_changed(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, data: bytes, mode: int = 0o600) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    it = change(paths)
    monkeypatch.setattr(disk, "create", full)
    with pytest.raises(DiskFull):
        applied(paths, it)
    assert left(paths) == []


def test_a_folder_that_is_read_only_is_said_before_anything(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    it = change(paths)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(FolderReadOnly, match="is read-only"):
        applied(paths, it)


def test_another_process_that_writes_at_once_is_waited_for_and_named(paths: Paths) -> None:
    with learn.held(paths):
        pass
    lock = Path(paths.config, "history", ".lock")
    script = (
        f"import fcntl,sys,time; f=open({str(lock)!r}); fcntl.flock(f, 2); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            with pytest.raises(LockHeld, match=f"rocess {other.pid}"), learn.held(paths, wait=0.05):
                pass
        finally:
            other.kill()


def test_a_record_that_cannot_be_read_is_passed_over_and_its_number_not_given_again(paths: Paths) -> None:
    applied(paths, change(paths))
    Path(paths.config, "history", "0001-playbooks-database.json").write_text("{")
    assert records(paths) == []
    two = change(paths, added(mine(paths).read_text(), NewStep("Two", "verify"))[0], "2")
    assert applied(paths, two).record.number == 2
