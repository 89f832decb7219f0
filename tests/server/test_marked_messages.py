"""Messages that somebody marks in Slack: the alert is kept first, and what the message says comes behind it."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from alerts_together import inbox_of
from farside import FarSide, serves
from server_kit import InThread, settled, until
from slack_room import SlackRoom
from specs import checked
from warroom.channels.secrets import Secret
from warroom.channels.slack_marked import SlackMarked
from warroom.config.intake import Slack
from warroom.core import codec
from warroom.core.alerts.facts import Alert
from warroom.core.alerts.inbox import Line, fold_all
from warroom.core.events import Event
from warroom.intake.base import Hook, Taken, Worded
from warroom.server import words
from warroom.server.app import application
from warroom.server.intake import Intake
from warroom.server.journal import Journal
from warroom.server.run import Server
from warroom.server.stores.base import Row, StoreTrouble
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.words import Reader, Words
from warroom.sync.wire import Fact

sys.path.insert(0, str(Path(__file__).parents[1] / "intake"))

from intake_kit import KEY, reaction, slack_headers  # found through the line above


class There:
    """A workspace of Slack's, and how it is asked."""

    def __init__(self) -> None:
        self.room = SlackRoom()
        self.far = FarSide()
        self.judge = checked(self.room, "slack")
        self.far.answers(serves(self.judge))
        self.form = Slack(kind="slack", secret_env="S", token_env="T", url=f"{self.far.url}/api")
        self.reader = SlackMarked("slack", self.form, Secret("xoxb-of-nobody"))

    def says(self, text: str, **more: str) -> str:
        return self.room.says(text, **more)

    def asked(self) -> list[str]:
        return [request.url.path.rpartition("/")[2] for request in self.judge.requests]


@pytest.fixture
def there() -> Iterator[There]:
    made = There()
    yield made
    made.far.close()
    made.judge.clean()


class Marking(InThread):
    """A server with the hook `slack` and what asks for the messages' words."""

    def __init__(self, folder: str, form: Slack, reader: Reader) -> None:
        self._hook, self._reader = Hook("slack", form, KEY), reader
        super().__init__(folder)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.store.open()
        journal = Journal(self.log)
        self.made = application(self.store, self._options, journal, {"slack": self._hook}, {"slack": self._reader})
        self.server = Server(self.made, self._serving, None)
        self._loop.call_soon(self._ready.set)
        await self.server.serve([self._socket])
        await self.store.close()

    def marks(self, ts: str, name: str = "rotating_light", channel: str = "C1") -> None:
        """Somebody marks the message, and Slack delivers that."""
        at = self.made.house.now()
        item = {"type": "message", "channel": channel, "ts": ts}
        said = reaction(name, item=item, item_user="U7", event_ts=f"{at / 1000:.6f}")
        body = json.dumps(said).encode()
        answer = self.ask("POST", "/v1/hooks/slack", body, "", headers=slack_headers(body, at))
        assert answer.status_code == 204, answer.text

    def line(self, ts: str) -> Line:
        return inbox_of(self).lines[f"slack:C1/{ts}"]

    def says(self, ts: str, words: str) -> None:
        """The alert's summary comes to be this."""
        until(lambda: self.line(ts).alert.summary == words)


Made = Callable[[Reader], Marking]


@pytest.fixture
def server(tmp_path: Path, there: There) -> Iterator[Made]:
    made: list[Marking] = []

    def start(reader: Reader) -> Marking:
        made.append(Marking(str(tmp_path / "server"), there.form, reader))
        return made[-1]

    yield start
    for each in made:
        each.stop()


def test_the_alert_comes_to_say_what_the_message_says(server: Made, there: There) -> None:
    ts = there.says("disk of <@U7> is full: 97 &gt; 90 <https://g.example/d|graph>")
    there.says("a later one")
    running = server(there.reader)
    running.marks(ts)
    running.says(ts, "Ana Lima: disk of @Ana Lima is full: 97 > 90 graph (https://g.example/d)")
    assert running.line(ts).fired == 1
    assert "conversations.replies" not in there.asked()


def test_a_message_in_a_thread_is_found_and_never_its_neighbour(server: Made, there: There) -> None:
    root = there.says("the root")
    ts = there.says("the reply", thread=root)
    there.says("a later one")
    running = server(there.reader)
    running.marks(ts)
    running.says(ts, "Ana Lima: the reply")


def test_until_the_words_are_there_the_alert_waits_with_those_of_the_event(server: Made, there: There) -> None:
    ts = there.says("disk full")
    answers = [Worded(why="not now", again=0.0), Worded("the words")]
    running = server(lambda channel, ts: answers.pop(0))
    running.marks(ts)
    assert running.line(ts).alert.summary == "A message of U7, marked by U1"
    running.says(ts, "the words")


