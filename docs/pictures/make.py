"""Makes the pictures of the README: the real console, headless, on an incident written by real commands.

Run by `make picture`. Writes `room.svg` and `lobby.svg` beside itself.
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

from warroom.config.load import Library
from warroom.config.paths import find
from warroom.config.settings import Settings
from warroom.core import outbox
from warroom.core.acts import delivery, entries, lifecycle, paging, people, talk, work
from warroom.core.commands import Command
from warroom.core.events import DeliveryChanged
from warroom.core.values import MINUTE, SECOND, By
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store import beside, holding
from warroom.store.replica import current
from warroom.tui.app import WarRoomApp
from warroom.tui.incident_screen import IncidentScreen
from warroom.tui.pager_view import HELD

HERE = Path(__file__).parent
START = 1_795_269_731_000  # 2026-11-21 14:02:11 UTC
SIZE = (132, 40)
WATCH = "watch@bastion"

Story = list[tuple[str, str, Command]]

STORY: Story = [
    ("0:12", "dana", people.AssignRole(role="commander", who="dana")),
    ("0:40", "dana", people.AssignRole(role="scribe", who="lee")),
    ("1:05", "lee", entries.Log(text="every search for a new order comes back empty", kind="observed", who="support")),
    ("1:30", "ivo", paging.Acknowledge(who="Ivo Petrov")),
    ("2:10", "dana", lifecycle.StateImpact(what="orders newer than 13:40 are not found", since=START - 22 * MINUTE)),
    ("2:15", "dana", work.ChangeStep(step="1")),
    ("3:20", "lee", entries.Log(text="indexer lag is 21 min and grows", kind="observed", who="ivo")),
    ("4:02", "lee", entries.Log(text="the new mapping was deployed at 13:38", kind="hypothesis", who="ivo")),
    ("5:10", "mei", talk.PostUpdate(what="new orders are missing from search, next at 14:27", next_in=20 * MINUTE)),
    ("5:12", "dana", work.ChangeStep(step="2")),
    ("6:00", "dana", talk.OpenPoll(proposal="roll the mapping back to yesterday's.")),
    ("6:31", "dana", talk.Object(who="ana", what="a re-index takes two hours; try the alias first")),
    ("6:58", "dana", entries.Log(text="point the alias at the old index first, roll back after that", kind="decision")),
    ("7:20", "dana", work.GiveTask(who="ana", what="switch the search alias back", within=10 * MINUTE)),
    ("7:25", "dana", lifecycle.ChangePhase(phase="mitigating", why="the alias goes back")),
    ("8:15", "dana", work.ChangeStep(step="3")),
    ("9:40", "lee", entries.Log(text="alias switched, read back by Ivo", kind="action", who="ana")),
    ("10:05", "dana", work.FinishTask(task="ana", result="switched, 14 s")),
    (
        "12:10",
        "lee",
        entries.Log(text="half of the shards still answer from the new index", kind="observed", who="ivo"),
    ),
    ("12:44", "dana", lifecycle.ChangeSeverity(severity="SEV1", why="checkout searches too")),
    ("13:05", "dana", paging.Escalate(why="the search lead is needed")),
    *((f"14:{30 + n}", "dana", work.ChangeStep(step=str(n))) for n in range(4, 10)),
    ("15:02", "mei", talk.PostUpdate(audience="internal", what="search is wrong for new orders, alias switched back")),
    ("17:40", "mei", talk.PostUpdate(audience="public", what="half of the searches are right again")),
    ("18:20", "dana", paging.ReportNoAnswer(why="phone and chat")),
    ("18:58", "lena", entries.Log(text="212 tickets in ten minutes, all from the EU", who="support")),
    ("19:40", "dana", paging.Acknowledge(who="Ana Costa")),
    ("21:10", "lee", entries.Log(text="flush the query cache per shard, one by one", kind="decision", who="dana")),
    ("21:30", "dana", work.GiveTask(who="ivo", what="flush the query cache, shard by shard", within=9 * MINUTE)),
    ("23:05", "lee", entries.Log(text="first shard flushed, answers are complete there", kind="observed", who="ivo")),
    ("24:12", "dana", lifecycle.StateImpact(what="2 % of searches miss new orders, was 100 %", state="reduced")),
]

POLICY = """
id = "search"
title = "search"
owner = "search team"
repeat = 2
[[level]]
after = "PT0S"
name = "on-call"
notify = ["contact:ivo"]
[[level]]
after = "PT5M"
name = "search lead"
notify = ["contact:mei"]
backup = ["contact:ana"]
[[level]]
after = "PT15M"
name = "manager"
notify = ["contact:rahul"]
[[trigger]]
id = "long"
jump = 3
why = "SEV1 not resolved after 30 min"
severity = ["SEV1"]
elapsed = "PT30M"
"""
CHANNELS = '[channel.pagerduty]\nkind = "pagerduty"\nkey_env = "NONE"\ntoken_env = "NONE"\n'
CONTACTS = "\n".join(
    f'[contact.{id}]\nname = "{name}"\nreach = ["pagerduty"]\nphone = "{phone}"'
    for id, name, phone in (
        ("ivo", "Ivo Petrov", "+44 20 7946 0011"),
        ("mei", "Mei Tanaka", "+44 20 7946 0012"),
        ("ana", "Ana Costa", "+44 20 7946 0013"),
        ("rahul", "Rahul Iyer", "+44 20 7946 0014"),
    )
)


class Clock:
    """The clock of the story."""

    now = START


def told(desk: Desk, library: Library, clock: type[Clock]) -> Room:
    """The incident, written fact by fact at the story's times."""
    playbook = library.playbooks["general"]
    attach = (library.roles(), library.policy("search"), library.cadence(), library.checklist(playbook))
    room = desk.declare(
        lifecycle.Declare(
            title="Search misses new orders",
            severity="SEV2",
            services=("search", "checkout"),
            attach=attach,
            bridge="meet/search",
        )
    )
    assert isinstance(room, Room), room
    done(room, delivery.TakePager(token="story", where=WATCH), "watch")
    paged(room, clock)
    for when, who, command in STORY:
        minutes, seconds = when.split(":")
        clock.now = START + int(minutes) * MINUTE + int(seconds) * SECOND
        done(room, command, who)
        paged(room, clock)
    clock.now = START + 25 * MINUTE + 28 * SECOND
    return room


