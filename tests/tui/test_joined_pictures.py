"""Pictures of a joined room in each of its states, to be looked at when they change (`pytest --snapshot-update`)."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from over_app import DialogApp, ready
from story import NOW, RoomApp, Writer, story
from warroom.core import events as ev
from warroom.core.values import MINUTE
from warroom.room.syncing import Here
from warroom.tui.joining import Join
from warroom.tui.moment import Sight
from warroom.tui.sync_view import DENIED, OFFLINE, ONLINE, SyncView, waiting

SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
HERE = (Here("Mei", "", "B", NOW), Here("Ivo", "bastion", "C", NOW), Here("Ana", "", "D", NOW - 17_000))
PORTAL = "War.example.org answers with a web page (status 200): a captive portal or a proxy stands before the server"
CERTIFICATE = "The certificate of war.example.org does not verify (certificate has expired)"


def online(w: Writer) -> SyncView:
    return SyncView(ONLINE, "war.example.org", NOW - MINUTE, here=HERE, offset=4_200, grant="respond")


def gone(why: str, state: str = OFFLINE) -> Callable[[Writer], SyncView]:
    def view(w: Writer) -> SyncView:
        unsent = {event.id: event.rec for event in w.events[-3:]}
        return SyncView(state, "war.example.org", NOW - 6 * MINUTE, why, unsent=unsent, offset=90_000)

    return view


def refused(w: Writer) -> SyncView:
    logged = [event.id for event in w.events if isinstance(event.body, ev.Logged)]
    why = "it is 68 KiB, and a fact is at most 64 KiB"
    return SyncView(ONLINE, "war.example.org", here=HERE, refused={logged[-1]: why}, relayed={logged[-2]: "ivo"})


STATES = {
    "online": online,
    "portal": gone(PORTAL),
    "certificate": gone(CERTIFICATE),
    "revoked": gone("This token was revoked", DENIED),
    "unreachable": gone("No connection to war.example.org within 12 s"),
    "refused": refused,
}


def app(made: Callable[[Writer], SyncView], look: str = "dark", ascii: bool = False) -> RoomApp:
    w = story()
    sync, state = made(w), w.state()
    unsent, oldest = waiting(sync, state)
    sight = Sight(me="lee", ascii=ascii, handle="INC-K3F9", sync=sync, unsent=unsent, unsent_since=oldest)
    return RoomApp(state, look, ascii, sight)


async def selected(pilot: Pilot[None]) -> None:
    await pilot.pause()
    assert isinstance(pilot.app, RoomApp)
    pilot.app.room.timeline.select(-1)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("made", STATES.values(), ids=STATES)
def test_a_joined_room(snap_compare, made: Callable[[Writer], SyncView], size: str):
    assert snap_compare(app(made), terminal_size=SIZES[size], run_before=selected)


@pytest.mark.parametrize(("look", "ascii"), [("light", False), ("ansi", True)])
def test_a_joined_room_in_other_looks(snap_compare, look: str, ascii: bool):
    assert snap_compare(app(gone(CERTIFICATE), look, ascii), terminal_size=SIZES["80x24"], run_before=selected)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15)], ids=["120x40", "80x24", "60x15"])
def test_joining(snap_compare, size: tuple[int, int]):
    async def typed(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press(*"war.example.org", "tab", *"secret")
        await pilot.pause()

    dialog = DialogApp(Join(told="The token is asked for here; on a line it could be read by others."))  # type: ignore[arg-type]  # a dialog like the others
    assert snap_compare(dialog, terminal_size=size, run_before=typed)
