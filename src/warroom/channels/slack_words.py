"""What goes into Slack's text and what comes out of it: its errors as sentences, its messages as answers.

A person's text is shown as it was written: nothing in it can call a room, make a link or hide itself.
"""

from collections.abc import Iterable, Iterator
from re import IGNORECASE, compile

import msgspec

from ..core.text import clean, clip
from .base import Answer, Failed, Later, Message, Outcome, Unknown

EVENT = "warroom_delivery"  # the name of the mark that each of our messages carries
BLOCK = 2_990  # characters of a block's text; Slack takes 3,000

_FINAL = {
    "not_authed": "gets no token from us",
    "invalid_auth": "does not know the token",
    "account_inactive": "says that the token's account is switched off",
    "token_revoked": "says that the token was revoked; install the app again",
    "token_expired": "says that the token has run out",
    "not_allowed_token_type": "wants another kind of token; use the bot token, xoxb-…",
    "no_permission": "does not let this token do that",
    "org_login_required": "is being moved to another organisation, and takes nothing until then",
    "ekm_access_denied": "has been closed to the app by its administrators",
    "access_denied": "does not let this token in here",
    "accesslimited": "takes nothing from this network",
    "channel_not_found": "has no such channel or person, or does not show it to the app; use the id, as C0123ABCD",
    "not_in_channel": "says that the app is not in the channel; invite it there",
    "is_archived": "says that the channel is archived",
    "msg_too_long": "finds the text too long",
    "no_text": "finds no text",
    "restricted_action": "says that the app may not post there; ask its administrators",
    "restricted_action_read_only_channel": "says that the channel is for reading only",
    "restricted_action_thread_only_channel": "takes only replies there",
    "restricted_action_non_threadable_channel": "takes no replies there",
    "messages_tab_disabled": "says that the app takes no direct messages; switch on its Messages tab",
    "user_not_found": "has no such person",
    "user_disabled": "says that this person's account is switched off",
    "cannot_dm_bot": "lets no app write to an app",
    "message_not_found": "has that message no more",
    "thread_not_found": "has that thread no more",
    "cant_update_message": "lets only its writer change a message, which is another app",
    "edit_window_closed": "lets nobody change so old a message",
    "team_access_not_granted": "has not let the app into this workspace",
    "users_not_found": "has nobody with this address",
    "cant_invite": "does not let the app invite this person",
    "user_is_restricted": "does not let guests into channels of their own accord",
    "ura_max_channels": "lets this guest into no further channel",
    "invalid_name_maxlength": "finds the channel's name too long",
    "invalid_name_specials": "takes no such name for a channel",
    "restricted_action_channel_creation": "says that the app may make no channels; ask its administrators",
    "two_factor_setup_required": "wants two-factor sign-in set up first",
    "method_deprecated": "no longer knows this call; War room needs an update",
    "unknown_method": "does not know this call; check url",
}
# Slack's own words for the first two: some of the operation may have succeeded before the error.
_UNSURE = ("internal_error", "fatal_error", "timeout")
_PASSING = {
    "service_unavailable": "is not available now",
    "request_timeout": "got only a part of the request",
    "team_added_to_org": "is being moved to another organisation, and can be asked again soon",
    "external_channel_migrating": "is moving the channel, and can be asked again soon",
}
BUSY = ("ratelimited", "rate_limited", "message_limit_exceeded")

_ACKNOWLEDGED = ("white_check_mark", "heavy_check_mark", "eyes", "+1", "thumbsup", "ok_hand")
_DECLINED = ("x", "no_entry", "no_entry_sign", "-1", "thumbsdown", "no_good", "woman-gesturing-no", "man-gesturing-no")

_ANSWER = compile(
    r"(?:<@\w+>[\s,:]*)*(?:(?P<yes>ack(?:ed|nowledged?)?|(?:i[’']?m\s+)?on\s+it)|(?P<no>declined?))(?![\w?])",
    IGNORECASE,
)


