"""The inbox while a console is up: one thread follows this week's file, groups what there is, and does what is asked.

Nobody waits for it. What it saw last is `view`; another object stands there whenever something is another.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import msgspec

from ..core.alerts.facts import RESOLVED
from ..core.alerts.inbox import Inbox
from ..core.alerts.match import Open
from ..core.alerts.standing import Group, groups
from ..core.values import SECOND, By, Ms
from ..store.errors import StoreError
from . import alerts_beside
from .alerts import FOLDER, InboxRoom
from .alerts_beside import Beside
from .open_incidents import OpenIncidents

SOON = 0.5  # seconds between two looks while somebody looks at the inbox; so often it changes at the most …
SELDOM = 2.0  # … and while nobody does
_OTHERS = 5 * SECOND  # how old what is known of the incidents, and of silences that end, may be

_ENDS = 1.0  # seconds

T = TypeVar("T")


class View(msgspec.Struct, frozen=True, eq=False):
    """What there is. `ready`: it was read; `trouble`: what cannot be, in a sentence.

    `handles` and `paths` are by incident; `open`: those that are open, as suggestions look at them.
    """

    ready: bool = False
    trouble: str = ""
    inbox: Inbox = Inbox()
    groups: tuple[Group, ...] = ()
    waiting: int = 0
    open: tuple[Open, ...] = ()
    handles: dict[str, str] = {}
    paths: dict[str, str] = {}


def there(data: str) -> bool:
    """Whether any alert ever came in here, or may have come in at a server: two stats."""
    return os.path.isdir(os.path.join(data, FOLDER)) or alerts_beside.there(data)


def _fires(inbox: Inbox) -> bool:
    return any(line.alert.state != RESOLVED for line in inbox.lines.values())


class LiveInbox:
    """Starts with `start()`, ends with `close()`. `me` says who writes now, `now` gives UTC ms.

    `acted` is called on its thread whenever something was written for somebody; what it says stands in `more`.
    """

    def __init__(
        self,
        data: str,
        incidents: str,
        replica: Callable[[], str],
        me: Callable[[], By],
        now: Callable[[], Ms],
        acted: Callable[[], str] = lambda: "",
    ) -> None:
        self._data, self._replica, self._me, self._now = data, replica, me, now
        self._room = InboxRoom(data, "", By(""), now, read_only=True)
        self._beside = Beside(data, replica, now)
        self._incidents = OpenIncidents(incidents)
        self._acted = acted
        self._loaded = False
        self._made_at: Ms = 0
        self._asked: list[Callable[[], None]] = []
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        self.view = View()
        self.watched = False  # somebody looks at it
        self.more = ""  # a sentence more about what was written last

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """What was asked for is done still; it waits for that a little."""
        with self._guard:
            self._closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_ENDS)

    def watch(self, watched: bool) -> None:
        """Somebody begins to look, or no longer does."""
        self.watched = watched
        self._wake.set()

    def ask(self, work: Callable[[InboxRoom], T]) -> "Future[T | StoreError]":
        """What `work` makes of the inbox, read and ready to be written. Never waits."""
        future: Future[T | StoreError] = Future()

        def act() -> None:
            try:
                future.set_result(self._done(work))
            except StoreError as failed:
                future.set_result(failed)
            except BaseException as mistake:
                future.set_exception(mistake)

        with self._guard:
            if self._closing:
                future.set_result(StoreError("The console is closing; nothing more is written."))
                return future
            self._asked.append(act)
        self._wake.set()
        return future

    def _done(self, work: Callable[[InboxRoom], T]) -> T:
        # A room of its own: the one that follows never writes, so that it works where nothing can be written.
        room = InboxRoom(self._data, self._replica(), self._me(), self._now)
        try:
            room.load()
            came = work(room)
        finally:
            room.close()
        if isinstance(came, list):
            self.more = self._acted()
        return came

    # ── the thread ──

    def _run(self) -> None:
        while not self._closing:
            self._do_all()
            self._look()
            self._wake.wait(SOON if self.watched else SELDOM)
            self._wake.clear()
        self._do_all()
        self._room.close()
        self._incidents.close()

    def _do_all(self) -> None:
        with self._guard:
            asked, self._asked = self._asked, []
        for act in asked:
            act()

    def _look(self) -> None:
        beside = self._beside.took()
        try:
            changed = self._room.follow() if self._loaded else self._load()
            trouble = self._room.trouble or beside
        except StoreError as failed:
            self._loaded, changed, trouble = False, True, str(failed)
        except Exception as mistake:  # whatever is wrong with a file may be right by the next look
            self._loaded, changed, trouble = False, True, f"The alerts cannot be read ({type(mistake).__name__})."
        stale = self._now() - self._made_at >= _OTHERS or self._now() < self._made_at
        if changed or trouble != self.view.trouble or (stale and self._goes_on()):
            self._make(trouble)

    def _goes_on(self) -> bool:
        """Whether time alone, or an incident, can change how something stands."""
        return any(group.firing for group in self.view.groups)

    def _load(self) -> bool:
        self._room.load()
        self._loaded = True
        return True

    def _make(self, trouble: str) -> None:
        now, inbox = self._now(), self._room.inbox
        going_on = self._incidents.look() if _fires(inbox) else {}
        found = tuple(groups(inbox, now, going_on))
        self._made_at = now
        self.view = View(
            ready=True,
            trouble=trouble,
            inbox=inbox,
            groups=found,
            waiting=sum(group.waiting for group in found),
            open=tuple(self._incidents.short(inbox)) if going_on else (),
            handles=self._incidents.handles,
            paths=dict(self._incidents.paths),
        )
