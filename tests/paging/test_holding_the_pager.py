"""One pager: whatever runs in one folder sends one page; a holder that dies or hangs is replaced."""

import json
import os
import signal
import subprocess

from paging_kit import until
from warroom.room import pager
from warroom.store import holding
from warroom.store.folder import entries
from warroom.store.holding import Holder


def path_of(it):
    return entries(str(it.home / "incidents"))[0].path


def test_two_watches_and_commands_in_one_folder_send_one_page(house):
    it = house(watch="off")
    it.watch()
    second = subprocess.run(it.words("watch"), env=it.env, capture_output=True)
    assert second.returncode == 4
    assert b"watches this folder already" in second.stderr
    it.declare()
    for n in range(5):
        it.call("log", f"line {n}")
    until(lambda: it.states() == [("sre1", "sent")])
    it.call("status")
    assert it.paged() == ["sre1"]


def test_consoles_that_declare_at_the_same_time_start_one_watch(house):
    it = house()
    calls = [it.start("declare", f"Down {n}", "-s", "SEV2", "--policy", "quick") for n in range(4)]
    for call in calls:
        call.communicate(timeout=60)
    until(lambda: len(it.paged()) == 4)
    assert it.paged() == ["sre1"] * 4
    assert len({page["key"] for page in it.pages}) == 4


def test_who_pages_is_told_by_the_lock_and_nobody_once_the_process_is_dead(house):
    it = house(watch="off")
    it.declare()
    path = path_of(it)
    assert pager.holder(path) is None
    watch = it.watch()
    until(lambda: it.states() == [("sre1", "sent")])
    held = pager.holder(path)
    assert held is not None
    assert (held.pid, held.hangs) == (watch.pid, False)
    watch.kill()
    watch.communicate()
    until(lambda: pager.holder(path) is None)


def test_a_holder_that_hangs_is_seen_to_hang_and_watch_take_takes_it(house):
    it = house(watch="off", second="PT4S")
    it.declare()
    watch = it.watch()
    until(lambda: it.states() == [("sre1", "sent")])
    os.kill(watch.pid, signal.SIGSTOP)
    os.utime(path_of(it).removesuffix(".json") + ".pager", (0, 0))  # as if it had been silent for long
    held = pager.holder(path_of(it))
    assert held is not None
    assert held.hangs
    second = it.watch("--take")
    until(lambda: it.paged() == ["sre1", "db1"])
    os.kill(watch.pid, signal.SIGCONT)
    watch.communicate(timeout=20)  # it finds out that it was taken over from, and ends
    assert it.paged() == ["sre1", "db1"]
    assert it.watcher() == second.pid
    said = [row["text"] for row in it.timeline() if row["kind"] == "pager"]
    assert "instead of" in str(said[-1])


def test_a_watch_takes_over_by_itself_what_a_dead_one_left(house):
    it = house(watch="off", second="PT3S")
    it.declare()
    first = it.watch()
    until(lambda: it.states() == [("sre1", "sent")])
    first.kill()
    first.communicate()
    it.watch()
    until(lambda: it.paged() == ["sre1", "db1"])


def test_the_status_of_the_watch_is_told_and_is_an_exit_code(house):
    it = house(watch="off")
    assert json.loads(it.call("watch", "--status", "--json", code=4)) == {"running": False}
    watch = it.watch()
    assert json.loads(it.call("watch", "--status", "--json"))["pid"] == watch.pid


def test_a_watch_whose_folder_vanishes_ends(house, tmp_path):
    it = house(watch="off")
    watch = it.watch()
    it.home.rename(tmp_path / "elsewhere")
    out, _ = watch.communicate(timeout=30)
    assert b"ended" in out


def test_a_lock_that_was_replaced_is_not_ones_own_any_more(tmp_path):
    path = str(tmp_path / "x.pager")
    first = holding.take(path, Holder(os.getpid(), "watch@one", "t1"))
    assert first is not None
    assert first.still()
    assert holding.take(path, Holder(os.getpid(), "watch@two", "t2")) is None
    second = holding.take(path, Holder(os.getpid(), "watch@two", "t2"), by_force=True)
    assert second is not None
    assert not first.still()
    first.release()
    assert second.still()
    assert holding.look(path).token == "t2"
    second.release()
    assert holding.look(path) is None
    assert not os.path.exists(path)


def test_a_broken_lock_file_is_somebody_unknown_and_never_an_error(tmp_path):
    path = str(tmp_path / "x.pager")
    held = holding.take(path, Holder(1, "w", "t"))
    (tmp_path / "x.pager").write_bytes(b"\xff{{{")
    assert holding.look(path) == Holder()
    held.release()


def test_a_process_that_was_stopped_for_long_pages_only_what_is_due_now(house):
    levels = "".join(
        f'[[level]]\nafter = "PT{after}S"\nnotify = ["contact:{who}"]\n'
        for after, who in ((0, "sre1"), (2, "db1"), (4, "db2"), (60, "sre1"))
    )
    it = house(watch="off", policy=f'id = "quick"\n{levels}')
    it.declare()
    watch = it.watch()
    until(lambda: it.states() == [("sre1", "sent")])
    os.kill(watch.pid, signal.SIGSTOP)
    until(lambda: it.escalation()["calling"] == "Database two")
    os.kill(watch.pid, signal.SIGCONT)
    until(lambda: it.paged() == ["sre1", "db2"])
    [said] = [row["text"] for row in it.timeline() if row["kind"] == "skipped"]
    assert "L2 Database was not paged" in str(said)
    assert "only the level that is due now is called" in str(said)


def test_a_watch_that_runs_takes_what_channels_toml_says_from_now_on_and_says_no_new_pager(house, far):
    it = house(watch="off", second="PT6S")
    it.write(
        "contacts.toml", '[contact.sre1]\nname = "P"\nreach = ["hook"]\n[contact.db1]\nname = "D"\nreach = ["new"]\n'
    )
    it.declare()
    it.watch()
    until(lambda: it.states() == [("sre1", "sent")])
    old = (it.home / "channels.toml").read_text()
    it.write("channels.toml", old + old.replace("channel.hook", "channel.new").replace("/page", "/new"))
    until(lambda: it.paged() == ["sre1", "db1"])
    assert far.requests[-1].target == "/new"
    assert it.kinds().count("pager") == 1


def test_a_watch_of_one_incident_takes_none_of_the_others(house):
    it = house(watch="off")
    first, second = it.declare(title="Down one"), it.declare(title="Down two")
    folder = it.watch()
    until(lambda: sorted(it.states(first) + it.states(second)) == [("sre1", "sent")] * 2)
    alone = it.start("watch", "--json", "--take", "-i", first)
    until(lambda: it.escalation(first)["pager"] and it.kinds(first).count("pager") == 2)
    assert it.kinds(second).count("pager") == 1
    assert it.watcher() == folder.pid
    assert alone.poll() is None
    assert folder.poll() is None
