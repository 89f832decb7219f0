"""What may become of one request between a terminal and its server: one function for each fate.

A `world` is `world.World`, which drives all of it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from servers import Request, StoreTrouble
from terminals import Terminal
from warroom.sync.answers import Absent, Offline


class Line:
    """Where a terminal's client would be: each call meets one of `fates`."""

    def __init__(self, world: Any, terminal: Terminal, fates: Sequence["Fate"]) -> None:
        self.world, self.terminal, self.fates = world, terminal, fates

    def create(self, inc: str, restricted: bool) -> None:
        self._carry(("create",))

    def heads(self, inc: str) -> Any:
        return self._carry(("heads",))

    def pull(self, inc: str, after: str, limit: int) -> Any:
        return self._carry(("pull", after))

    def push(self, inc: str, facts: list[bytes]) -> Any:
        self.terminal.leaves(facts)
        return self._carry(("push", facts))

    def _carry(self, request: Request) -> Any:
        return self.world.pick.of(self.fates)(self.world, self.terminal, request)


def goes_well(world: Any, terminal: Terminal, request: Request) -> Any:
    try:
        answer = world.servers[terminal.server].answer(request)
    except StoreTrouble:
        raise Offline("the server's disk") from None
    if answer is None:
        raise Absent("no such incident")
    terminal.old[request[0]] = [*terminal.old.get(request[0], ())[-5:], answer]
    return answer


def is_lost(world: Any, terminal: Terminal, request: Request) -> Any:
    raise Offline("nothing arrived")


def answer_is_lost(world: Any, terminal: Terminal, request: Request) -> Any:
    goes_well(world, terminal, request)
    raise Offline("no answer came back")


def is_doubled(world: Any, terminal: Terminal, request: Request) -> Any:
    goes_well(world, terminal, request)
    return goes_well(world, terminal, request)


def is_doubled_later(world: Any, terminal: Terminal, request: Request) -> Any:
    world.stray.append((terminal.server, request))
    return goes_well(world, terminal, request)


def is_delayed(world: Any, terminal: Terminal, request: Request) -> Any:
    """Nobody waits for it any more, and it arrives all the same, some time."""
    world.stray.append((terminal.server, request))
    raise Offline("it took too long")


def takes_a_while(world: Any, terminal: Terminal, request: Request) -> Any:
    """Other things happen while the answer is on its way."""
    answer = goes_well(world, terminal, request)
    world.meanwhile(terminal)
    return answer


def is_answered_by_a_proxy(world: Any, terminal: Terminal, request: Request) -> Any:
    """What was read before comes once more instead of what the server would say now."""
    old = terminal.old.get(request[0], ())
    if request[0] == "push" or not old:
        return goes_well(world, terminal, request)
    return world.pick.of(old)


def meets_a_servers_full_disk(world: Any, terminal: Terminal, request: Request) -> Any:
    world.servers[terminal.server].fill_its_disk()
    return goes_well(world, terminal, request)


Fate = Callable[[Any, Terminal, Request], Any]
FATES: tuple[Fate, ...] = (
    *[goes_well] * 4,
    is_lost,
    *[answer_is_lost] * 2,
    is_doubled,
    is_doubled_later,
    is_delayed,
    *[takes_a_while] * 3,
    is_answered_by_a_proxy,
    meets_a_servers_full_disk,
)
