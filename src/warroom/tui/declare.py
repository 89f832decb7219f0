"""Declare on one screen: what users see, how grave it is by the criteria, and who would be called, all before Enter.

Esc goes back, an error is shown in place, and in both cases nothing typed is lost.
"""

from collections.abc import Sequence

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding
from textual.reactive import var

from ..config.forms import Severity
from ..config.opening import Opening, opening
from ..core.acts.lifecycle import Declare
from ..core.text import clean, wrap
from ..core.values import Refused
from ..room import StoreError, pager
from ..room.room import Room
from .choice import Choice, Option
from .console import ConsoleDialog
from .field import Field
from .key_line import KeyLine, Keys
from .notice import Notice
from .opening import lines
from .panes.pane import Card, Surface
from .spans import Line
from .theme import severity_ink

_ROOMY, _LOW = 28, 24  # lower than these, one field, then both have no frames
_KEYS: Keys = (("↵", "declare"), ("↑ ↓", "severity"), ("tab", "next field"), ("esc", "back"))
_TITLE = "An incident needs a title: what do users see?"
_SEVERITY = "Choose the severity first: ↑ ↓, or 1 to 5. In doubt take the higher one; lowering it later is cheap."


class Declared(msgspec.Struct, frozen=True):
    """What came of it: the room, or none and the title as it stood. `ghost` is a first entry to offer there."""

    room: Room | None
    title: str
    ghost: str = ""


class SeverityChoice(Choice):
    """The severities, and the criteria of the one that is chosen."""

    def __init__(self, severities: tuple[Severity, ...]) -> None:
        options = [
            Option(f"{each.id}  {clean(each.name)}", each.response, severity_ink(each.id)) for each in severities
        ]
        super().__init__(options, "Severity", id="severity")
        self._severities = severities

    @property
    def severity(self) -> str:
        """The one that is chosen, or nothing."""
        return self._severities[self.chosen].id if self.chosen >= 0 else ""

    def below(self, width: int, height: int) -> Sequence[Line]:
        if self.chosen < 0:
            return [
                ((line, "muted"),) for line in wrap("In doubt take the higher one: lowering it costs a line.", width)
            ]
        criteria = [clean(each) for each in self._severities[self.chosen].criteria]
        wrapped = [wrap(each, max(10, width - 2)) for each in criteria]
        if sum(len(each) for each in wrapped) > height:
            wrapped = [[each] for each in criteria]  # the beginning of each, rather than all of the first
        return [(("· " if n == 0 else "  ", "muted"), (row, "")) for each in wrapped for n, row in enumerate(each)][
            :height
        ]


class OpeningPane(Surface):
    """What would be in force from the start, and who would be called."""

    opening: var[Opening | None] = var(None, init=False)
    paged = True  # whether declaring starts a pager

    def watch_opening(self) -> None:
        self._show()

    def content(self, width: int, height: int) -> Card:
        if self.opening is None:
            return Card("Then", [(("Who is called, and which checklists open, follows from the severity.", "muted"),)])
        return Card("Then", lines(self.opening, width, self.paged), "nothing is paged before Enter")


