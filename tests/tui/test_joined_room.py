"""A room whose folder has joined a server: what stands beside `saved`, the line that says it is gone, who is here."""

import os
from pathlib import Path

import pytest

from joined_kit import IVO, JoinedConsole, Starts, join, lives, quick
from lobby_app import screen, seen
from page_app import shows, until
from story import NOW
from warroom.core.acts.entries import Log
from warroom.core.acts.lifecycle import StateImpact
from warroom.core.values import HOUR, MINUTE, SECOND
from warroom.room import here, syncing
from warroom.room.syncing import Here
from warroom.store import beside, holding
from warroom.store.holding import Holder
from warroom.tui import sync_lookout
from warroom.tui.offline import Banner

SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def starts(monkeypatch: pytest.MonkeyPatch) -> Starts:
    return quick(monkeypatch)


def unsent(app: JoinedConsole, *texts: str, ago: int = 2 * MINUTE) -> dict[str, int]:
    return {app.id_of(text): NOW - ago for text in texts}


def broken(path: str) -> None:
    """The status beside this file is cut off."""
    with open(beside.sync(path), "wb") as file:
        file.write(b'{"state": "online", "unsent": [')


# ── alone ──


@pytest.mark.parametrize("size", SIZES)
async def test_a_folder_that_joined_nothing_says_nothing_of_a_server(tmp_path: Path, size: tuple[int, int]):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        assert screen(pilot)[1].endswith(" saved")
        assert not any(word in " ".join(screen(pilot)) for word in ("server", "sent", "here:", "offline"))
        assert not app.room.query(Banner)


async def test_a_folder_that_joined_nothing_looks_at_one_name_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starts: Starts
):
    looked: list[str] = []
    monkeypatch.setattr(sync_lookout, "mark", lambda path: looked.append(os.path.basename(path)))
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(looked) > 3)
        assert set(looked) == {syncing.JOINED}
        assert "here" not in os.listdir(app.paths.state)
        assert starts == []


async def test_a_drill_says_nothing_of_a_server_and_nobody_is_told_of_it(tmp_path: Path):
    app = JoinedConsole(tmp_path, drill=True, state="offline", since=NOW - HOUR, why="no answer")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        assert not seen(pilot, "offline")
        assert screen(pilot)[1].endswith(" saved")
        assert here.now(app.paths.state) == []


# ── beside `saved` ──


@pytest.mark.parametrize(("size", "said"), [((80, 24), "saved · sent"), ((120, 40), "saved · on the server")])
async def test_what_the_server_has_is_said_calmly(tmp_path: Path, size: tuple[int, int], said: str):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, said)
        assert not seen(pilot, "unsent")
        assert not app.room.query(Banner)


@pytest.mark.parametrize("size", SIZES)
async def test_what_waits_is_counted_and_since_when_where_it_waits_long(tmp_path: Path, size: tuple[int, int]):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "saved · ")
        app.say(unsent=unsent(app, "SEV1", ago=20 * SECOND))
        await shows(pilot, "saved · 1 unsent")
        assert not seen(pilot, "unsent since")
        app.say(unsent=unsent(app, "SEV1", ago=2 * MINUTE))
        await shows(pilot, "saved · 1 unsent since 14:42")


async def test_a_day_old_fact_that_waits_has_its_date(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "saved · ")
        app.say(unsent=unsent(app, "SEV1", ago=24 * HOUR))
        await shows(pilot, "1 unsent since 11-21 14:44")


async def test_an_entry_is_sending_until_the_server_has_it_and_flashes_nothing(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "on the server")
        rep = app.desk.replica
        last = max(event.seq for event in app.room.live.state.facts)
        app.say(heads={rep: (last, "")})
        await until(pilot, lambda: app.room.sight().sync.reached == last)
        app.room.do(Log(text="p99 is back to 60 ms"))
        await shows(pilot, "saved · sending")
        assert not seen(pilot, "unsent")
        app.clock += 4 * SECOND
        app.room.tick()
        await shows(pilot, "saved · 1 unsent")
        app.say(heads={rep: (last + 1, "")})
        await shows(pilot, "saved · on the server")


# ── the line that says that it is gone ──

WHYS = {
    "War.example.org answers with a web page (status 200): a captive portal or a proxy stands before the server; a "
    "browser shows what it wants; it is tried again by itself.": "the server answers with a web page",
    "The certificate of war.example.org does not verify (certificate has expired); it is tried again by itself.": (
        "the certificate does not verify"
    ),
    "War.example.org refuses the connection; it is tried again by itself.": "the server refuses the connection",
    "No connection to war.example.org within 12 s; it is tried again by itself.": (
        "no connection to the server within 12 s"
    ),
    "The name war.example.org is not known here; it is tried again by itself.": "the name the server is not known",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("why", "said"), WHYS.items(), ids=list(WHYS.values()))
