"""The console at a frozen time: on a desk of made-up incidents, or on a real one in a folder of the test's own."""

from collections.abc import Sequence
from functools import cache

from textual.pilot import Pilot

from story import NOW, story
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.config.settings import Settings
from warroom.core.acts.drill import EndDrill
from warroom.core.drill.memory import MemoryRoom, begin
from warroom.core.due import Due
from warroom.core.events import Scenario
from warroom.core.incident import Incident
from warroom.core.values import DAY, HOUR, MINUTE, By, Ms
from warroom.room import StoreError
from warroom.room.desk import Desk, Listed
from warroom.room.room import Room
from warroom.store.replica import current
from warroom.tui.app import WarRoomApp


def listed(
    handle: str,
    title: str,
    severity: str = "SEV2",
    phase: str = "mitigating",
    ago: Ms = HOUR,
    lasted: Ms | None = None,
    due: Due | None = None,
    commander: str = "",
    entries: int = 1,
    drill: bool = False,
    trouble: str = "",
) -> Listed:
    """An incident as the desk lists it, declared `ago` before the frozen time."""
    start = NOW - ago
    return Listed(
        id=handle.ljust(26, "0"),
        handle=f"INC-{handle}",
        path=f"/incidents/{handle.lower()}.json",
        title=title,
        severity=severity,
        phase=phase,
        declared_at=start,
        ended=None if lasted is None else start + lasted,
        drill=drill,
        due=due,
        commander=commander,
        entries=entries,
        trouble=trouble,
    )


def some() -> list[Listed]:
    """The incidents of the picture."""
    update = Due("update", "public update #3", "mei", NOW + MINUTE + 32_000)
    late = Due("update", "public update #9", "", NOW - 12 * MINUTE)
    return [
        listed("K3F9", "Checkout returns 500s", "SEV1", ago=42 * MINUTE, due=update, commander="Dana", entries=128),
        listed("P07Q", "Slow exports in EU", "SEV3", "monitoring", 3 * HOUR + 10 * MINUTE, due=late),
        listed("7XMA", "Login tokens rejected", "SEV2", "resolved", 3 * DAY, 72 * MINUTE),
        listed("QD21", "Search index 40 min behind", "SEV3", "closed", 8 * DAY, 242 * MINUTE),
        listed("B9KE", "Primary database out of disk", "SEV1", "closed", 20 * DAY, 168 * MINUTE),
        listed("M3TT", "Certificate of api expired", "SEV2", "closed", 26 * DAY, 38 * MINUTE),
        listed("ZZ0R", "Wrong VAT on drafts", "SEV4", "closed", 33 * DAY, 375 * MINUTE),
        listed("H48C", "CDN serves stale pages", "SEV2", "cancelled", 42 * DAY, 55 * MINUTE),
        listed("V1PN", "Webhooks delayed", "SEV3", "closed", 51 * DAY, 140 * MINUTE),
        listed("G2DR", "Practice: the disk fills", "SEV2", "closed", 41 * DAY, 11 * MINUTE, drill=True),
    ]


@cache
def made_up(path: str) -> Incident | None:
    """What is in the files of the picture that something is made of: dana's last drill, and an incident to replay."""
    if path == "/incidents/7xma.json":
        return story().state()
    if path != "/incidents/g2dr.json":
        return None
    start = NOW - 41 * DAY
    scenario = Scenario(
        id="disk", title="Practice: the disk fills", level="easy", length=15 * MINUTE, trains=("facts",)
    )
    drill = MemoryRoom(begin(scenario, None, 1, [], start, who="dana"), "dana", start)
    drill.now = start + 11 * MINUTE
    drill.do(EndDrill(why="it is resolved", wall=drill.now))
    return drill.state


class MadeUpDesk:
    """A desk whose incidents are a list. `failing` is raised instead of them."""

    def __init__(self, incidents: Sequence[Listed] = (), me: str = "dana") -> None:
        self.me = By(me)
        self.listed = list(incidents)
        self.failing: StoreError | None = None

    def now(self) -> Ms:
        return NOW

    def incidents(self) -> list[Listed]:
        if self.failing is not None:
            raise self.failing
        return list(self.listed)

    def state(self, path: str) -> Incident:
        found = made_up(path)
        if found is None:
            raise StoreError(f"{path} is made up.")
        return found


class LobbyApp(WarRoomApp):
    """The console on a made-up desk; what it is asked to open is noted, not opened."""

    def __init__(
        self, desk: MadeUpDesk, settings: Settings | None = None, library: Library | None = None, typed: str = ""
    ) -> None:
        paths = Paths(
            "/home/dana/.config/warroom", "/home/dana/.local/share/warroom", "/home/dana/.local/state/warroom"
        )
        super().__init__(desk, paths, settings or Settings(theme="dark"), library or Library(), typed=typed)  # type: ignore[arg-type]
        self.opened: list[str] = []

    def open_room(self, path: str) -> None:
        self.opened.append(path)


class DeskApp(WarRoomApp):
    """The console on a real desk in `folder`; rooms that it enters are noted, not shown."""

    def __init__(self, folder: str, me: str = "dana", settings: Settings | None = None) -> None:
        paths = Paths(folder, folder, folder)
        desk = Desk(paths.incidents, current(paths.data), By(me), lambda: NOW)
        super().__init__(desk, paths, settings or Settings(theme="dark"), Library(paths))
        self.entered: list[tuple[Room, str]] = []

    async def enter(self, room: Room, ghost: str = "") -> None:
        self.entered.append((room, ghost))

    async def on_unmount(self) -> None:
        for room, _ in self.entered:
            room.log.close()


async def settled(pilot: Pilot[int]) -> None:
    """Until everything that was asked for is done and on the screen."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def type_in(pilot: Pilot[int], text: str) -> None:
    """Type the text, key by key."""
    await pilot.press(*("space" if char == " " else char for char in text))
    await settled(pilot)


def screen(pilot: Pilot[int]) -> list[str]:
    """The rows of the screen."""
    return [strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips()]


def seen(pilot: Pilot[int], text: str) -> bool:
    """Whether a row of the screen has this text."""
    return any(text in row for row in screen(pilot))
