"""`intake.toml`: the senders of alerts that may deliver here, one table for each, and how theirs are read.

A hook that names a secret takes only what is signed with it; any other asks for a token with the grant `intake`.
"""

import re
from collections.abc import Iterator
from os.path import join, lexists
from typing import Annotated, Any, ClassVar

import msgspec

from . import toml
from .forms import Line, SecretForm, Word, url_faults
from .intake_api import AlertmanagerApi, ApiForm, OpsgenieApi, PagerDutyApi
from .intake_map import Conditions, Mapping, conditions_faults, place_faults
from .problem import Fault, Problem, one_of, shown

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
Labels = Annotated[tuple[Line, ...], msgspec.Meta(max_length=10)]
SERVICE: Labels = ("service", "job")
BECOMES = ("alert", "entry")


class HookForm(SecretForm, frozen=True, kw_only=True):
    """What every kind has. `api`, where a kind has it, says how its sender is asked and told."""

    kind: Word
    api: ApiForm | None = None

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.api is not None:
            for fault in self.api.faults():
                yield Fault(f"api.{fault.path}", fault.reason)

    @property
    def signed(self) -> bool:
        """Whether a signature says that a delivery is authentic; else a token has to."""
        return any(getattr(self, f"{name}_env") or getattr(self, f"{name}_file") for name in self._all())

    @property
    def needed(self) -> tuple[str, ...]:
        """Also a secret that it could do without, once it is named: unsigned deliveries must not slip in."""
        return tuple(name for name in self._all() if getattr(self, f"{name}_env") or getattr(self, f"{name}_file"))

    def _all(self) -> tuple[str, ...]:
        return (*self.secrets, *self.optional)


class Alertmanager(HookForm, frozen=True, kw_only=True):
    """Alertmanager's webhook. `service`: labels that name the service, the first that an alert has."""

    service: Labels = SERVICE
    api: AlertmanagerApi | None = None


