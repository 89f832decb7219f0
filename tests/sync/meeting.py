"""All meet again, and what must hold then."""

import os
from typing import Any

from facts import Choices
from laws import without_places
from terminals import Facts, Terminal, forget, rows_of
from warroom.core import codec
from warroom.core.events import FactRedacted
from warroom.core.incident import Incident
from warroom.core.order import Replay
from warroom.store.log import Log as LogFile
from world import World, in_small_steps, repeatable

MOST_ROUNDS = 10
MOST_ASKS = 120  # of one terminal in one round


def run(data: bytes, folder: str, *, thorough: bool = False) -> World:
    """One history from its bytes. Raises `AssertionError` with what does not hold."""
    pick = Choices(data)
    with repeatable(len(data)), in_small_steps(pick):
        world = World(folder, pick)
        try:
            while pick.left:
                world.step()
                _keeps_what_it_has(world)
            _meet(world)
            _agree(world, thorough)
        except AssertionError as wrong:
            raise AssertionError(f"{wrong}\nsteps: {'; '.join(world.said)}\nagain: {data.hex()}") from wrong
        finally:
            world.close()
            forget()
    return world


def _keeps_what_it_has(world: World) -> None:
    for terminal in world.terminals:
        lost = terminal.kept - {hash for _, _, hash in rows_of(terminal.path)}
        assert not lost, f"{terminal.name} lost {len(lost)} facts from its file"
    for server in world.servers:
        lost = server.acked - {hash for _, _, hash in rows_of(server.path)}
        assert not lost, f"a server lost {len(lost)} facts that it had acknowledged"


def _meet(world: World) -> None:
    """Everything that is under way arrives, and everybody exchanges until nothing moves."""
    while world.stray:
        world.stray_arrives(world.terminals[0])
    for terminal in world.terminals:
        terminal.server = 0
        terminal.live.clear()
        terminal.exchange.look()
    there = [event for path in _paths(world) for event, _, _ in rows_of(path)]
    world.must_have = {event.id for event in there} - world.odd
    # A redaction that was lost with all who held it may have been at work here and not there.
    world.redacted -= {event.body.of for event in there if isinstance(event.body, FactRedacted)}
    for _ in range(MOST_ROUNDS):
        before = _all_hashes(world)
        for terminal in world.terminals:
            world.compares(terminal)
            took = world.settle(terminal, MOST_ASKS)
            assert took < MOST_ASKS, f"{terminal.name} never comes to an end"
            assert not terminal.exchange.engine.trouble, f"{terminal.name}: {terminal.exchange.engine.trouble}"
        if _all_hashes(world) == before:
            return
    raise AssertionError("they go on for ever")


def _all_hashes(world: World) -> list[set[str]]:
    return [{hash for _, _, hash in rows_of(path)} for path in _paths(world)]


def _paths(world: World) -> list[str]:
    return [terminal.path for terminal in world.terminals] + [world.servers[0].path]


def _agree(world: World, thorough: bool) -> None:
    _keeps_what_it_has(world)
    there = rows_of(world.servers[0].path)
    _whole(there)
    expected = _said(world, there)
    lost = world.must_have - expected.keys()
    assert not lost, f"{len(lost)} facts never reached the server"
    shown = _state(world, there, thorough)
    _causes_come_first(world, shown)
    for terminal in world.terminals:
        here = rows_of(terminal.path)
        said = _said(world, here)
        assert said.keys() == expected.keys(), f"{terminal.name} has other facts than the server"
        assert said == expected, f"{terminal.name} has other words than the server"
        refused = terminal.exchange.engine.refused.keys() - world.odd
        assert not refused, f"{terminal.name}: refused {[terminal.exchange.engine.refused[id] for id in refused]}"
        assert terminal.exchange.engine.in_step, f"{terminal.name} does not know that it is in step"
        assert not terminal.exchange.engine.unsent, f"{terminal.name} believes that something is unsent"
        _shows(world, terminal, here, shown, thorough)
        _verifies(world, terminal.path)
    _verifies(world, world.servers[0].path)
    _keeps_no_secret(world, there)


