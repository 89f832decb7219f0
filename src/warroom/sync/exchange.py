"""One incident and its server: carries out what the engine asks for, on the file and over the network.

Two threads come here, one that asks the server and one that hears its stream; `guard` is held while either touches the
file, and by neither while it waits for the network.
"""

from collections.abc import Iterable
from threading import Lock

from ..core.alerts.week import named
from ..core.codec import Bad
from ..core.values import By, Ms
from ..store.errors import Missing
from . import wire
from .answers import Absent, Denied, Offline, Unfit
from .client import Client
from .engine import Adopt, Ask, AskHeads, Create, Engine, Pull, PushFacts
from .files import LocalFile
from .relays import Relays
from .wire import Fact, Heads, Listed, Standing


class Pace:
    """How much goes at once: half as much after each failure, so that a slow line gets something through at last."""

    def __init__(self) -> None:
        self.facts = wire.MOST_EVENTS
        self.page = wire.LONGEST_PAGE

    def cut(self, ask: PushFacts) -> PushFacts:
        return PushFacts(ask.facts[: self.facts])

    def went(self) -> None:
        self.facts = min(wire.MOST_EVENTS, self.facts * 2)
        self.page = min(wire.LONGEST_PAGE, self.page * 2)

    def failed(self, ask: Ask) -> None:
        if isinstance(ask, PushFacts):
            self.facts = max(1, self.facts // 2)
        if isinstance(ask, Pull):
            self.page = max(1, self.page // 2)


class Exchange:
    """`ails`: why the file cannot be read or written now. `reads_only`: the token may not write, so nothing is sent."""

    def __init__(self, file: LocalFile, cursor: str, heads: Heads, reads_only: bool) -> None:
        self.file, self.inc = file, file.inc
        self.alerts = bool(named(file.inc))
        self.what = "log of alerts" if self.alerts else "incident"
        self.engine = Engine(file.inc, cursor, heads)
        self.epoch = cursor.rpartition(".")[0]
        self.guard = Lock()
        self.ails = ""
        self.reads_only = reads_only
        self.kept_from = False  # whether the server keeps it from this token
        self.gone = False  # the file is not where it was, is another incident's now, or was let go of
        self.here: tuple[wire.Present, ...] = ()
        self.heard: float = 0.0  # when that was told, by the steady clock
        self.there: set[str] = set()  # evidence that the server has
        self.unfit: set[str] = set()  # evidence that it will not take
        self.relays = Relays()

    @property
    def barred(self) -> str:
        """Why nothing that is written here can go with this token; empty: it can, or nothing waits."""
        if not self.barring or not self.engine.unsent:
            return ""
        return "this token may not bring alerts in" if self.alerts else "the token may only read"

    @property
    def barring(self) -> bool:
        """Whether this token brings nothing in here."""
        return self.reads_only or (self.alerts and self.kept_from)

    @property
    def waiting(self) -> int:
        """How many facts the server has not acknowledged; counted while no other thread changes that."""
        with self.guard:
            return len(self.engine.unsent)

    def close(self) -> None:
        """Lets go of the file: whoever still has this in hand finds nothing to do."""
        with self.guard:
            self.gone = True
            self.file.close()

    # ── the file ────────────────────────────────────────────────────────────────────────────────

    def look(self) -> bool:
        """Takes what others wrote; whether there was anything."""
        with self.guard:
            return self._look()

    def _look(self) -> bool:
        try:
            found = self.file.news()
        except OSError as problem:
            self.ails, self.gone = str(problem), isinstance(problem, Missing)
            return False
        self.ails = ""
        if self.file.shrank:
            self.file.shrank = False
            self.engine = Engine(self.inc, self.engine.cursor, self.engine.heads)
        if found:
            self.engine.wrote(found)
        return bool(found)

    def came(self, facts: Iterable[tuple[str, Fact]]) -> bool:
        """Facts from the stream, each with its cursor: into the file. False: they are not; the heads will tell."""
        facts = list(facts)
        with self.guard:
            try:
                rows = {row.hash: row for row in self.file.accept(fact for _, fact in facts)}
                self._look()
            except OSError as problem:
                self.ails = str(problem)
                self.engine.doubt()
                return False
            for cursor, fact in facts:
                if (row := rows.get(fact.h)) is not None:
                    self.engine.live(cursor, row)
                else:
                    self.engine.doubt()
        return True

    # ── the server ──────────────────────────────────────────────────────────────────────────────

    def listed(self, there: Listed | None) -> None:
        """What the server's list of incidents says of this one."""
        with self.guard:
            engine = self.engine
            if there is None:
                if not self.reads_only:
                    engine.again()
                return
            self.kept_from = False
            self.relays.listed(there.relayed, engine.heads)
            known = self._is_epoch(there.cursor)
            if known and engine.in_step and wire.digest(engine.heads) == there.digest:
                return
            engine.created()
            if engine.trouble:
                return
            if wire.digest(self.file.heads) == there.digest:
                self.told(Standing(self.file.heads, there.cursor))
            else:
                engine.doubt()

    def told(self, standing: Standing) -> None:
        """How far the server is; what it had under another epoch is not believed. Under the guard."""
        self._is_epoch(standing.cursor)
        self.engine.told_heads(standing)

    def _is_epoch(self, cursor: str) -> bool:
        """Whether the server is what it was; else nothing that was there is taken to be there still."""
        epoch = cursor.rpartition(".")[0]
        same = epoch == self.epoch
        if not same:
            self.epoch = epoch
            self.there.clear()
        return same

    def again(self) -> None:
        """What was given up is tried anew."""
        with self.guard:
            if self.engine.trouble:
                self.engine.again()
            self.unfit.clear()

    def step(self, client: Client, pace: Pace, now: Ms, by: By) -> bool:
        """Does the next thing; False: there is nothing to do now. Raises `Offline`."""
        with self.guard:
            if self.gone:
                return False
            ask, done = self._next(pace, now, by)
        if ask is None:
            return done
        try:
            self._ask(client, ask, pace)
        except Offline:
            pace.failed(ask)
            with self.guard:
                self.engine.failed()
            raise
        except Absent:
            self._absent(ask)
        except Denied as no:
            self._denied(str(no))
        except Unfit as no:
            self._unfit(ask, no, pace)
        except OSError as problem:
            with self.guard:
                self.ails = str(problem)
                self.engine.failed()
            return False
        return True

    def _next(self, pace: Pace, now: Ms, by: By) -> tuple[Ask | None, bool]:
        """What to ask the server; without a question, whether something was done all the same."""
        ask = self.engine.next()
        if self.reads_only and isinstance(ask, Create):
            self.engine.created()
            return None, True
        if self.reads_only and isinstance(ask, PushFacts | Adopt):
            return None, False
        if isinstance(ask, PushFacts):
            ask = pace.cut(ask)
        if isinstance(ask, Adopt):
            return None, self._adopt(ask, now, by)
        if ask is None:
            self.file.idle()
        return ask, False

    def _adopt(self, ask: Adopt, now: Ms, by: By) -> bool:
        try:
            self.engine.adopted(self.file.adopt(ask, now, by))
        except OSError as problem:
            self.ails = str(problem)
            return False
        except Bad as bad:
            self.engine.stop(f"A fact in the file is damaged and cannot be passed on: {bad}. See `warroom verify`.")
            return False
        return True

    def _ask(self, client: Client, ask: Ask, pace: Pace) -> None:
        match ask:
            case Create():
                client.create(self.inc, self.file.restricted)
                with self.guard:
                    self.engine.created()
            case AskHeads():
                standing = client.heads(self.inc)
                with self.guard:
                    self.told(standing)
            case Pull():
                page = client.pull(self.inc, ask.after, pace.page)
                with self.guard:
                    rows = self.file.accept(page.events)
                    self.engine.pulled(page, rows)
                pace.went()
            case PushFacts():
                self._push(client, ask)
                pace.went()

    def _push(self, client: Client, ask: PushFacts) -> None:
        with self.guard:
            data = self.file.wire(ask.facts)
        if len(data) != len(ask.facts):  # the file was put back to what it was before
            with self.guard:
                self._look()
                self.engine.failed()
            return
        answer = client.push(self.inc, data)
        with self.guard:
            self.engine.pushed(ask, answer)

    # ── no ──────────────────────────────────────────────────────────────────────────────────────

    def _absent(self, ask: Ask) -> None:
        with self.guard:
            if self.alerts and isinstance(ask, Create) and not self.engine.rows:
                self._is_empty()
            elif isinstance(ask, Create):
                self.kept_from = True
                self.engine.stop(f"The server keeps this {self.what} from this token; ask for one that may see it.")
            elif self.reads_only and not self.engine.rows:
                self._is_empty()
            elif self.reads_only:
                self.engine.stop(f"The server has no such {self.what}, and this token may make none.")
            else:
                self.engine.absent()

    def _is_empty(self) -> None:
        """Neither side holds anything that the other lacks, as far as this token tells."""
        self.engine.created()
        self.told(Standing({}, ""))

    def _denied(self, why: str) -> None:
        with self.guard:
            self.engine.stop(f"The server refuses this {self.what}: {why}.")

    def _unfit(self, ask: Ask, no: Unfit, pace: Pace) -> None:
        with self.guard:
            if no.status == 413 and isinstance(ask, PushFacts) and len(ask.facts) > 1:
                pace.failed(ask)
                self.engine.failed()
            else:
                self.engine.stop(f"The server does not take this {self.what}: {no}.")