class Grafana(HookForm, frozen=True, kw_only=True):
    """Grafana's webhook. `timestamp_header`: as it is set there; with it the time is signed too."""

    service: Labels = SERVICE
    secret_env: str = ""
    secret_file: str = ""
    signature_header: Line = "X-Grafana-Alerting-Signature"
    timestamp_header: str = ""
    optional: ClassVar = ("secret",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.timestamp_header and not self.signed:
            yield Fault("timestamp_header", "needs secret_env or secret_file beside it: nothing else signs the time")


class PagerDuty(HookForm, frozen=True, kw_only=True):
    """A webhook subscription (v3); `secret` is the one that PagerDuty shows when it is made."""

    secret_env: str = ""
    secret_file: str = ""
    api: PagerDutyApi | None = None
    secrets: ClassVar = ("secret",)


class Opsgenie(HookForm, frozen=True, kw_only=True):
    """Opsgenie's webhook integration, and Jira Service Management's. `service`: details that name the service."""

    service: Labels = ("service",)
    api: OpsgenieApi | None = None


class Slack(HookForm, frozen=True, kw_only=True):
    """Messages that somebody marks with a reaction, by the Events API. `done`: the reaction that ends the alert.

    The event names a message and does not hold it: with the bot's token its text is asked for.
    """

    secret_env: str = ""  # the app's signing secret
    secret_file: str = ""
    token_env: str = ""  # the bot's, xoxb-…
    token_file: str = ""
    url: Line = "https://slack.com/api"
    reaction: Word = "rotating_light"
    done: str = "white_check_mark"
    becomes: str = "alert"
    channels: tuple[Word, ...] = ()  # ids; empty: wherever the app is
    workspace: str = ""  # https://NAME.slack.com, for links
    secrets: ClassVar = ("secret",)
    optional: ClassVar = ("token",)

    @property
    def needed(self) -> tuple[str, ...]:
        """Without a token the alert is there all the same, with fewer words."""
        return self.secrets

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        if self.becomes not in BECOMES:
            yield Fault("becomes", f"“{shown(self.becomes)}” is not one of {one_of(BECOMES)}")
        for name in ("reaction", "done"):
            if ":" in getattr(self, name):
                yield Fault(name, "is written without its colons")
        if self.workspace and not self.workspace.startswith("https://"):
            yield Fault("workspace", f"“{shown(self.workspace)}” is not an address that begins with https://")


class Generic(HookForm, frozen=True, kw_only=True):
    """Any JSON, read as `map` says; without a map it has to be one of the shapes that are known.

    `unwrap`: the place of a text that is itself the JSON; `alerts`: the list of alerts; without it the whole is one.
    What meets `ignore` is taken and is no alert; `tell` says then what a person should know of it.
    """

    secret_env: str = ""
    secret_file: str = ""
    signature_header: str = ""  # hexadecimal HMAC-SHA256 of the body; empty: signed as Standard Webhooks are
    unwrap: str = ""
    alerts: str = ""
    map: Mapping | None = None
    firing: Conditions = {}
    acknowledged: Conditions = {}
    resolved: Conditions = {}
    ignore: Conditions = {}
    tell: str = ""
    optional: ClassVar = ("secret",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.signature_header and not self.signed:
            yield Fault("signature_header", "needs secret_env or secret_file beside it")
        for name in ("unwrap", "alerts", "tell"):
            if getattr(self, name):
                yield from place_faults(name, getattr(self, name))
        for name in ("firing", "acknowledged", "resolved", "ignore"):
            yield from conditions_faults(name, getattr(self, name))
        if self.map is not None:
            for fault in self.map.faults():
                yield Fault(f"map.{fault.path}", fault.reason)
        elif self.alerts or self.unwrap or self.firing or self.acknowledged or self.resolved:
            yield Fault("map", "is missing: it says where rule, key and the rest stand")


KINDS: dict[str, type[HookForm]] = {
    "alertmanager": Alertmanager,
    "grafana": Grafana,
    "pagerduty": PagerDuty,
    "opsgenie": Opsgenie,
    "jsm": Opsgenie,
    "slack": Slack,
    "generic": Generic,
}
BY_ITSELF = ("alertmanager", "grafana", "opsgenie", "jsm", "generic")
"""Kinds that are there without a table: a token is all that they need."""


class Intake(msgspec.Struct, frozen=True):
    """What `intake.toml` says. `broken`: hooks whose table has a mistake, which take nothing."""

    by_name: dict[str, HookForm] = {}
    broken: tuple[str, ...] = ()
    file: str = ""

    def hook(self, name: str) -> HookForm | None:
        """The hook of this name, as somebody set it up or as it is by itself."""
        if name in self.by_name:
            return self.by_name[name]
        return KINDS[name](kind=name) if name in BY_ITSELF and name not in self.broken else None

    @property
    def hooks(self) -> dict[str, HookForm]:
        """Every hook there is."""
        alone = {name: form for name in BY_ITSELF if (form := self.hook(name)) is not None}
        return alone | self.by_name

    @property
    def told(self) -> dict[str, HookForm]:
        """Those whose sender can be asked and told."""
        return {name: form for name, form in self.by_name.items() if form.api is not None}


def load(folder: str) -> tuple[Intake, list[Problem]]:
    """The hooks in this configuration folder and what is wrong with them. Never raises."""
    file, text = join(folder, "intake.toml"), ""
    if not lexists(file):
        return Intake(), []
    problems: list[Problem] = []

    def say(fault: Fault, instead: str) -> None:
        problems.append(Problem(file, toml.place(fault, text), fault.reason, instead))

    try:
        tree, text = toml.read(file)
    except Fault as fault:
        say(fault, "Nothing is taken in through it, and no hook is there by itself.")
        return Intake(broken=BY_ITSELF, file=file), problems
    for key in tree:
        if key != "hook":
            say(Fault(shown(key), f"“{shown(key)}” is not a key that anything reads; the key here is hook"), "")
    table = tree.get("hook", {})
    if not isinstance(table, dict):
        say(Fault("hook", "should be tables, as [hook.NAME]"), "Nothing is taken in through it.")
        return Intake(broken=BY_ITSELF, file=file), problems
    found: dict[str, HookForm] = {}
    broken: list[str] = []
    for name, row in table.items():
        try:
            found[name] = _hook(name, row)
        except Fault as fault:
            broken.append(name)
            say(fault, "This hook takes nothing.")
    return Intake(found, tuple(broken), file), problems


def _hook(name: str, row: Any) -> HookForm:
    at = f"hook.{name}"
    if not NAME.fullmatch(name):
        raise Fault(at, "should have a name of small letters, digits and “-”: it stands in the hook's address")
    kind = row.get("kind") if isinstance(row, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        said = f"“{shown(kind)}” is not a kind of hook" if isinstance(kind, str) else "has no kind"
        raise Fault(f"{at}.kind", f"{said}; there are {one_of(tuple(KINDS))}")
    if name in KINDS and KINDS[name] is not KINDS[kind]:
        raise Fault(f"{at}.kind", f"is {kind}, under the name of another kind; give the hook a name of its own")
    form: HookForm = toml.convert(row, KINDS[kind], at)
    for fault in form.faults():
        raise Fault(f"{at}.{fault.path}", fault.reason)
    return form
