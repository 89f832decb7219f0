"""The conditions of a scenario: `decided("roll back") and not called("database")`, read into a small tree.

Nothing in a condition can do anything: there are names, words in quotes, `and`, `or`, `not` and parentheses.
"""

import re
from functools import lru_cache
from typing import TypeAlias
from unicodedata import normalize

import msgspec

LONGEST = 400  # characters
DEEPEST = 12  # parentheses and nots within one another
MOST = 40  # conditions joined in one

# name → how many words in quotes it takes, at least and at most
KNOWN: dict[str, tuple[int, int]] = {
    "declared": (0, 0),
    "commander": (0, 0),
    "role": (1, 1),
    "severity": (1, 1),
    "phase": (1, 1),
    "resolved": (0, 0),
    "closed": (0, 0),
    "impact": (0, 1),
    "bridge": (0, 0),
    "decided": (0, 1),
    "proposed": (0, 1),
    "hypothesis": (0, 1),
    "ruled_out": (0, 1),
    "supported": (0, 1),
    "logged": (0, 2),
    "tasked": (0, 2),
    "read_back": (0, 1),
    "done": (0, 1),
    "drafted": (0, 1),
    "posted": (0, 2),
    "said": (1, 1),
    "asked": (0, 1),
    "answered": (0, 1),
    "acknowledged": (0, 1),
    "escalated": (0, 1),
    "paged": (1, 1),
    "called": (1, 1),
    "no_answer": (0, 1),
    "offered": (0, 1),
    "handover": (0, 1),
    "joined": (0, 1),
    "milestone": (1, 1),
    "ticked": (0, 1),
    "evidence": (0, 0),
    "injected": (1, 1),
    "flag": (1, 1),
    "reported": (1, 1),
}


class Call(msgspec.Struct, frozen=True):
    """One condition with its words."""

    name: str
    words: tuple[str, ...] = ()


class All(msgspec.Struct, frozen=True):
    parts: "tuple[Node, ...]"


class Any(msgspec.Struct, frozen=True):
    parts: "tuple[Node, ...]"


class Not(msgspec.Struct, frozen=True):
    part: "Node"


Node: TypeAlias = Call | All | Any | Not

_TOKEN = re.compile(r'\s*(?:("[^"]*")|([A-Za-z_]+)|(\d+)|([(),]))')


@lru_cache(maxsize=2048)
def parse(text: str) -> Node:
    """The condition that `text` is. Raises ValueError, whose text is a sentence for whoever wrote it."""
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters; make two of it")
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise ValueError(f"has “{text[at:].strip()[:12]}”, which is neither a name, nor words in quotes")
        tokens.append(found[0].strip())
        at = found.end()
    if not tokens:
        raise ValueError("is empty")
    reader = _Reader(tokens)
    node = reader.any(0)
    if reader.left:
        raise ValueError(f"goes on with “{reader.left[0]}” where it should have ended, or have `and` or `or`")
    return node


def calls(node: Node) -> tuple[Call, ...]:
    """Every condition in it."""
    match node:
        case Call():
            return (node,)
        case Not(part=part):
            return calls(part)
        case All(parts=parts) | Any(parts=parts):
            return tuple(each for part in parts for each in calls(part))
    raise TypeError(node)


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens
        self.count = 0

    def any(self, deep: int) -> Node:
        parts = [self.all(deep)]
        while self._takes("or"):
            parts.append(self.all(deep))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def all(self, deep: int) -> Node:
        parts = [self.one(deep)]
        while self._takes("and"):
            parts.append(self.one(deep))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self, deep: int) -> Node:
        if deep > DEEPEST:
            raise ValueError(f"has parentheses more than {DEEPEST} deep")
        if self._takes("not"):
            return Not(self.one(deep + 1))
        if self._takes("("):
            node = self.any(deep + 1)
            self._needs(")")
            return node
        return self._call()

    def _call(self) -> Node:
        name = self.left.pop(0) if self.left else ""
        self.count += 1
        if self.count > MOST:
            raise ValueError(f"joins more than {MOST} conditions")
        if name not in KNOWN:
            from ..line import nearest

            near = nearest(name, KNOWN) if name.replace("_", "").isalpha() else []
            hint = f"; did you mean {near[0]}()?" if near else ""
            raise ValueError(f"has “{name}”, which is no condition{hint}" if name else "ends too early")
        self._needs("(")
        words: list[str] = []
        while not self._takes(")"):
            if words:
                self._needs(",")
            words.append(self._word(name))
        low, high = KNOWN[name]
        if not low <= len(words) <= high:
            wants = f"{low}" if low == high else f"{low} to {high}"
            raise ValueError(f"{name}() takes {wants} words in quotes, has {len(words)}")
        return Call(name, tuple(words))

    def _word(self, name: str) -> str:
        token = self.left.pop(0) if self.left else ""
        if token.isdigit():
            return token
        if not token.startswith('"'):
            there = f"has “{token}” where" if token else "ends where"
            raise ValueError(f"{name}() {there} words in quotes should stand")
        return token[1:-1]

    def _takes(self, token: str) -> bool:
        if self.left and self.left[0] == token:
            self.left.pop(0)
            return True
        return False

    def _needs(self, token: str) -> None:
        if not self._takes(token):
            there = f"has “{self.left[0]}” where" if self.left else "ends where"
            raise ValueError(f"{there} “{token}” should stand")


# ── words ──


def fits(pattern: str, text: str) -> bool:
    """Whether `text` says it: alternatives by |, of one of them every word begins a word of the text. Empty fits."""
    plain = _plain(text)
    return any(all(word.search(plain) for word in each) for each in _alternatives(pattern))


def names(name: str, text: str) -> bool:
    """Whether `text` has this name as a word of its own: nobody called Lin is meant by a line."""
    return re.search(rf"(?<!\w){re.escape(_plain(name))}(?!\w)", _plain(text)) is not None


@lru_cache(maxsize=2048)
def _alternatives(pattern: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    parts = [_plain(each).split() for each in pattern.split("|")]
    return tuple(tuple(re.compile(r"(?<!\w)" + re.escape(word)) for word in words) for words in parts)


def _plain(text: str) -> str:
    """In one case and one spelling: an umlaut may be one sign or two."""
    return normalize("NFC", text.casefold())
