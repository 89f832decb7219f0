"""From what `channels.toml` says to channels that can be used, or to a sentence why one cannot.

To an incident that is a drill nothing but the simulator is ever given, whatever is configured.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from os.path import dirname

import msgspec

from ..config.channels import ChannelForm, Channels
from ..core.values import is_drill
from ..net import Http
from .base import Channel
from .secrets import NoSecret, resolve
from .simulator import SimulatorChannel

# kind → module, class, whether it speaks HTTP. Each module is imported for a channel of its kind only.
_ADAPTERS = {
    "webhook": ("webhook", "WebhookChannel", True),
    "pagerduty": ("pagerduty", "PagerDuty", True),
    "opsgenie": ("opsgenie", "Opsgenie", True),
    "jsm": ("opsgenie", "Opsgenie", True),
    "slack": ("slack", "Slack", True),
    "email": ("mail", "Mail", False),
    "bell": ("bell", "BellChannel", False),
    "desktop": ("desktop", "DesktopChannel", False),
    "apprise": ("apprise_", "Apprise", False),
    "github": ("github", "GitHub", True),
    "jira": ("jira", "Jira", True),
}
_EXTRA = "needs the package apprise; say pip install 'warroom[notify]'"


class Unusable(msgspec.Struct, frozen=True):
    """A channel that is configured and cannot be used. `why` is a sentence for people, with what to do."""

    name: str
    why: str


def build(
    channels: Channels, *, http: Http | None = None, env: Mapping[str, str] = os.environ
) -> dict[str, Channel | Unusable]:
    """Every configured channel by name. They share `http`. Never raises for what a file or the environment holds."""
    shared = Http() if http is None else http
    folder = dirname(channels.file)
    return {name: _one(name, form, shared, env, folder) for name, form in channels.by_name.items()}


def for_incident(inc: str, built: Mapping[str, Channel | Unusable]) -> dict[str, Channel | Unusable]:
    """What may be used for the incident with this identity: for a drill a simulator under each name."""
    return {name: SimulatorChannel(name) for name in built} if is_drill(inc) else dict(built)


def _one(name: str, form: ChannelForm, http: Http, env: Mapping[str, str], folder: str) -> Channel | Unusable:
    module, cls, speaks_http = _ADAPTERS[form.kind]
    try:
        if form.kind == "apprise" and not _has("apprise"):
            return Unusable(name, _EXTRA)
        secrets = resolve(form, env, folder)
        make = getattr(import_module(f".{module}", __package__), cls)
        channel: Channel = make(name, form, secrets, http) if speaks_http else make(name, form, secrets)
    except NoSecret as problem:
        return Unusable(name, str(problem))
    except ImportError as problem:
        return Unusable(name, _EXTRA if form.kind == "apprise" else f"its part is not installed ({problem.name})")
    return channel


def _has(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None
