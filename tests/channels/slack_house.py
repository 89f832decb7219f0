"""One incident, a real pager on a thread that listens to Slack, and the workspace it listens to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from held import Held, until
from slack_there import TOKENS, SlackThere
from warroom.channels.factory import build
from warroom.channels.listening import listens
from warroom.channels.rooms import Rooms
from warroom.channels.slack_people import People
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.core.events import Event, Logged
from warroom.net import Http
from warroom.store import holding
from warroom.store.holding import Holder

CHANNELS = """
[channel.chat]
kind = "slack"
token_env = "SLACK_TOKEN"
app_token_env = "SLACK_APP_TOKEN"
url = "{url}"
room = true
{more}
"""
CONTACTS = """
[contact.sre1]
name = "Ana Lima"
reach = ["chat:U7"]
[contact.db1]
name = "Ivo"
reach = ["chat:U8"]
"""
POLICY = """
id = "p"
[[level]]
after = "{first}"
notify = ["contact:sre1"]
[[level]]
after = "PT30M"
notify = ["contact:db1"]
"""


class SlackHouse(Held):
    """`hold` holds the incident and listens; everything else is as in `Held`."""

    def __init__(self, home: Path, slack: SlackThere, more: str = "", first: str = "PT10M") -> None:
        self.slack = slack
        (home / "channels.toml").write_text(CHANNELS.format(url=slack.url, more=more))
        (home / "contacts.toml").write_text(CONTACTS)
        (home / "policies").mkdir(exist_ok=True)
        (home / "policies" / "p.toml").write_text(POLICY.format(first=first))
        library = Library(Paths(str(home), str(home), str(home)))
        assert library.channels.by_name, library.problems
        super().__init__(home, build(library.channels, http=Http(timeout_s=10.0), env=TOKENS))
        self.lock = str(home / "slack.lock")

    def hold(self, rota: bool = False, **more: Any) -> None:
        library = Library(self.paths)
        people = People(library.contacts)

        def handle(inc: str) -> str:
            return "INC-K3F9"

        def tell(text: str) -> None:
            self.said.append({"what": "slack", "text": text})

        def own() -> holding.Holding | None:
            return holding.take(self.lock, Holder(1, "watch@box", "one"))

        ears = listens(self.channels, people, "box", handle, own, tell)
        super().hold(rota, rooms=Rooms(library.channels, people, handle), listens=ears, **more)

    def hears(self) -> str:
        """Until the room is made and listened to; its id."""
        until(lambda: self.slack.room and self.slack.listeners, "nobody listens")
        until(lambda: self.slack.texts(self.slack.room, "status"), "nothing is pinned")
        return self.slack.room

    def entries(self) -> list[Event]:
        """What people wrote, as it stands."""
        state = self.state
        return [event for event in state.facts if isinstance(event.body, Logged) and state.stands(event.id)]

    def logged(self) -> list[tuple[str, str, str]]:
        """Kind, who and text of every entry that stands, with its corrections."""
        state = self.state
        found = []
        for event in self.entries():
            fixed = state.correction(event.id)
            body = event.body
            assert isinstance(body, Logged)
            text = fixed.text_ if fixed and fixed.text_ is not None else body.text_
            kind = fixed.kind_ if fixed and fixed.kind_ is not None else body.kind_
            found.append((kind, body.who, text))
        return found

    def soon(self, so: Callable[[], object], why: str = "it never came to be") -> None:
        until(so, f"{why}: {self.said[-5:]}")
