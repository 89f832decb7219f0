"""What a message in Slack says that somebody marked there: asked for by its channel and `ts`."""

from functools import lru_cache

from ..config.channels import Slack as SlackChannel
from ..config.intake import Slack
from ..core.text import clip
from ..intake.base import SUMMARY, Worded
from ..net import Http
from .base import Later, Unknown
from .foreign import Row, row, rows
from .secrets import Secret
from .slack_call import No, SlackCalls, display_name
from .slack_text import plain
from .slack_words import timestamp, word

AGAIN = 5.0  # seconds, where Slack does not say
_NAMES = 1_000


class SlackMarked:
    """One hook's way to the words of its messages. It waits for Slack: never call it in an event loop."""

    def __init__(self, name: str, form: Slack, token: Secret, http: Http | None = None) -> None:
        # `token_env` is only there because the form of a channel wants one; the secret itself is here already.
        asked = SlackChannel(kind="slack", token_env="SLACK_TOKEN", url=form.url)
        self._calls = SlackCalls(name, asked, {"token": token}, http or Http())
        self._name_of = lru_cache(_NAMES)(self._asked_name)

    def __call__(self, channel: str, ts: str) -> Worded:
        """The words of this message, or why there are none."""
        if not timestamp(ts):
            return Worded(why="this names no message of Slack's")
        found = self._message(channel, ts)
        if isinstance(found, No):
            return _no(found)
        text = " ".join(plain(word(found.get("text")), self._called).split())
        if not text:
            return Worded(why="the message has no words")
        author = self._author(found)
        return Worded(clip(f"{author}: {text}" if author else text, SUMMARY))

    def _message(self, channel: str, ts: str) -> Row | No:
        """A reply in a thread does not stand in the channel, and is found by its own `ts`."""
        asked = {"channel": channel, "latest": ts, "inclusive": "true", "limit": "1"}
        for more in ({}, {"ts": ts}):
            method = "conversations.replies" if more else "conversations.history"
            data = self._calls.ask("GET", method, **asked, **more)
            if isinstance(data, No):
                if more and data.error == "thread_not_found":
                    break
                return data
            if found := next((each for each in rows(data, "messages") if each.get("ts") == ts), None):
                return found
        return No("message_not_found", Unknown("the message is not there any more"))

    def _author(self, found: Row) -> str:
        if user := word(found.get("user")):
            return self._called(user)
        named = word(row(found, "bot_profile").get("name")) or word(found.get("username"))
        return " ".join(named.split())[:80]

    def _called(self, user: str) -> str:
        return self._name_of(user) or user

    def _asked_name(self, user: str) -> str:
        about = self._calls.user(user)
        return "" if isinstance(about, No) else display_name(about, "")


def _no(no: No) -> Worded:
    if no.error in ("message_not_found", "channel_not_found"):
        return Worded(why=no.why)
    if isinstance(no.outcome, Later):
        return Worded(why=no.why, again=no.outcome.after or AGAIN)
    return Worded(why=no.why, again=AGAIN if isinstance(no.outcome, Unknown) else None)
