"""The bell: once for each thing that has become late, when somebody is called, and when paging fails."""

from ..core.values import SECOND, Ms
from .moment import Moment
from .paging import mine
from .panes.escalation import alarm

_GRACE = {"page": 5 * SECOND}  # a page goes out by itself within a second of being due; only one that does not is news


class Bell:
    """Ask it at every moment. What was late before the first one rings for nobody."""

    def __init__(self) -> None:
        self._late: set[tuple[str, str, Ms]] = set()
        self._began = False
        self._failing = False  # whether something about paging fails, as the bell has told already

    def rings(self, moment: Moment, me: str) -> bool:
        """Whether there is news that needs a human."""
        late = {(d.kind, d.ref, d.due) for d in moment.due if d.left(moment.now) <= -_GRACE.get(d.kind, 0)}
        late |= {("mine", topic, due) for topic, due in mine(moment, me)}
        failing = alarm(moment)
        news = bool(late - self._late and self._began) or (failing and not self._failing)
        self._late, self._began, self._failing = late, True, failing
        return news
