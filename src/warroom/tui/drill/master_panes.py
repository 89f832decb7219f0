"""What the game master's console is made of: each part is given the same view, and paints what its card says."""

from time import monotonic

import msgspec
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var

from ...core import events as ev
from ...core.drill import clock
from ...core.drill.injects import COMING, WAITING, Standing
from ...core.drill.world import ends
from ...core.duration import spell
from ...core.text import clean
from ..key_line import Keys
from ..listing import lit, window
from ..moment import Moment
from ..panes.pane import Card, Surface
from ..spans import Line, cells, spread
from . import letters
from .inject_rows import behind, flat, full, listed
from .letters import Letters
from .strip import LEAVES, MARK

COMPACT = 100
KEYS: Keys = (
    ("↑↓", "choose"),
    ("↵", "in full"),
    ("f", "fire"),
    ("d", "delay"),
    ("e", "edit"),
    ("x", "cancel"),
    ("a", "add"),
    ("n", "note"),
    ("p", "pause"),
    ("+ -", "speed"),
    ("s", "skip"),
    ("t", "truth"),
    ("tab", "room"),
    ("esc", "leave"),
)
PAGE_KEYS: Keys = (("↑↓", "scroll"), ("n", "note"), ("p", "pause"), ("esc", "back to the injects"))


class View(msgspec.Struct, frozen=True, eq=False):
    """What is on the screen: the injects as they stand, which is chosen, and whether the person chose it."""

    moment: Moment
    found: tuple[Standing, ...]
    chosen: str = ""
    moved: bool = False

    @property
    def standing(self) -> Standing | None:
        """The chosen one."""
        return next((each for each in self.found if each.id == self.chosen), None)


def first(found: tuple[Standing, ...]) -> str:
    """The one that the person looks at before they have chosen: what comes next."""
    coming = [each for each in found if each.stands in (COMING, WAITING)]
    return (coming[0] if coming else found[-1]).id if found else ""


