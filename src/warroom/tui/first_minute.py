"""The first minute: who are you, and what now. One word and one key lead into a room in which something can be logged.

A name is a person's: facts that everybody wrote are nobody's.
"""

import asyncio
import os
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding

from ..config.opening import opening
from ..config.paths import Paths
from ..config.shipped import folder
from ..core.acts.lifecycle import Declare
from ..core.text import clean
from ..core.values import Refused
from ..room import StoreError
from . import who
from .choice import Choice, Option
from .console import ConsoleDialog
from .declare import Declared, DeclareScreen
from .field import Field
from .key_line import KeyLine, Keys
from .notice import Notice
from .overlays.ask import Ask
from .overlays.help import Help
from .words import Words

if TYPE_CHECKING:
    from ..config.load import Library

LOCAL = "Nothing leaves this machine"
SENDS = "Nothing is sent before you declare"
LONGEST = 32
FIRST = "first-drill"
PRACTICE = Declare(title="Practice: checkout returns 500s", severity="SEV2")
GHOST = "* checkout returns 500s for one user in three"
_CHOICES = (
    Option("Practise 10 minutes", "pages nobody", "violet"),
    Option("Declare", "something is broken now"),
    Option("Set up paging", "who is called, and when"),
)
_KEYS: dict[str, Keys] = {
    "who": (("↵", "that is me"), ("F1", "help"), ("Ctrl+D", "leave")),
    "what": (("↵", "go"), ("↑ ↓", "choose"), ("F1", "help"), ("esc", "lobby")),
    "paging": (("esc", "back"),),
}


def person(typed: str) -> str:
    """The name that was typed, one word that is one person's. Raises `Refused` with what is wrong."""
    name = typed.strip()
    if not name:
        raise Refused("One word that people call you by, such as dana.")
    if len(name.split()) > 1 or any(c in ":@/" for c in name):
        raise Refused("One word, without “:”, “@” or “/”: entries begin with it, as in `dana: locks are gone`.")
    if len(name) > LONGEST:
        raise Refused(f"That is long for a name on every line: {LONGEST} letters at most.")
    if not name.isprintable() or not any(c.isalpha() for c in name):
        raise Refused("That has no letters in it, or some that cannot be shown. Which word do people call you by?")
    if name.casefold() in who.SHARED:
        raise Refused(f"“{clean(name)}” is a login that people share. Facts need a person: what are you called?")
    return name


def suggested(login: str) -> str:
    """The login where it is a person's, else nothing."""
    try:
        return person(login)
    except Refused:
        return ""


