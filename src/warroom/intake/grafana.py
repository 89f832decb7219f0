"""Grafana's webhook: Alertmanager's shape with more in it, and a signature where one was set up.

Signed is the body, or with a timestamp header `TIMESTAMP:body`, which holds for five minutes.
"""

from typing import cast

from ..config.intake import Grafana
from . import alertmanager
from .base import Delivery, Hook, No, Taken, too_large
from .signed import any_of, fresh, hexed, stale, unsigned, wrong


def read(hook: Hook, delivery: Delivery) -> Taken | No:
    """The alerts of a notification."""
    form = cast(Grafana, hook.form)
    refused = too_large(delivery) or _unsigned(hook, form, delivery)
    return refused or alertmanager.group(hook.name, delivery.body, delivery.now, form.service)


def _unsigned(hook: Hook, form: Grafana, delivery: Delivery) -> No | None:
    if hook.key is None:
        return None
    given = delivery.headers.get(form.signature_header.lower(), "")
    if not given:
        return unsigned(f"the header {form.signature_header} is missing")
    signed = delivery.body
    if form.timestamp_header:
        stamp = delivery.headers.get(form.timestamp_header.lower(), "")
        if not fresh(stamp, delivery.now):
            return stale(form.timestamp_header)
        signed = stamp.encode(errors="replace") + b":" + signed
    return None if any_of([given.strip().lower()], hexed(hook.key, signed)) else wrong()