class Part(Surface):
    """Base of them: one view, one watcher. `top` is the first line in sight."""

    view: var[View | None] = var(None, init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.top = 0

    def watch_view(self) -> None:
        self._show()

    def scroll(self, by: int) -> None:
        """Move by so many lines, up where negative."""
        self.top = max(0, self.top + by)
        self._show()

    def content(self, width: int, height: int) -> Card | None:
        return None if self.view is None else self.card(self.view, width, height)

    def card(self, view: View, width: int, height: int) -> Card:
        """The content for `width` × `height` cells inside the frame."""
        raise NotImplementedError

    def scrolled(self, title: str, lines: list[Line], height: int) -> Card:
        """As many of these lines as there is room for, from `top` on."""
        self.top = max(0, min(self.top, len(lines) - height))
        below = len(lines) - self.top - height
        foot = f"{below} more lines ↓ PgDn" if below > 0 else "Esc back"
        return Card(title, lines[self.top : self.top + height], foot, "violet")


# ── the two lines on top ──


class MasterStrip(Part):
    """That this is a drill and the game master's console of it; its clock, who practises, how many facts there are."""

    DEFAULT_CSS = "MasterStrip { height: 2; }"
    framed = False

    def ground(self, y: int) -> str:
        return "panel" if y else "drill"

    def card(self, view: View, width: int, height: int) -> Card:
        narrow = width < COMPACT
        return Card(lines=[_mark(view.moment, width, narrow), _clock(view.moment, width, narrow)])


def _mark(moment: Moment, width: int, narrow: bool) -> Line:
    head: Line = ((MARK, "violet bold reverse"), (f"  {LEAVES}", "violet bold"), ("   game master", "bold"))
    about = "" if narrow else f"  {clean(moment.incident.title)}"
    name = moment.handle.removeprefix("INC-") if narrow else moment.handle
    room = width - cells(head) - len(name) - 4
    title: Line = ((about, ""),) if room > 12 else ()
    return spread(spread((*head, *title), (), max(1, width - len(name) - 3)), ((f" {name} ", "bold"),), width)


def _clock(moment: Moment, width: int, narrow: bool) -> Line:
    state, sight = moment.incident, moment.sight
    if sight.reading:
        return ((" reading …", "muted"),)
    gone = f" T+{spell(max(0, moment.now - clock.start_of(state)))}"
    head: list[tuple[str, str]] = [(gone, "bold"), *_pace(moment)]
    if not narrow:
        head.insert(1, (f"   {moment.hms(moment.now)} {moment.zone}", ""))
    played, started = clock.scenario(state), state.value((ev.DrillStarted.type,))
    if played is not None and clock.ended(state) is None:
        at, why = min(ends(state, played))
        tail = f" {moment.zone} at the latest" if not narrow else ""
        soon = f": {why}" if at < clock.start_of(state) + played.length and not narrow else tail
        head.append((f"  ends {moment.hm(at)}{soon}" if narrow else f"   ends at {moment.hms(at)}{soon}", "muted"))
    who = clean(started.who if isinstance(started, ev.DrillStarted) else "") or "somebody"
    facts = f"{len(state.facts)} facts"
    said = f"{who} · {facts} " if narrow else f"{who} practises · {facts} · "
    saved = () if narrow and not sight.trouble else ((f"{sight.saved} ", "red bold" if sight.trouble else "green"),)
    return spread(tuple(head), ((said, ""), *saved), width)


def _pace(moment: Moment) -> Line:
    state = moment.incident
    over, speed, stood = clock.ended(state), clock.speed(state), clock.set_at(state)
    if over is not None:
        return ((f"   {flat(over.body.text())}", "violet bold"),)
    if speed:
        return ((f"   ×{speed / 100:g}", "violet bold" if speed != 100 else ""),)
    why = stood.body.why if stood and isinstance(stood.body, ev.DrillClock) else ""
    return (("   PAUSED", "amber bold"), (f" {flat(why)}" if why else " · p goes on", "amber"))


# ── the injects ──


class InjectList(Part):
    """Every inject on a line; the chosen one stays in sight."""

    DEFAULT_CSS = "InjectList { height: 1fr; }"

    def card(self, view: View, width: int, height: int) -> Card:
        moment = view.moment
        rows = listed(moment.incident, view.found, moment.now, width, height)
        if not rows:
            said = "reading …" if moment.sight.reading else "This drill has no injects; a adds one."
            return Card("Injects", [((said, "muted"),)], tone="violet")
        place = next((n for n, row in enumerate(rows) if row.id and row.id == view.chosen), -1)
        # Before the person moves, what comes next stands high, with what follows under it.
        self.top = self.top if view.moved else max(0, place - height // 3)
        self.top, end = window(len(rows), 1, place, self.top, height)
        shown = rows[self.top : end]
        lines = [lit(row.line, width) if row.id and row.id == view.chosen else row.line for row in shown]
        below = len(rows) - end
        return Card("Injects", lines, f"{below} more ↓" if below else f"{len(view.found)} injects", "violet")


class Chosen(Part):
    """The chosen inject, as much of it as there is room for."""

    DEFAULT_CSS = "Chosen { height: 10; }"

    def card(self, view: View, width: int, height: int) -> Card:
        each = view.standing
        if each is None:
            return Card("none is chosen")
        return Card(clean(each.id), full(view.moment.incident, each, view.moment.now, width), "↵ in full")


class Full(Part):
    """The same on a page of its own."""

    DEFAULT_CSS = "Full { height: 1fr; }"

    def card(self, view: View, width: int, height: int) -> Card:
        each = view.standing
        lines = full(view.moment.incident, each, view.moment.now, width) if each else []
        return self.scrolled(clean(each.id) if each else "none is chosen", lines, height)


class Behind(Part):
    """The scenario's truth, and what is expected."""

    DEFAULT_CSS = "Behind { height: 1fr; }"

    def card(self, view: View, width: int, height: int) -> Card:
        return self.scrolled("Truth and expectations", behind(view.moment.incident, width), height)


# ── the keys ──


class MasterKeys(Surface, can_focus=True):
    """The keys with their words, on as many lines as they need; and the keyboard itself, for nothing is typed here."""

    DEFAULT_CSS = "MasterKeys { height: auto; }"
    framed = False

    class Pressed(Message):
        """This key was pressed; a letter came alone."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Typed(Message):
        """Somebody types as if there were a line."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._letters = Letters()
        self._keys = KEYS

    def show(self, keys: Keys) -> None:
        """These are the keys now."""
        if keys != self._keys:
            self._keys = keys
            self._show()
            self.refresh(layout=True)

    # ── the keyboard ──

    @property
    def asking(self) -> bool:
        """Esc is a key of its own here: there is no other layer of keys."""
        return True

    def press(self, key: str, char: str | None) -> bool:
        """Take this key."""
        now = monotonic()
        if char is not None and char.isprintable():
            if self._letters.feed(char, now):
                self.set_timer(letters.ALONE, self._alone)
            elif self._letters.typing(now):
                self.post_message(self.Typed())
        elif not self._letters.typing(now) and not self._alone():
            self.post_message(self.Pressed(key))
        return True

    def forget(self) -> None:
        """The keys before went to another screen: none of them is held down any more."""
        self._letters.forget()

    def _alone(self) -> bool:
        """Uses the letter that waits; whether there was one."""
        letter = self._letters.take()
        if letter:
            self.post_message(self.Pressed(letter))
        return bool(letter)

    def paste(self, text: str) -> None:
        self.post_message(self.Typed())

    # ── how it looks ──

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(_flowed(self._keys, width))

    def content(self, width: int, height: int) -> Card:
        return Card(lines=_flowed(self._keys, width))


def _flowed(keys: Keys, width: int) -> list[Line]:
    lines: list[list[tuple[str, str]]] = [[(" ", "")]]
    for key, word in keys:
        part = [(key, "bold"), (f" {word}", "muted")]
        if len(lines[-1]) > 1 and cells(lines[-1]) + cells(part) + 2 > width:
            lines.append([(" ", "")])
        lines[-1] += [("  " if len(lines[-1]) > 1 else "", ""), *part]
    return [tuple(line) for line in lines]
