"""What is heard from one Slack app, and what is answered there: its socket, looks at what was missed, names, replies.

Everything that asks Slack is done on threads of its own; whoever decides takes what is ready, and never waits.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from hashlib import sha256
from queue import Empty, SimpleQueue
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from .base import Later, Sent, Unknown
from .errands import TRIES, Errands
from .foreign import Row, row
from .foreign import rows as list_of
from .slack_call import No, SlackCalls, display_name
from .slack_events import DELETED, EDIT, MARK, Heard, heard, said
from .slack_socket import SlackSocket
from .slack_text import mentioned, plain
from .slack_words import escaped, mark, timestamp, word

TAKEN, REFUSED = "white_check_mark", "warning"
_REMEMBERED_S = 3_600.0  # how long a name is believed
_WITHOUT = TRIES // 2  # tries of finding a name out, then the id has to do
_HELD_UP_S = 30.0
_PAGE = 200  # messages
_THREADS = 30  # that one look follows
_QUEUED = 5_000
_REPLIED = 5_000  # answers that this process remembers to have given
_DONE = ("already_reacted", "no_reaction", "message_not_found", "channel_not_found", "thread_not_found", "is_archived")

T = TypeVar("T")


class User(msgspec.Struct, frozen=True):
    """Somebody of Slack's. `display` is the id where nothing else is known."""

    id: str
    display: str = ""
    email: str = ""


class Prepared(msgspec.Struct, frozen=True):
    """What was heard, with its text in plain words: who wrote it, and who marked it."""

    heard: Heard
    text: str
    writer: User
    marker: User | None = None


class _Slot(msgspec.Struct):
    """A word's place among those that came: it is decided after those before it."""

    since: float
    prepared: Prepared | None = None
    done: bool = False


