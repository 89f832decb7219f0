"""Practise: every scenario, the easiest first, with what the chosen one is about. Typing filters, Tab spins the wheel,
Enter begins the chosen one with a seed of chance."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from os.path import basename

import msgspec
from msgspec.structs import replace
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.reactive import var

from ...config.drills import Listed, listed
from ...config.problem import Problem
from ...core.text import clean, wrap
from ...core.values import Ms
from ...core.zone import Zone, utc
from ...room import StoreError
from ...room.drill_history import Choice, Practised, Spun, mine, wheel
from .. import clock
from ..choice import clause
from ..console import ConsoleDialog
from ..field import Field
from ..glyphs import ENTER, IMPACT
from ..key_line import KeyLine, Keys
from ..listing import lit, window
from ..notice import Notice
from ..overlays.help import Help
from ..panes.pane import READING, Card, Surface
from ..spans import BLANK, Line, clip, left, right, spread

_ROOMY, _LOW = 28, 18  # lower than these: no frame around the line, and a few words about the chosen one only
_KEYS: Keys = (("↵", "begin"), ("↑ ↓", "choose"), ("tab", "spin the wheel"), ("F1", "help"), ("esc", "lobby"))
_NONE = "No drill says that."
_OWN = "yours"
_LEAST_TITLE, _LEAST_TRAINS = 24, 14
_CHECK = "`warroom drill check NAME` names every mistake."


class View(msgspec.Struct, frozen=True, eq=False):
    """What the chooser shows. `runs`: how often and when last (UTC ms) this person finished a scenario, by its id."""

    found: tuple[Listed, ...] = ()
    selected: str = ""
    runs: Mapping[str, tuple[int, Ms]] = {}
    spun: Spun | None = None
    problems: tuple[Problem, ...] = ()
    ready: bool = False
    now: Ms = 0
    zone: Zone = utc

    @property
    def chosen(self) -> Listed | None:
        return next((each for each in self.found if each.id == self.selected), None)


def find(typed: str, every: Sequence[Listed]) -> tuple[Listed, ...]:
    """The scenarios that every word of `typed` says something about, in their order."""
    words = typed.casefold().split()
    return tuple(each for each in every if all(_says(each, word) for word in words))


def _says(each: Listed, word: str) -> bool:
    if word in each.title.casefold() or word in each.id.casefold() or (each.own and word == _OWN):
        return True
    return any(said.casefold().startswith(word) for said in (each.level, *each.trains))


def runs_of(found: Sequence[Practised], me: str) -> dict[str, tuple[int, Ms]]:
    """How often this person finished each scenario, and when they began the last one."""
    out: dict[str, tuple[int, Ms]] = {}
    for each in mine(found, me):
        count, last = out.get(each.scenario, (0, 0))
        out[each.scenario] = (count + 1, max(last, each.at))
    return out


# ── as lines ──


def list_card(view: View, top: int, width: int, height: int) -> tuple[Card, int]:
    """The scenarios, one line each, and the first one in sight."""
    shown = view.found
    if not shown:
        said: Line = ((_NONE, "muted"),) if view.ready else READING
        return Card("Practise", [said], "pages nobody", "violet"), 0
    place = next((n for n, each in enumerate(shown) if each.id == view.selected), -1)
    first, last = window(len(shown), 1, place, top, height)
    row = _Row(shown, width)
    lines = [lit(row(each), width) if each.id == view.selected else row(each) for each in shown[first:last]]
    count = f"{last} of {len(shown)} · " if last - first < len(shown) else ""
    return Card("Practise", lines, f"{count}pages nobody", "violet"), first


class _Row:
    """Where things stand in the rows. What it trains gives way where there is little room."""

    def __init__(self, shown: Sequence[Listed], width: int) -> None:
        self.width = width
        self.minutes = max(len(str(each.minutes)) for each in shown)
        self.own = any(each.own for each in shown)
        rest = width - 6 - 2 - self.minutes - 4 - 2 - (len(_OWN) + 2) * self.own
        titles = max(cell_len(clean(each.title)) for each in shown)
        self.title = min(titles, max(_LEAST_TITLE, rest - _LEAST_TRAINS - 2))
        self.trains = rest - self.title - 2
        if self.trains < _LEAST_TRAINS:
            self.title, self.trains = min(titles, rest), 0

    def __call__(self, each: Listed) -> Line:
        head: Line = (
            (left(each.level, 6), "muted"),
            ("  ", ""),
            (f"{right(str(each.minutes), self.minutes)} min", "muted"),
            ("  ", ""),
            (left(clean(each.title), max(0, self.title)), "bold"),
        )
        if self.trains:
            head = (*head, ("  ", ""), (clause(clean(", ".join(each.trains)), self.trains), "muted"))
        tail: Line = ((left(_OWN if each.own else "", len(_OWN)), "sky"),) if self.own else ()
        return spread(head, tail, self.width)


def about_card(view: View, width: int, height: int) -> Card:
    """What the chosen one is about, what it trains, and when this person ran it."""
    each = view.chosen
    if each is None:
        return Card()
    lines: list[Line] = []
    if view.spun is not None and view.spun.id == each.id:
        lines += [((row, "sky"),) for row in wrap(clean(f"The wheel chose this: {view.spun.why}."), width)]
    about = wrap(clean(" ".join(each.about.split())), width)
    end = [((row, "muted"),) for row in wrap(clean(f"trains {', '.join(each.trains)}"), width)]
    room = max(1, height - len(lines) - len(end))
    if len(about) > room:
        about = [*about[: room - 1], clip(f"{about[room - 1]} …", width)]
    lines += [((row, ""),) for row in about]
    spaced = [BLANK] if len(lines) + len(end) < height else []
    return Card(clean(each.title), [*lines, *spaced, *end], run_of(view, each), "sky")


def run_of(view: View, each: Listed) -> str:
    """When this person ran it last."""
    count, last = view.runs.get(each.id, (0, 0))
    if not count:
        return f"{each.id} · you have not run it yet"
    days = clock.day(view.now, view.zone) - clock.day(last, view.zone)
    when = "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
    times = f", {count} times so far" if count > 1 else ""
    return f"{each.id} · you ran it {when}{times}"


def broken(problems: Sequence[Problem], width: int, height: int) -> list[Line]:
    """The files that cannot be played, each with its reason, in at most so many lines."""
    room = max(10, width - 4)
    texts = [clean(f"{basename(each.file)}{_place(each)}: {each.reason}. {each.instead}".strip()) for each in problems]
    rows = [wrap(text, room) for text in texts]
    if sum(map(len, rows)) > height:
        rows = [[clip(text, room)] for text in texts]
    out: list[Line] = []
    for said in rows:
        out += [((f" {IMPACT} " if n == 0 else "   ", "amber"), (row, "")) for n, row in enumerate(said)]
    return out if len(out) <= height else [*out[: height - 1], ((f"   … {_CHECK}", "muted"),)]


def _place(problem: Problem) -> str:
    return f", {problem.place}" if problem.place else ""


# ── on the screen ──


class _Board(Surface):
    view: var[View] = var(View(), init=False)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.top = 0

    def watch_view(self) -> None:
        self._show()


class ScenarioList(_Board):
    """The scenarios."""

    def content(self, width: int, height: int) -> Card:
        card, self.top = list_card(self.view, self.top, width, height)
        return card


class About(_Board):
    """The chosen one."""

    def content(self, width: int, height: int) -> Card:
        return about_card(self.view, width, height)


class Broken(_Board):
    """What cannot be played."""

    framed = False

    def content(self, width: int, height: int) -> Card:
        return Card(lines=broken(self.view.problems, width, height))


class Chooser(ConsoleDialog[None]):
    """Chooses a scenario and begins it."""

    DEFAULT_CSS = """
    Chooser { background: $background; layout: vertical; overflow: hidden; }
    Chooser #list { height: 1fr; }
    """

    BINDINGS = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("pageup", "choose(-10)", show=False),
        Binding("pagedown", "choose(10)", show=False),
        Binding("tab", "spin", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._every: list[Listed] = []
        self._history: list[Practised] = []
        self._view = View()
        self._busy = False

    def compose(self) -> ComposeResult:
        yield ScenarioList(id="list")
        yield About(id="about")
        yield Broken(id="broken")
        yield Notice(id="notice")
        yield Field(title="find a drill", foot="nothing leaves this machine", blank="type to filter", id="text")
        keys = KeyLine(id="keys")
        keys.set_reactive(KeyLine.keys, _KEYS)
        yield keys

    def on_mount(self) -> None:
        self.set_focus(self._field)
        self._show()
        self.run_worker(self._read(), exit_on_error=False)

    @property
    def _field(self) -> Field:
        return self.query_one("#text", Field)

    @property
    def view(self) -> View:
        """What is on the screen now."""
        return self._view

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence above the line."""
        self.query_one(Notice).tell(sentence, trouble)

    async def _read(self) -> None:
        app = self.console_app
        self._every, problems = await asyncio.to_thread(listed, app.library)
        self._view = replace(self._view, ready=True, problems=tuple(problems))
        self._find()
        try:
            self._history = await app.practised()
        except StoreError as failed:
            self.tell(str(failed), trouble=True)
        self._view = replace(self._view, runs=runs_of(self._history, app.me))
        self._show()

    def _find(self) -> None:
        found = find(self._field.text, self._every)
        stays = any(each.id == self._view.selected for each in found)
        selected = self._view.selected if stays else found[0].id if found else ""
        self._view = replace(self._view, found=found, selected=selected)
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        self._view = replace(self._view, now=self.console_app.now(), zone=self.console_app.zone)
        self._arrange()
        for board in self.query(_Board):
            board.view = self._view
        each = self._view.chosen
        self._field.tail = ((f"{ENTER} ", "sky"), (f"begin {each.id}", "")) if each else BLANK

    def on_resize(self) -> None:
        self._show()

    def _arrange(self) -> None:
        width, height = self.size
        low = height < _LOW
        self._field.compact = height < _ROOMY
        self.query_one(About).styles.height = 5 if low else 8
        pane = self.query_one(Broken)
        rows = len(broken(self._view.problems, width, max(1, height // 6)))
        pane.display = bool(rows)
        pane.styles.height = rows

    # ── what the person does ──

    def on_field_changed(self) -> None:
        self.tell("")
        self._find()

    def action_choose(self, step: int) -> None:
        shown = self._view.found
        if not shown:
            return
        place = next((n for n, each in enumerate(shown) if each.id == self._view.selected), 0) + step
        place = place % len(shown) if abs(step) == 1 else max(0, min(len(shown) - 1, place))
        self._choose(shown[place].id)

    def _choose(self, id: str) -> None:
        self.tell("")
        self._view = replace(self._view, selected=id)
        self._show()

    def action_spin(self) -> None:
        """The wheel chooses among what is shown."""
        choices = [Choice(each.id, each.level, each.trains) for each in self._view.found]
        level = "" if any(each.level != "first" for each in choices) else "first"
        spun = wheel(choices, self._history, self.console_app.now(), random.randrange(1 << 30), level)
        if spun is None:
            self.tell("There is nothing for the wheel to choose from." if self._view.ready else "Still reading …")
            return
        self._view = replace(self._view, spun=spun)
        self._choose(spun.id)

    def on_field_submitted(self) -> None:
        each = self._view.chosen
        if self._busy or not self.is_active:
            return
        if each is None:
            self.tell(_NONE if self._view.ready else "Still reading …", trouble=self._view.ready)
            return
        self._busy = True
        self.tell("Beginning …")
        # On the app, because this screen goes away.
        self.app.run_worker(self._begin(each.file), exit_on_error=False)

    async def _begin(self, file: str) -> None:
        begun = False
        try:
            said = await self.console_app.practise(file)
            begun = not said
        finally:
            self._busy = begun
        if self.is_attached:
            self.tell(said, trouble=True)

    def on_field_gave_up(self) -> None:
        self.action_back()

    def on_field_left(self) -> None:
        self.action_back()

    def action_back(self) -> None:
        if self.is_active and not self._busy:
            self.dismiss(None)

    def perform(self, name: str) -> None:
        """An act of the key map: only help is possible here."""
        if name == "help":
            self.app.push_screen(Help())

    def show_keys(self, open: bool) -> None:
        """All keys are on the screen."""
