"""`join URL`, `sync` and `leave` on the command line, with three data folders and a real server."""

import os
import stat
import time
from pathlib import Path

import pytest

from sync_kit import Home

from server_kit import InProcess, InThread, free_port  # isort: skip  # found by the kit above


def members(server: InThread | InProcess, *homes: Home) -> None:
    for each in homes:
        each.join(server.url, server.make_token(each.name))


def test_what_each_of_three_writes_is_with_all_of_them(server: InThread, ana: Home, ivo: Home, lee: Home) -> None:
    ana.declare()
    members(server, ana, ivo, lee)
    for each in (ana, ivo, lee):
        each.ok("log", f"seen by {each.name}")
    for each in (ana, ivo, lee, ana, ivo):
        each.ok("sync")
    assert ana.texts() == ivo.texts() == lee.texts()
    assert {f"seen by {name}" for name in ("ana", "ivo", "lee")} <= set(ana.texts())
    assert ana.ok("verify").code == ivo.ok("verify").code == 0


def test_incidents_of_before_go_along_and_those_of_others_come(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare("Checkout returns 500s")
    ivo.declare("Mail is late")
    members(server, ana, ivo)
    done = ana.ok("sync", "--json")
    assert done.json["fetched"] == 1
    assert ana.incidents() == ivo.incidents()
    assert len(ana.incidents()) == 2


def test_an_incident_that_came_is_named_by_its_title(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare("Mail is late")
    members(server, ana, ivo)
    assert os.path.basename(ivo.path) == os.path.basename(ana.path)
    assert not [name for name in os.listdir(ivo.folder / "incidents") if name.endswith(".new")]


# ── what waits ──


def test_without_a_server_it_is_said_how_to_join_one(ana: Home) -> None:
    for words in (("sync",), ("sync", "--status"), ("sync", "--live"), ("leave", "--server")):
        done = ana(*words)
        assert done.code == 3, words
        assert "warroom join" in done.err


def test_a_server_that_is_gone_leaves_5_and_says_how_much_waits(process: InProcess, ana: Home) -> None:
    ana.declare()
    members(process, ana)
    process.stop()
    ana.ok("log", "one")
    ana.ok("log", "two")
    done = ana("sync")
    assert done.code == 5
    assert "Offline" in done.err
    assert "2 facts wait" in done.err
    told = ana("sync", "--json")
    assert (told.code, told.json["state"], [left["unsent"] for left in told.json["left"]]) == (5, "offline", [2])
    process.start()
    assert ana.ok("sync").code == 0


def test_with_nothing_to_say_a_server_that_is_gone_still_leaves_5(process: InProcess, ana: Home) -> None:
    ana.declare()
    members(process, ana)
    process.stop()
    done = ana("sync")
    assert done.code == 5
    assert "Nothing of yours waits" in done.err


def test_a_revoked_token_leaves_4(server: InThread, ana: Home) -> None:
    ana.declare()
    made, secret = server.made_token("ana")
    ana.join(server.url, secret)
    server.revoke(made.id)
    done = ana("sync")
    assert done.code == 4
    assert "refuses" in done.err
    assert secret not in done.out + done.err


def test_a_token_that_only_reads_brings_everything_and_sends_nothing(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare()
    members(server, ana)
    ivo.join(server.url, server.make_token("ivo", "observe"))
    assert ivo.texts() == ana.texts()
    ivo.ok("log", "only here")
    done = ivo("sync")
    assert done.code == 5
    assert "1 fact stays here: the token may only read" in done.err
    assert "wait" not in done.err
    ana.ok("log", "for all")
    ana.ok("sync")
    ivo("sync")
    assert "for all" in ivo.texts()
    ana.ok("sync")
    assert "only here" not in ana.texts()


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_said_to_be_in_step(server: InThread, ana: Home) -> None:
    ana.declare()
    members(server, ana)
    broken = Path(ana.path).with_name("2026-01-01-broken.json")
    broken.write_bytes(b"\x00no incident")
    done = ana("sync")
    assert done.code == 5
    assert broken.name in done.err
    assert "In step" not in done.err
    (told,) = ana("sync", "--json").json["troubles"]
    assert broken.name in told
    broken.unlink()
    assert "In step" in ana.ok("sync").err


def test_a_fact_that_the_server_does_not_take_holds_up_no_other(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare()
    _write_far_future(ana)
    ana.ok("log", "after it")
    members(server, ana, ivo)
    done = ana("sync")
    assert done.code == 0
    assert "does not take 1 fact" in done.err
    assert "after it" in ivo.texts()


def _write_far_future(home: Home) -> None:
    """A fact of the year 10000, which no command would write."""
    from warroom.core.commands import Draft
    from warroom.core.events import Logged
    from warroom.core.values import At, By
    from warroom.store.log import Log
    from warroom.store.replica import current

    with Log.open(home.path, current(home.data)) as log, log.writing() as writing:
        writing.seal(Draft(Logged(text_="too late"), At(253_402_300_800_000)), at_now=1_700_000_000_000, by=By("ana"))
        writing.write()


# ── join ──


def unjoined(home: Home) -> bool:
    return not (home.folder / "server.json").exists() and not (home.folder / "server.token").exists()


def test_a_server_out_of_reach_is_not_joined(ana: Home) -> None:
    ana.declare()
    done = ana("join", f"http://127.0.0.1:{free_port()}", WARROOM_TOKEN="x" * 40)
    assert done.code == 4
    assert "refuses the connection" in done.err
    assert "Nothing was joined" in done.err
    assert unjoined(ana)


def test_a_token_that_the_server_does_not_know_joins_nothing(server: InThread, ana: Home) -> None:
    done = ana("join", server.url, WARROOM_TOKEN="x" * 40)
    assert done.code == 4
    assert "does not take this token" in done.err
    assert "x" * 40 not in done.err + done.out
    assert unjoined(ana)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://warroom.example.org", "https://warroom.example.org"),
        ("https://ana:secret@warroom.example.org", "No name and no password"),
        ("https://warroom.example.org/?token=1", "before any ?"),
        ("http://", "no address"),
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused(ana: Home, address: str, says: str) -> None:
    done = ana("join", address, WARROOM_TOKEN="x" * 40)
    assert done.code == 2
    assert says in done.err
    assert unjoined(ana)


def test_without_a_terminal_and_a_token_it_is_said_where_one_goes(server: InThread, ana: Home) -> None:
    done = ana("join", server.url)
    assert done.code == 4
    assert "WARROOM_TOKEN" in done.err


def test_a_second_server_takes_the_place_of_the_first_only_when_that_is_said(
    server: InThread, process: InProcess, ana: Home
) -> None:
    ana.declare()
    members(server, ana)
    token = process.make_token("ana")
    done = ana("join", process.url, WARROOM_TOKEN=token)
    assert done.code == 4
    assert server.url in done.err
    assert "--replace" in done.err
    ana.join(process.url, token, "--replace")
    assert len(process.facts(ana.incidents()[0])) == len(server.facts(ana.incidents()[0]))


def test_the_token_is_kept_for_its_owner_alone_and_shown_nowhere(server: InThread, ana: Home) -> None:
    ana.declare()
    secret = server.make_token("ana")
    done = ana.join(server.url, secret)
    kept = ana.folder / "server.token"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert secret not in done.out + done.err
    others = [path for path in ana.folder.rglob("*") if path.is_file() and path != kept]
    assert not [path for path in others if secret.encode() in path.read_bytes()]
    kept.chmod(0o644)
    done = ana("sync")
    assert done.code == 4
    assert "chmod 600" in done.err
    assert secret not in done.err


def test_join_and_leave_still_mean_the_bridge(server: InThread, ana: Home) -> None:
    ana.declare()
    members(server, ana)
    ana.ok("join", "ivo,lee")
    ana.ok("leave", "lee")
    assert [(row["who"], row["here"]) for row in ana.ok("roster", "--json").json] == [("ivo", True), ("lee", False)]
    assert (ana.folder / "server.json").exists()


# ── leave ──


def test_nobody_leaves_by_mistake_while_something_is_unsent(process: InProcess, ana: Home) -> None:
    ana.declare()
    members(process, ana)
    process.stop()
    ana.ok("log", "not sent")
    done = ana("leave", process.url)
    assert done.code == 4
    assert ": 1" in done.err
    assert (ana.folder / "server.json").exists()
    done = ana.ok("leave", process.url, "--anyway")
    assert "1 fact was never sent" in done.err
    assert unjoined(ana)
    assert "not sent" in ana.texts()


def test_whoever_leaves_keeps_every_file_and_nothing_is_exchanged_any_more(
    server: InThread, ana: Home, ivo: Home
) -> None:
    ana.declare()
    members(server, ana, ivo)
    before = ivo.texts()
    ivo.ok("leave", "--server")
    assert ivo.texts() == before
    ana.ok("log", "later")
    ana.ok("sync")
    assert ivo("sync").code == 3
    assert "later" not in ivo.texts()


def test_another_address_is_not_what_was_joined(server: InThread, ana: Home) -> None:
    members(server, ana)
    done = ana("leave", "https://elsewhere.example.org")
    assert done.code == 3
    assert server.url in done.err


# ── what stays here ──


def drill_in(home: Home, declared: bool = True) -> str:
    """The identity of a drill that somebody began there; without its declaration only the identity says so."""
    from warroom.core.commands import Draft
    from warroom.core.events import Declared, Logged
    from warroom.core.values import At, By, incident_id
    from warroom.store.access import ready
    from warroom.store.folder import path_for
    from warroom.store.log import Log
    from warroom.store.replica import current

    inc, t = incident_id(bytes(range(1, 17)), drill=True), 1_795_392_000_000
    folder = ready(str(home.folder / "incidents"))
    path = path_for(folder, inc, "Practice", t)
    with Log.create(path, inc, current(home.data)) as log, log.writing() as writing:
        first = (Declared("Practice", "SEV3", drill=True),) if declared else ()
        for body in (*first, Logged("only an exercise")):
            writing.seal(Draft(body, At(t)), at_now=t, by=By(home.name))
        writing.write()
    return inc


@pytest.mark.parametrize("declared", [True, False])
def test_a_drill_never_leaves_and_is_not_even_offered(server: InThread, ana: Home, declared: bool) -> None:
    ana.declare()
    (real,) = ana.incidents()
    drill = drill_in(ana, declared)
    members(server, ana)
    ana.ok("sync")
    assert [each["inc"] for each in server.ask("GET", "/v1/incidents").json()["incidents"]] == [real]
    assert b"exercise" not in _all_bytes(Path(server.folder))
    server.made.house.journal.flush()
    assert real in server.log.getvalue()
    assert drill not in server.log.getvalue()


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_drill_whose_identity_was_edited_by_hand_never_leaves(server: InThread, ana: Home, everywhere: bool) -> None:
    inc = drill_in(ana)
    real = "0" + inc[1:]
    path = Path(ana.path)
    path.write_bytes(path.read_bytes().replace(inc.encode(), real.encode(), -1 if everywhere else 1))
    assert ana.incidents() == [real]
    members(server, ana)
    ana.ok("sync")
    assert server.ask("GET", "/v1/incidents").json()["incidents"] == []
    assert b"exercise" not in _all_bytes(Path(server.folder))


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_restricted_incident_is_seen_by_nobody_who_is_not_named(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare("Salaries are public", "--restricted")
    members(server, ana, ivo)
    ivo.ok("sync")
    assert ivo.incidents() == []
    ana.ok("log", "still ours")
    ana.ok("sync")
    (inc,) = ana.incidents()
    named = server.make_token("lee", incidents=(inc,))
    ivo.join(server.url, named, "--replace")
    assert "still ours" in ivo.texts()


def test_what_was_archived_here_does_not_come_again(server: InThread, ana: Home, ivo: Home) -> None:
    inc = ana.declare()
    members(server, ana, ivo)
    ivo.ok("cancel", "-i", inc, "--why", "not one")
    ivo.ok("sync")
    ana.ok("sync")
    ana.ok("archive", inc)
    ivo.ok("sync")
    ana.ok("sync")
    assert ana.incidents() == []


def test_what_goes_to_the_archive_unsent_is_sent_from_there(process: InProcess, ana: Home, ivo: Home) -> None:
    inc = ana.declare()
    members(process, ana, ivo)
    process.stop()
    ana.ok("cancel", "-i", inc, "--why", "not one")
    ana("sync")
    ana.ok("archive", inc)
    process.start()
    ana.ok("sync")
    ivo.ok("sync")
    assert ivo.ok("status", inc, "--json").json["phase"] == "cancelled"


def test_what_was_deleted_for_good_does_not_come_again(server: InThread, ana: Home) -> None:
    inc = ana.declare()
    members(server, ana)
    ana.ok("cancel", "-i", inc, "--why", "not one")
    ana.ok("sync")
    ana.ok("archive", inc)
    (ana.folder / "config.toml").write_text('delete_after = "1s"\n')
    time.sleep(1.1)  # until it is old enough
    ana.ok("archive", "--delete-expired")
    ana.ok("sync")
    assert ana.incidents() == []
    assert not list((ana.folder / "archive").glob("*.json"))


def test_a_folder_that_was_lost_comes_back_whole(server: InThread, ana: Home, ivo: Home) -> None:
    ana.declare()
    ana.ok("log", "before")
    members(server, ana)
    members(server, ivo)
    assert ivo.texts() == ana.texts()
    for path in (ana.folder / "incidents").iterdir():
        path.unlink()
    ana.ok("sync")
    assert ana.texts() == ivo.texts()


# ── evidence ──


def test_evidence_goes_to_the_server_and_comes_when_asked_for(
    server: InThread, ana: Home, ivo: Home, tmp_path: Path
) -> None:
    ana.declare()
    members(server, ana, ivo)
    proof = tmp_path / "app.log"
    proof.write_text("panic: out of memory\n")
    sha = ana.ok("evidence", "add", str(proof)).line
    ana.ok("sync")
    ivo.ok("sync")
    (row,) = ivo.ok("evidence", "list", "--json").json
    assert (row["sha256"], row["state"]) == (sha, "on the server")
    assert ivo.ok("evidence", "verify", "--json").json["on_server"] == 1
    assert ivo.ok("verify", "--json").json["evidence"] == {"kept": 0, "gone": [], "changed": [], "on_server": 1}
    assert "warroom evidence fetch" in ivo.ok("evidence", "list").out
    assert ivo.ok("evidence", "show", sha).out == "panic: out of memory\n"
    assert ivo.ok("evidence", "list", "--json").json[0]["state"] == "kept"
    assert (ivo.folder / "incidents" / "evidence" / sha).read_bytes() == proof.read_bytes()


def test_evidence_that_is_not_there_yet_says_so(process: InProcess, ana: Home, ivo: Home, tmp_path: Path) -> None:
    ana.declare()
    proof = tmp_path / "app.log"
    proof.write_text("x\n")
    sha = ana.ok("evidence", "add", str(proof)).line
    (ana.folder / "incidents" / "evidence" / sha).unlink()
    members(process, ana, ivo)
    done = ivo("evidence", "fetch")
    assert done.code == 3
    assert "has not sent it yet" in done.err
    process.stop()
    done = ivo("evidence", "show", sha)
    assert done.code == 5
    assert "Try again later" in done.err
