"""How a table in `intake.toml` says where things stand in somebody else's JSON: places and conditions."""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

import msgspec

from warroom.core.alerts.pick import mistake

from .forms import Form
from .problem import Fault, shown

Places: TypeAlias = str | Annotated[tuple[str, ...], msgspec.Meta(max_length=20)]
Conditions: TypeAlias = dict[str, Places]  # place → words, of which the value there is one; "*": anything
MOST = 40  # labels, or conditions


class Mapping(Form, frozen=True):
    """Where an alert's parts stand, counted from the alert; of several places the first that is there.

    Without `key`, rule, service and labels together are the key.
    """

    rule: Places
    key: Places = ()
    service: Places = ()
    severity: Places = ()
    summary: Places = ()
    url: Places = ()
    since: Places = ()
    ended: Places = ()
    told: Places = ()
    labels: str | dict[str, Places] = {}

    def faults(self) -> Iterator[Fault]:
        for name in ("rule", "key", "service", "severity", "summary", "url", "since", "ended", "told"):
            yield from place_faults(name, getattr(self, name))
        if not self.rule:
            yield Fault("rule", "is empty")
        if isinstance(self.labels, str):
            yield from place_faults("labels", self.labels)
            return
        if len(self.labels) > MOST:
            yield Fault("labels", f"has more than {MOST} names")
        for label, places in self.labels.items():
            yield from place_faults(f"labels.{label}", places)


def place_faults(at: str, places: Places) -> Iterator[Fault]:
    """What is wrong with places, and which."""
    for where in (places,) if isinstance(places, str) else places:
        if said := mistake(where):
            yield Fault(at, f"“{shown(where)}” {said}")


def conditions_faults(at: str, conditions: Conditions) -> Iterator[Fault]:
    """The same for conditions."""
    if len(conditions) > MOST:
        yield Fault(at, f"has more than {MOST} places")
    for where, words in conditions.items():
        if said := mistake(where):
            yield Fault(f"{at}.{shown(where)}", f"“{shown(where)}” {said}")
        if not words:
            yield Fault(f"{at}.{shown(where)}", "has no word that could stand there")