def _causes_come_first(world: World, shown: tuple[Any, ...]) -> None:
    """Whatever the clocks on the walls said: what a writer knew stands before what was written."""
    place = {id: n for n, id in enumerate(shown[0][2])}
    for terminal in world.terminals:
        for id, known in terminal.saw.items():
            late = [each for each in known if place.get(each, -1) > place.get(id, len(place))]
            assert not late, f"a fact stands before {len(late)} that its writer had seen"


def _whole(there: Facts) -> None:
    heads: dict[str, tuple[int, str]] = {}
    for event, _, hash in there:
        assert (event.seq - 1, event.prev) == heads.get(event.rep, (0, "")), "a chain on the server is broken"
        heads[event.rep] = (event.seq, hash)


def _said(world: World, facts: Facts) -> dict[str, tuple[str, bool]]:
    """Of each fact what it says, in all its copies, and whether one of them still has its words."""
    found: dict[str, tuple[str, bool]] = {}
    for event, data, _ in facts:
        if event.id in world.odd:
            continue
        says, whole = found.get(event.id, (codec.content(data), False))
        assert says == codec.content(data), "two copies of one fact differ"
        found[event.id] = says, whole or (bool(event.salt) and event.id not in world.redacted)
    return found


def _state(world: World, facts: Facts, thorough: bool) -> tuple[Any, ...]:
    replay = Replay()
    replay.receive([event for event, _, _ in facts if event.id not in world.odd | world.redacted])
    return _look(replay.state, thorough)


def _look(state: Incident, thorough: bool) -> tuple[Any, ...]:
    """All that a state shows, but for where a fact stands in which chain."""
    timeline = [(e.id, e.at, e.body, e.by, state.stands(e.id)) for e in state.timeline]
    assert len({id for id, *_ in timeline}) == len(timeline), "a fact is shown twice"
    values = {key: [e.id for e in events] for key, events in state.values.items() if events}
    order = [event.id for event in state.facts]
    plain = (timeline, values, order, len(state.conflicts), state.entry_count)
    if not thorough:
        return (plain,)
    return plain, without_places(state)


def _shows(world: World, terminal: Terminal, here: Facts, shown: tuple[Any, ...], thorough: bool) -> None:
    terminal.room.follow()
    if (world.odd | world.redacted) & {event.id for event, _, _ in here}:
        assert _state(world, here, thorough) == shown, f"{terminal.name} shows another state than the server"
    else:
        assert _look(terminal.room.state, thorough) == shown, f"the room of {terminal.name} shows another state"


def _verifies(world: World, path: str) -> None:
    """What a broken warroom wrote is named, and its place where another fact stands too; nothing else is."""
    odd = {(e.rep, e.seq) for e, _, _ in rows_of(path) if e.id in world.odd}
    fine = world.odd | {e.id for e, _, _ in rows_of(path) if (e.rep, e.seq) in odd}
    with LogFile.open(path, "", read_only=True) as log:
        troubles = [trouble for trouble in log.verify() if trouble.id not in fine]
    assert not troubles, f"{os.path.relpath(path, world.folder)}: {troubles}"


def _keeps_no_secret(world: World, there: Facts) -> None:
    gone = {e.body.of for e, _, _ in there if isinstance(e.body, FactRedacted)}
    page = world.servers[0].answer(("pull", ""))
    for fact in page.events if page is not None else ():
        event = codec.decode(fact.e)
        assert not (event.salt and event.id in gone), "the server gives redacted words away"
    for path in _paths(world):
        with open(path, "rb") as file:
            data = file.read()
        for id in gone:
            words = world.secrets.get(id)
            assert words is None or words.encode() + b'"' not in data, f"redacted words are still in {path}"
        for event, _, _ in rows_of(path):
            assert not (event.salt and event.id in gone), f"a redacted fact still has its words in {path}"
