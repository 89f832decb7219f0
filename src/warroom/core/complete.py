"""What Tab offers: verbs, names, and the words of a scale. It only ever offers what the line could mean there."""

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from .line import NO_VERBS, nearest
from .when import scan

# What could stand where the last word of a verb's arguments is being typed: (verb, arguments so far) -> words.
Arguments = Callable[[str, str], Iterable[str]]


def no_arguments(_verb: str, _args: str) -> Iterable[str]:
    return ()


class Completion(msgspec.Struct, frozen=True, gc=False):
    """Put `text` in place of `start`..`end` of the line. `label` is the word alone, for a list."""

    text: str
    start: int
    end: int
    label: str

    def on(self, line: str) -> tuple[str, int]:
        """The line with it, and where the cursor is then."""
        tail = line[self.end :]
        return line[: self.start] + self.text + tail.removeprefix(" "), self.start + len(self.text)


def complete(
    text: str,
    cursor: int,
    people: Collection[str] = (),
    roles: Collection[str] = (),
    verbs: Mapping[str, bool] = NO_VERBS,
    arguments: Arguments = no_arguments,
) -> list[Completion]:
    """What could stand at the cursor, best first; nothing inside plain text."""
    head = text[:cursor]
    if text[cursor : cursor + 1].strip():
        return []  # inside a word
    start = _word_start(head)
    word = head[start:]
    if head.startswith("/") and not head.startswith("//"):
        if start == 0:
            return [Completion(f"/{verb} ", 0, cursor, f"/{verb}") for verb in _verbs(word[1:], verbs)]
        return _arguments(head, start, [*people, *roles], arguments)
    if word.startswith("@"):
        return [Completion(f"@{name} ", start, cursor, f"@{name}") for name in _begin(word[1:], people)]
    if word and start == _behind_time(head):
        return [Completion(f"{name}: ", start, cursor, name) for name in _begin(word, [*people, *roles])]
    return []


def _arguments(head: str, start: int, names: Collection[str], arguments: Arguments) -> list[Completion]:
    verb, _, args = head[1:].partition(" ")
    first = len(verb) + 2
    word = head[start:]
    offered = list(arguments(verb.casefold(), args))
    whole = [each for each in _begin(args, offered) if " " in each and first < start]  # "impact started"
    found = [Completion(f"{each} ", first, len(head), each) for each in whole]
    if not offered and word:
        offered = list(names)
    return found + [Completion(f"{each} ", start, len(head), each) for each in _begin(word, offered)]


def _verbs(word: str, verbs: Mapping[str, bool]) -> list[str]:
    lowered = word.casefold()
    inside = (verb for verb in verbs if _in_order(lowered, verb))
    return _begin(word, verbs) or _once([*inside, *nearest(lowered, verbs)])


def _begin(word: str, names: Iterable[str]) -> list[str]:
    lowered = word.casefold()
    return _once(name for name in names if name.casefold().startswith(lowered))


def _in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _word_start(head: str) -> int:
    start = len(head)
    while start and not head[start - 1].isspace():
        start -= 1
    return start


def _behind_time(head: str) -> int:
    found = scan(head, 0)
    here = found.end if found else 0
    while here < len(head) and head[here].isspace():
        here += 1
    return here