class Said(msgspec.Struct, frozen=True):
    """One message as Slack tells it. `key` and `what` are ours where it is one of our own."""

    ts: str
    user: str = ""
    text: str = ""
    bot: bool = False
    key: str = ""
    what: str = ""

    @property
    def at(self) -> float:
        """Seconds since 1970, by Slack's clock."""
        return float(self.ts)


def escaped(text: str, most: int = 40_000) -> str:
    """`text` as Slack wants plain text written: at most `most` characters, with no sign that Slack would obey."""
    out: list[str] = []
    used = 0
    for char in text:
        piece = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(char, char)
        used += len(piece)
        if used >= most:
            return "".join(out) + "…"
        out.append(piece)
    return "".join(out)


def mark(key: str, what: str) -> str:
    """The mark by which a message is found again."""
    return msgspec.json.encode({"event_type": EVENT, "event_payload": {"key": key, "what": what}}).decode()


def refused(error: str, needed: str = "", after: float | None = None) -> Outcome:
    """What `ok: false` with this error means. `needed`: the scopes that Slack says are missing."""
    if error in BUSY:
        return Later("Slack asks for fewer requests", after, busy=True)
    if error in _UNSURE:
        return Unknown(f"Slack had trouble in the middle of it ({error}), and may have it")
    if error in _PASSING:
        return Later(f"Slack {_PASSING[error]}", after)
    if error == "missing_scope":
        scope = clip(clean(needed), 80)
        return Failed(f"the Slack app lacks the scope {scope or 'for this'}; add it and install the app again")
    if error in _FINAL:
        return Failed(f"Slack {_FINAL[error]} ({error})")
    return Failed(f"Slack refuses it: {clip(clean(error), 80)}")


def messages(data: object) -> Iterator[Said]:
    """The messages in an answer of Slack's; what is none is passed over."""
    rows = data.get("messages") if isinstance(data, dict) else None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and timestamp(row.get("ts")):
            own = row.get("metadata")
            own = own if isinstance(own, dict) and own.get("event_type") == EVENT else {}
            load = own.get("event_payload")
            load = load if isinstance(load, dict) else {}
            yield Said(
                row["ts"],
                word(row.get("user")),
                word(row.get("text")),
                bool(row.get("bot_id")) or bool(own),
                word(load.get("key")),
                word(load.get("what")),
            )


def by_reaction(data: object) -> tuple[str, str] | None:
    """`acknowledged` or `declined` and the user's id, from an answer of `reactions.get`. A yes counts before a no."""
    message = data.get("message") if isinstance(data, dict) else None
    rows = message.get("reactions") if isinstance(message, dict) else None
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        name = word(row.get("name")).partition("::")[0]  # behind it stands the tone of the skin
        what = "acknowledged" if name in _ACKNOWLEDGED else "declined" if name in _DECLINED else ""
        users = row.get("users")
        user = next((word(user) for user in users if word(user)), "") if isinstance(users, list) else ""
        if what and user:
            found.setdefault(what, user)
    return next(((what, found[what]) for what in ("acknowledged", "declined") if what in found), None)


def by_reply(said: Iterable[Said], message: Message, after: str) -> Answer | None:
    """The first answer after our own message; what comes after the next page belongs to that one."""
    for one in sorted(said, key=lambda each: each.at):
        if one.at <= float(after):
            continue
        if one.what == "page" and one.key != message.key:
            return None
        found = None if one.bot else _ANSWER.match(one.text.strip())
        if found and one.user:
            return Answer("acknowledged" if found["yes"] else "declined", one.user, int(one.at * 1000))
    return None


def timestamp(value: object) -> str:
    """A message's `ts`; empty where it is none."""
    whole, _, part = value.partition(".") if isinstance(value, str) and value.isascii() else ("", "", "")
    return f"{whole}.{part}" if whole.isdecimal() and part.isdecimal() and len(whole) < 13 and len(part) < 13 else ""


def word(value: object) -> str:
    """A text of Slack's; empty where it is none."""
    return value if isinstance(value, str) else ""
