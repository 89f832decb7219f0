"""Any sender's JSON, read as a table in `intake.toml` says: where things stand, and what means that it is over.

Signed as Standard Webhooks are, or over the body alone; without a secret a token has to say who sends.
"""

from typing import Any, cast

from ..config.intake import Generic
from ..config.intake_map import Conditions, Mapping, Places
from ..core.alerts.facts import ACKNOWLEDGED, FIRING, RESOLVED, Alert
from ..core.alerts.pick import first, value
from ..core.text import keepable
from ..core.values import Ms
from . import shapes
from .base import Delivery, Hook, No, Taken, Unreadable, alert, decode, gather, malformed, moment, too_large, word
from .signed import plain, standard


def read(hook: Hook, delivery: Delivery) -> Taken | No:
    """The alerts of a delivery."""
    form = cast(Generic, hook.form)
    refused = too_large(delivery) or _unsigned(hook, form, delivery)
    if refused:
        return refused
    key = delivery.headers.get("webhook-id", "")
    if form.map is None:
        return shapes.read(hook.name, delivery.body, delivery.now, key)
    return mapped(hook.name, form, form.map, delivery.body, delivery.now, key)


def _unsigned(hook: Hook, form: Generic, delivery: Delivery) -> No | None:
    if hook.key is None:
        return None
    if form.signature_header:
        return plain(delivery.headers, delivery.body, hook.key, form.signature_header)
    return standard(delivery.headers, delivery.body, hook.key, delivery.now)


def mapped(source: str, form: Generic, map: Mapping, body: bytes, now: Ms, delivery: str = "") -> Taken | No:
    """The same, of a body that is known to be small and authentic."""
    try:
        tree = decode(body)
        if _meets(tree, tree, form.ignore):
            told = _tell(form, tree)
            return Taken(source, left=(told,) if told else (), ignored=told or "it is to be passed over")
        if form.unwrap:
            inner = value(tree, form.unwrap, tree)
            tree = decode(inner.encode()) if isinstance(inner, str) else inner
            if tree is None:
                return malformed(f"has nothing at {form.unwrap}")
        rows = value(tree, form.alerts, tree) if form.alerts else [tree]
    except (Unreadable, UnicodeEncodeError) as why:
        return malformed(why)
    if not isinstance(rows, list):
        return malformed(f"has no list at {form.alerts}")
    return gather(source, rows, lambda row: _alert(form, map, row, tree, now), delivery=delivery)


def _tell(form: Generic, tree: Any) -> str:
    said = value(tree, form.tell, tree) if form.tell else None
    return keepable(said)[:500] if isinstance(said, str) else ""


def _alert(form: Generic, map: Mapping, row: Any, whole: Any, now: Ms) -> Alert | None:
    if form.ignore and row is not whole and _meets(row, whole, form.ignore):
        return None
    state = _state(form, row, whole)
    if not state:
        return None

    def found(places: Places) -> Any:
        return first(row, places, whole)

    told = moment(found(map.told), now) or now
    labels = _labels(map, row, whole)
    rule, service = found(map.rule), found(map.service)
    key = found(map.key) if map.key else shapes.made_of(rule, service, labels)
    if not word(rule, "rule"):
        raise Unreadable(f"has no rule at {_said(map.rule)}")
    if not word(key, "key"):
        raise Unreadable(f"has no key at {_said(map.key)}")
    ended = moment(found(map.ended), now) or told
    return alert(
        key=key,
        rule=rule,
        state=state,
        since=moment(found(map.since), now),
        ended=ended if state == RESOLVED else None,
        service=service,
        severity=found(map.severity),
        summary=found(map.summary),
        url=found(map.url),
        labels=labels,
        told=told,
    )


def _state(form: Generic, row: Any, whole: Any) -> str:
    """Empty where it is about none of the states."""
    for state, conditions in ((RESOLVED, form.resolved), (ACKNOWLEDGED, form.acknowledged), (FIRING, form.firing)):
        if _meets(row, whole, conditions):
            return state
    return "" if form.firing else FIRING


def _meets(row: Any, whole: Any, conditions: Conditions) -> bool:
    """Whether at one of the places stands one of its words, in whatever case; `*` is anything."""
    for where, words in conditions.items():
        said = value(row, where, whole)
        if said is None or isinstance(said, dict | list):
            continue
        try:
            plain_said = word(said, where).lower()
        except Unreadable:
            continue
        for each in (words,) if isinstance(words, str) else words:
            if each.lower() == plain_said or (each == "*" and plain_said):
                return True
    return False


def _labels(map: Mapping, row: Any, whole: Any) -> list[tuple[object, object]]:
    if isinstance(map.labels, dict):
        pairs = [(name, first(row, places, whole)) for name, places in map.labels.items()]
        return [(name, said) for name, said in pairs if said is not None and not isinstance(said, dict | list)]
    return list(shapes.pairs(value(row, map.labels, whole)))


def _said(places: Places) -> str:
    return places if isinstance(places, str) else " or ".join(places)
