"""Slack's text as a person reads it there: mentions and links in plain words, and no sign of its markup."""

from collections.abc import Callable
from re import Match, compile, sub

from ..core.text import keepable

_TOKEN = compile(r"<([@#!]?)([^<>|]{1,2000})(?:\|([^<>]{0,2000}))?>")
_LINK = compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def plain(text: str, name_of: Callable[[str], str] = lambda user: user) -> str:
    """`text` as it is read in Slack. `name_of`: a person's id → how they are called."""

    def read(found: Match[str]) -> str:
        sign, what, label = found[1], found[2], found[3] or ""
        match sign:
            case "@":
                return f"@{label or name_of(what)}"
            case "#":
                return f"#{label or what}"
            case "!":
                return label or f"@{what.partition('^')[0]}"
        if not _LINK.match(what):
            return found[0]  # no markup of Slack's, which would have written these signs as names
        address = what.removeprefix("mailto:").removeprefix("tel:")
        return address if label in ("", address, what) else f"{label} ({address})"

    text = _TOKEN.sub(read, text.replace("\r\n", "\n"))
    return keepable(unescaped(text))


def unescaped(text: str) -> str:
    """The three signs that Slack writes as names, as themselves; once, so that what was typed stays what it was."""
    return sub("&(amp|lt|gt);", lambda found: {"amp": "&", "lt": "<", "gt": ">"}[found[1]], text)


def mentioned(text: str) -> set[str]:
    """The ids of people whom this text names without saying how they are called."""
    return {found[2] for found in _TOKEN.finditer(text) if found[1] == "@" and not found[3]}
