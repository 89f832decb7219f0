"""An entry together with its evidence: one write, so that neither is ever there without the other."""

from collections.abc import Sequence

from msgspec.structs import replace

from ..core.acts.entries import AttachEvidence, Log
from ..core.commands import Draft, Stamp
from ..core.decide import decide
from ..core.incident import Incident
from ..core.values import Refused
from ..store.errors import StoreError
from ..store.log import Log as File
from .room import Outcome


def write_proven(
    file: File, entry: Log, proofs: Sequence[AttachEvidence], stamp: Stamp, also: Sequence[Draft] = ()
) -> Outcome:
    """The entry's fact, then those of its evidence, whose bytes are kept already. The incident is not read.

    `also` is written with them and is no part of the outcome.
    """
    first = decide(Incident(), entry, stamp)
    rest = [decide(Incident(), replace(proof, at=entry.at), stamp) for proof in proofs]
    drafts: list[Draft] = []
    for decided in (first, *rest):
        if isinstance(decided, Refused):
            return decided
        drafts += decided
    try:
        with file.writing() as writing:
            logged = writing.seal(drafts[0], at_now=stamp.now, by=stamp.by)
            named = [replace(each, body=replace(each.body, of=logged.id)) for each in drafts[1:]]
            events = [logged, *(writing.seal(each, at_now=stamp.now, by=stamp.by) for each in named)]
            for each in also:
                writing.seal(each, at_now=stamp.now, by=stamp.by)
            writing.write()
    except StoreError as failed:
        return failed
    return events
