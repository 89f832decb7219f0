"""The policy as its files have it now against the one in force. Nothing changes before Enter; Esc leaves it so."""

from textual.message import Message

from ...core.events import PolicyAttached
from ...core.text import clean, wrap
from ..moment import Moment
from ..panes.pane import Card
from ..policy_words import GONE, NEW, changes, then
from ..spans import BLANK, Line
from .above import Sheet

_INK = {NEW: "green", GONE: "amber"}


class PolicySheet(Sheet):
    """Up and Down scroll, Enter accepts."""

    class Accepted(Message):
        """Put this policy in force."""

        def __init__(self, policy: PolicyAttached) -> None:
            super().__init__()
            self.policy = policy

    def card(self, moment: Moment, width: int, height: int) -> Card:
        offer, run = moment.sight.offer, moment.incident.run
        if offer is None or run is None:
            return Card("Policy", [(("It is in force now; nothing differs.", "muted"),)], "Esc back", "sky")
        every = lines(run.policy, offer.policy, offer.file, then(moment.incident, offer.policy, moment.now), width)
        self.top = min(self.top, max(0, len(every) - height))
        below = len(every) - self.top - height
        foot = f"{below} more lines ↓" if below > 0 else "Enter accepts · Esc leaves it as it is"
        return Card(f"Policy {clean(run.policy.title or run.policy.policy)}", every[self.top :][:height], foot, "sky")

    def choose(self) -> None:
        offer = self.moment.sight.offer if self.moment else None
        if offer is not None:
            self.post_message(self.Accepted(offer.policy))
        self.close()


def lines(old: PolicyAttached, new: PolicyAttached, file: str, after: str, width: int) -> list[Line]:
    """The sheet's lines, each of at most `width` cells."""
    out: list[Line] = []
    said = f"{clean(file)} was changed since this policy came into force. Nothing changes here before Enter."
    out += [((row, ""),) for row in wrap(said, width)]
    out.append(BLANK)
    for sign, text in changes(old, new):
        ink = _INK.get(sign, "muted")
        first, *rest = wrap(text, max(10, width - 2))
        out.append(((f"{sign} ", f"{ink} bold"), (first, ink)))
        out += [(("  ", ""), (row, ink)) for row in rest]
    return [*out, BLANK, *(((row, "bold"),) for row in wrap(after, width))]
