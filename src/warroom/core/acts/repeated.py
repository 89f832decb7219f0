"""What two people do at once: one result, both acts on the log, nobody's words lost."""

from .. import events as ev
from ..commands import Command, Draft, Stamp
from ..incident import Incident
from ..values import At, Refused


def repeated(
    command: Command, state: Incident, stamp: Stamp, first: str, what: str, sentence: str, words: str = ""
) -> Refused:
    """The refusal that tells who was first. Where that was somebody else, what was done again is noted with `words`."""
    no = Refused(sentence)
    if first.casefold() != stamp.by.name.casefold() or words:
        no.noted = (Draft(ev.ActRepeated(what, words), command.at or At(stamp.now)),)
    return no
