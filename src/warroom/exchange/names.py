"""Names of people in running text, each replaced by what the person is called outside.

A name inside a word is no name; one that is also a word (Will, Mark) is one only with a capital or after an @, one that
is a word of the trade (root, ops) only after an @.
"""

import re
from collections.abc import Callable
from unicodedata import normalize

from .roles import COMMON, SOMEBODY, Cast, key

_WORDS = frozenset(
    (
        *("will", "may", "mark", "grace", "hope", "rose", "bill", "art", "dean", "max", "page", "young", "long"),
        *("rich", "chase", "drew", "pat", "rob", "sue", "april", "june", "summer", "faith", "joy", "dawn", "eve"),
        *("black", "brown", "green", "white", "gray", "king", "price", "stone", "wood", "field", "hill", "lane"),
        *("best", "bright", "good", "case", "cook", "cross", "fox", "hall", "love", "moss", "park", "read", "reed"),
    )
)
_BETWEEN = r"[\s._-]+"


class Names:
    """Finds every name of a cast, however it is written."""

    def __init__(self, cast: Cast) -> None:
        self._says = {**cast.machines, **cast.parts, **cast.people}
        self.roles = frozenset((*cast.people.values(), SOMEBODY))
        patterns = [_pattern(cast.spelt.get(name, name)) for name in self._says]
        longest_first = sorted(patterns, key=len, reverse=True)
        self._found = re.compile("|".join(longest_first)) if longest_first else None

    def replaced(self, text: str, use: Callable[[str], str]) -> str:
        """`text` with nobody named in it; `use` is told of each role that stands in it now."""
        if self._found is None:
            return text

        def role(found: re.Match[str]) -> str:
            at = "@" if found[0].startswith("@") else ""
            # A way of writing that no key has is a name all the same.
            return at + use(self._says.get(key(found[0].removeprefix("@")), SOMEBODY))

        return self._found.sub(role, text)


def _pattern(name: str) -> str:
    """What finds this name: any capitals, composed or decomposed letters, any space or dots between its words."""
    name = name.strip()
    forms = {name, *(normalize(form, name) for form in ("NFC", "NFD"))}
    body = "|".join(sorted(map(_words, forms)))
    before = r"(?<!\w)" if _is_of_word(name[:1]) else ""
    after = r"(?!\w)" if _is_of_word(name[-1:]) else ""
    if len(name) == 1 or name.casefold() in COMMON:
        return rf"{before}@(?i:{body}){after}"
    if name.casefold() in _WORDS:
        return rf"{before}(?:@(?i:{body})|{re.escape(name.capitalize())}|{re.escape(name.upper())}){after}"
    return rf"{before}@?(?i:{body}){after}"


def _words(name: str) -> str:
    """The words of a name with anything between them; what it begins and ends with is as it is."""
    within = name.strip(" \t\n._-")
    if not within:
        return re.escape(name)
    before, _, after = name.partition(within)
    return re.escape(before) + _BETWEEN.join(map(re.escape, re.split(_BETWEEN, within))) + re.escape(after)


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char == "_"
