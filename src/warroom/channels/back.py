"""Back to where an alert came from: what each kind of source is told of acts here, and what it can be asked.

As a channel, a source keeps no state, writes no fact and never raises for anything the far side does.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from ..config.intake import Alertmanager, HookForm, Intake, Opsgenie, PagerDuty
from ..core.alerts.carry import Way
from ..core.alerts.facts import Alert
from ..core.alerts.inbox import Line, Silence
from ..core.values import Ms
from ..net import Http, NetError, Reply
from .base import Accepted, Failed, Later, Outcome, Probe, Unknown
from .http import outcome_of, outcome_of_error
from .secrets import NoSecret, Secret, resolve

Trouble: TypeAlias = Later | Failed | Unknown
LIMIT = 8 * 1024 * 1024  # bytes of a list that is asked for


class Told(msgspec.Struct, frozen=True):
    """An act here, for the far side. `key` is the same for every try of it; `by` did it, with `note`; `now` is UTC ms.

    `alert`, or of a silence `silence` with `lines`, the alerts of that source that are known.
    """

    act: str
    key: str
    by: str = ""
    note: str = ""
    now: Ms = 0
    alert: Alert | None = None
    silence: Silence | None = None
    lines: Sequence[Line] = ()


class Quiet(msgspec.Struct, frozen=True):
    """An alert that somebody silenced there: its key, until when (UTC ms), why and who. Not what was silenced here."""

    key: str
    until: Ms
    why: str
    by: str


class Pulled(msgspec.Struct, frozen=True):
    """What a source says of itself: alerts that fire, as its deliveries tell them, and the keys of all that it has.

    `whole`: it has been up for long enough to know of everything, so that what it does not have has ended. `quiet`: so
    many are silenced or inhibited there, `silenced` those by somebody there; `left`: a sentence for each that could not
    be read.
    """

    alerts: tuple[Alert, ...] = ()
    keys: frozenset[str] = frozenset()
    whole: bool = False
    quiet: int = 0
    left: tuple[str, ...] = ()
    silenced: tuple[Quiet, ...] = ()


class Source:
    """One source. Subclasses say what it is told; what a kind cannot do stays as it is here."""

    way: Way = Way(())
    pace = 5.0  # requests a second that the far side takes
    pulls = False  # whether `pull` can ever say anything

    def __init__(self, name: str, form: HookForm, secrets: dict[str, Secret], http: Http) -> None:
        self.name, self.secrets, self.http = name, secrets, http

    def tell(self, told: Told) -> Outcome:
        """Tells it; under a key that it was told before, it changes nothing."""
        raise NotImplementedError

    def look_up(self, told: Told) -> Outcome | None:
        """Whether it was told already; None: it was not; `Later` where nobody could say."""
        return Later(f"{self.name} cannot be asked what arrived")

    def settle(self, told: Told, remote: str) -> Outcome:
        """What became of something that was `Accepted`; `Accepted` again while it is still under way."""
        return Accepted(remote)

    def pull(self, now: Ms) -> Pulled | Trouble:
        """What fires there."""
        return Failed(f"{self.name} cannot be asked what fires")

    def probe(self) -> Probe:
        """Whether it is there and takes what it is shown, without changing anything."""
        raise NotImplementedError

    def call(self, method: str, url: str, **given: Any) -> Reply | Trouble:
        """`Http.request`, with what may go wrong on the way as an outcome."""
        try:
            return self.http.request(method, url, **given)
        except NetError as error:
            return outcome_of_error(error)

    def trouble(self, reply: Reply | Trouble) -> Trouble:
        """Why an answer is not the one that is needed."""
        outcome = outcome_of(reply, self.secrets) if isinstance(reply, Reply) else reply
        if isinstance(outcome, (Later, Failed, Unknown)):
            return outcome
        return Later("the far side's answer is not understood")


class Closed(msgspec.Struct, frozen=True):
    """A source that cannot be reached. `why` is a sentence for people, with what to do."""

    name: str
    why: str
    way: Way
    pulls: bool = False


def build(
    intake: Intake, *, http: Http | None = None, env: Mapping[str, str] = os.environ
) -> dict[str, Source | Closed]:
    """Every source that `intake.toml` says how to reach. Never raises for what a file or the environment holds."""
    shared = Http() if http is None else http
    folder = os.path.dirname(intake.file)
    return {name: _one(name, form, shared, env, folder) for name, form in intake.told.items()}


def _one(name: str, form: HookForm, http: Http, env: Mapping[str, str], folder: str) -> Source | Closed:
    from .back_alertmanager import AlertmanagerBack
    from .back_opsgenie import OpsgenieBack
    from .back_pagerduty import PagerDutyBack

    api = form.api
    kinds: dict[type[HookForm], type[Source]] = {
        Alertmanager: AlertmanagerBack,
        PagerDuty: PagerDutyBack,
        Opsgenie: OpsgenieBack,
    }
    kind = kinds[type(form)]
    assert api is not None
    try:
        secrets = resolve(api, env, folder)
    except NoSecret as problem:
        return Closed(name, str(problem), replace(kind.way, closed=str(problem)), kind.pulls)
    return kind(name, form, secrets, http)
