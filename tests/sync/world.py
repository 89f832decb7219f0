"""Terminals, servers and a network that misbehaves, all driven by bytes: cheap to draw, and hypothesis shrinks them.

A run: people write and things go wrong, step after step; then all meet, and `meeting` says what must hold.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from facts import DECLARE, INC, Choices, command
from network import FATES, Line, goes_well
from servers import Request, Server, StoreTrouble
from terminals import DAY, ODD, PLAIN, Terminal, rows_of
from warroom.core import codec, order
from warroom.core.acts.entries import Log, Redact
from warroom.core.events import Event, FactRedacted, Logged
from warroom.store import replica
from warroom.sync import wire
from warroom.sync.wire import fact_bytes

MOST = 5  # terminals


class World:
    """`odd`: ids of the facts that no server has to take. `must_have`: of those that all must have in the end.

    `redacted`: ids of the facts that somebody redacted.
    """

    def __init__(self, folder: str, pick: Choices) -> None:
        self.folder, self.pick = folder, pick
        self.count = 0
        self.odd: set[str] = set()
        self.must_have: set[str] = set()
        self.redacted: set[str] = set()
        self.secrets: dict[str, str] = {}  # id → words that stand nowhere else
        self.stray: list[tuple[int, Request]] = []  # requests that are under way and awaited by nobody
        self.servers = [Server(os.path.join(folder, f"server{n}"), INC) for n in (0, 1)]
        page = pick.of((500, 3, 7))
        for server in self.servers:
            server.page = page
        self.terminals = [self._join() for _ in range(2 + pick.below(2))]
        self.terminals[0].do(DECLARE)
        self.said: list[str] = []  # what happened, for whoever reads a failure

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        for server in self.servers:
            server.stop()

    def _join(self) -> Terminal:
        self.count += 1
        return Terminal(os.path.join(self.folder, f"t{self.count}"), f"ana{self.count}", 0)

    # ── one step ────────────────────────────────────────────────────────────────────────────────

    def step(self) -> None:
        act = self.pick.of(STEPS)
        terminal = self.pick.of(self.terminals)
        self.said.append(f"{act.__name__} {terminal.name}")
        act(self, terminal)
        for server in self.servers:
            for each in self.terminals:
                if self.servers[each.server] is server:
                    each.live += server.news
            server.news = []

    def write(self, terminal: Terminal) -> None:
        if self.pick.below(3):
            self.log(terminal)
        else:
            self.do(terminal, command(self.pick, terminal.room.state, terminal.now()))
        terminal.exchange.look()

    def do(self, terminal: Terminal, what: Any) -> list[Event]:
        done = terminal.do(what)
        self.redacted |= {event.body.of for event in done if isinstance(event.body, FactRedacted)}
        return done

    def log(self, terminal: Terminal) -> None:
        words = f"seen-{len(self.secrets)}-{terminal.name}"
        for event in self.do(terminal, Log(text=words)):
            if isinstance(event.body, Logged):
                self.secrets[event.id] = words

    def write_and_forget(self, terminal: Terminal) -> None:
        """Another process of the same folder: the exchange finds out by itself."""
        self.log(terminal)

    def redact(self, terminal: Terminal) -> None:
        entries = [e.id for e in terminal.room.state.facts if isinstance(e.body, Logged)]
        if entries:
            self.do(terminal, Redact(of=self.pick.of(entries[::-1]), why="a password"))

    def forge(self, terminal: Terminal) -> None:
        """Somebody with a token sends what is not theirs: a copy of a fact as it is, without its words, with others."""
        known = [(event, data) for event, data, _ in rows_of(terminal.path) if event.salt and event.id not in self.odd]
        gone = [each for each in known if each[0].id in self.redacted]
        if not known:
            return
        self.count += 1
        event, data = self.pick.of(gone or known[::-1])
        rep, server = f"FORGED{self.count}", self.servers[self.pick.of(self.terminals).server]
        there = rows_of(server.path)
        copies = [codec.readdressed(data, rep, 1, "")]
        if there:
            last = there[-1][0]
            copies.append(codec.readdressed(data, last.rep, last.seq + 1, "0" * 64))
        if event.id in {known.id for known, _, _ in there if known.salt}:
            # Whoever comes first with an id has it: what a server does not know it cannot defend.
            other = msgspec.structs.replace(event, rep=rep, seq=1, prev="", body=Logged(text_="forged"))
            copies += [codec.readdressed(codec.redact(data)[0], rep, 1, ""), codec.encode(other)]
        with suppress(StoreTrouble):
            server.answer(("push", [fact_bytes(*self.pick.of(copies))]))

    def write_odd(self, terminal: Terminal) -> None:
        sort = self.pick.of(ODD)
        self.odd.add(terminal.write_odd(sort))

    def write_unknown(self, terminal: Terminal) -> None:
        terminal.write_odd(self.pick.of(PLAIN))

    def jump(self, terminal: Terminal) -> None:
        terminal.ticks += self.pick.of((DAY, -DAY))

    # ── the network ─────────────────────────────────────────────────────────────────────────────

    def exchange(self, terminal: Terminal) -> None:
        """One thing after a look at the file; whatever it asks may meet with anything."""
        terminal.exchange.look()
        terminal.step(Line(self, terminal, FATES))

    def exchange_all(self, terminal: Terminal) -> None:
        """Until it has nothing to do, through a network that does what it should."""
        self.compares(terminal)
        self.settle(terminal, 60)

    def compares(self, terminal: Terminal) -> None:
        """What happens whenever the stream begins anew: the server says how far it is."""
        terminal.exchange.again()
        terminal.exchange.listed(self.servers[terminal.server].listed())

    def meanwhile(self, terminal: Terminal) -> None:
        """What happens on a machine while it waits for an answer."""
        self.pick.of((World.write, World.redact, World.stream, World.put_file_back, World.put_file_back))(
            self, terminal
        )

    def settle(self, terminal: Terminal, most: int) -> int:
        """How many steps it took until there was nothing to do, at most `most`."""
        for done in range(most):
            terminal.exchange.look()
            if not terminal.step(Line(self, terminal, (goes_well,))):
                return done
        return most

    def stray_arrives(self, terminal: Terminal) -> None:
        if self.stray:
            server, request = self.stray.pop(self.pick.below(len(self.stray)))
            with suppress(StoreTrouble):
                self.servers[server].answer(request)

    def stream(self, terminal: Terminal) -> None:
        """What the stream brings: in order, doubled, with a hole, or not at all because it broke."""
        how = self.pick.below(6)
        count = min(len(terminal.live), 1 + self.pick.below(4))
        facts = [terminal.live.popleft() for _ in range(count)]
        if how == 1:
            terminal.hear(facts)
        if how == 2:
            facts = facts[1:]
        terminal.hear(facts)
        terminal.heard.extend(facts)
        if how == 3:
            terminal.live.clear()
            self.compares(terminal)

    # ── what happens to machines ────────────────────────────────────────────────────────────────

    def kill_server(self, terminal: Terminal) -> None:
        self.servers[terminal.server].kill()

    def lose_server(self, terminal: Terminal) -> None:
        self.servers[terminal.server].lose()

    def copy_server(self, terminal: Terminal) -> None:
        self.servers[terminal.server].remember()

    def put_server_back(self, terminal: Terminal) -> None:
        self.servers[terminal.server].put_back()

    def move_to_the_other_server(self, terminal: Terminal) -> None:
        terminal.server = 1 - terminal.server
        terminal.live.clear()
        self.compares(terminal)

    def restart(self, terminal: Terminal) -> None:
        terminal.close()
        terminal.open()

    def forget_status(self, terminal: Terminal) -> None:
        terminal.saved = ("", {})
        self.restart(terminal)

    def copy_file(self, terminal: Terminal) -> None:
        with open(terminal.path, "rb") as file:
            terminal.copy = file.read(), set(terminal.kept)

    def put_file_back(self, terminal: Terminal) -> None:
        """An older copy of its file replaces it while everything runs."""
        if terminal.copy is None:
            return
        data, kept = terminal.copy
        with open(terminal.path + ".new", "wb") as file:
            file.write(data)
        os.replace(terminal.path + ".new", terminal.path)
        terminal.kept = set(kept)
        terminal.room.load()

    def put_file_back_unseen(self, terminal: Terminal) -> None:
        """The same, and facts that it had then come by the stream once more, before anybody looked at the file."""
        self.put_file_back(terminal)
        terminal.hear(list(terminal.heard))

    def meets_a_full_disk(self, terminal: Terminal) -> None:
        """What it would write of what comes from the server cannot be written this time."""
        terminal.exchange.look()
        with terminal.full_disk():
            terminal.step(Line(self, terminal, (goes_well,)))

    def destroy(self, terminal: Terminal) -> None:
        """Its folder is gone, and somebody new joins."""
        if len(self.terminals) < 2:
            return
        self.terminals.remove(terminal)
        terminal.close()
        shutil.rmtree(terminal.folder)
        new = self._join()
        new.server = terminal.server
        self.terminals.append(new)

    def clone(self, terminal: Terminal) -> None:
        """A machine is copied with all that is on it: two go on as the same replica, or a folder is copied."""
        if len(self.terminals) >= MOST:
            return
        self.count += 1
        folder = os.path.join(self.folder, f"t{self.count}")
        shutil.copytree(terminal.folder, folder)
        if self.pick.below(3) < 2:
            _same_replica(folder)
        twin = Terminal(folder, f"ana{self.count}", terminal.server, terminal.saved)
        twin.kept = set(terminal.kept)
        self.terminals.append(twin)


def _same_replica(folder: str) -> None:
    path = os.path.join(folder, "replica.json")
    with open(path, "rb") as file:
        known = replica._decoder.decode(file.read())
    here = msgspec.structs.replace(known, path=os.path.realpath(folder), inode=os.stat(folder).st_ino)
    with open(path, "wb") as file:
        file.write(msgspec.json.encode(here))


STEPS: tuple[Callable[[World, Terminal], None], ...] = (
    *[World.write] * 6,
    *[World.exchange] * 9,
    *[World.exchange_all] * 6,
    *[World.stream] * 2,
    *[World.redact] * 2,
    *[World.clone] * 2,
    *[World.put_file_back] * 2,
    World.put_file_back_unseen,
    *[World.stray_arrives] * 2,
    World.meets_a_full_disk,
    World.write_and_forget,
    World.write_odd,
    World.write_unknown,
    *[World.forge] * 2,
    World.jump,
    World.kill_server,
    World.lose_server,
    World.copy_server,
    World.put_server_back,
    World.move_to_the_other_server,
    World.restart,
    World.forget_status,
    *[World.copy_file] * 3,
    World.destroy,
)


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Whatever is random in here is the same each time."""
    real, numbers = os.urandom, random.Random(seed)
    os.urandom = numbers.randbytes
    try:
        yield
    finally:
        os.urandom = real


@contextmanager
def in_small_steps(pick: Choices) -> Iterator[None]:
    """Short histories cross the ends of pushes and pages, and the checkpoints of a state."""
    before = wire.MOST_EVENTS, order.EVERY
    wire.MOST_EVENTS, order.EVERY = pick.of((200, 5, 2)), 3
    try:
        yield
    finally:
        wire.MOST_EVENTS, order.EVERY = before


__all__ = ["World", "in_small_steps", "repeatable"]