def done(room: Room, command: Command, who: str) -> None:
    outcome = room.do(command, By(who))
    assert isinstance(outcome, list), outcome


def paged(room: Room, clock: type[Clock]) -> None:
    """What a pager would have sent by now: the facts alone, nothing leaves this machine."""
    for page in outbox.pages(room.state, clock.now):
        call, target = page.call, page.target
        sending = DeliveryChanged(
            outbox.key(room.state.id, page, "pagerduty", ""),
            "sending",
            channel="pagerduty",
            ref=target.ref,
            who=target.name,
            level=call.level,
            backup=call.backup,
            round=call.round,
            cause=call.cause,
            due=call.due,
            answers=True,
            pager="story",
        )
        done(room, delivery.Deliver(delivery=sending), "watch")
        clock.now += SECOND
        done(room, delivery.Deliver(delivery=replace(sending, state="sent")), "watch")


async def picture(app: WarRoomApp, name: str, typed: str) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        while isinstance(app.screen, IncidentScreen) and app.screen.sight().pager.state != HELD:
            await asyncio.sleep(0.05)
            await pilot.pause()
        for char in typed:
            await pilot.press("space" if char == " " else char)
        await pilot.pause()
        svg = app.export_screenshot(title="warroom")
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.S).replace("<text ", '<text xml:space="preserve" ')
    (HERE / f"{name}.svg").write_text(svg)


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        paths = find({"WARROOM_HOME": home})
        Path(home, "policies").mkdir()
        Path(home, "policies", "search.toml").write_text(POLICY)
        Path(home, "contacts.toml").write_text(CONTACTS)
        Path(home, "channels.toml").write_text(CHANNELS)
        Path(paths.incidents).mkdir(mode=0o700)
        clock = Clock
        desk = Desk(paths.incidents, current(paths.data), By("lee"), lambda: clock.now)
        room = told(desk, Library(paths), clock)
        room.log.close()
        pager = holding.take(beside.pager(room.log.path), holding.Holder(os.getpid(), WATCH, "story"))
        settings = Settings(name="lee", theme=sys.argv[1] if len(sys.argv) > 1 else "dark")
        app = WarRoomApp(desk, paths, settings, Library(paths), path=room.log.path)
        asyncio.run(picture(app, "room", "-2m ivo: ? the cache outlives the alias"))
        app = WarRoomApp(desk, paths, settings, Library(paths))
        asyncio.run(picture(app, "lobby", "sea"))
        if pager is not None:
            pager.release()


if __name__ == "__main__":
    main()
