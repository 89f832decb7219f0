"""Who has which room open: said again every few seconds, believed for 30. Nothing of what anybody types. Pure."""

from msgspec.structs import replace

from ..core.values import Ms
from ..sync.wire import Present

GONE = 30_000  # ms
MOST = 200  # in one room; then whoever was seen longest ago makes place

_Key = tuple[str, str, str, str]  # token, who, host, replica


class Rooms:
    """All rooms of this node. Times are UTC ms."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[_Key, Present]] = {}

    def said(self, inc: str, token: str, present: Present, now: Ms) -> bool:
        """Somebody is there; whether the others have to hear of it."""
        room = self._rooms.setdefault(inc, {})
        before = _people(room)
        _forget(room, now)
        key = (token, present.who, present.host, present.rep)
        if key not in room and len(room) >= MOST:
            del room[min(room, key=lambda k: room[k].seen)]
        room[key] = replace(present, seen=now)
        return _people(room) != before

    def left(self, inc: str, token: str, present: Present, now: Ms) -> bool:
        """Somebody is not there any more; whether the others have to hear of it."""
        room = self._rooms.get(inc, {})
        before = _people(room)
        _forget(room, now)
        room.pop((token, present.who, present.host, present.rep), None)
        return _people(room) != before

    def here(self, inc: str, now: Ms) -> tuple[Present, ...]:
        """Everybody who is there, by name; each once."""
        latest: dict[tuple[str, str, str], Present] = {}
        for present in self._rooms.get(inc, {}).values():
            who = (present.who, present.host, present.rep)
            if now - present.seen < GONE and (who not in latest or latest[who].seen < present.seen):
                latest[who] = present
        return tuple(latest[who] for who in sorted(latest))

    def sweep(self, now: Ms) -> list[str]:
        """Forgets who is gone; the rooms that others have to hear of."""
        changed = []
        for inc, room in list(self._rooms.items()):
            before = _people(room)
            _forget(room, now)
            if _people(room) != before:
                changed.append(inc)
            if not room:
                del self._rooms[inc]
        return changed

    def occupied(self) -> list[str]:
        return list(self._rooms)


def _forget(room: dict[_Key, Present], now: Ms) -> None:
    for key in [key for key, present in room.items() if now - present.seen >= GONE]:
        del room[key]


def _people(room: dict[_Key, Present]) -> set[tuple[str, str, str]]:
    return {(present.who, present.host, present.rep) for present in room.values()}