async def test_the_line_says_since_when_why_and_how_much_waits(
    tmp_path: Path, size: tuple[int, int], why: str, said: str
):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "saved · ")
        app.say(state="offline", since=NOW - 12 * MINUTE, why=why, unsent=unsent(app, "SEV1"))
        await shows(pilot, "offline since 14:32")
        line = next(row for row in screen(pilot) if "offline since" in row)
        assert said in line
        assert "1 waits" in line
        assert len(line) <= size[0]
        assert size[0] == 80 or "goes on here" in line


async def test_the_line_is_the_third_row_and_takes_none_once_the_server_is_back(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        before = screen(pilot)
        app.say(state="offline", since=NOW - MINUTE, why="no answer")
        await shows(pilot, "offline since 14:43 · no answer · nothing waits · the room goes on here")
        there = screen(pilot)
        assert there[2].startswith(" offline since")
        assert there[-4:] == before[-4:]
        app.say()
        await until(pilot, lambda: screen(pilot) == before)


async def test_the_line_is_amber_and_never_red(tmp_path: Path):
    app = JoinedConsole(tmp_path, state="denied", since=NOW - MINUTE, why="This token was revoked")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "not sent since 14:43")
        card = app.room.query_one(Banner).content(80, 1)
        assert card is not None
        assert {ink.partition(" ")[0] for _, ink in card.lines[0] if ink} == {"amber"}


async def test_a_server_that_is_gone_for_a_moment_is_not_told_of(tmp_path: Path):
    app = JoinedConsole(tmp_path, state="offline", since=NOW - SECOND, why="no answer")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room.sight().sync.state == "offline")
        assert not seen(pilot, "offline")
        app.clock += 3 * SECOND
        app.room.tick()
        await shows(pilot, "offline since 14:44")


async def test_a_revoked_token_is_told_of_at_once_with_what_to_do(tmp_path: Path):
    why = "This token was revoked; it is tried again every minute."
    app = JoinedConsole(tmp_path, state="denied", since=NOW, why=why)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "not sent since 14:44 · this token was revoked · nothing waits · /server")


async def test_a_token_that_only_reads_is_told_of_where_something_waits(tmp_path: Path):
    app = JoinedConsole(tmp_path, grant="observe")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        assert not seen(pilot, "only reads")
        app.say(grant="observe", unsent=unsent(app, "SEV1"))
        await shows(pilot, "this token only reads · 1 waits · /server")


async def test_foreign_words_in_the_reason_are_only_words(tmp_path: Path):
    why = "\x1b]52;c;aGk=\x07[bold]no[/] answer\n\u202egnp"
    app = JoinedConsole(tmp_path, state="offline", since=NOW - MINUTE, why=why)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "[bold]no[/] answer")
        assert "\x1b" not in "".join(screen(pilot))


# ── the process that exchanges facts ──


