"""What was learned: a change to a file is proposed, and applied, rejected or undone. Files are written elsewhere."""

from .. import events as ev
from ..codec import MAX_EVENT, canonical
from ..commands import Command, Draft, Stamp
from ..incident import Incident
from ..learn.proposals import APPLIED, OPEN, REJECTED, UNDONE, next_name, proposal
from ..values import Refused
from .repeated import repeated

_MOST = MAX_EVENT - 2048  # the envelope around a body needs some


class ProposeChange(Command, frozen=True, kw_only=True):
    """A change to a file of one's own, as a diff and as the whole file that it leads to."""

    target: str
    diff: str
    whole: str
    base: str
    why: str = ""
    summary: str = ""

    after_close = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        if not self.diff:
            raise Refused(f"{self.target} would stay as it is; there is nothing to propose.")
        why, summary = " ".join(self.why.split()), " ".join(self.summary.split())
        body = ev.ChangeProposed(next_name(state), self.target, why, self.diff, self.whole, self.base, summary)
        size = len(canonical(body))
        if size > _MOST:
            raise Refused(
                f"The change to {self.target} takes {size // 1024} KiB with its file, and one fact holds "
                f"{_MOST // 1024}. Split the file in two, or change it by hand and log what you changed."
            )
        return [self.draft(state, stamp, body)]


class DecideChange(Command, frozen=True, kw_only=True):
    """What became of a change; `record` names it in the history of files where one was written."""

    change: str
    outcome: str
    why: str = ""
    record: str = ""

    after_close = True

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        found = proposal(state, self.change)
        if found.state == self.outcome:
            no = f"Change {found.name} is {found.state} already, by {found.decided_by}."
            what = f"{self.outcome}, too: change {found.name} to {found.target}"
            raise repeated(self, state, stamp, found.decided_by, what, no, self.why)
        if found.state not in _FROM.get(self.outcome, ()):
            because = f" ({found.decided_why})" if found.decided_why else ""
            by = f", by {found.decided_by}{because}" if found.decided_by else ""
            raise Refused(f"Change {found.name} is {found.state}{by}; it cannot be {self.outcome} now.")
        if self.outcome == REJECTED and not self.why.strip():
            raise Refused("Why is it rejected? A few words, for whoever proposed it.")
        why = " ".join(self.why.split())
        return [self.draft(state, stamp, ev.ChangeDecided(found.name, self.outcome, found.target, why, self.record))]


_FROM = {APPLIED: (OPEN, UNDONE), REJECTED: (OPEN, UNDONE), UNDONE: (APPLIED,)}
"""By outcome: the states from which it can be reached."""
