"""The war room with a room behind it: what is typed becomes a command, what is on disk becomes what is seen."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.binding import Binding

from ..core import masking
from ..core.acts.entries import Log, Redact
from ..core.acts.lifecycle import Attach
from ..core.commands import Command
from ..core.deputy import Prompt as Asks
from ..core.drill import clock
from ..core.incident import Incident
from ..core.line import Line
from ..core.text import clean
from ..core.values import At, Ms, Refused
from ..core.when import when
from ..intents import ALL, BY_NAME, BY_VERB, Context, Screen
from ..intents.people import given
from ..room import StoreError
from ..room.live import LiveRoom
from ..room.room import Outcome
from .address import without_token
from .bell import Bell
from .display_cache import Keeper, place
from .evidence import masked, masked_lines
from .following import Following
from .foot import RoomPrompt
from .laid import LaidRoom
from .lookout import Lookout, Seen, viewed
from .moment import Offer, Sight
from .overlays.above import Sheet, Telling
from .overlays.conflicts import Conflicts
from .overlays.esc_layer import EscLayerView
from .overlays.palette import Palette
from .overlays.policy import PolicySheet
from .pager_view import PagerView
from .paging import acknowledge, after_leaving
from .practice.acts import KEYS, SENDS, afterwards, do, sending
from .practice.asking import Asking
from .prompt import Known, Prompt
from .redacting import redact
from .sync_view import SyncView, waiting

if TYPE_CHECKING:
    from .app import WarRoomApp

VERBS = {intent.verb: intent.whole for intent in ALL}


class IncidentScreen(Following, LaidRoom):
    """One open incident. `typed` stands in the prompt at once; `ghost` is a first entry that Enter logs."""

    BINDINGS = [
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("shift+up", "select(-1)", show=False),
        Binding("shift+down", "select(1)", show=False),
        Binding("ctrl+home", "start", show=False),
        Binding("ctrl+end", "end", show=False),
    ]

    def __init__(
        self, live: LiveRoom, now: Callable[[], Ms], acts: Mapping[str, str], typed: str = "", ghost: str = ""
    ):
        memory = live.memory
        super().__init__(RoomPrompt(now, memory.history, id="prompt"), acts, now)
        self.live = live
        self._typed = typed or memory.drafts.get("prompt", "")
        self._ghost = ghost
        self._bell = Bell()
        self.asked_now = Asking(self)
        self._keeper = Keeper(
            self, place(live.path), stale="Header, DueStrip, EscalationStrip, DuePane, EscalationPane, RolesPane"
        )
        self.typed: tuple[Command, str] | None = None  # what was masked last, and what stands for it
        self._troubles = 0  # writes that failed since the last one that did not
        self._seen: Seen | None = None
        self._seen_at: Ms = 0
        self._offer: Offer | None = None
        self._told: object = ""  # what of the policy's files was said last

    @property
    def console_app(self) -> "WarRoomApp":
        return self.app  # type: ignore[return-value]  # this screen is only ever on the console's app

    def on_mount(self) -> None:
        self._known: Incident | None = None
        self.prompt.title = f"log as {self.console_app.me}"
        self.prompt.ghost = self._ghost
        self.prompt.answer = self.asked_now.take
        self.prompt.focus()
        if self._typed:
            self.prompt.fill(self._typed)
        self.show(self.live.state, self.sight())
        super().on_mount()
        self.follow()
        app = self.console_app
        self.lookout = Lookout(
            self.live,
            app.paths,
            app.settings.watch,
            self._now,
            lambda seen: self._soon(self._saw, seen),
            app.me,
            app.look_for_alerts,
        )
        self.call_after_refresh(self.lookout.start)

    # ── facts that arrive ──

    def took(self, state: Incident) -> None:
        if len(state.redacted) > len(self.shown.redacted):
            self.prompt.forget()
        self.show(state, self.sight())

    def troubled(self, failed: StoreError) -> None:
        self.tell(str(failed), True)

    def _saw(self, seen: Seen) -> None:
        """What the lookout sees beside the facts: who pages, what the files say."""
        if not self.is_attached:
            return
        self._seen, self._seen_at = seen, self._now()
        if seen.compared:
            self.offered(seen.offer, seen.broken)
        else:
            self.look(self.sight())

    def offered(self, offer: Offer | None, broken: str) -> None:
        """The policy's files differ from what is in force, or cannot be read: said once for every change."""
        mark = (offer.policy.version, offer.policy.reachable) if offer else None
        if offer is not None and mark != self._told:
            self.tell(f"{clean(offer.file)} was changed; /policy shows what, Enter accepts.")
        elif broken and broken != self._told:
            self.tell(f"{broken} What is in force stays.", True)
        self._told, self._offer = mark or broken, offer
        self.look(self.sight())

    def show(self, incident: Incident, sight: Sight | None = None) -> None:
        ends = incident.drill and clock.running(self.shown) and not clock.running(incident)
        super().show(incident, sight)
        if ends:
            self.see(Screen("drill", "report"))
        self._learn(incident)
        self._keeper.changed()

    def tick(self) -> None:
        super().tick()
        self.prompt.tick()
        self._ring()
        self.asked_now.look()

    def _ring(self) -> None:
        moment, app = self.moment, self.console_app
        known = moment is not None and not moment.sight.reading
        if known and moment and self._bell.rings(moment, app.me) and app.settings.bell:
            app.bell()

    @property
    def shown(self) -> Incident:
        """The state that is on the screen."""
        return self._incident or Incident()

    def _learn(self, state: Incident) -> None:
        """Who and what can be named in the prompt now."""
        app = self.console_app
        roles = tuple(role.role for role in state.roles)
        people = tuple(dict.fromkeys((*state.people, *app.settings.people, app.me)))
        before = self.prompt.known
        if (before.people, before.roles, before.zone) != (people, roles, app.zone):
            self.prompt.known = Known(people, roles, VERBS, self._arguments, app.zone)

    def sight(self) -> Sight:
        """How this person looks at it now."""
        app = self.console_app
        failed, seen = self._troubles > 0, self._seen
        sync = seen.sync if seen else SyncView()
        unsent, oldest = waiting(sync, self.live.state)
        return Sight(
            me=app.me,
            zone=app.zone,
            ascii=app.settings.glyphs == "ascii",
            saved="not saved" if failed else "saved",
            unsent=unsent,
            unsent_since=oldest,
            trouble=failed,
            pager=viewed(seen, self.live.state, app.desk.replica, self._seen_at) if seen else PagerView(),
            tried=seen.tried if seen else None,
            offer=self._offer,
            reading="" if self.live.loaded else called(self.live.path),
            sync=sync,
            alerts=0 if self.live.state.drill else app.alerts_waiting,
        )

    # ── what is asked ──

    def have_done(self, command: Command, told: Telling, sheet: Sheet | None = None) -> None:
        """Ask for this, say what came of it, and let the sheet know."""
        do(self, command, told, sheet)

    def asking(self) -> Context:
        """What an intent may look at, at this moment."""
        now = self._now()
        app = self.console_app
        return Context(self.live.state, app.me, now, lambda text: self._when(text, now), self._find, app.zone)

    def _arguments(self, verb: str, args: str) -> Iterable[str]:
        intent = BY_VERB.get(verb)
        return intent.candidates(args, self.asking()) if intent else ()

    def _when(self, text: str, now: Ms) -> At:
        try:
            return when(text, now, self.console_app.zone)
        except ValueError as wrong:
            raise Refused(str(wrong)) from None

    def _find(self, text: str) -> tuple[str, str]:
        try:
            entry = self.console_app.desk.find(text)
        except StoreError as unknown:
            raise Refused(str(unknown)) from None
        return entry.inc, entry.title

    def asked(self, line: Line) -> Command | Screen:
        """What the line asks for. Raises `Refused`."""
        if line.verb is not None:
            wanted = BY_VERB[line.verb].command(line.args, self.asking())
            return sending(self, wanted) if isinstance(wanted, Screen) and wanted.name in SENDS else wanted
        if line.task is not None:
            return given(line.task)
        return entry(line)

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        self.tell("")
        answers = self.asked_now.answers(message.line)
        try:
            asked = self.asked(message.line)
            if isinstance(asked, Screen):
                self.see(asked)
        except Refused as no:
            self.prompt.refused(str(no))
            return
        if isinstance(asked, Screen):
            self.prompt.accepted()
            if answers:
                self.asked_now.settle(answers)
        elif isinstance(asked, Redact):
            redact(self, asked)
        else:
            self.do(masked(self, asked, message.line), answers)

    def on_prompt_lines_submitted(self, message: Prompt.LinesSubmitted) -> None:
        *first, last = masked_lines(self, [entry(line) for line in message.lines])
        for each in first:
            self.live.do(each)
        self.do(last)

    def on_prompt_evidence_pasted(self, message: Prompt.EvidencePasted) -> None:
        self._when_done(self.live.keep(message.text.encode(), "pasted.txt"))

    def on_prompt_editor_requested(self, message: Prompt.EditorRequested) -> None:
        from .editor import edit

        try:
            self.prompt.edited(edit(self.app, message.text, self.console_app.settings.editor))
        except Refused as no:
            self.prompt.tell(str(no))

    def do(self, command: Command, answers: Asks | None = None) -> None:
        """Ask the room for it; the prompt gets its text back where it is refused or cannot be written.

        `answers` is what the deputy asked for, if that is answered with it.
        """
        self._when_done(self.live.do(command), answers)

    def _when_done(self, future: "Future[Outcome]", answers: Asks | None = None) -> None:
        self.when(future, lambda outcome: self._settle(outcome, answers))

    def _settle(self, outcome: Outcome, answers: Asks | None = None) -> None:
        if not self.is_attached:
            return
        if isinstance(outcome, list):
            self.prompt.accepted()
            self._troubles = 0
            if answers:
                self.asked_now.settle(answers)
            afterwards(self, outcome)
        else:
            self.prompt.refused(str(outcome))
            self._troubles += isinstance(outcome, StoreError)
        self.look(self.sight())

    def on_prompt_remembered(self, message: Prompt.Remembered) -> None:
        text = without_token(message.text)
        if text != message.text:
            self.prompt.state.history.items[-1:] = [text]
        kept = masking.text(text).text  # what is remembered is on disk, too
        self.live.remember(replace(self.live.memory, history=(*self.live.memory.history, kept)[-500:]))

    def on_prompt_leave(self) -> None:
        from .overlays.ask import Ask

        self.app.push_screen(Ask("Leave War room?", note=after_leaving(self.moment)), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer is not None:
            self.keep()
            self.app.exit(0)

    def keep(self) -> None:
        """Keep what is on the screen, for the next start."""
        self._keeper.keep()

    def told_of_real_page(self, sentence: str) -> None:
        """A real page has stopped the drill: from any thread."""
        self._soon(self.tell, sentence, True)
        self._soon(self.app.bell)

    def on_unmount(self) -> None:
        self.lookout.close()
        draft = masking.text(self.prompt.text).text
        self.live.remember(replace(self.live.memory, drafts={"prompt": draft} if draft else {}))

    # ── keys and what only changes the view ──

    def perform(self, name: str) -> None:
        """An act of the key map."""
        intent = BY_NAME[name]
        try:
            if name in KEYS:
                KEYS[name](self, "")
            elif intent.quick:
                self.see(Screen(name))
            elif name == "acknowledge":
                acknowledge(self)
            else:
                self.prompt.fill(intent.prefill(self.asking()))
        except Refused as no:
            self.prompt.tell(str(no))

    def on_palette_chosen(self, message: Palette.Chosen) -> None:
        self.prompt.edited(message.text)

    def on_policy_sheet_accepted(self, message: PolicySheet.Accepted) -> None:
        self.do(Attach(body=message.policy))
        self.lookout.again()

    def on_conflicts_settled(self, message: Conflicts.Settled) -> None:
        from .settling import settle

        settle(self, message.fact)

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        self.prompt.palette.feed(message.text, max(3, self.size.height // 3))

    def see(self, screen: Screen) -> None:
        """What only this console sees. Raises `Refused`."""
        from .seeing import see

        see(self, screen)

    def show_keys(self, open: bool) -> None:
        """Show every key while Esc waits for one."""
        self.query_one(EscLayerView).display = open

    def action_scroll(self, pages: int) -> None:
        self.timeline.scroll_pages(pages)

    def action_select(self, step: int) -> None:
        self.timeline.select(step)

    def action_start(self) -> None:
        self.timeline.to_start()

    def action_end(self) -> None:
        self.timeline.to_end()


def called(path: str) -> str:
    """What the name of an incident's file says of it: the words of its title."""
    name = os.path.basename(path).removesuffix(".json")
    parts = name.split("-", 4)  # the date, the handle, the words
    return parts[4].replace("-", " ") if len(parts) == 5 else name


def entry(line: Line) -> Log:
    """The command that a line of plain text is."""
    return Log(text=line.rest, kind=line.kind, who=line.who or "", at=line.at)