async def test_a_process_that_does_not_run_is_started(tmp_path: Path, starts: Starts):
    app = JoinedConsole(tmp_path, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · connecting")
        assert starts[0] == ("sync", "--live", "--detached")
        held = lives(app.paths)
        await shows(pilot, "saved · sent")
        held.release()


async def test_a_process_that_hangs_is_taken_over_from_and_told_of(tmp_path: Path, starts: Starts):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        assert starts == []
        path = os.path.join(app.paths.data, syncing.LOCK)
        then = os.stat(path).st_mtime - 27
        os.utime(path, (then, then))
        await until(pilot, lambda: starts)
        assert starts == [("sync", "--live", "--detached", "--take")]
        app.clock += 4 * SECOND
        app.room.tick()
        await shows(pilot, "what sends is not heard of")


async def test_a_process_that_does_not_start_is_told_of_and_tried_again_ever_more_seldom(
    tmp_path: Path, starts: Starts
):
    app = JoinedConsole(tmp_path, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(starts) == 1)
        app.clock += 11 * SECOND
        await until(pilot, lambda: len(starts) == 2)
        app.room.tick()
        await shows(pilot, "what sends does not start")
        app.clock += 11 * SECOND
        for _ in range(10):
            await pilot.pause(0.05)
        assert len(starts) == 2
        app.clock += 11 * SECOND
        await until(pilot, lambda: len(starts) == 3)


async def test_where_it_is_forbidden_nothing_is_started_and_it_is_said(
    tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WARROOM_SYNC", "off")
    app = JoinedConsole(tmp_path, process=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.room.sight().sync.state == "silent")
        app.clock += 4 * SECOND
        app.room.tick()
        await shows(pilot, "WARROOM_SYNC=off forbids what sends")
        assert starts == []


async def test_what_a_dead_process_wrote_down_last_is_not_believed(tmp_path: Path):
    app = JoinedConsole(tmp_path, here=(IVO,))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "on the server")
        assert app.held is not None
        app.held.release()
        await until(pilot, lambda: not seen(pilot, "on the server"))
        assert not seen(pilot, "Ivo (bastion)")


async def test_a_broken_status_is_as_none(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "saved · sent")
        broken(app.room.live.path)
        await shows(pilot, "saved · connecting")
        app.say()
        await shows(pilot, "saved · sent")


async def test_a_server_that_is_joined_while_the_room_is_open_shows_and_goes_again(tmp_path: Path):
    app = JoinedConsole(tmp_path, joined=False, process=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.room._seen is not None)
        held = lives(app.paths)
        join(app.paths)
        app.say()
        await shows(pilot, "saved · on the server")
        os.unlink(os.path.join(app.paths.data, syncing.JOINED))
        await until(pilot, lambda: screen(pilot)[1].endswith(" saved"))
        assert here.now(app.paths.state) == []
        held.release()


# ── who is here ──


async def test_who_is_here_stands_in_the_roles_pane(tmp_path: Path):
    lee = Here("Lee", "", "r8", NOW - 17 * SECOND)
    watch = Here("server@ops", "ops", "r7", NOW)
    app = JoinedConsole(tmp_path, here=(Here("Ana", "", "r6", NOW), lee, watch))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "here: Ana · Lee 17s ago")
        assert not seen(pilot, "server@ops")
        app.say(here=(IVO,))
        await shows(pilot, "here: Ivo (bastion)")
        app.say()
        await shows(pilot, "here: only you")


async def test_at_80_columns_they_are_counted(tmp_path: Path):
    app = JoinedConsole(tmp_path, here=(IVO, Here("Ana", "", "r6", NOW)))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "3 here")


async def test_nobody_is_said_to_be_here_while_the_server_is_gone(tmp_path: Path):
    app = JoinedConsole(tmp_path, state="offline", since=NOW - MINUTE, why="no answer", here=(IVO,))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "here: not known while offline")
        assert not seen(pilot, "Ivo (bastion)")


async def test_this_console_is_here_while_the_room_is_open_and_no_longer(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        inc = app.room.live.state.id
        await until(pilot, lambda: [(each.inc, each.who) for each in here.now(app.paths.state)] == [(inc, "lee")])
        await app.show_lobby()
        await until(pilot, lambda: here.now(app.paths.state) == [])


async def test_another_console_of_this_folder_is_here_too(tmp_path: Path):
    app = JoinedConsole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "here: only you")
        folder = Path(app.paths.state, "here")
        other = holding.take(str(folder / f"{app.room.live.state.id}-1"), Holder(1, "dana"))
        assert other is not None
        await shows(pilot, "here: dana (this machine)")
        other.release()
        await shows(pilot, "here: only you")


# ── the server's clock ──


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (4_200, "this clock is 4s behind the server's"),
        (-4_200, "this clock is 4s ahead of the server's"),
        (90_000, "this clock is 1m30s behind the server's"),
    ],
)
async def test_a_clock_that_is_not_the_servers_is_said_with_which_way(tmp_path: Path, offset: int, said: str):
    app = JoinedConsole(tmp_path, offset=offset)
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, said)
        spans = [ink for text, ink in app.room.query_one("#header")._card.lines[1] if "clock" in text]
        assert spans == ["amber" if abs(offset) > MINUTE else "muted"]


@pytest.mark.parametrize("offset", [None, 0, 1_900, -2_000])
async def test_clocks_that_agree_are_not_spoken_of(tmp_path: Path, offset: int | None):
    app = JoinedConsole(tmp_path, offset=offset)
    async with app.run_test(size=(132, 40)) as pilot:
        await shows(pilot, "on the server")
        assert not seen(pilot, "clock")


async def test_at_80_columns_a_clock_that_is_far_off_is_said_in_few_words(tmp_path: Path):
    app = JoinedConsole(tmp_path, offset=-90_000)
    async with app.run_test(size=(80, 24)) as pilot:
        app.room.do(StateImpact(what="38 % of card checkouts fail since 13:58"))
        await shows(pilot, "▲ 38 % of card checkouts fail")
        await shows(pilot, "clock 1m30s ahead · saved · sent")
