"""How well an act answers to what was typed: letters in order will do, and better hits come first."""

from collections.abc import Iterable

from ...intents import Intent


def ranked(typed: str, intents: Iterable[type[Intent]]) -> list[type[Intent]]:
    """The intents that answer to `typed`, best first; without any, all of them as they are."""
    wanted = " ".join(typed.casefold().split())
    if not wanted:
        return list(intents)
    scored = [(score, n, intent) for n, intent in enumerate(intents) if (score := _score(wanted, intent))]
    return [intent for _, _, intent in sorted(scored, key=lambda each: (-each[0], each[1]))]


def _score(wanted: str, intent: type[Intent]) -> int:
    names = (intent.verb.casefold(), intent.name.casefold())
    words = intent.words.casefold()
    if wanted in names:
        return 6
    if any(name.startswith(wanted) for name in names):
        return 5
    if any(word.startswith(wanted) for word in words.replace(",", " ").split()):
        return 4
    if len(wanted) > 2 and all(word in words for word in wanted.split()):
        return 3
    if any(wanted in name for name in names):
        return 2
    return int(len(wanted) > 1 and any(_in_order(wanted, name) for name in names))


def _in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)
