"""A silence of ours in the words of Alertmanager, and never wider: what they match there is what is quiet here.

Rule and service of an alert may stand under another label there, or come of a label that is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TypeAlias

from .inbox import Line

RULE, SERVICE = "alertname", "service"
Matchers: TypeAlias = dict[str, str]
"""Label → value, all of which have to hold; an empty value: the label is missing."""


class Unsayable(Exception):
    """What cannot be silenced there. `str()` says why, as the end of “not carried: …”."""


def of_silence(
    labels: Mapping[str, str], lines: Iterable[Line], service: Sequence[str], longest: int
) -> list[Matchers]:
    """What has to be silenced so that alerts with these labels are: each entry is one silence. Raises `Unsayable`.

    `lines`: the alerts of that source that are known; `service`: the labels that name the service, as its alerts are
    read. `longest`: so many characters of a label's value are kept here.
    """
    for name, value in labels.items():
        if not value:
            raise Unsayable(f"a label without a value ({name}) means another thing there")
        if len(value) >= longest and value.endswith("…"):
            raise Unsayable(f"the label {name} is longer than what is kept of it here")
    seen = [line.alert.labels for line in lines if _has(line, labels)]
    rules = _rules(labels, seen)
    services = _services(labels, seen, service)
    plain = {name: value for name, value in labels.items() if name not in (RULE, SERVICE)}
    found: list[Matchers] = []
    for rule, named in product(rules, services):
        if any(plain.get(name, value) != value for name, value in named.items()):
            continue  # no alert can have both
        one = {**plain, **rule, **named}
        if any(one.values()) and one not in found:
            found.append(one)
    if not found:
        raise Unsayable("no label is left by which it could be silenced there")
    return found


def _has(line: Line, labels: Mapping[str, str]) -> bool:
    known = line.labels
    return all(known.get(name) == value for name, value in labels.items())


def _rules(labels: Mapping[str, str], seen: Sequence[Mapping[str, str]]) -> list[Matchers]:
    if RULE not in labels:
        return [{}]
    ways: list[Matchers] = []
    if not seen or any(RULE in each for each in seen):
        ways.append({RULE: labels[RULE]})
    if any(RULE not in each for each in seen):
        ways.append({RULE: ""})  # an alert without a rule has a name of ours here
    return ways


def _services(labels: Mapping[str, str], seen: Sequence[Mapping[str, str]], names: Sequence[str]) -> list[Matchers]:
    """Its service stands under the first of `names` that an alert has; a label `service` of its own comes before."""
    if SERVICE not in labels:
        return [{}]
    value = labels[SERVICE]
    every: list[Matchers] = [{SERVICE: value}]
    for number, name in enumerate(names):
        if name != SERVICE:
            every.append({SERVICE: "", **dict.fromkeys(names[:number], ""), name: value})
    if not seen:
        return every
    return [each for each in every if any(_meets(each, one) for one in seen)]


def _meets(matchers: Matchers, labels: Mapping[str, str]) -> bool:
    return all(labels.get(name, "") == value for name, value in matchers.items())
