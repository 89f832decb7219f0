"""What is in the prompt and what keys make of it. Nothing typed is lost: what was cleared, refused or interrupted
comes back.

Knows no widget: what happens is told to `post`, as the messages of `prompt_messages`.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from textual.message import Message

from ..core.complete import Arguments, Completion, complete, no_arguments
from ..core.line import MARKS, NO_VERBS, Line, as_text, parse
from ..core.text import clean, keepable
from ..core.values import Ms
from ..core.zone import Zone, utc
from . import prompt_messages as say
from .edit import Edit
from .history import History, Search
from .paste import EVIDENCE, LIMIT, ONE, Paste, too_long
from .prompt_keys import CUTS, KEYS

FULL = f"{LIMIT // 1024} KiB is the most that one entry holds: log this one, and go on in the next."


class Known(msgspec.Struct, frozen=True):
    """What the prompt knows of the room: who can be named, which verbs there are, what could stand behind them."""

    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    verbs: Mapping[str, bool] = NO_VERBS  # verb -> whether it wants its whole word
    arguments: Arguments = no_arguments
    zone: Zone = utc

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.people, *self.roles)


class Flight(msgspec.Struct, frozen=True):
    """A line on its way to the log, and what is needed to give it back as it was."""

    raw: str
    literal: frozenset[str]
    paste: Paste | None = None


class PromptState:
    """One line of the grammar under the fingers. `now` gives the time (UTC ms)."""

    def __init__(self, now: Callable[[], Ms], post: Callable[[Message], object], history: Iterable[str] = ()) -> None:
        self.now = now
        self.post = post
        self.edit: Edit = Edit()
        self.history = History(history)
        self.known = Known()
        self.ghost = ""  # a first entry, shown while the prompt is empty; Enter logs it
        self.notice = ""  # a sentence, until the next key
        self.paste: Paste | None = None
        self.searching: Search | None = None
        self.flying: list[Flight] = []  # submitted, neither accepted nor refused yet
        self._literal: frozenset[str] = frozenset()  # chips that were turned back into text
        self._stash: list[str] = []  # drafts that a prefilled line stands before
        self._asked = ""  # the text whose problem was shown: Enter again logs it
        self._cycle: tuple[str, int, list[Completion], int] | None = None
        self._prefix = False  # Ctrl+X was pressed

    @property
    def text(self) -> str:
        """What is typed and not submitted."""
        return self.edit.text

    def line(self) -> Line:
        """What the text means now."""
        known = self.known
        return parse(self.edit.text, self.now(), known.zone, known.names, known.verbs, self._literal)

    # ── what the owner says ──

    def fill(self, text: str, cursor: int | None = None) -> None:
        """Put a line into the prompt. What is being typed waits behind it and comes back afterwards."""
        if self.edit.text.strip() and self.edit.text != text:
            self._stash.append(self.edit.text)
        self._set(text, cursor)

    def edited(self, text: str) -> None:
        """The text as it came back from the editor."""
        self._set(text.rstrip("\n"))

    def accepted(self) -> None:
        """The oldest line that was submitted is on the log."""
        if self.flying:
            self.flying.pop(0)

    def refused(self, sentence: str) -> None:
        """The oldest line that was submitted is not on the log: it comes back, or is one Up away."""
        flight = self.flying.pop(0) if self.flying else Flight("", frozenset())
        if flight.paste and flight.paste.apart:
            self.paste = self.paste or flight.paste
        elif flight.raw and not self.edit.text and not self.flying:
            self._set(flight.raw)
            self._literal, self.paste = flight.literal, flight.paste
        elif flight.raw:
            self.history.add(flight.raw)
            sentence = f"{sentence} Your text is kept: Up brings it back."
        self.notice = clean(sentence)

    # ── keys ──

    def press(self, key: str, char: str | None) -> bool:
        """Take a key; False when it is not one of the prompt's."""
        if self._prefix:
            self._prefix = False
            if key == "ctrl+e":
                self.post(say.EditorRequested(self.edit.text))
                return True
        if self.searching is not None and self._search_key(key, char):
            return True
        action = KEYS.get(key)
        if action is None and (char is None or _is_control(char)):
            return False
        if key not in ("tab", "shift+tab"):
            self._cycle = None
        if key != "enter":
            self._asked, self.notice = "", ""
        before = self.edit.text
        if action is None:
            self._type(char or "")
        else:
            action(self)
        if key not in CUTS:
            self.edit.end_cut()
        self._changed(before)
        return True

    def _type(self, char: str) -> None:
        if char == "/" and not self.edit.text:
            self.post(say.PaletteRequested())
        if keepable(char) == char:
            self.insert(char)

    def insert(self, text: str) -> None:
        """Type `text` at the cursor, if a fact can still hold it all."""
        if too_long(self.edit.text + text):
            self.notice = FULL
            return
        self.edit.insert(text)
        self.history.rest()

    def pasted(self, text: str) -> None:
        """Take a pasted text. Several lines never submit: they stay until Enter, and Ctrl+T says as what."""
        before = self.edit.text
        paste = Paste.of(text)
        self.searching, self._cycle, self._asked, self.notice = None, None, "", paste.dropped
        if too_long(before + paste.text):
            self.paste = msgspec.structs.replace(paste, way=EVIDENCE, apart=True)
        elif paste.text:
            if paste.lines > 1:
                self.paste = paste
                if not before and paste.text[0] in "/@":
                    self._literal |= {paste.text.split(None, 1)[0]}  # a pasted block never acts
            self.insert(paste.text)
        self._changed(before)

    def backspace(self) -> None:
        """Right behind a chip it makes text of it, else it takes a character."""
        edit = self.edit
        chip = next((chip for chip in self.line().chips if chip.start < chip.end == edit.cursor), None)
        if chip:
            self._literal |= {edit.text[chip.start : chip.end].strip()}
        elif edit.cursor:
            edit.delete(edit.before(), edit.cursor)

    def submit(self) -> None:
        """Enter. It never takes a suggestion."""
        if self.paste and self.paste.way != ONE:
            self._submit_paste(self.paste)
            return
        if not self.edit.text.strip() and self.ghost and not self.flying:
            self.edit.set(self.ghost)
        raw = self.edit.text
        if not raw.strip():
            return
        self.ghost = ""
        line = self.line()
        if line.problem:
            if not (line.again and self._asked == raw):
                self._asked, self.notice = raw, clean(line.problem)
                return
            line = as_text(raw)
        self._away(raw)
        self.post(say.Submitted(line, raw))

    def _submit_paste(self, paste: Paste) -> None:
        text = paste.text if paste.apart else self.edit.text
        if paste.apart:
            self.paste = None
            self.flying.append(Flight("", frozenset(), paste))
        else:
            self._away(text)
        if paste.way == EVIDENCE:
            self.post(say.EvidencePasted(text))
        else:
            self.post(say.LinesSubmitted(paste.entries(text, self.now(), self.known.zone, self.known.names), text))

    def _away(self, raw: str) -> None:
        """The line is on its way: it is shown dimmed, and the prompt is free for the next one."""
        self.flying.append(Flight(raw, self._literal, self.paste))
        if self.history.add(raw):
            self.post(say.Remembered(raw))
        self._empty()

    def clear(self) -> None:
        """Ctrl+C: an empty line; Up brings back what was on it."""
        if self.paste and self.paste.apart:
            self.paste = None
            return
        self.history.add(self.edit.text)
        self._empty()

    def leave_or_delete(self) -> None:
        if self.edit.text:
            self.edit.delete(self.edit.cursor, self.edit.after())
        else:
            self.post(say.Leave())

    def cycle_paste(self) -> None:
        if self.paste:
            self.paste = self.paste.next()

    def older(self) -> None:
        if not self.edit.up() and (text := self.history.older(self.edit.text)) is not None:
            self.edit.set(text)

    def newer(self) -> None:
        if not self.edit.down() and (text := self.history.newer()) is not None:
            self.edit.set(text)

    def prefix(self) -> None:
        self._prefix = True

    # ── Tab ──

    def completions(self) -> list[Completion]:
        """What Tab offers."""
        known, edit = self.known, self.edit
        return complete(edit.text, edit.cursor, known.people, known.roles, known.verbs, known.arguments)

    def tab(self, step: int = 1) -> None:
        """The next completion; where there is none, the next kind of entry."""
        if self._cycle is None:
            found = self.completions()
            if not found:
                self._next_kind(step)
                return
            self._cycle = (self.edit.text, self.edit.cursor, found, -1 if step > 0 else len(found))
        text, cursor, found, at = self._cycle
        at = (at + step) % len(found)
        # The only one is taken for good: what can be completed next is another question.
        self._cycle = (text, cursor, found, at) if len(found) > 1 else None
        self.edit.set(*found[at].on(text))

    def _next_kind(self, step: int) -> None:
        """Another mark before plain text; the next line is a note again."""
        line = self.line()
        if line.verb or line.task or line.problem or not line.rest.strip():
            return
        signs = ("", *MARKS)
        text = self.edit.text
        mark = next((chip for chip in line.chips if chip.kind == "mark"), None)
        start = mark.start if mark else max((chip.end for chip in line.chips), default=0)
        end = mark.end if mark else start
        sign = signs[(signs.index(text[start] if mark else "") + step) % len(signs)]
        put = f"{sign} " if sign else ""
        self._literal -= {sign}
        self.edit.set(text[:start] + put + text[end:], max(start, self.edit.cursor + len(put) - (end - start)))

    # ── searching the history ──

    def search(self) -> None:
        self.searching = Search()

    def _search_key(self, key: str, char: str | None) -> bool:
        assert self.searching is not None
        before, search = self.edit.text, self.searching
        if key in ("escape", "ctrl+g", "ctrl+c"):
            self.searching = None
        elif key == "ctrl+r":
            self.searching = search.older(self.history)
        elif key in ("backspace", "ctrl+h"):
            self.searching = search.of(self.history, search.words[:-1])
        elif char is not None and char.isprintable():
            self.searching = search.of(self.history, search.words + char)
        else:
            self.searching = None
            if search.at is not None:
                self.fill(self.history.items[search.at])
            self._changed(before)
            return key in ("enter", "tab")
        return True

    # ── what changes ──

    def _set(self, text: str, cursor: int | None = None) -> None:
        before = self.edit.text
        self._forget()
        self.edit.set(text, cursor)
        self._changed(before)

    def _empty(self) -> None:
        self._forget()
        self.edit.set(self._stash.pop() if self._stash else "")

    def _forget(self) -> None:
        self._literal, self.paste, self._cycle = frozenset(), None, None
        self._asked, self.notice = "", ""
        self.history.rest()

    def _changed(self, before: str) -> None:
        text = self.edit.text
        if text == before:
            return
        if self.paste and not self.paste.apart and "\n" not in text:
            self.paste = None
        found, chosen = (self._cycle[2], self._cycle[3]) if self._cycle else (self.completions(), None)
        self.post(say.Changed(text, found, chosen))


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char < "\xa0"
