"""Words at hand: the shipped ones and a person's own, which win, entry by entry."""

from collections.abc import Iterator
from os.path import join, lexists
from string import Formatter

from . import shipped, toml
from .forms import Form, Line, Text
from .paths import Paths
from .problem import Fault, Problem, one_of, shown

FILE = "words.toml"
PLACEHOLDERS = ("name", "role", "title", "severity", "other", "minutes", "bridge")
_MOST = 200  # entries in a file
_STANDS, _IGNORED = "The shipped one stands in.", "It is ignored."


class Words(Form, frozen=True):
    """`say` with placeholders in braces; `when` says what it is for."""

    say: Text
    when: Line = "words of your own"

    def faults(self) -> Iterator[Fault]:
        if not self.say.strip():
            yield Fault("say", "is empty")
            return
        try:
            parts = list(Formatter().parse(self.say))
        except ValueError:
            parts = []
            yield Fault("say", "has a brace without its other half; {{ and }} stand for braces")
        for _, name, form, how in parts:
            if name is not None and (name not in PLACEHOLDERS or form or how):
                known = one_of(tuple("{" + each + "}" for each in PLACEHOLDERS))
                yield Fault("say", f"“{{{shown(name)}}}” is not filled in; there is {known}")


def load(own: Paths | None, data: str = "") -> tuple[dict[str, Words], list[Problem]]:
    """What there is to say, by name, the shipped ones first; and every mistake in the files. Never raises."""
    problems: list[Problem] = []
    found = _read(join(data or shipped.folder(), FILE), {}, problems)
    mine = join(own.config, FILE) if own else ""
    if mine and lexists(mine):
        found |= _read(mine, found, problems)
    return found, problems


def _read(file: str, spare: dict[str, Words], problems: list[Problem]) -> dict[str, Words]:
    text = ""
    try:
        tree, text = toml.read(file)
        rows = tree.pop("words", None)
        for key in tree:
            raise Fault(shown(key), f"“{shown(key)}” is not a key that anything reads; the key here is words")
        if not isinstance(rows, dict):
            raise Fault("", "holds no [words.NAME]")
        if len(rows) > _MOST:
            raise Fault("", f"holds more than {_MOST} entries")
    except Fault as fault:
        stands = "The shipped ones are used." if spare else _IGNORED
        problems.append(Problem(file, toml.place(fault, text), fault.reason, stands))
        return {}
    found: dict[str, Words] = {}
    for name, row in rows.items():
        at = f"words.{name}"
        try:
            if not _is_name(name):
                raise Fault(at, "should have a name of small letters, digits and “-”")
            words: Words = toml.convert(row, Words, at)
            for wrong in words.faults():
                raise Fault(f"{at}.{wrong.path}", wrong.reason)
            found[name] = words
        except Fault as fault:
            instead = _STANDS if name in spare else _IGNORED
            problems.append(Problem(file, toml.place(fault, text), fault.reason, instead))
    return found


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 40 and all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in name)