class DeclareScreen(ConsoleDialog[Declared]):
    """Asks what there is to know; `title` and `services` stand there already. `ghost` is handed through."""

    DEFAULT_CSS = """
    DeclareScreen { background: $background; layout: vertical; overflow: hidden; }
    DeclareScreen #severity { height: 10; }
    DeclareScreen #opening { height: 1fr; max-height: 10; }
    """

    BINDINGS = [
        Binding("up", "severity(-1)", show=False),
        Binding("down", "severity(1)", show=False),
        Binding("tab", "next(1)", show=False),
        Binding("shift+tab", "next(-1)", show=False),
        Binding("escape,ctrl+c", "back", show=False),
    ]

    def __init__(self, title: str = "", ghost: str = "", services: Sequence[str] = ()) -> None:
        super().__init__()
        self._ghost = ghost
        self._busy = False
        self._title = Field(title, title="What do users see?", id="title")
        self._services = Field(" ".join(services), title="Services, where known", id="services")

    def compose(self) -> ComposeResult:
        yield self._title
        yield SeverityChoice(tuple(self.console_app.library.severities.values()))
        yield self._services
        yield OpeningPane(id="opening")
        yield Notice(id="notice")
        keys = KeyLine(id="keys")
        keys.set_reactive(KeyLine.keys, _KEYS)
        yield keys

    def on_mount(self) -> None:
        self._arrange()
        self.query_one(OpeningPane).paged = pager.allowed(self.console_app.settings.watch)
        defaults = ", ".join(self.console_app.settings.default_services)
        self._services.remark(f"as always: {clean(defaults)}" if defaults else "none; separate them with spaces")
        self.set_focus(self._choice if self._title.text.strip() else self._title)

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        height = self.size.height
        self._title.compact = height < _LOW
        self._services.compact = height < _ROOMY
        count = len(self.console_app.library.severities)
        fields = (1 if height < _LOW else 3) + (1 if height < _ROOMY else 3)
        self._choice.styles.height = max(count + 2, min(count + 6, height - fields - 9))

    @property
    def _choice(self) -> SeverityChoice:
        return self.query_one(SeverityChoice)

    def tell(self, sentence: str, trouble: bool = False) -> None:
        """One sentence, in place."""
        self.query_one(Notice).tell(sentence, trouble)

    # ── what the person does ──

    def on_field_changed(self) -> None:
        self.tell("")
        self._look()

    def on_choice_moved(self) -> None:
        self.tell("")
        self._look()

    def _named(self) -> tuple[str, ...]:
        typed = tuple(dict.fromkeys(self._services.text.replace(",", " ").split()))
        return typed or self.console_app.settings.default_services

    def _look(self) -> None:
        severity = self._choice.severity
        app = self.console_app
        pane = self.query_one(OpeningPane)
        pane.opening = opening(app.library, app.settings, severity, self._named()) if severity else None
        found = self._completions()
        self._services.tail = ((clean("Tab: " + "  ".join(found[:6])), "muted"),) if found else ()

    def _completions(self) -> list[str]:
        """The known services that the last word begins."""
        text = self._services.text
        word = text.replace(",", " ").split(" ")[-1].casefold()
        if not word:
            return []
        known = self.console_app.settings.services
        return [each for each in known if each.casefold().startswith(word) and each.casefold() != word]

    def action_severity(self, by: int) -> None:
        self._choice.step(by)

    def action_next(self, by: int) -> None:
        order = (self._title, self._choice, self._services)
        here = next((n for n, each in enumerate(order) if each.has_focus), 0)
        if by > 0 and order[here] is self._services and (found := self._completions()):
            head = self._services.text
            cut = max(head.rfind(" "), head.rfind(",")) + 1
            self._services.put(f"{head[:cut]}{found[0]} ")
            return
        self.set_focus(order[(here + by) % len(order)])

    def on_field_gave_up(self) -> None:
        self.action_back()

    def action_back(self) -> None:
        if self.is_active and not self._busy:
            self.dismiss(Declared(None, self._title.text))

    def on_field_submitted(self) -> None:
        self._ask()

    def on_choice_submitted(self) -> None:
        self._ask()

    def _ask(self) -> None:
        if self._busy:
            return
        if not self._title.text.strip():
            self.set_focus(self._title)
            self.tell(_TITLE, trouble=True)
        elif not self._choice.severity:
            self.set_focus(self._choice)
            self.tell(_SEVERITY, trouble=True)
        else:
            self._busy = True
            self.run_worker(self._declare(), exit_on_error=False)

    async def _declare(self) -> None:
        app = self.console_app
        severity, services = self._choice.severity, self._named()
        values = opening(app.library, app.settings, severity, services).values
        command = Declare(title=self._title.text, severity=severity, services=services, attach=values)
        try:
            outcome = await app.declare(command)
        finally:
            self._busy = False
        if isinstance(outcome, Refused | StoreError):
            self.tell(str(outcome), trouble=True)
        else:
            self.dismiss(Declared(outcome, self._title.text, self._ghost))
