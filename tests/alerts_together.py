"""Inboxes of several data folders: what is in each, whether they are the same, and what comes in at their server."""

import json
import time
from pathlib import Path
from typing import Any, Protocol

import msgspec

from warroom.core import codec
from warroom.core.alerts import week as weeks
from warroom.core.alerts.inbox import Inbox, fold_all
from warroom.core.values import By, Ms
from warroom.room import syncing
from warroom.room.alerts import InboxRoom, path_of
from warroom.sync.wire import Fact

_fact = msgspec.json.Decoder(Fact)


def now() -> Ms:
    return time.time_ns() // 1_000_000


WEEK = weeks.week_of(now())
A_WEEK: Ms = 7 * 86_400_000


class Kept(Protocol):
    """Whoever has a data folder."""

    @property
    def data(self) -> str: ...


def inbox(home: Kept) -> Inbox:
    room = InboxRoom(home.data, "", By(""), now, read_only=True)
    try:
        return room.load()
    finally:
        room.close()


def inbox_of(server: Any) -> Inbox:
    """What came in at a server this week."""
    rows = [_fact.decode(row) for row in server.facts(weeks.identity(WEEK))]
    return fold_all(codec.accept(bytes(row.e), row.h) for row in rows)


def same(*homes: Kept) -> bool:
    """Whether everybody has the same inbox, with something in it."""
    first, *others = (inbox(home) for home in homes)
    return bool(first.lines) and all(
        (each.lines, each.silences, each.counted) == (first.lines, first.silences, first.counted) for each in others
    )


def log_of(home: Kept, week: str = WEEK) -> Path:
    return Path(path_of(home.data, week))


def status(home: Kept) -> syncing.Status:
    return syncing.status(str(log_of(home))) or syncing.Status()


def group(*keys: str) -> bytes:
    """What Alertmanager delivers when these fire."""
    rows = [
        {
            "status": "firing",
            "labels": {"alertname": key.rstrip("0123456789"), "service": "db"},
            "fingerprint": key,
            "startsAt": "2026-11-22T00:49:02Z",
            "endsAt": "0001-01-01T00:00:00Z",
        }
        for key in keys
    ]
    return json.dumps({"version": "4", "status": "firing", "receiver": "warroom", "alerts": rows}).encode()


def deliver(server: Any, *keys: str) -> None:
    """These fire, and the server takes them in."""
    token = server.make_token(f"am {time.monotonic_ns()}", "intake")
    answer = server.ask("POST", "/v1/hooks/alertmanager", group(*keys), token)
    assert answer.status_code == 204, answer.text