def test_a_slack_that_hangs_holds_up_no_sender_and_no_end(server: Made, there: There) -> None:
    from threading import Event
    from time import monotonic

    began, forever = Event(), Event()

    def hangs(channel: str, ts: str) -> Worded:
        began.set()
        forever.wait(60)
        return Worded()

    running = server(hangs)
    running.marks(there.says("one"))
    assert began.wait(20)
    running.marks(there.says("two"))
    assert len(inbox_of(running).lines) == 2
    before = monotonic()
    running.stop()
    assert monotonic() - before < 10
    forever.set()


def test_what_an_earlier_process_owed_is_asked_for_by_the_next(server: Made, there: There) -> None:
    ts = there.says("disk full")
    first = server(lambda channel, ts: Worded(why="not now", again=600.0))
    first.marks(ts)
    first.stop()
    second = server(there.reader)
    second.says(ts, "Ana Lima: disk full")


def test_it_is_asked_for_once_however_often_it_is_marked_and_its_end_keeps_the_words(
    server: Made, there: There
) -> None:
    ts = there.says("disk full")
    running = server(there.reader)
    running.marks(ts)
    running.says(ts, "Ana Lima: disk full")
    for _ in range(3):
        running.marks(ts)
    running.marks(ts, "white_check_mark")
    until(lambda: not running.made.house.words._owed)
    assert there.asked().count("conversations.history") == 1
    assert (running.line(ts).alert.state, running.line(ts).alert.summary) == ("resolved", "Ana Lima: disk full")


def test_words_that_are_owed_while_the_log_cannot_be_read_are_asked_for_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_TROUBLE", 0.01)
    found: list[Event] = []

    class Failing(EmbeddedStore):
        gone, tried = False, 0

        async def read_after(self, inc: str, n: int, limit: int) -> list[Row]:
            self.tried += 1
            if self.gone:
                raise StoreTrouble("no leader")
            return await super().read_after(inc, n, limit)

    async def run() -> None:
        store = Failing(str(tmp_path / "server"))
        await store.open()
        intake = Intake(store, lambda: 1_764_000_000_000)
        intake.start()
        asks = Words(intake, {"slack": lambda channel, ts: Worded("the words")}, print)
        asks.start()
        taken = Taken("slack", (Alert("C1/1.0", "marked"),))
        await intake.take(taken)
        store.gone, store.epoch, store.tried = True, "another", 0  # everything has to be read again, and cannot be
        asks.wanted(taken)
        await settled(lambda: store.tried > 2)
        assert asks._owed
        store.gone = False
        await settled(lambda: not asks._owed)
        asks.stop()
        (inc,) = [meta.inc for meta in await store.incidents()]
        for row in await store.read_after(inc, 0, 9):
            fact = msgspec.json.decode(row.data, type=Fact)
            found.append(codec.accept(bytes(fact.e), fact.h))
        await store.close()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert fold_all(found).lines["slack:C1/1.0"].alert.summary == "the words"


def test_a_secret_in_the_message_is_masked_before_it_is_kept(server: Made, there: There) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    ts = there.says(f"login with password=hunter22 and {secret}")
    running = server(there.reader)
    running.marks(ts)
    until(lambda: "login with" in running.line(ts).alert.summary)
    assert secret not in running.line(ts).alert.summary
    assert "‹masked›" in running.line(ts).alert.summary


@pytest.mark.parametrize(
    ("error", "again"),
    [("missing_scope", None), ("invalid_auth", None), ("channel_not_found", None), ("ratelimited", 30.0)],
)
def test_what_slack_refuses_is_told_and_asked_again_only_where_that_helps(
    there: There, error: str, again: float | None
) -> None:
    refused = httpx.Response(200, headers={"retry-after": "30"}, json={"ok": False, "error": error})
    there.room.wrong["conversations.history"] = [refused]
    found = there.reader("C1", there.says("disk full"))
    assert (found.text, found.again) == ("", again)
    assert found.why
    assert "xoxb" not in found.why


def test_a_message_that_is_gone_or_has_no_words_is_not_asked_for_again(there: There) -> None:
    assert there.reader("C1", "1700000000.000100").again is None
    assert there.reader("C1", there.says("")).why == "the message has no words"
    assert there.reader("C1", "no stamp").why


def test_hostile_answers_end_in_no_words_and_no_exception(there: There) -> None:
    ts = there.says("x")
    for body in (
        b"",
        b"[]",
        b'{"ok":true}',
        b'{"ok":true,"messages":7}',
        b'{"ok":true,"messages":[{"ts":7}]}',
        b"\xff",
    ):
        there.room.wrong["conversations.history"] = [httpx.Response(200, content=body)]
        there.room.wrong["conversations.replies"] = [httpx.Response(200, content=body)]
        assert not there.reader("C1", ts).text
    there.room.wrong.clear()
