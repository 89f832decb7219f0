"""What looks like a secret, replaced by ‹masked› before anything is stored.

Ordinary text (hashes, ids, times, sentences about passwords) stays as it is.
"""

from typing import TypeVar

import msgspec

from .commands import Command

_Cmd = TypeVar("_Cmd", bound=Command)
_FREE = ("text", "what", "why", "title", "proposal", "condition", "actions", "needs", "evidence", "result", "words")


# Most entries hold none of these, and then the patterns are not even imported.
HINTS = (
    *("key", "token", "secret", "pass", "pwd", "credential", "authorization", "cookie", "bearer", "identified by"),
    *("://", "-u", "akia", "asia", "aiza", "xox", "xapp-", "npm_", "pypi-", "sk_", "rk_", "sk-", "whsec_"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "glrt-"),
    *("hvs.", "dop_v1_", "shpat_", "sg.", "eyj", "webhook", "hooks.slack", "sig=", "signature=", "--auth", "--api"),
)
_DIGITS = 10  # of the shortest number that is looked for


def hinted(low: str) -> bool:
    """Whether any rule could find something in this text, which is in small letters."""
    return any(hint in low for hint in HINTS) or len(low) > 4096 or sum(map(str.isdigit, low)) >= _DIGITS


class Masked(msgspec.Struct, frozen=True):
    """The text as it may be kept, how many places were masked, and what they looked like, each once."""

    text: str
    count: int = 0
    kinds: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What to tell whoever wrote it; empty where nothing was masked."""
        return sentence(self.count, self.kinds)


def sentence(count: int, kinds: tuple[str, ...]) -> str:
    """`Masked 2 secrets (a password, a token)`; empty where there were none."""
    return f"Masked {count} secret{'' if count == 1 else 's'} ({', '.join(kinds)})" if count else ""


def text(said: str) -> Masked:
    """`said` with what looks like a secret masked."""
    low = said.lower()
    if not hinted(low):
        return Masked(said)
    from .telltales import RULES

    count = 0
    kinds: list[str] = []
    for rule in RULES:
        if rule.hints and not any(hint in low for hint in rule.hints):
            continue
        said, found = rule.mask(said)
        if found:
            count += found
            kinds.append(rule.kind)
    return Masked(said, count, tuple(dict.fromkeys(kinds)))


def data(raw: bytes) -> tuple[bytes, Masked]:
    """The same for bytes, where they are text in UTF-8 or anything near it, or UTF-16 that says so."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        code, errors = "utf-16-le" if raw[0] == 0xFF else "utf-16-be", "surrogatepass"
        try:
            said = raw.decode(code, errors)
        except UnicodeDecodeError:
            return raw, Masked("")
    elif b"\0" in raw[:8192]:
        return raw, Masked("")
    else:
        # One letter in another encoding does not make a log something else than text.
        code, errors = "utf-8", "surrogateescape"
        said = raw.decode(code, errors)
    found = text(said)
    return (found.text.encode(code, errors) if found.count else raw), found


def command(asked: _Cmd) -> tuple[_Cmd, Masked]:
    """A command with the secrets in its free words masked; the result's `text` is the first of these words."""
    change: dict[str, str] = {}
    count = 0
    kinds: tuple[str, ...] = ()
    for name in _FREE:
        said = getattr(asked, name, None)
        if isinstance(said, str) and (found := text(said)).count:
            change[name] = found.text
            count += found.count
            kinds += found.kinds
    if not change:
        return asked, Masked("")
    return msgspec.structs.replace(asked, **change), Masked(
        next(iter(change.values())), count, tuple(dict.fromkeys(kinds))
    )


class Lines:
    """Lines that come one after the other: a private key may go over many of them."""

    def __init__(self) -> None:
        self._within = False
        self.count = 0
        self.kinds: tuple[str, ...] = ()

    def mask(self, line: str) -> str:
        """The line as it may be kept."""
        if not self._within and "-----BEGIN " not in line:
            return self._found(text(line))
        from .telltales import MASK, PEM_BEGIN, PEM_END, compiled

        if self._within:
            end = compiled(PEM_END).search(line)
            self._within = end is None
            return MASK + line[end.end() :] if end else MASK if line.strip() else line
        begin = compiled(PEM_BEGIN).search(line)
        self._within = bool(begin and not compiled(PEM_END).search(line, begin.end()))
        return self._found(text(line))

    def _found(self, found: Masked) -> str:
        self.count += found.count
        self.kinds = tuple(dict.fromkeys((*self.kinds, *found.kinds)))
        return found.text
