"""One call of Slack's Web API and what came of it. Status 200 means nothing there: only `ok: true` does."""

from typing import Any

import msgspec

from ..config.channels import Slack as SlackForm
from ..core.text import keepable
from ..net import Reply
from .base import Later, Outcome, Sent, Unknown
from .foreign import Row, row, rows
from .http import HttpChannel, retry_after
from .secrets import scrub
from .slack_words import Said, messages, refused, timestamp, word

_PAGES = 5  # of 200 rows each
_THREAD = ("thread_ts", "reply_broadcast")
# A page without a thread or a mark is worth more than none.
_DO_WITHOUT = {
    "thread_not_found": _THREAD,
    "cannot_reply_to_message": _THREAD,
    "restricted_action_non_threadable_channel": _THREAD,
    "metadata_must_be_sent_from_app": ("metadata",),
}
_PLAIN = {"parse": "none", "link_names": "false", "unfurl_links": "false", "unfurl_media": "false"}


class No(msgspec.Struct, frozen=True):
    """A call that came to nothing: Slack's own word for it, where there was one, and what it means."""

    error: str
    outcome: Outcome

    @property
    def why(self) -> str:
        return getattr(self.outcome, "why", "no answer")


class SlackCalls(HttpChannel):
    """`secrets`: `token`. Thread-safe, as all channels are."""

    form: SlackForm
    _me = ""

    def ask(self, verb: str, method: str, **fields: str) -> dict[str, Any] | No:
        """What Slack says to this call."""
        return self.read(self.sent(verb, method, fields))

    def pages(self, verb: str, method: str, key: str, *, enough: bool = False, **fields: str) -> list[Row] | No:
        """The rows under `key` over all pages of an answer.

        Where there are more than anybody should read, `No`; with `enough` the first of them will do.
        """
        found: list[Row] = []
        fields = {"limit": "200"} | fields
        for _ in range(_PAGES):
            data = self.ask(verb, method, **fields)
            if isinstance(data, No):
                return data
            found += rows(data, key)
            cursor = word(row(data, "response_metadata").get("next_cursor"))
            if not cursor:
                return found
            fields["cursor"] = cursor
        if enough:
            return found
        return No("", Later("more is there in Slack than can be looked through"))

    def said(self, method: str, **fields: str) -> list[Said] | No:
        """All messages that a call gives."""
        fields |= {"include_all_metadata": "true"}
        found = self.pages("POST", method, "messages", enough=False, **fields)
        return found if isinstance(found, No) else list(messages({"messages": found}))

    def me(self) -> str | No:
        """The id of the user that the token is."""
        if not self._me:
            asked = self.ask("POST", "auth.test")
            if isinstance(asked, No):
                return asked
            self._me = word(asked.get("user_id"))
        return self._me

    def user(self, user: str) -> Row | No:
        """What Slack knows of this user."""
        data = self.ask("GET", "users.info", user=user)
        return data if isinstance(data, No) else row(data, "user")

    def name_of(self, user: str) -> str:
        """How to call this user; the id where Slack does not say."""
        about = self.user(user)
        return user if isinstance(about, No) else display_name(about, user)

    def post(self, channel: str, fields: dict[str, str]) -> Outcome:
        """A message of ours, in words that Slack does not read as markup; without a thread or a mark if need be."""
        fields = _PLAIN | fields
        while True:
            done = self.ask("POST", "chat.postMessage", channel=channel, **fields)
            if not isinstance(done, No):
                ts = timestamp(done.get("ts"))
                return Sent(f"{word(done.get('channel')) or channel}/{ts}" if ts else "")
            without = [name for name in _DO_WITHOUT.get(done.error, ()) if name in fields]
            if not without:
                return done.outcome
            for name in without:
                del fields[name]

    def sent(self, verb: str, method: str, fields: dict[str, str], token: str = "token") -> "Reply | Outcome":
        """The bare reply; `token` names the secret that says who asks."""
        where = {"params": fields} if verb == "GET" else {"form": fields}
        url = f"{self.form.url.rstrip('/')}/{method}"
        return self.call(verb, url, headers={"Authorization": f"Bearer {self.secrets[token].reveal()}"}, **where)

    def read(self, reply: "Reply | Outcome") -> dict[str, Any] | No:
        if not isinstance(reply, Reply):
            return No("", reply)
        data = reply.json()
        ok = data.get("ok") if isinstance(data, dict) else None
        if not 200 <= reply.status < 300 and not (ok is False and 400 <= reply.status < 429):
            return No("", self.outcome(reply))
        if not isinstance(data, dict) or not isinstance(ok, bool):
            return No("", Unknown("Slack answered something that is not its own, and may have it"))
        if ok:
            return data
        error = scrub(word(data.get("error")), self.secrets) or "it does not say why"
        return No(error, refused(error, word(data.get("needed")), retry_after(reply)))


def display_name(about: Row, otherwise: str) -> str:
    """The name that this user goes by, of a `user` of Slack's."""
    names = (row(about, "profile").get("real_name"), about.get("real_name"), about.get("name"))
    found = next((word(name).strip() for name in names if word(name).strip()), otherwise)
    return " ".join(keepable(found).split())[:80] or otherwise


def cannot_say(no: No) -> Later:
    """A look that found nothing out is never a reason to think that nothing is there."""
    if isinstance(no.outcome, Later):
        return no.outcome
    return Later(f"whether it arrived cannot be told: {no.why}")
