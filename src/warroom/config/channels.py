"""`channels.toml`: the places that can be reached, one form per kind, and the ranked list of those to fall back on.

A secret never stands in the file: `secret_env` names the variable that holds it, `secret_file` a file of its owner's.
"""

from collections.abc import Iterator
from os.path import join, lexists
from re import fullmatch
from typing import Annotated, Any, ClassVar

import msgspec

from warroom.core.cadence import AUDIENCES

from . import toml
from .forms import Line, SecretForm, Word, url_faults
from .problem import Fault, Problem, one_of, shown

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class ChannelForm(SecretForm, frozen=True, kw_only=True):
    """What every kind has."""

    kind: Word
    shared: bool = False  # many people read it: nothing of a restricted incident goes there


class Webhook(ChannelForm, frozen=True, kw_only=True):
    """A signed POST of JSON to a URL."""

    url: Line
    secret_env: str = ""  # signs, as Standard Webhooks do
    secret_file: str = ""
    token_env: str = ""  # a bearer token, where the far side wants one
    token_file: str = ""
    optional: ClassVar = ("secret", "token")

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)


class PagerDuty(ChannelForm, frozen=True, kw_only=True):
    """Events v2 with a routing key; with a REST token as well, answers are read back."""

    key_env: str = ""  # the integration's routing key
    key_file: str = ""
    token_env: str = ""  # REST
    token_file: str = ""
    sender: str = ""  # the e-mail address that REST writes want as `From`
    service: str = ""  # the service's id, for incidents made by REST
    events_url: Line = "https://events.pagerduty.com"
    url: Line = "https://api.pagerduty.com"
    secrets: ClassVar = ("key",)
    optional: ClassVar = ("token",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        yield from url_faults(self.events_url, "events_url")


class Opsgenie(ChannelForm, frozen=True, kw_only=True):
    """Opsgenie, or with `kind = "jsm"` its successor: the same bodies at another address."""

    key_env: str = ""
    key_file: str = ""
    url: str = ""  # empty: the vendor's own for this kind
    responder: str = ""  # "team:payments", "user:ana@x.org", "schedule:NAME", "escalation:NAME"
    secrets: ClassVar = ("key",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.url:
            yield from url_faults(self.url)
        head, found, rest = self.responder.partition(":")
        if self.responder and not (found and rest and head in RESPONDERS):
            yield Fault("responder", f"“{shown(self.responder)}” should be one of {one_of(RESPONDERS)}, “:” and a name")


RESPONDERS = ("team", "user", "schedule", "escalation")


class Slack(ChannelForm, frozen=True, kw_only=True):
    """Posts with a bot token. `channel` is where pages go that name no person; `status` keeps one pinned message.

    `room` makes a channel for each incident. With an app token people take part from Slack.
    """

    token_env: str = ""
    token_file: str = ""
    app_token_env: str = ""  # xapp-…, for Socket Mode
    app_token_file: str = ""
    channel: str = ""
    status: bool = False
    room: bool = False
    prefix: str = "inc"  # how the names of rooms begin
    invite: tuple[str, ...] = ()  # people's ids, or e-mail addresses, that are in every room
    restricted: str = "none"  # the room of a restricted incident
    mark: str = "pushpin"  # the reaction that puts a message on the timeline
    url: Line = "https://slack.com/api"
    secrets: ClassVar = ("token",)
    optional: ClassVar = ("app_token",)

    @property
    def listens(self) -> bool:
        """Whether people take part from there."""
        return bool(self.app_token_env or self.app_token_file)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        if self.status and not self.channel:
            yield Fault("status", "needs `channel`, the one that the pinned message stands in")
        if self.restricted not in RESTRICTED:
            yield Fault("restricted", f"“{shown(self.restricted)}” is not one of {one_of(RESTRICTED)}")
        if not fullmatch("[a-z0-9][a-z0-9_-]{0,19}", self.prefix):
            yield Fault("prefix", f"“{shown(self.prefix)}” should be a few small letters, digits and hyphens")
        if not fullmatch("[a-z0-9_+'-]{1,60}", self.mark):
            yield Fault("mark", f"“{shown(self.mark)}” should be a reaction's name without colons, as pushpin")
        for number, who in enumerate(self.invite, 1):
            if not (fullmatch("[UW][A-Z0-9]{1,30}", who) or "@" in who):
                reason = f"“{shown(who)}” is neither a person's id, as U0123ABCD, nor an e-mail address"
                yield Fault(f"invite[{number}]", reason)


RESTRICTED = ("none", "private")


class Email(ChannelForm, frozen=True, kw_only=True):
    """SMTP. `to` is where pages go that name no address."""

    host: Line
    port: Port = 587
    sender: Line
    to: str = ""
    tls: str = "starttls"
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    optional: ClassVar = ("password",)

    @property
    def needed(self) -> tuple[str, ...]:
        return ("password",) if self.user else ()

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.tls not in TLS:
            yield Fault("tls", f"“{shown(self.tls)}” is not one of {one_of(TLS)}")
        if "@" not in self.sender:
            yield Fault("sender", f"“{shown(self.sender)}” is not an e-mail address")
        if self.user and not (self.password_env or self.password_file):
            yield Fault("user", "needs password_env or password_file beside it")


TLS = ("starttls", "tls", "none")


class Bell(ChannelForm, frozen=True, kw_only=True):
    """The bell of the terminals that this person is logged in on."""


class Desktop(ChannelForm, frozen=True, kw_only=True):
    """A notification on this machine's desktop."""


class Apprise(ChannelForm, frozen=True, kw_only=True):
    """Any service that apprise knows; its URL is a secret, since it holds the credentials."""

    url_env: str = ""
    url_file: str = ""
    secrets: ClassVar = ("url",)


class GitHub(ChannelForm, frozen=True, kw_only=True):
    """Opens action items as issues. `repo` is where those go that name none; `labels` are on each of them."""

    token_env: str = ""
    token_file: str = ""
    repo: str = ""
    labels: tuple[str, ...] = ("action item",)
    url: Line = "https://api.github.com"
    shared: bool = True  # whoever may read the repository reads it
    secrets: ClassVar = ("token",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        owner, found, name = self.repo.partition("/")
        if self.repo and not (found and owner and name and "/" not in name):
            yield Fault("repo", f"“{shown(self.repo)}” should be the owner, “/” and the repository's name")


class Jira(ChannelForm, frozen=True, kw_only=True):
    """Opens action items as issues. `project` is the key of the one where those go that name none."""

    token_env: str = ""
    token_file: str = ""
    user: Line  # the e-mail address that the token belongs to
    url: Line  # https://NAME.atlassian.net
    project: str = ""
    issue_type: Line = "Task"
    labels: tuple[str, ...] = ("action-item",)
    shared: bool = True
    secrets: ClassVar = ("token",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        for number, label in enumerate(self.labels, 1):
            if " " in label or not label:
                yield Fault(f"labels[{number}]", f"“{shown(label)}” has a space in it, which no label of Jira's has")


KINDS: dict[str, type[ChannelForm]] = {
    "webhook": Webhook,
    "pagerduty": PagerDuty,
    "opsgenie": Opsgenie,
    "jsm": Opsgenie,
    "slack": Slack,
    "email": Email,
    "bell": Bell,
    "desktop": Desktop,
    "apprise": Apprise,
    "github": GitHub,
    "jira": Jira,
}
TRACKERS = ("github", "jira")
"""The kinds that open issues for action items; they reach nobody."""


class Channels(msgspec.Struct, frozen=True):
    """What `channels.toml` says. `fallback`: the ways that are tried when a person's own have all failed, best first.

    Each of them is written as in a contact's `reach`: a channel's name, or `CHANNEL:ADDRESS`.
    """

    by_name: dict[str, ChannelForm] = {}
    fallback: tuple[str, ...] = ()
    audiences: dict[str, tuple[str, ...]] = {}  # where updates go, by whom they are for
    file: str = ""

    def opens_issues(self, reach: str) -> bool:
        """Whether `reach` names a place where action items are opened, and nobody is reached."""
        way = self.way(reach)
        return way is not None and self.by_name[way[0]].kind in TRACKERS

    @property
    def makes_rooms(self) -> bool:
        """Whether incidents have a room of their own on one of them."""
        return any(isinstance(form, Slack) and form.room for form in self.by_name.values())

    def way(self, reach: str) -> tuple[str, str] | None:
        """The channel and the address that `reach` names; None where there is no such channel."""
        if reach in self.by_name:
            return reach, ""
        name, _, address = reach.partition(":")
        return (name, address) if name in self.by_name else None


KEYS = ("channel", "fallback", "audience")


def load(folder: str) -> tuple[Channels, list[Problem]]:
    """The channels in this configuration folder and what is wrong with them. Never raises."""
    file, text = join(folder, "channels.toml"), ""
    if not lexists(file):
        return Channels(), []
    found: dict[str, ChannelForm] = {}
    fallback: tuple[str, ...] = ()
    problems: list[Problem] = []

    def say(fault: Fault, instead: str) -> None:
        problems.append(Problem(file, toml.place(fault, text), fault.reason, instead))

    try:
        tree, text = toml.read(file)
    except Fault as fault:
        say(fault, "Nobody can be reached through it.")
        return Channels(file=file), problems
    for key in tree:
        if key not in KEYS:
            reason = f"“{shown(key)}” is not a key that anything reads; the keys here are {one_of(KEYS)}"
            say(Fault(shown(key), reason), "It is ignored.")
    table = tree.get("channel", {})
    if not isinstance(table, dict):
        say(Fault("channel", "should be tables, as [channel.NAME]"), "Nobody can be reached through it.")
        table = {}
    for name, row in table.items():
        try:
            found[name] = _channel(name, row)
        except Fault as fault:
            say(fault, "This channel is ignored.")
    try:
        fallback = toml.convert(tree.get("fallback", []), tuple[str, ...], "fallback")
    except Fault as fault:
        say(fault, "There is nothing to fall back on.")
    audiences: dict[str, tuple[str, ...]] = {}
    try:
        audiences = toml.convert(tree.get("audience", {}), dict[str, tuple[str, ...]], "audience")
    except Fault as fault:
        say(fault, "Updates are noted, and sent nowhere.")
    channels = Channels(found, fallback, audiences, file)
    for audience, reaches in audiences.items():
        if audience not in AUDIENCES:
            say(Fault(f"audience.{audience}", f"is not an audience: {one_of(AUDIENCES)}"), "It is ignored.")
        for number, reach in enumerate(reaches, 1):
            if why := _no_way(channels, reach):
                say(Fault(f"audience.{audience}[{number}]", why), "It is passed over.")
    for number, reach in enumerate(fallback, 1):
        if why := _no_way(channels, reach):
            say(Fault(f"fallback[{number}]", why), "It is passed over.")
    return channels, problems


def _no_way(channels: Channels, reach: str) -> str:
    """Why nobody is reached by `reach`; empty where somebody may be."""
    if channels.way(reach) is None:
        return f"there is no channel “{shown(reach)}”"
    return f"“{shown(reach)}” opens issues, and reaches nobody" if channels.opens_issues(reach) else ""


def _channel(name: str, row: Any) -> ChannelForm:
    at = f"channel.{name}"
    if ":" in name:
        raise Fault(at, "should have no “:” in its name, since an address stands behind one")
    kind = row.get("kind") if isinstance(row, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        said = f"“{shown(kind)}” is not a kind of channel" if isinstance(kind, str) else "has no kind"
        raise Fault(f"{at}.kind", f"{said}; there are {one_of(tuple(KINDS))}")
    form: ChannelForm = toml.convert(row, KINDS[kind], at)
    for fault in form.faults():
        raise Fault(f"{at}.{fault.path}", fault.reason)
    return form
