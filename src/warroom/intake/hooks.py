"""Every hook there is, by name, and the one way in: a delivery goes to the reader of its hook's kind."""

from collections.abc import Callable, Mapping

from ..config.intake import Intake
from . import alertmanager, generic, grafana, opsgenie, pagerduty, slack
from .base import Delivery, Hook, No, Taken
from .signed import key_of

READERS: dict[str, Callable[[Hook, Delivery], Taken | No]] = {
    "alertmanager": alertmanager.read,
    "grafana": grafana.read,
    "pagerduty": pagerduty.read,
    "opsgenie": opsgenie.read,
    "jsm": opsgenie.read,
    "slack": slack.read,
    "generic": generic.read,
}


def hooks(intake: Intake, secrets: Mapping[str, str]) -> dict[str, Hook]:
    """The hooks by name. `secrets`: of each that is signed, by the hook's name. Raises `BadSecret`.

    A hook that is to be signed and whose secret is not there is left out: nothing unsigned may come in by it.
    """
    found: dict[str, Hook] = {}
    for name, form in intake.hooks.items():
        if not form.signed:
            found[name] = Hook(name, form)
        elif secret := secrets.get(name):
            found[name] = Hook(name, form, key_of(secret) if form.kind == "generic" else secret.encode())
    return found


def take(hook: Hook, delivery: Delivery) -> Taken | No:
    """What the delivery is. Where the hook has no key, its sender's token was looked at before."""
    return READERS[hook.form.kind](hook, delivery)


def unknown(name: str) -> No:
    """The refusal of a delivery to a hook that is not there."""
    return No(404, "no-hook", f"No hook is called “{name[:40]}”; intake.toml says which there are.")
