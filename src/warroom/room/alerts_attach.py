"""An alert meets an incident: an ordinary entry on the incident's log, then the fact in the inbox that links the two.

What is broken off between the two can be done again: the entry is not written twice.
"""

from collections.abc import Sequence

from ..core import masking
from ..core.alerts import acts
from ..core.alerts.facts import AlertAttached
from ..core.alerts.inbox import Inbox
from ..core.alerts.observed import entry, stands
from ..core.alerts.standing import began
from ..core.commands import Draft, Stamp
from ..core.values import Refused
from ..store.errors import StoreError
from .alerts import InboxRoom
from .room import Room

Outcome = Sequence[str] | Refused | StoreError
"""The names of the alerts that are attached now, or why not."""

_RESTRICTED = (
    "That incident is restricted, and everybody reads the inbox: log there by hand what the alert says, and "
    "acknowledge or dismiss the alert here."
)


def attach(inbox: InboxRoom, names: Sequence[str], incident: Room, *, opened: bool = False) -> Outcome:
    """Attach these alerts of one rule and service. `opened`: the incident was made from them. Both logs are written.

    Refused to a drill, and to a restricted incident.
    """
    state = incident.state
    if state.drill:
        return Refused("That is a drill, and an alert is real: they never meet.")
    if state.restricted:
        # The inbox's log goes to everybody who sees the server, and the link names the incident and its title.
        return Refused(_RESTRICTED)

    def act(now: Inbox, stamp: Stamp) -> list[Draft]:
        return _drafts(now, names, state.id, state.title, opened, stamp)

    try:
        drafts = act(inbox.inbox, Stamp(inbox.now(), inbox.me))
    except Refused as no:
        return no
    chosen = [each.body.of for each in drafts if isinstance(each.body, AlertAttached)]
    lines = sorted((inbox.inbox.lines[name] for name in chosen), key=lambda line: (began(line), line.id))
    wanted, _ = masking.command(entry(lines[0], inbox.now(), len(lines) - 1))
    if not stands(state, wanted):
        written = incident.do(wanted)
        if not isinstance(written, list):
            return written
    outcome = inbox.do(act)
    return chosen if isinstance(outcome, list) else outcome


def _drafts(inbox: Inbox, names: Sequence[str], inc: str, title: str, opened: bool, stamp: Stamp) -> list[Draft]:
    """A fact for each that does not belong to it yet. Raises `Refused` where none is left."""
    drafts: list[Draft] = []
    refused: Refused | None = None
    for name in names:
        try:
            drafts += acts.attach(acts.find(inbox, name), inc, title, opened, stamp)
        except Refused as no:
            refused = no
    if refused is not None and not drafts:
        raise refused
    return drafts