class FirstMinute(ConsoleDialog[None]):
    """Asks for a name, then offers three ways to begin."""

    DEFAULT_CSS = """
    FirstMinute { background: $background; align: center middle; layout: vertical; overflow: hidden; }
    FirstMinute Words, FirstMinute Field, FirstMinute Choice, FirstMinute Notice { width: 76; max-width: 100%; }
    FirstMinute Choice { height: 5; margin-top: 1; }
    FirstMinute Field { margin-top: 1; }
    FirstMinute Words { min-height: 6; }
    FirstMinute KeyLine { dock: bottom; }
    """

    BINDINGS = [
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("escape", "back", show=False),
        Binding("ctrl+c,ctrl+d", "leave", show=False),
    ]

    def __init__(self, login: str | None = None) -> None:
        super().__init__()
        self._login = who.login() if login is None else login
        self._step = "who"
        self._busy = False

    def compose(self) -> ComposeResult:
        yield Words(id="words")
        channels = os.path.join(self.console_app.paths.config, "channels.toml")
        foot = SENDS if os.path.exists(channels) else LOCAL
        yield Field(suggested(self._login), title="your name", foot=foot, id="name")
        yield Choice(_CHOICES, "What now?", foot, id="what")
        yield Notice(id="notice")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        if typed := self.console_app.typed:
            self._field.put(typed)
            self.console_app.typed = ""
        self._go("what" if self.console_app.me else "who")

    @property
    def _field(self) -> Field:
        return self.query_one("#name", Field)

    @property
    def _choice(self) -> Choice:
        return self.query_one(Choice)

    def _go(self, step: str) -> None:
        self._step = step
        self.tell("")
        self._field.display = step == "who"
        self._choice.display = step == "what"
        self.query_one(KeyLine).keys = _KEYS[step]
        self.query_one(Words).say(self._words(step))
        if step == "who":
            self.set_focus(self._field)
        else:
            self._choice.chosen = max(0, self._choice.chosen)
            self.set_focus(self._choice)

    def _words(self, step: str) -> list[tuple[str, str]]:
        if step == "paging":
            return paging(self.console_app.paths)
        if step == "what":
            return [(f"Hello {self.console_app.me}.", "bold"), ("", ""), (_WHAT[max(0, self._choice.chosen)], "muted")]
        lines = [("War room", "sky bold"), ("", ""), ("Who are you?", "bold")]
        if self._login.casefold() in who.SHARED:
            lines.append((f"You are logged in as {self._login}, which is nobody in particular.", "amber"))
        return [*lines, ("One word that people call you by. Every fact that you write carries it.", "muted")]

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence, in place."""
        self.query_one(Notice).tell(sentence, trouble)

    # ── what the person does ──

    def on_field_changed(self) -> None:
        self.tell("")

    def on_field_submitted(self) -> None:
        try:
            name = person(self._field.text)
        except Refused as no:
            self.tell(str(no), trouble=True)
            return
        self.console_app.set_me(name)
        self._go("what")

    def on_field_gave_up(self) -> None:
        self.action_leave()

    def on_field_left(self) -> None:
        self.action_leave()

    def on_choice_moved(self) -> None:
        if self._step == "what":
            self.query_one(Words).say(self._words("what"))

    def on_choice_submitted(self) -> None:
        if self._step != "what" or self._busy:
            return
        if self._choice.chosen == 0:
            self._busy = True
            # On the app, because this screen goes away.
            self.app.run_worker(self._practise(), exit_on_error=False)
        elif self._choice.chosen == 1:
            self.app.push_screen(DeclareScreen(), self._declared)
        else:
            self._go("paging")

    async def _practise(self) -> None:
        app = self.console_app
        try:
            file = await asyncio.to_thread(_first_drill, app.library)
            if file and not await app.practise(file):
                return
            await self._practise_alone()
        finally:
            self._busy = False

    async def _practise_alone(self) -> None:
        """A practice incident without a scenario, where there is none that can be played."""
        app = self.console_app
        begin = opening(app.library, app.settings, PRACTICE.severity)
        outcome = await app.declare(replace(PRACTICE, attach=begin.values), drill=True)
        if isinstance(outcome, Refused | StoreError):
            self.tell(str(outcome), trouble=True)
        else:
            await app.enter(outcome, GHOST)

    def _declared(self, outcome: Declared | None) -> None:
        if outcome is not None and outcome.room is not None:
            ghost = f"* {' '.join(outcome.title.split())}"
            self.app.run_worker(self.console_app.enter(outcome.room, ghost), exit_on_error=False)

    def action_choose(self, by: int) -> None:
        if self._step == "what":
            self._choice.step(by)

    def action_back(self) -> None:
        if self._step == "paging":
            self._go("what")
        elif self._step == "what":
            self.app.run_worker(self.console_app.show_lobby(), exit_on_error=False)

    def action_leave(self) -> None:
        self.app.push_screen(Ask("Leave War room?"), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer is not None:
            self.app.exit(0)

    def perform(self, name: str) -> None:
        """An act of the key map: only help is possible here."""
        if name == "help":
            self.app.push_screen(Help())

    def show_keys(self, open: bool) -> None:
        """All keys are on the screen."""


_WHAT = (
    "A drill with people and alerts that are simulated. It leads you through, key by key, each when you need it: log, "
    "assign, call, decide, tell others. It pages nobody, and it is kept apart from real incidents.",
    "It asks what users see and how grave it is, and shows who would be called before you confirm.",
    "Where the files go, what the example in them is, and how to check them.",
)


def _first_drill(library: "Library") -> str:
    """The file of the scenario that teaches the console; empty where it is gone."""
    from ..config.drills import files

    return files(library).get(FIRST, "")


def paging(paths: Paths) -> list[tuple[str, str]]:
    """How paging is set up, with the folders of this person."""
    return [
        ("Set up paging", "sky bold"),
        ("", ""),
        ("Three files in your configuration folder:", ""),
        (f"  {paths.config}", "bold"),
        ("", ""),
        ("  contacts.toml       who there is, and how each is reached", ""),
        ("  channels.toml       where pages go out: PagerDuty, Slack, e-mail …", ""),
        ("  policies/NAME.toml  who is called when, level by level", ""),
        ("", ""),
        ("Or bring them along, and see what it says:", ""),
        ("  warroom config init --from pagerduty", "bold"),
        ("  warroom policy check", "bold"),
        ("  warroom doctor --page-me", "bold"),
        ("", ""),
        ("An example is in force until then. Its people are invented: it counts down and pages nobody:", ""),
        (f"  {folder()}/policies/example.toml", "bold"),
    ]
