"""The token for the server: read from where it is kept, and shown nowhere.

`WARROOM_TOKEN` wins; else it is in the keyring where that extra is there and works, or in a file only its owner reads.
"""

import os
import stat
from importlib import import_module
from typing import Any

from ..store import disk

VARIABLE = "WARROOM_TOKEN"
FILE = "server.token"  # in the data folder
HIDDEN = "•••"
_SERVICE = "warroom"
_LONGEST = 512


class Token:
    """A text that does not show itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the request that needs it and nothing else."""
        return self._text

    def hide(self, text: str) -> str:
        """`text` without it, should a server have sent it back."""
        return text.replace(self._text, HIDDEN) if self._text else text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Token({HIDDEN})"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a token is not written anywhere")


class NoToken(Exception):
    """There is none, or none that may be used. `str()` says what to do; never the token."""


def fit(text: str) -> Token:
    """What somebody gave as a token. Raises `NoToken`."""
    text = text.strip()
    if not text:
        raise NoToken("There is no token: the server's keeper makes one with `warroom token create`.")
    if not (text.isascii() and text.isprintable() and " " not in text and len(text) <= _LONGEST):
        raise NoToken("That is no token: a token is one word of plain letters and digits.")
    return Token(text)


def given() -> Token | None:
    """The one in the environment. Raises `NoToken` where that is none."""
    text = os.environ.get(VARIABLE, "")
    return fit(text) if text.strip() else None


def read(data: str, url: str) -> Token:
    """The token for this server. Raises `NoToken`."""
    if (from_outside := given()) is not None:
        return from_outside
    path = os.path.join(data, FILE)
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise NoToken(f"{path} can be read by others; say chmod 600 {path}, and have a new token made.")
            return fit(file.read(_LONGEST + 2).decode("ascii", "replace"))
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise NoToken(f"{path} cannot be read: {problem.strerror}.") from None
    text = _ask_keyring(url)
    if not text:
        raise NoToken(f"The token for {url} is not here any more: `warroom join {url} --replace` asks for it.")
    return fit(text)


def keep(data: str, url: str, token: Token) -> str:
    """Keeps it for later; where, in words. Raises `OSError`."""
    if _tell_keyring(url, token):
        disk.forget(os.path.join(data, FILE))
        return "the keyring"
    path = os.path.join(data, FILE)
    disk.replace(path, token.reveal().encode() + b"\n")
    return path


def forget(data: str, url: str) -> None:
    """Takes it away from wherever it was kept."""
    disk.forget(os.path.join(data, FILE))
    try:
        _keyring().delete_password(_SERVICE, url)
    except Exception:  # no such extra, no such entry, no keyring to be had: then there is nothing to forget
        pass


def _keyring() -> Any:
    return import_module("keyring")  # an extra that need not be there


def _ask_keyring(url: str) -> str:
    try:
        return str(_keyring().get_password(_SERVICE, url) or "")
    except Exception:  # whatever a keyring's own program does
        return ""


def _tell_keyring(url: str, token: Token) -> bool:
    """Whether the keyring has it now, and gives it back."""
    try:
        _keyring().set_password(_SERVICE, url, token.reveal())
    except Exception:  # as above
        return False
    return _ask_keyring(url) == token.reveal()
