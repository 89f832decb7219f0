"""Evidence, secrets and the bridge in the real console."""

from pathlib import Path

from console_kit import cli, empty, timeline
from pty_screen import PtyScreen


def say(room: PtyScreen, line: str, seen: str) -> None:
    room.send(line + "\r")
    room.wait_for(seen)
    room.wait_for(empty)


def everything_in(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_file_and_a_link_are_attached(room: PtyScreen, home: Path, tmp_path: Path) -> None:
    (tmp_path / "pods.txt").write_text("app 0/1\npassword=hunter2secret\n")
    say(room, f"/attach {tmp_path}/pods.txt", "Kept as evidence: pods.txt")
    say(room, "/attach https://grafana.example/d/1", "Kept as evidence: https://grafana")
    assert [e["text"].split("  ")[0] for e in timeline() if e["kind"] == "evidence"] == [
        "pods.txt",
        "https://grafana.example/d/1",
    ]
    assert cli("evidence", "show", "pods.txt") == "app 0/1\npassword=‹masked›\n"


def test_what_cannot_be_kept_goes_back_into_the_prompt(room: PtyScreen, tmp_path: Path) -> None:
    room.send(f"/attach {tmp_path}/none.txt\r")
    room.wait_for("There is no file")
    room.wait_for("/attach")


def test_a_secret_is_masked_as_it_is_typed_in_and_insisting_writes_it(room: PtyScreen, home: Path) -> None:
    say(room, "the password is hunter2secret", "Masked 1 secret")
    assert timeline()[-1]["text"] == "the password is ‹masked›"
    assert b"hunter2" not in everything_in(home)
    room.send("/insist\r")
    room.wait_for("hunter2secret")
    assert [e["text"] for e in timeline() if e["kind"] == "note"] == ["the password is hunter2secret"]


def test_whoever_insists_at_once_is_believed(room: PtyScreen) -> None:
    say(room, "/insist token: AbCd1234EfGh", "AbCd1234EfGh")
    assert timeline()[-1]["text"] == "token: AbCd1234EfGh"


def test_the_bridge_is_set_shown_and_copied(room: PtyScreen) -> None:
    room.send("/copybridge\r")
    room.wait_for("No bridge is set yet")
    room.send("\x15")
    say(room, "/bridge meet/k3f9 dial +44 20 7946 0001 code 4711", "bridge meet/k3f9")
    say(room, "/copybridge", "Copied, if your terminal allows it")
    say(room, "/bridge code 0815", "code 0815")
    assert timeline()[-1]["text"] == "meet/k3f9, dial +44 20 7946 0001, code 0815"
