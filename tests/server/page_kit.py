"""A server with an incident and its stakeholder page, as a reader's browser and as the room see it."""

import html
import re
from urllib.parse import urlencode

import httpx

from facts import Desk, declared
from server_kit import INC, Asking, facts_of, until
from warroom.core.commands import Command
from warroom.core.events import QuestionAsked
from warroom.core.incident import Incident
from warroom.core.order import Replay
from warroom.core.values import MINUTE
from warroom.server.situations import _events
from warroom.server.stores.base import Row
from warroom.server.tokens import wall

BROWSER = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Site": "same-origin"}


class Shown:
    """The page of one incident on `server`; `desk` is the room's terminal."""

    def __init__(self, server: Asking, **wish: object) -> None:
        self.server = server
        server.create()
        self.desk: Desk = declared(now=wall() - 30 * MINUTE)
        self._sent = 0
        self.send()
        self.made = server.ask("POST", f"/v1/incidents/{INC}/shares", {"hours": 1, **wish}).json()
        self.path: str = self.made["path"]

    def send(self) -> None:
        """What the desk has written and the server has not."""
        facts = facts_of(self.desk, self._sent)
        assert set(self.server.results(facts)) <= {"ok"}
        self._sent += len(facts)

    def do(self, command: Command) -> None:
        """The room does it, and the server knows."""
        self.learn()
        self.desk.do(command, after=max(0, wall() - self.desk.now))
        self.send()

    def learn(self) -> Incident:
        """The room learns what the server has; the state."""
        self.desk.receive(_events([Row(n, data) for n, data in enumerate(self.server.facts(), 1)]))
        return self.desk.state

    def questions(self) -> list[QuestionAsked]:
        """What the server has on its log, from the first fact on."""
        replay = Replay()
        replay.receive(_events([Row(n, data) for n, data in enumerate(self.server.facts(), 1)]))
        return [each.body for each in replay.state.questions if isinstance(each.body, QuestionAsked)]

    def load(self, query: str = "", path: str = "") -> httpx.Response:
        """The page, as a browser gets it."""
        return self.server.ask("GET", (path or self.path) + query, token="", headers=BROWSER)

    def token(self) -> str:
        """That of a form that was just loaded."""
        return hidden(self.load())

    def ask(self, what: str, who: str = "Support", token: str | None = None, **headers: str) -> httpx.Response:
        """What the page's form answers."""
        form = {"who": who, "what": what, "token": self.token() if token is None else token}
        return self.post(urlencode(form).encode(), **headers)

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.server.ask("POST", self.path, body, token="", headers=BROWSER | kind | more)

    def take_back(self) -> None:
        assert self.server.ask("DELETE", f"/v1/incidents/{INC}/shares/{self.made['id']}").status_code == 204


def hidden(page: httpx.Response) -> str:
    """The token of the form on this page."""
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def typed(page: httpx.Response) -> tuple[str, str]:
    """What stands in the form: who asks, and what."""
    who = re.search(r'<input id="who"[^>]* value="([^"]*)"', page.text)
    what = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page.text, re.DOTALL)
    assert who, page.text
    assert what, page.text
    return html.unescape(who[1]), html.unescape(what[1])


def reason(page: httpx.Response) -> str:
    """Why the form was not taken, as the page says it."""
    found = re.search(r'role="alert">([^<]*)<', page.text)
    assert found, page.text
    return html.unescape(found[1])


__all__ = ["BROWSER", "Shown", "hidden", "reason", "typed", "until"]
