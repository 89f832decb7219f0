"""The key map as data: what ships, and what a person has put in its place. Every problem names act and key."""

from collections.abc import Iterable, Mapping

import msgspec

from ..intents import ALL, Intent

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FUNCTION_KEYS = tuple(f"f{n}" for n in range(1, 10))
# Alt with these belongs to readline (b d f) or to terminals and window managers (c l t u y, digits).
FORBIDDEN = frozenset("bcdfltuy0123456789")


class KeyMap(msgspec.Struct, frozen=True):
    """What each key does. `acts`: `alt+a` or `f8` → name of the act. `problems`: what was ignored, in sentences."""

    acts: Mapping[str, str]
    problems: tuple[str, ...] = ()

    def keys(self, act: str) -> tuple[str, ...]:
        """The keys of an act, as people write them: `F8`, `esc a`."""
        return tuple(spoken(key) for key, name in self.acts.items() if name == act)


def spoken(key: str) -> str:
    """A key as people write it."""
    return f"esc {key[4:]}" if key.startswith("alt+") else key.upper()


def shipped(intents: Iterable[type[Intent]] = ALL) -> dict[str, str]:
    """The map that ships: key → name of the act, from the intents themselves."""
    out: dict[str, str] = {}
    for intent in intents:
        for key in (f"alt+{intent.key}" if intent.key else "", intent.fkey):
            if key:
                out[key] = intent.name
    return out


def rebound(wanted: Mapping[str, str], intents: Iterable[type[Intent]] = ALL) -> KeyMap:
    """The shipped map with the keys a person chose: `wanted` is act → key (`alt+g`, `esc g`, `f8`, or "" for none).

    A letter replaces the act's letter, a function key its function key. What is impossible is left out and said.
    """
    intents = tuple(intents)
    acts = shipped(intents)
    names = {intent.name for intent in intents}
    problems: list[str] = []
    chosen: dict[str, str] = {}
    for act, typed in wanted.items():
        key = _key(typed)
        if act not in names:
            problems.append(f"keys.{act}: there is no such act; there are {', '.join(sorted(names))}")
        elif key is None:
            problems.append(f"keys.{act}: “{typed}” cannot be bound; write alt+ and a letter, or f1 to f9")
        elif key[:4] == "alt+" and key[4:] in FORBIDDEN:
            problems.append(
                f"keys.{act}: {key} belongs to the terminal or to the line's own keys; choose another letter"
            )
        elif key and key in chosen:
            problems.append(f"keys.{act}: {key} is already “{chosen[key]}”; choose another key")
        elif key and acts.get(key, act) != act and acts[key] not in wanted:
            problems.append(f"keys.{act}: {key} is “{acts[key]}”; give that one another key first")
        else:
            _replace(acts, chosen, act, key)
            if key:
                chosen[key] = act
    return KeyMap(acts, tuple(problems))


def _replace(acts: dict[str, str], chosen: Mapping[str, str], act: str, key: str) -> None:
    for old in [each for each, name in acts.items() if name == act and each not in chosen]:
        if not key or _sort(old) == _sort(key):
            del acts[old]
    if key:
        acts[key] = act


def _sort(key: str) -> str:
    return key[:4] if key.startswith("alt+") else "f"


def _key(typed: str) -> str | None:
    """The key in the map's own spelling, "" for none, None for what is no key that can be bound."""
    key = typed.strip().lower().replace("esc ", "alt+").replace("esc+", "alt+")
    if not key or key in FUNCTION_KEYS:
        return key
    letter = key.removeprefix("alt+")
    return key if key != letter and len(letter) == 1 and letter in LETTERS + "0123456789" else None
