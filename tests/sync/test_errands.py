"""What nobody waits for: who comes is said to the server, and who leaves is too."""

import time
from pathlib import Path

from sync_kit import Home

from server_kit import InThread  # isort: skip  # found by the kit above
from warroom.core.values import Ms
from warroom.room import here
from warroom.sync import wire
from warroom.sync.client import Client
from warroom.sync.errands import Errands
from warroom.sync.exchange import Exchange
from warroom.sync.files import LocalFile
from warroom.sync.link import Link
from warroom.sync.token import Token


class Only:
    """The only incident of a folder."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.there: list[list[str]] = []

    def exchange(self, inc: str) -> Exchange | None:
        return self._exchange if inc == self._exchange.inc else None

    def present(self, exchange: Exchange, here: tuple[wire.Present, ...]) -> None:
        self.there.append([each.who for each in here])

    def heard(self, exchange: Exchange) -> None: ...

    def failed(self, fault: Exception) -> None:
        raise fault


def test_whoever_closes_the_room_has_left_at_the_next_word_and_not_after_half_a_minute(
    server: InThread, ana: Home, tmp_path: Path
) -> None:
    ana.declare()
    secret = server.make_token("ana")
    ana.join(server.url, secret)
    ana.ok("sync")
    file = LocalFile(ana.path, "r1")
    only = Only(Exchange(file, "", {}, reads_only=False))
    state = str(tmp_path / "state")
    errands = Errands(Client(server.url, Token(secret), ""), Link(_now()), only, state, time.monotonic)
    console, watch = here.enter(state, file.inc, "ana"), here.enter(state, "another", "ana")
    errands._say_who_is_here()
    assert console is not None
    console.release()
    errands._say_who_is_here()
    errands._say_who_is_here()
    assert only.there == [["ana"], []]
    assert watch is not None
    watch.release()
    file.close()


def _now() -> Ms:
    return time.time_ns() // 1_000_000
