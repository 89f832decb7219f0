"""What the store's tests share: an identity, a writer, and the shortest way to put facts into a log."""

from collections.abc import Sequence

from warroom.core.commands import Draft
from warroom.core.events import Event, Logged
from warroom.core.values import At, By, incident_id
from warroom.store.log import Log

INC = incident_id(bytes(range(16)), False)
REP = "AAAAAAAAAA"
OTHER = "BBBBBBBBBB"
DANA = By("Dana Okafor", "dana", "host-17")
NOW = 1_795_312_800_000


def note(text: str) -> Draft:
    return Draft(Logged(text_=text), At(NOW))


def write(log: Log, *texts: str) -> list[Event]:
    """These texts as facts, in one durable write."""
    with log.writing() as writing:
        events = [writing.seal(note(text), at_now=NOW, by=DANA) for text in texts]
        writing.write()
    return events


def texts(events: Sequence[Event]) -> list[str]:
    return [event.body.text() for event in events]
