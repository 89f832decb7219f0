"""Evidence is masked, kept once under its own hash, and never half."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from store_kit import DANA, INC, NOW, REP
from warroom.core.commands import Draft
from warroom.core.events import Event, EvidenceAttached, FactRedacted
from warroom.core.values import At
from warroom.store import beside, evidence, folder
from warroom.store.errors import Missing, TooLarge, Unreadable
from warroom.store.log import Log


def test_it_is_kept_under_the_hash_of_what_is_kept(tmp_path: Path) -> None:
    kept = evidence.keep(str(tmp_path / "evidence"), b"password=hunter2\n", "app.LOG")
    data = Path(kept.path).read_bytes()
    assert data == "password=‹masked›\n".encode()
    assert (kept.sha, kept.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (kept.mime, kept.masked) == ("text/plain", 1)
    assert os.path.basename(kept.path) == kept.sha
    assert stat.S_IMODE(os.stat(kept.path).st_mode) == 0o600


def test_the_same_is_kept_once(tmp_path: Path) -> None:
    first = evidence.keep(str(tmp_path), b"x", "a.txt")
    assert evidence.keep(str(tmp_path), b"x", "b.txt") == first
    assert os.listdir(tmp_path) == [first.sha]


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("a.png", b"\x89PNG\0", "image/png"),
        ("a", b"text", "text/plain"),
        ("a.bin", b"\0", "application/octet-stream"),
        ("a.JSON", b"{}", "application/json"),
    ],
)
def test_its_kind_is_told_by_its_name(tmp_path: Path, name: str, data: bytes, mime: str) -> None:
    assert evidence.keep(str(tmp_path), data, name).mime == mime


def test_a_secret_goes_neither_into_the_bytes_nor_into_the_name(tmp_path: Path) -> None:
    kept = evidence.keep(str(tmp_path), b"token: AbCd1234EfGh", "token: AbCd1234EfGh.log")
    command = evidence.attached(kept, "token: AbCd1234EfGh.log", "ENTRY")
    assert b"AbCd" not in Path(kept.path).read_bytes()
    assert (command.name, command.masked, command.of) == ("token: ‹masked›", 1, "ENTRY")


def test_whoever_insists_keeps_it_as_it_is(tmp_path: Path) -> None:
    kept = evidence.keep(str(tmp_path), b"password=hunter2", "a.txt", insist=True)
    assert (Path(kept.path).read_bytes(), kept.masked) == (b"password=hunter2", 0)


def test_a_link_is_evidence_without_bytes_and_without_its_secrets() -> None:
    command = evidence.linked("https://app:hunter2@grafana.example/d/1", "graph")
    assert (command.link, command.masked, command.sha) == ("https://app:‹masked›@grafana.example/d/1", 1, "")
    assert evidence.is_link("HTTPS://x.example/1")
    assert not evidence.is_link("https.log")


def test_what_is_kept_is_read_back_and_what_was_changed_says_so(tmp_path: Path) -> None:
    kept = evidence.keep(str(tmp_path), b"x", "a.txt")
    assert evidence.load(str(tmp_path), kept.sha) == b"x"
    assert evidence.state_of(str(tmp_path), kept.sha) == evidence.KEPT
    Path(kept.path).write_bytes(b"y")
    assert evidence.state_of(str(tmp_path), kept.sha) == evidence.CHANGED
    with pytest.raises(Unreadable, match="changed after it was kept"):
        evidence.load(str(tmp_path), kept.sha)
    os.unlink(kept.path)
    assert evidence.state_of(str(tmp_path), kept.sha) == evidence.GONE
    with pytest.raises(Missing, match="gone"):
        evidence.load(str(tmp_path), kept.sha)


def test_a_pipe_is_read_only_where_somebody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="no file"):
        evidence.keep_file(str(tmp_path / "e"), str(tmp_path / "pipe"), wait=False)


def test_too_large_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"\0" * (evidence.LARGEST + 1))
    with pytest.raises(TooLarge, match="evidence may have 10"):
        evidence.keep_file(str(tmp_path / "e"), str(tmp_path / "big"))


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        evidence.keep_file(str(tmp_path / "e"), str(tmp_path / "none"))
    with pytest.raises(Unreadable, match="folder"):
        evidence.keep_file(str(tmp_path / "e"), str(tmp_path))


def attach(log: Log, data: bytes) -> tuple[str, Event]:
    """Evidence beside the log and the fact that names it."""
    kept = evidence.keep(beside.evidence(log.path), data, "a.txt")
    with log.writing() as writing:
        draft = Draft(EvidenceAttached(kept.sha, kept.size, "a.txt", kept.mime), At(NOW))
        event = writing.seal(draft, at_now=NOW, by=DANA)
        writing.write()
    return kept.path, event


def redact(log: Log, event: Event) -> None:
    with log.writing() as writing:
        writing.seal(Draft(FactRedacted(event.id, "private"), At(NOW)), at_now=NOW, by=DANA)
        writing.write()


def test_redacted_evidence_goes(log: Log) -> None:
    kept, event = attach(log, b"a customer's letter")
    other, _ = attach(log, b"a graph")
    redact(log, event)
    assert not os.path.exists(kept)
    assert os.path.exists(other)


def test_redacted_evidence_stays_while_another_fact_names_it(log: Log) -> None:
    kept, first = attach(log, b"x")
    neighbour = Log.create(os.path.join(os.path.dirname(log.path), "y.json"), INC, REP)
    _, second = attach(neighbour, b"x")
    redact(log, first)
    assert os.path.exists(kept)
    redact(neighbour, second)
    assert not os.path.exists(kept)


def test_evidence_is_archived_with_its_incident(log: Log, tmp_path: Path) -> None:
    kept, _ = attach(log, b"x")
    moved = folder.archive(log.path, str(tmp_path / "archive"))
    assert not os.path.exists(kept)
    assert Path(beside.evidence(moved), os.path.basename(kept)).read_bytes() == b"x"


def test_a_fact_that_names_a_path_for_evidence_reaches_nothing(log: Log) -> None:
    with log.writing() as writing:
        writing.seal(Draft(EvidenceAttached("../../etc/passwd", 1, "x", ""), At(NOW)), at_now=NOW, by=DANA)
        writing.write()
    assert evidence.named_by(log.load()) == set()


def test_redacting_such_a_fact_removes_nothing_else(log: Log, tmp_path: Path) -> None:
    victim = Path(log.path).parent / "victim"
    victim.write_text("mine")
    for name in ("../victim", ""):
        with log.writing() as writing:
            event = writing.seal(Draft(EvidenceAttached(name, 1, "x", ""), At(NOW)), at_now=NOW, by=DANA)
            writing.write()
        evidence.keep(beside.evidence(log.path), b"x", "x")
        redact(log, event)
    assert victim.read_text() == "mine"
