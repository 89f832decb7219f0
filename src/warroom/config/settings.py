"""One person's `config.toml`. Every key stands alone: what is wrong is ignored and said, the rest stays in force."""

from collections.abc import Callable
from os.path import lexists

import msgspec

from warroom.core.values import Ms

from . import toml
from .local import is_zone
from .paths import Paths
from .problem import Fault, Problem, one_of, shown
from .toml import Span

THEMES = ("auto", "dark", "light", "ansi")
GLYPHS = ("unicode", "ascii")

_MODIFIERS = {"alt", "ctrl", "shift", "esc"}
# Alt with these belongs to readline (b c d f l t u y) and to the terminal (digits).
_TAKEN = frozenset("bcdfltuy0123456789")


class Settings(msgspec.Struct, frozen=True):
    """What a person chose; every default is what holds without a file."""

    name: str = ""  # the handle they go by; empty: not asked yet
    theme: str = "auto"
    glyphs: str = "unicode"
    time: str = "utc"  # utc, local, or a zone as Europe/Berlin
    keys: dict[str, str] = {}  # act → key, as {"acknowledge": "alt+g"}
    default_policy: str = ""  # empty: what the severity names
    default_services: tuple[str, ...] = ()  # named at a declaration that names none
    services: tuple[str, ...] = ()  # known ones, for completion
    people: tuple[str, ...] = ()  # known handles, for completion
    delete_after: Ms | None = None  # archived incidents older than this may be deleted; None: kept for ever
    archive_after: Ms | None = None  # closed incidents older than this may be moved away; None: never by itself
    editor: str = ""  # empty: $VISUAL, $EDITOR
    bell: bool = True
    watch: bool = True  # whether a declaration that calls somebody starts a pager of its own


class _File(msgspec.Struct):
    """The types of the keys, as they stand in the file."""

    name: str
    theme: str
    glyphs: str
    time: str
    keys: dict[str, str]
    default_policy: str
    default_services: tuple[str, ...]
    services: tuple[str, ...]
    people: tuple[str, ...]
    delete_after: Span
    archive_after: Span
    editor: str
    bell: bool
    watch: bool


def load(paths: Paths) -> tuple[Settings, list[Problem]]:
    """The settings in force and what had to be ignored. Never raises; without a file it reads nothing."""
    file = paths.settings
    if not lexists(file):
        return Settings(), []
    try:
        tree, text = toml.read(file)
    except Fault as fault:
        return Settings(), [Problem(file, fault.path, fault.reason, "All settings stay at their defaults.")]
    chosen: dict[str, object] = {}
    problems: list[Problem] = []
    for key, value in tree.items():
        try:
            chosen[key] = _value(key, value)
        except Fault as fault:
            problems.append(Problem(file, toml.place(fault, text), fault.reason, "It is ignored."))
    if isinstance(keys := chosen.get("keys"), dict):
        good: dict[str, str] = {}
        for act, key in keys.items():
            try:
                good[act] = _key(act, key)
            except Fault as fault:
                problems.append(Problem(file, toml.place(fault, text), fault.reason, "The key stays as it was."))
        chosen["keys"] = good
    return msgspec.convert(chosen, Settings), problems


def _value(key: str, value: object) -> object:
    if key not in _TYPES:
        raise Fault(shown(key), f"“{shown(key)}” is not a setting; there are {', '.join(_TYPES)}")
    got = toml.convert(value, _TYPES[key], key)
    if check := _CHECKS.get(key):
        check(key, got)
    return got


_TYPES = {field.name: field.type for field in msgspec.structs.fields(_File)}


def _choice(*words: str) -> Callable[[str, str], None]:
    def check(key: str, value: str) -> None:
        if value not in words:
            raise Fault(key, f"“{shown(value)}” is not one of {one_of(words)}")

    return check


def _zone(key: str, value: str) -> None:
    if value in ("utc", "local"):
        return
    if not is_zone(value):
        raise Fault(key, f"“{shown(value)}” is neither utc, local nor a time zone such as Europe/Berlin")


def _handle(key: str, value: str) -> None:
    if not value.strip() or any(c.isspace() or c in ":@/" for c in value):
        raise Fault(key, "should be one word, without “:”, “@” or “/”, since entries begin with it")


def _handles(key: str, values: tuple[str, ...]) -> None:
    for number, value in enumerate(values, 1):
        _handle(f"{key}[{number}]", value)


_CHECKS: dict[str, Callable[..., None]] = {
    "name": _handle,
    "theme": _choice(*THEMES),
    "glyphs": _choice(*GLYPHS),
    "time": _zone,
    "people": _handles,
}


def _key(act: str, key: str) -> str:
    *modifiers, last = key.lower().replace("esc+", "alt+").split("+")
    path = f"keys.{shown(act)}"
    function = last[:1] == "f" and last[1:].isdecimal()
    if not last or not set(modifiers) <= _MODIFIERS or not (len(last) == 1 or function):
        raise Fault(path, f"“{shown(key)}” is not a key; write alt+g, ctrl+g or f8")
    if not modifiers and not function:
        raise Fault(path, f"“{shown(key)}” alone is typing; write alt+g, ctrl+g or f8")
    if modifiers == ["alt"] and last in _TAKEN:
        raise Fault(path, f"alt+{last} belongs to the prompt or the terminal; take another letter")
    return "+".join((*modifiers, last))
