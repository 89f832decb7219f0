"""The prompt's own keys, readline's, as data. What is not here is the screen's."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .edit import Edit, spaced

if TYPE_CHECKING:
    from .prompt_state import PromptState

Key = Callable[["PromptState"], object]


def _edit(act: Callable[[Edit], object]) -> Key:
    return lambda prompt: act(prompt.edit)


# Cuts in a row add up; every other key ends that.
CUTS = frozenset(("ctrl+k", "ctrl+u", "ctrl+w", "alt+d", "alt+backspace", "ctrl+delete"))

_left = _edit(lambda e: e.move(e.before()))
_right = _edit(lambda e: e.move(e.after()))
_word_left = _edit(lambda e: e.move(e.word_before()))
_word_right = _edit(lambda e: e.move(e.word_after()))
_start = _edit(lambda e: e.move(e.line_start))
_end = _edit(lambda e: e.move(e.line_end))
_cut_word = _edit(lambda e: e.kill(e.word_before(), e.cursor))
_cut_next_word = _edit(lambda e: e.kill(e.cursor, e.word_after()))


def _newline(prompt: "PromptState") -> None:
    prompt.insert("\n")


def _older(prompt: "PromptState") -> None:
    prompt.older()


def _newer(prompt: "PromptState") -> None:
    prompt.newer()


def _back(prompt: "PromptState") -> None:
    prompt.backspace()


KEYS: dict[str, Key] = {
    "enter": lambda p: p.submit(),
    "ctrl+j": _newline,
    "alt+enter": _newline,
    "shift+enter": _newline,
    "tab": lambda p: p.tab(),
    "shift+tab": lambda p: p.tab(-1),
    "left": _left,
    "ctrl+b": _left,
    "right": _right,
    "ctrl+f": _right,
    "ctrl+left": _word_left,
    "alt+left": _word_left,
    "alt+b": _word_left,
    "ctrl+right": _word_right,
    "alt+right": _word_right,
    "alt+f": _word_right,
    "home": _start,
    "ctrl+a": _start,
    "end": _end,
    "ctrl+e": _end,
    "backspace": _back,
    "ctrl+h": _back,
    "delete": _edit(lambda e: e.delete(e.cursor, e.after())),
    "ctrl+k": _edit(lambda e: e.kill(e.cursor, e.line_end)),
    "ctrl+u": _edit(lambda e: e.kill(e.line_start, e.cursor)),
    "ctrl+w": _edit(lambda e: e.kill(e.word_before(spaced), e.cursor)),
    "alt+backspace": _cut_word,
    "alt+d": _cut_next_word,
    "ctrl+delete": _cut_next_word,
    "ctrl+y": lambda p: p.insert(p.edit.cut),
    "up": _older,
    "ctrl+p": _older,
    "down": _newer,
    "ctrl+n": _newer,
    "ctrl+r": lambda p: p.search(),
    "ctrl+t": lambda p: p.cycle_paste(),
    "ctrl+c": lambda p: p.clear(),
    "ctrl+d": lambda p: p.leave_or_delete(),
    "ctrl+x": lambda p: p.prefix(),
}
