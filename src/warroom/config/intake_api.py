"""How a sender of alerts is asked and told: `[hook.NAME.api]` in `intake.toml`, with secrets of its own.

They have nothing to do with who may deliver: where one is not there, the hook takes alerts all the same.
"""

from collections.abc import Iterator
from typing import ClassVar

from warroom.core.values import DAY, SECOND

from .forms import Line, SecretForm, url_faults
from .problem import Fault
from .toml import Span

SOONEST = 5 * SECOND


class ApiForm(SecretForm, frozen=True, kw_only=True):
    """What every kind has."""


class AlertmanagerApi(ApiForm, frozen=True, kw_only=True):
    """Alertmanager's API, version 2. `pull`: so often it is asked what fires; without it only by hand.

    `user`: the token is this user's password, as a proxy in front may want it; else it is a bearer token.
    """

    url: Line
    token_env: str = ""
    token_file: str = ""
    user: str = ""
    pull: Span | None = None
    optional: ClassVar = ("token",)

    @property
    def needed(self) -> tuple[str, ...]:
        """A token that is named and not there: nothing is asked, since nothing would be answered."""
        return ("token",) if self.token_env or self.token_file else ()

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        if self.user and not (self.token_env or self.token_file):
            yield Fault("user", "needs token_env or token_file beside it")
        if self.pull is not None and not SOONEST <= self.pull <= DAY:
            yield Fault("pull", "should be from 5 seconds to a day")


class PagerDutyApi(ApiForm, frozen=True, kw_only=True):
    """REST with a token and a `sender`, or Events v2 with the routing key of the service's integration."""

    token_env: str = ""
    token_file: str = ""
    sender: str = ""  # the e-mail address of a user there, which REST wants as `From`
    key_env: str = ""
    key_file: str = ""
    url: Line = "https://api.pagerduty.com"
    events_url: Line = "https://events.pagerduty.com"
    optional: ClassVar = ("token", "key")

    @property
    def needed(self) -> tuple[str, ...]:
        return ("token",) if self.token_env or self.token_file else ("key",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from url_faults(self.url)
        yield from url_faults(self.events_url, "events_url")
        token, key = self.token_env or self.token_file, self.key_env or self.key_file
        if not (token or key):
            yield Fault("token_env", "is missing: the variable with a REST token; or key_env, with a routing key")
        if token and not self.sender:
            yield Fault("sender", "is missing beside the token: PagerDuty wants the e-mail address of a user there")


class OpsgenieApi(ApiForm, frozen=True, kw_only=True):
    """The key of an API integration that may read and change alerts. `url`: empty is the vendor's own."""

    key_env: str = ""
    key_file: str = ""
    url: str = ""
    secrets: ClassVar = ("key",)

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.url:
            yield from url_faults(self.url)
