"""The one thing the console writes into a person's settings: the name they gave. Everything else there is theirs."""

import os
import re

from ..core.values import Refused
from .paths import Paths

_NAME = re.compile(r"^[ \t]*name[ \t]*=.*$", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


def name(paths: Paths, who: str) -> None:
    """Puts `name = "who"` into `config.toml` and leaves the rest of it. Raises `Refused` when it cannot be kept."""
    line = f'name = "{who}"'
    try:
        os.makedirs(paths.config, 0o700, exist_ok=True)
        try:
            with open(paths.settings, encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            text = ""
        table = _TABLE.search(text)
        top = text[: table.start()] if table else text
        rest = text[len(top) :]
        top = _NAME.sub(lambda _: line, top, count=1) if _NAME.search(top) else f"{line}\n{top}"
        temporary = f"{paths.settings}.{os.getpid()}.new"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(top + rest)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, paths.settings)
    except (OSError, UnicodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is not UTF-8"
        raise Refused(
            f"Your name was not kept in {paths.settings}: {why}. You will be asked again next time."
        ) from None
