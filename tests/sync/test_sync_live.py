"""`warroom sync --live`: what one folder writes is in the others at once, and every trouble is told and heals."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from between import Between
from sync_kit import Home, until
from warroom.room import here, syncing

from server_kit import InProcess, InThread  # isort: skip  # found by the kit above


@pytest.fixture
def between(process: InProcess) -> Iterator[Between]:
    made = Between(process.url)
    yield made
    made.close()


def joined(url: str, server: InProcess | InThread, *homes: Home) -> None:
    """All of them have joined, exchange facts, and are in step."""
    for each in homes:
        each.join(url, server.make_token(each.name))
    for each in homes:
        each.live()


def online(home: Home) -> bool:
    return home.status.state == "online" and not home.status.unsent


def meets(*homes: Home, text: str) -> None:
    """The entry is in the file of each."""
    for each in homes:
        until(lambda each=each: text.encode() in Path(each.path).read_bytes(), f"{each.name} has {text!r}")


def test_an_entry_is_with_the_others_and_acknowledged(process: InProcess, ana: Home, ivo: Home) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    until(lambda: online(ana), "ana is online")
    ana.ok("log", "from ana")
    meets(ivo, text="from ana")
    ivo.ok("log", "from ivo")
    meets(ana, text="from ivo")
    until(lambda: online(ana) and online(ivo), "everything is acknowledged")


def test_an_incident_that_is_declared_is_with_the_others(process: InProcess, ana: Home, ivo: Home) -> None:
    joined(process.url, process, ana, ivo)
    ana.declare("Mail is late")
    until(lambda: ivo.incidents() == ana.incidents(), "ivo has the incident")
    ivo.ok("log", "I see it")
    meets(ana, text="I see it")


def test_a_drill_that_begins_meanwhile_stays(process: InProcess, ana: Home, ivo: Home) -> None:
    from test_sync_commands import drill_in

    joined(process.url, process, ana, ivo)
    drill_in(ana)
    ana.declare("Mail is late")
    until(ivo.incidents, "ivo has the incident")
    assert len(ana.incidents()) == 2
    assert len(ivo.incidents()) == 1
    assert len(process.ask("GET", "/v1/incidents").json()["incidents"]) == 1


def test_while_the_server_is_killed_work_goes_on_and_everything_meets_again(
    process: InProcess, ana: Home, ivo: Home
) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    until(lambda: online(ana), "ana is online")
    process.kill()
    for each in (ana, ivo):
        each.ok("log", f"alone {each.name}")
    until(lambda: ana.status.state == "offline" and len(ana.status.unsent) == 1, "it says what waits")
    assert ana.status.since > 0
    assert "refuses the connection" in ana.status.why or "broke" in ana.status.why
    process.start()
    meets(ivo, text="alone ana")
    meets(ana, text="alone ivo")
    until(lambda: online(ana) and online(ivo), "both are online again")
    assert ana.texts() == ivo.texts()


def test_a_server_put_back_from_an_older_copy_gets_everything_again(process: InProcess, ana: Home, ivo: Home) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    until(lambda: online(ana) and ivo.incidents(), "both have it")
    process.stop()
    shutil.copytree(process.folder, process.folder + ".old")
    process.start()
    ana.ok("log", "after the copy")
    meets(ivo, text="after the copy")
    process.stop()
    shutil.rmtree(process.folder)
    os.rename(process.folder + ".old", process.folder)
    process.start()
    (inc,) = ana.incidents()
    until(lambda: any(b"after the copy" in each for each in process.facts(inc)), "the server has it again")
    until(lambda: online(ana) and online(ivo), "both are online again")


def test_a_server_that_lost_everything_gets_everything_again(process: InProcess, ana: Home, ivo: Home) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    until(lambda: online(ana) and ivo.incidents(), "both have it")
    before = ana.texts()
    process.stop()
    shutil.rmtree(os.path.join(process.folder, "incidents"), ignore_errors=True)
    for path in Path(process.folder).rglob("*"):
        if path.is_file() and b"incident.declared" in path.read_bytes():
            path.unlink()
    process.start()
    (inc,) = ana.incidents()

    def back() -> bool:
        answer = process.ask("GET", f"/v1/incidents/{inc}/events")
        return answer.status_code == 200 and b"incident.declared" in answer.content

    until(back, "the server has it again")
    assert ana.texts() == ivo.texts() == before


def test_a_revoked_token_is_said_and_a_new_one_heals(process: InProcess, ana: Home) -> None:
    ana.declare()
    made, secret = process.made_token("ana")
    ana.join(process.url, secret)
    ana.live()
    until(lambda: online(ana), "ana is online")
    process.revoke(made.id)
    until(lambda: ana.status.state == "denied", "it is denied")
    ana.ok("log", "not any more")
    until(lambda: len(ana.status.unsent) == 1, "it says what waits")
    assert "every minute" in ana.status.why
    assert secret not in ana.status.why
    ana.join(process.url, process.make_token("ana"), "--replace")
    until(lambda: online(ana), "ana is online again")


def test_a_copied_folder_becomes_another_replica_and_nothing_is_lost(
    process: InProcess, home: Callable[[str], Home], ana: Home
) -> None:
    ana.declare()
    joined(process.url, process, ana)
    until(lambda: online(ana), "ana is online")
    ana.end()
    twin = home("twin")
    shutil.copytree(ana.folder, twin.folder)
    # As a restored disk image: the copy is taken for the folder itself.
    kept = (twin.folder / "replica.json").read_bytes()
    inode = str(os.stat(ana.folder).st_ino).encode()
    kept = kept.replace(str(ana.folder).encode(), str(twin.folder).encode())
    (twin.folder / "replica.json").write_bytes(kept.replace(inode, str(os.stat(twin.folder).st_ino).encode()))
    ana.ok("log", "in the first")
    twin.ok("log", "in the copy")
    ana.ok("sync")
    ana.live()
    twin.live()
    meets(ana, text="in the copy")
    meets(twin, text="in the first")
    twin.ok("log", "and on")
    meets(ana, text="and on")
    until(lambda: online(ana) and online(twin), "both are in step")
    assert sorted(ana.texts()) == sorted(twin.texts())
    assert len(ana.texts()) == len(set(ana.texts()))


def test_an_older_copy_of_a_file_gets_back_what_it_lacks(process: InProcess, ana: Home) -> None:
    ana.declare()
    joined(process.url, process, ana)
    until(lambda: online(ana), "ana is online")
    old = Path(ana.path).read_bytes()
    ana.ok("log", "newer")
    (inc,) = ana.incidents()
    until(lambda: b"newer" in b"".join(process.facts(inc)), "the server has it")
    fresh = Path(ana.path + ".copy")
    fresh.write_bytes(old)
    os.replace(fresh, ana.path)
    meets(ana, text="newer")
    ana.ok("log", "after")
    until(lambda: b"after" in b"".join(process.facts(inc)), "the server has what was written on it")
    assert ana.texts()[-2:] == ["newer", "after"]


# ── what stands between ──


def test_a_captive_portal_is_told_in_words_and_heals(
    process: InProcess, between: Between, ana: Home, ivo: Home
) -> None:
    ana.declare()
    joined(between.url, process, ana, ivo)
    until(lambda: online(ana), "ana is online")
    between.change("portal")
    ana.ok("log", "behind the portal")
    until(lambda: "captive portal" in ana.status.why and ana.status.unsent, "it names the portal")
    assert ana.status.state == "offline"
    between.change("through")
    meets(ivo, text="behind the portal")
    until(lambda: online(ana), "ana is online again")


def test_nothing_is_joined_through_a_captive_portal(process: InProcess, between: Between, ana: Home) -> None:
    between.change("portal")
    done = ana("join", between.url, WARROOM_TOKEN=process.make_token("ana"))
    assert done.code == 4
    assert "captive portal" in done.err
    assert not (ana.folder / "server.json").exists()


def test_where_a_proxy_holds_streams_back_facts_come_all_the_same(
    process: InProcess, between: Between, ana: Home, ivo: Home
) -> None:
    ana.declare()
    between.change("buffers")
    joined(between.url, process, ana, ivo)
    for number in range(3):
        ana.ok("log", f"held back {number}")
        meets(ivo, text=f"held back {number}")
        ivo.ok("log", f"answer {number}")
        meets(ana, text=f"answer {number}")
    ana.declare("Another one")
    until(lambda: ivo.incidents() == ana.incidents(), "ivo has the second incident")


def test_a_slow_line_brings_everything_at_last(process: InProcess, between: Between, ana: Home, ivo: Home) -> None:
    ana.declare()
    for number in range(5):
        ana.ok("log", f"line {number} " + "x" * 200)
    between.change("slow")
    joined(between.url, process, ana, ivo)
    meets(ivo, text="line 4")
    until(lambda: online(ana) and online(ivo), "both are online", within_s=60)


# ── the process ──


def test_there_is_one_for_a_folder_and_another_takes_over_only_when_told(process: InProcess, ana: Home) -> None:
    ana.declare()
    joined(process.url, process, ana)
    first = syncing.running(ana.data)
    assert first is not None
    done = ana("sync", "--live")
    assert done.code == 4
    assert str(first.pid) in done.err
    ana.live("--take")
    until(lambda: (now := syncing.running(ana.data)) is not None and now.pid != first.pid, "another one runs")
    ana.ok("log", "by the second")
    until(lambda: online(ana), "it exchanges")


def test_it_says_how_far_it_is_and_is_ended_by_a_word(process: InProcess, ana: Home) -> None:
    ana.declare()
    joined(process.url, process, ana)
    until(lambda: online(ana), "ana is online")
    told = ana.ok("sync", "--status", "--json").json
    assert (told["server"], told["running"]) == (process.url, True)
    assert [(each["state"], each["unsent"]) for each in told["incidents"]] == [("online", 0)]
    assert process.url in ana.ok("sync", "--status").out
    ana.ok("sync", "--stop")
    assert syncing.running(ana.data) is None
    assert ana("sync", "--status").code == 4
    assert ana("sync", "--stop").code == 3
    assert ana.status.state == "offline"


def test_it_ends_with_the_membership(process: InProcess, ana: Home) -> None:
    ana.declare()
    joined(process.url, process, ana)
    until(lambda: online(ana), "ana is online")
    ana.ok("leave", "--server")
    assert ana.processes[0].wait(20) == 0
    assert syncing.running(ana.data) is None


def test_a_command_starts_it_where_a_server_was_joined(process: InProcess, ana: Home, ivo: Home) -> None:
    ana.declare()
    for each in (ana, ivo):
        each.join(process.url, process.make_token(each.name))
    ana.ok("log", "and it goes", WARROOM_SYNC="")
    until(lambda: syncing.running(ana.data) is not None, "a process began")
    ivo.live()
    meets(ivo, text="and it goes")
    ana.ok("sync", "--stop")


def test_who_is_at_a_console_is_seen_by_the_others(process: InProcess, ana: Home, ivo: Home) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    until(lambda: ivo.incidents(), "ivo has it")
    (inc,) = ana.incidents()
    held = here.enter(ana.data, inc, "ana")
    assert held is not None
    until(lambda: [each.who for each in ivo.status.here] == ["ana"], "ivo sees ana")
    assert ana.status.here == ()
    assert ivo.status.offset is not None
    held.release()
    until(lambda: not ivo.status.here, "ana is gone", within_s=60)


def test_evidence_goes_along_behind_its_fact(process: InProcess, ana: Home, ivo: Home, tmp_path: Path) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    proof = tmp_path / "app.log"
    proof.write_bytes(os.urandom(200_000))
    sha = ana.ok("evidence", "add", str(proof)).line
    until(lambda: sha in ana.status.blobs, "the server has it")
    meets(ivo, text=sha)
    ivo.ok("evidence", "fetch")
    assert (ivo.folder / "incidents" / "evidence" / sha).read_bytes() == proof.read_bytes()


def test_a_redaction_takes_the_text_out_everywhere(process: InProcess, ana: Home, ivo: Home) -> None:
    ana.declare()
    joined(process.url, process, ana, ivo)
    entry = ana.ok("log", "the password is hunter-two").line
    meets(ivo, text="hunter-two")
    ana.ok("redact", entry, "--why", "a secret")
    until(lambda: b"hunter-two" not in Path(ivo.path).read_bytes(), "it is gone at ivo's")
    until(lambda: b"hunter-two" not in b"".join(process.facts(ana.incidents()[0])), "it is gone on the server")
    until(lambda: online(ana) and online(ivo), "both are in step")


def test_a_server_that_says_nothing_does_not_hold_up_the_end(process: InProcess, between: Between, ana: Home) -> None:
    ana.declare()
    joined(between.url, process, ana)
    until(lambda: online(ana), "ana is online")
    between.change("mute")
    ana.ok("log", "nobody answers")
    came = between.connections
    until(lambda: between.connections > came, "it asks")
    ana.ok("sync", "--stop")
    assert ana.processes[0].wait(20) == 0
    assert len(ana.status.unsent) == 1


def test_a_token_that_is_gone_is_said_and_asked_for_again(process: InProcess, ana: Home) -> None:
    ana.declare()
    ana.join(process.url, process.make_token("ana"))
    (ana.folder / "server.token").unlink()
    ana.live()
    until(lambda: ana.status.state == "denied", "it is denied")
    assert "--replace" in ana.status.why
    ana.join(process.url, process.make_token("ana again"), "--replace")
    ana.ok("log", "with a new one")
    (inc,) = ana.incidents()
    until(lambda: b"with a new one" in b"".join(process.facts(inc)), "it exchanges again")


def test_a_closed_terminal_does_not_end_a_detached_one(process: InProcess, ana: Home) -> None:
    ana.declare()
    ana.join(process.url, process.make_token("ana"))
    running = ana.live("--detached")
    running.send_signal(signal.SIGHUP)
    ana.ok("log", "still")
    until(lambda: online(ana) and len(ana.texts()) == 2, "it goes on", running)
