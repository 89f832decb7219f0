"""The console in a real room, others who act beside it, and a hand that counts its keys beyond the words themselves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot

from page_app import PageConsole, files, until
from warroom.config.load import Library
from warroom.core.acts.people import AssignRole
from warroom.core.commands import Command
from warroom.core.events import Body, Event, Value
from warroom.core.values import By
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.replica import current
from warroom.tui.overlays.above import Sheet


class PracticeConsole(PageConsole):
    """SEV1, with roles, a checklist, a rhythm of updates and a policy that calls Lee first."""

    def attached(self) -> tuple[Value, ...]:
        library = Library(self.paths)
        playbook = library.choose_playbooks("SEV1")[0]
        return (library.roles(), library.checklist(playbook), library.cadence(), *super().attached())


def console(home: Path, me: str = "lee", **options: object) -> PracticeConsole:
    """With a home of its own, in which a policy calls Lee at once and Mei after five minutes."""
    policy = (
        'id = "quick"\nowner = "payments"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:lee"]\n'
        '[[level]]\nafter = "PT5M"\nnotify = ["contact:mei"]\n'
    )
    return PracticeConsole(files(home, policy=policy), me, **options)  # type: ignore[arg-type]  # as they are named


@contextmanager
def elsewhere(app: PageConsole, who: str) -> Iterator[Room]:
    """The same incident in another process's hands: the facts of `who` come from outside."""
    folder = os.path.join(app.paths.data, f"elsewhere-{who}")
    os.makedirs(folder, exist_ok=True)
    desk = Desk(app.paths.incidents, current(folder), By(who), lambda: app.clock)
    room = desk.open(app.room.live.path)
    room.load()
    try:
        yield room
    finally:
        room.log.close()


def done_elsewhere(app: PageConsole, who: str, *commands: Command) -> None:
    """Somebody else does this."""
    with elsewhere(app, who) as room:
        for outcome in room.commit([(command, By(who)) for command in commands]):
            assert isinstance(outcome, list), outcome


def facts(app: PageConsole, kind: type[Body]) -> list[Event]:
    """The facts of this kind that the console's room holds."""
    return [event for event in app.room.live.state.facts if isinstance(event.body, kind)]


def commander(who: str) -> AssignRole:
    return AssignRole(role="commander", who=who)


def laid(app: PageConsole) -> str:
    """What the sheet over the room says, its lines joined."""
    rows = ["".join(span for span, _ in line).strip("│ ") for sheet in app.room.query(Sheet) for line in sheet._lines]
    return " ".join(" ".join(rows).split())


async def ready(app: PageConsole, pilot: Pilot[int]) -> None:
    """Until nothing is on its way to the disk and the screen shows what is there."""
    sheets = list(app.room.query(Sheet))
    await until(pilot, lambda: not any(sheet.busy for sheet in sheets))


class Hand:
    """Fingers on the keyboard: `keys` counts every key beyond the words themselves."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.app = pilot.app
        assert isinstance(self.app, PageConsole)
        self.keys = 0

    def words(self, text: str) -> None:
        """Type these words: the text itself, which costs what it costs."""
        room = self.app.room  # type: ignore[attr-defined]  # a PageConsole
        for char in text:
            assert room.prompt.press(char, char)

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self.pilot.press(*keys)

    async def until(self, kind: type[Body], many: int = 1) -> Event:
        """Until there are so many facts of this kind on the screen; the last of them."""
        app = self.app
        assert isinstance(app, PageConsole)
        await until(self.pilot, lambda: len(facts(app, kind)) >= many, f"{many} {kind.__name__}")
        await until(self.pilot, lambda: app.room.shown is app.room.live.state)
        return facts(app, kind)[-1]
