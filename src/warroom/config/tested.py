"""Which channels were tried, when, and what came of it. A policy is tested when a channel that it uses worked."""

from os.path import join

import msgspec

from warroom.core.text import keepable
from warroom.core.values import Ms

from . import cached
from .paths import Paths


class Tried(msgspec.Struct, frozen=True):
    """The last try of a channel: when (UTC ms), whether it worked, and a sentence for people."""

    at: Ms
    ok: bool
    says: str = ""


def file(paths: Paths) -> str:
    return join(paths.state, "channels.json")


def load(paths: Paths) -> dict[str, Tried]:
    """By channel; empty where nothing was tried, or the record is broken. Never raises."""
    found: dict[str, Tried] | None = cached.read(file(paths), dict[str, Tried])
    return found or {}


def keep(paths: Paths, channel: str, at: Ms, ok: bool, says: str = "") -> None:
    """Puts this try beside those of other channels. `says` holds no secret. Raises OSError when it cannot be kept."""
    cached.write(file(paths), load(paths) | {channel: Tried(at, ok, keepable(says)[:300])})
