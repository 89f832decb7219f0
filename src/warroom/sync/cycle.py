"""One cycle over a folder: all incidents and alerts go there and come here once, and what still waits is said."""

import time

import msgspec

from ..core.alerts.week import named
from ..core.values import By, Ms
from ..room import process, syncing
from ..room.syncing import Joined
from . import errands
from .answers import Denied, Offline, Trouble
from .board import Board
from .client import Client
from .exchange import Exchange, Pace
from .folder import Folder, Told
from .link import Link
from .offset import Offset
from .token import Token

_ROUNDS = 3  # times that the server's list is asked for: what was written meanwhile goes along


class Left(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left of an incident or a log of alerts: how many facts wait and since when, what was refused and why.

    `why`: what is wrong. `stays`: what waits cannot go with this token.
    """

    inc: str
    path: str
    unsent: int = 0
    since: Ms = 0
    refused: dict[str, str] = {}
    why: str = ""
    behind: bool = False  # whether the server has more than is here, or nobody can tell
    stays: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """`state` and `why` are those of the server; `left` only what something is left of. `weeks`: logs of alerts.

    `fetched`: incidents that were not here before. `troubles`: what could not be opened or fetched, and why.
    """

    state: syncing.State
    why: str
    incidents: int
    fetched: int
    left: tuple[Left, ...]
    weeks: int = 0
    troubles: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether something is still to be exchanged, or nobody can tell."""
        return self.state != "online" or bool(self.troubles) or any(each.unsent or each.behind for each in self.left)


def run(data: str, joined: Joined, token: Token, by: By, tell: Told) -> Outcome:
    """Never raises for anything that a server or a network does."""
    process.more_files()
    folder = Folder(data, tell)
    link, offset = Link(_now()), Offset()
    client = Client(joined.url, token, joined.ca, offset)
    board = Board(joined.url, joined.grant, link, offset)
    folder.scan()
    folder.archived()
    fetched = 0
    try:
        info = client.info()
        folder.grant(info.grant == "observe")
        board.grant = info.grant
        link.up(_now())
        for _ in range(_ROUNDS):
            folder.compare(client.incidents())
            fetched += _once(folder, client, by)
            if all(each.engine.in_step and not each.ails for each in folder.exchanges.values()):
                break
    except (Offline, Denied) as trouble:
        link.down(trouble, _now(), 0.0)
    except Trouble as trouble:
        link.down(Offline(str(trouble)), _now(), 0.0)
    finally:
        client.close()
    if syncing.running(data) is None:
        for exchange in folder.exchanges.values():
            board.changed(exchange, at_once=True)
    left = [_of(each, link.state == "online") for each in folder.exchanges.values()]
    alerts = sum(bool(named(each.inc)) for each in left)
    folder.close()
    return Outcome(
        link.state,
        link.why,
        len(left) - alerts,
        fetched,
        tuple(each for each in left if each.unsent or each.refused or each.why or each.behind),
        alerts,
        (*folder.unread.values(), *folder.failed.values()),
    )


def _once(folder: Folder, client: Client, by: By) -> int:
    """How many incidents came. Raises `Offline`."""
    pace = Pace()
    fetched = 0
    while folder.wanted:
        came = folder.fetch(client, pace)
        fetched += came is not None and not named(came.inc)
    for exchange in list(folder.exchanges.values()):
        rep = exchange.file.rep
        exchange.ails = ""
        while exchange.step(client, pace, _now(), by):
            pass
        if exchange.file.rep != rep:
            folder.renewed()
        errands.send(client, exchange)
        errands.learn(client, exchange)
        why = exchange.ails
        exchange.look()
        exchange.ails = exchange.ails or why  # that it can be read says nothing of writing it
    return fetched


def _of(exchange: Exchange, online: bool) -> Left:
    engine = exchange.engine
    unsent = engine.unsent
    barred = exchange.barred
    why = barred or engine.trouble or exchange.ails
    return Left(
        exchange.inc,
        exchange.file.path,
        len(unsent),
        min(unsent.values(), default=0),
        engine.refused,
        why,
        online and (bool(exchange.ails) or not (engine.in_step or unsent)),
        bool(barred),
    )


def unsent(data: str) -> dict[str, int]:
    """By log, how many facts no server has acknowledged; without asking one. Refused ones do not count."""
    process.more_files()
    folder = Folder(data, lambda line: None)
    folder.scan()
    folder.archived()
    found = {}
    for inc, exchange in folder.exchanges.items():
        status = syncing.status(exchange.file.path) or syncing.Status()
        found[inc] = len(exchange.engine.unsent.keys() - status.refused.keys())
    return {inc: count for inc, count in found.items() if count}


def evidence(url: str, ca: str, token: Token, inc: str, sha: str) -> bytes:
    """The bytes of this hash from the server. Raises `Trouble`."""
    client = Client(url, token, ca)
    try:
        return client.blob(inc, sha)
    finally:
        client.close()


def _now() -> Ms:
    return time.time_ns() // 1_000_000
