"""The evidence of an incident: what proves what, in the order in which it was brought. Looking changes nothing."""

import msgspec

from .events import Event, EvidenceAttached
from .incident import Incident
from .values import Ms


class Item(msgspec.Struct, frozen=True, gc=False):
    """A file's hash, size in bytes and name, or a link; `of` is the entry it belongs to. `at` is UTC ms."""

    id: str
    at: Ms
    by: str
    body: EvidenceAttached
    retracted: bool = False


def items(state: Incident) -> tuple[Item, ...]:
    """All of it but what was redacted, by time."""
    found = [event for events in state.evidence.values() for event in events if event.id not in state.redacted]
    return tuple(_item(state, event) for event in sorted(found, key=lambda e: (e.at.t, e.order)))


def _item(state: Incident, event: Event) -> Item:
    assert isinstance(event.body, EvidenceAttached)
    return Item(event.id, event.at.t, event.by.name, event.body, event.id in state.retracted)


def matching(state: Incident, text: str) -> tuple[Item, ...]:
    """What `text` may mean: the beginning of a hash or of a fact's id, a name or a link. Each once."""
    known = items(state)
    wanted = text.strip()
    low = wanted.casefold()
    hits = [item for item in known if wanted and wanted in (item.body.name, item.body.link)]
    if not hits and len(low) >= 4:
        hits = [i for i in known if i.body.sha.startswith(low) or i.id.casefold().startswith(low)]
    return tuple({item.body.sha or item.body.link: item for item in hits}.values())


def named(state: Incident, entry: str) -> str:
    """What proves this entry, in a few words: `locks.txt, https://…`; empty where nothing does."""
    return ", ".join(proof.name or proof.link for proof in state.proofs(entry))