class SlackEars:
    """`wake` is called, on any thread, when there is something new; `tell` hears what is wrong with the socket."""

    def __init__(self, slack: SlackCalls, wake: Callable[[], None], tell: Callable[[str], None]) -> None:
        self.name, self.form = slack.name, slack.form
        self._slack, self._wake, self._tell = slack, wake, tell
        self._errands = Errands(f"ears-{slack.name}")
        self._socket: SlackSocket | None = None
        self._came: SimpleQueue[Heard] = SimpleQueue()
        self._ready: SimpleQueue[Prepared] = SimpleQueue()
        self._slots: deque[_Slot] = deque()
        self._looked: SimpleQueue[str] = SimpleQueue()
        self._users: dict[str, tuple[float, User]] = {}
        self._replied: dict[str, None] = {}
        self.alone = False  # whether this process hears everything: connected, and nobody else is
        self.anew = True  # whether something may have been missed since the last look

    # ── the socket ──

    def listen(self, so: bool) -> None:
        """Whether a connection is wanted."""
        if so and self._socket is None:
            self._socket = SlackSocket(self._slack, self._take, self._hello, self._say)
        elif not so and self._socket is not None:
            self._socket.close()
            self._socket, self.alone = None, False
        if self._socket is not None and not self._socket.connected:
            self.alone = False

    def close(self) -> None:
        self.listen(False)
        self._errands.close()

    def _take(self, envelope: Row) -> None:
        found = heard(envelope, self.form.mark)
        if found is None:
            self.acknowledge(word(envelope.get("envelope_id")))
        elif self._came.qsize() < _QUEUED:
            self._came.put(found)
            self._wake()
        else:
            self.anew = True  # what does not fit is told again, or found by looking

    def _hello(self, connections: int) -> None:
        self.alone, self.anew = connections <= 1, True
        self._wake()

    def _say(self, trouble: str) -> None:
        self._tell(f"{self.name}: nothing is heard from Slack: {trouble}" if trouble else "")

    def acknowledge(self, envelope: str) -> None:
        """Slack need not tell this again."""
        socket = self._socket
        if envelope and socket is not None:
            self._errands.do(lambda tried: socket.acknowledge(envelope))

    # ── what has come ──

    def turn(self) -> None:
        """To be called now and then: what had to wait is tried again."""
        self._errands.turn()

    def came(self) -> Iterator[Heard]:
        """What was heard since the last look."""
        yield from _all(self._came)

    def ready(self) -> Iterator[Prepared]:
        """What is ready to be decided: words in the order in which they came, since of two the last one holds.

        One that takes too long holds up no other, and comes again.
        """
        yield from _all(self._ready)
        while self._slots and (self._slots[0].done or time.monotonic() - self._slots[0].since > _HELD_UP_S):
            slot = self._slots.popleft()
            if slot.prepared is not None:
                yield slot.prepared
            elif not slot.done:
                self.anew = True

    def looked(self) -> Iterator[str]:
        """The rooms whose looks are over."""
        yield from _all(self._looked)

    # ── names and texts ──

    def prepare(self, found: Heard) -> None:
        """Finds out what is needed to decide about it; then it is `ready`."""
        slot = None if found.what == MARK else _Slot(time.monotonic())
        if slot is not None:
            self._slots.append(slot)

        def errand(tried: int) -> float | None:
            whole = found
            if found.what == MARK and found.envelope:
                seen = self._as_it_stands(found)
                if isinstance(seen, No):
                    return _wait(seen)
                whole = seen
            writer = self._user(whole.user, tried)
            marker = self._user(whole.marker, tried) if found.what == MARK else None
            names = {id: self._user(id, tried) for id in sorted(mentioned(whole.text))[:20]}
            if writer is None or any(each is None for each in names.values()):
                return 0.0
            text = plain(whole.text, lambda id: known.display if (known := names.get(id)) else id)
            prepared = Prepared(whole, text, writer, marker)
            if slot is None:
                self._ready.put(prepared)
            else:
                slot.prepared, slot.done = prepared, True
            self._wake()
            return None

        self._errands.do(errand)

    def _as_it_stands(self, found: Heard) -> Heard | No:
        """The message with its reactions, whoever told of one. One that is gone carries no mark."""
        asked = self._slack.ask("GET", "reactions.get", channel=found.channel, timestamp=found.ts, full="true")
        if isinstance(asked, No):
            return replace(found, marker="") if asked.error == "message_not_found" else asked
        me = self._slack.me()
        seen = said(found.channel, row(asked, "message"), self.form.mark, me if isinstance(me, str) else "")
        if seen is None:
            return replace(found, marker="")
        return replace(seen, what=MARK, envelope=found.envelope, late=found.late)

    def _user(self, id: str, tried: int) -> User | None:
        """Who that is; None: nobody could say, and it may be asked again."""
        if not id:
            return User("", "")
        known = self._users.get(id)
        if known and time.monotonic() - known[0] < _REMEMBERED_S:
            return known[1]
        asked = self._slack.user(id)
        if isinstance(asked, No):
            passing = isinstance(asked.outcome, Later | Unknown) and tried < _WITHOUT
            return None if passing else known[1] if known else User(id, id)
        found = User(id, display_name(asked, id), word(row(asked, "profile").get("email")))
        self._users[id] = (time.monotonic(), found)
        return found

    # ── what was missed ──

    def look(self, room: str, oldest: str, marked: frozenset[str]) -> None:
        """Looks through a room for what the socket did not tell. `marked`: messages whose marks are on the log."""

        def errand(tried: int) -> float | None:
            me = self._slack.me()
            rows = self._history(room, oldest)
            if isinstance(me, No) or isinstance(rows, No):
                self._looked.put(room)  # the next look is soon
                return None
            for each in rows:
                self._found(said(room, each, self.form.mark, me), marked)
            self._looked.put(room)
            self._wake()
            return None

        self._errands.do(errand)

    def _history(self, room: str, oldest: str) -> list[Row] | No:
        """What stands in the room since then and in its threads, the oldest first.

        Of what was written before then the last messages are looked at too: there may be new replies to them.
        """
        since, whole = float(oldest), {"include_all_metadata": "true", "channel": room}
        rows: list[Row] | No = self._page(room)
        if not isinstance(rows, No) and len(rows) >= _PAGE and all(_at(each) > since for each in rows):
            rows = self._slack.pages("POST", "conversations.history", "messages", enough=True, oldest=oldest, **whole)
        if isinstance(rows, No):
            return rows
        found = [each for each in rows if _at(each) > since]
        for thread in [each for each in rows if _at(each, "latest_reply") > since][:_THREADS]:
            ts = timestamp(thread.get("ts"))
            replies = self._slack.pages(
                "POST", "conversations.replies", "messages", enough=True, oldest=oldest, ts=ts, **whole
            )
            if isinstance(replies, No):
                return replies
            found += [each for each in replies if each.get("ts") != ts]
        return sorted(found, key=_at)

    def _page(self, room: str) -> list[Row] | No:
        asked = self._slack.ask(
            "POST", "conversations.history", channel=room, limit=str(_PAGE), include_all_metadata="true"
        )
        return asked if isinstance(asked, No) else list_of(asked, "messages")

    def _found(self, found: Heard | None, marked: frozenset[str]) -> None:
        if found is None:
            return
        if found.edited:
            self._came.put(replace(found, what=EDIT, late=True))
        elif not found.answered:
            self._came.put(replace(found, late=True))
        if found.marked or found.remote in marked:
            self._came.put(replace(found, what=MARK, late=True))

    # ── answers ──

    def taken(self, of: Heard) -> None:
        """A sign on the message that it is on the log."""
        self._errands.do(lambda tried: self._react("reactions.add", of, TAKEN))

    def let_go(self, of: Heard) -> None:
        """Takes the sign away."""
        self._errands.do(lambda tried: self._react("reactions.remove", of, TAKEN))

    def reply(self, of: Heard, text: str, sign: str = TAKEN) -> None:
        """An answer below the message, once: one with the same key counts for it."""
        thread = of.thread or ("" if of.what == DELETED else of.ts)
        key = sha256("\0".join((of.channel, of.ts, of.edited, of.what)).encode()).hexdigest()[:40]
        if key in self._replied:
            return  # a look found the same that the socket told
        self._replied[key] = None
        if len(self._replied) > _REPLIED:
            del self._replied[next(iter(self._replied))]

        def errand(tried: int) -> float | None:
            method, about = ("conversations.replies", {"ts": thread}) if thread else ("conversations.history", {})
            there = self._slack.said(method, channel=of.channel, oldest=of.ts, **about)
            if isinstance(there, No):
                return None if there.error in _DONE else _wait(there)
            if all(one.key != key for one in there):
                fields = {"text": escaped(text, 3_900), "mrkdwn": "false", "metadata": mark(key, "answer")}
                done = self._slack.post(of.channel, fields | ({"thread_ts": thread} if thread else {}))
                if not isinstance(done, Sent):
                    return (
                        (done.after or 0.0) if isinstance(done, Later) else 0.0 if isinstance(done, Unknown) else None
                    )
            return self._react("reactions.add", of, sign) if of.what != DELETED else None

        self._errands.do(errand)

    def _react(self, method: str, of: Heard, name: str) -> float | None:
        done = self._slack.ask("POST", method, channel=of.channel, timestamp=of.ts, name=name)
        return _wait(done) if isinstance(done, No) and done.error not in _DONE else None


def _at(message: Row, key: str = "ts") -> float:
    return float(timestamp(message.get(key)) or 0)


def _wait(no: No) -> float | None:
    """The seconds to wait before the same again; None: it would come to nothing again."""
    if isinstance(no.outcome, Later):
        return no.outcome.after or 0.0
    return 0.0 if isinstance(no.outcome, Unknown) else None


def _all(queue: "SimpleQueue[T]") -> Iterator[T]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return
