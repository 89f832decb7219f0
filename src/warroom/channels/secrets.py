"""What no screen, log, error or fact may show: read from where a form names it, and taken out of others' texts.

A secret stands in an environment variable or in a file that only its owner can read.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from os.path import expanduser, join

from ..config.forms import SecretForm
from ..core.text import clean

HIDDEN = "•••"
_MOST = 65_536  # bytes of a file
_SHORTEST = 4  # anything shorter would take harmless letters out of every text


class NoSecret(Exception):
    """A secret that is not there or not safe. `str()` says what, where and what to do; never the secret."""


class Secret:
    """A text that does not show itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the request that needs it and nothing else."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


def resolve(form: SecretForm, env: Mapping[str, str] = os.environ, folder: str = "") -> dict[str, Secret]:
    """The secrets that `form` names, by the field's name without `_env` or `_file`. Raises `NoSecret`.

    One that the form can do without is left out where its variable is not set; see `absent`. A relative
    `NAME_file` counts from `folder`, the one that the form's file stands in.
    """
    found: dict[str, Secret] = {}
    for name in (*form.secrets, *form.optional):
        variable, file = getattr(form, f"{name}_env"), getattr(form, f"{name}_file")
        if variable and not env.get(variable, "").strip() and name not in form.needed:
            continue
        if variable:
            found[name] = Secret(_fit(env.get(variable, ""), f"the variable {clean(variable)}"))
        elif file:
            found[name] = Secret(_fit(_read(join(folder, expanduser(file))), f"the file {clean(file)}"))
    return found


def absent(form: SecretForm, env: Mapping[str, str] = os.environ) -> list[str]:
    """What the channel does without, since the variable that its form names is not set: a sentence for each."""
    found = []
    for name in form.optional:
        variable = getattr(form, f"{name}_env")
        if variable and not env.get(variable, "").strip() and name not in form.needed:
            found.append(f"the variable {clean(variable)} is not set, so it goes without {name}")
    return found


def scrub(text: str, secrets: Mapping[str, Secret] | Iterable[Secret]) -> str:
    """`text` with every one of `secrets` hidden, as it stands and as addresses and JSON would write it."""
    from urllib.parse import quote, quote_plus

    kept = secrets.values() if isinstance(secrets, Mapping) else secrets
    forms: set[str] = set()
    for secret in kept:
        plain = secret.reveal()
        forms |= {plain, quote(plain, safe=""), quote_plus(plain), plain.replace("\\", "\\\\").replace('"', '\\"')}
    for form in sorted(forms, key=len, reverse=True):  # the longest first: a short one may stand in a long one
        if len(form) >= _SHORTEST:
            text = text.replace(form, HIDDEN)
    return text


def _fit(text: str, where: str) -> str:
    text = text.strip()
    if not text:
        raise NoSecret(f"{where} is not set or empty; put the secret there")
    if not text.isprintable():
        raise NoSecret(f"{where} holds more than one line, or signs that no secret has")
    return text


def _read(path: str) -> str:
    shown = f"the file {clean(path)}"
    try:
        # Without waiting: a pipe under this name would hold up every page.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "no such name is possible"
        raise NoSecret(f"{shown} cannot be read: {why.lower()}") from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise NoSecret(f"{shown} is no plain file")
        if about.st_mode & 0o077:
            raise NoSecret(f"{shown} can be read by others; say chmod 600 {clean(path)}")
        raw = os.read(handle, _MOST + 1)
    except OSError as problem:
        raise NoSecret(f"{shown} cannot be read: {(problem.strerror or 'an error').lower()}") from None
    finally:
        os.close(handle)
    try:
        if len(raw) <= _MOST:
            return raw.decode()
    except UnicodeDecodeError:
        pass
    raise NoSecret(f"{shown} holds no secret: it is too long or no text")
