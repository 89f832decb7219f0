"""Where War room's files are: the XDG folders, on macOS too, or everything under `WARROOM_HOME`.

Imports nothing but `os`: the first row on the screen waits for this module.
"""

import os
from os.path import abspath, expanduser, isabs, join

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: importing that takes longer than all the rest here
    from collections.abc import Mapping


class Paths:
    """The folders of one person on one machine, absolute; none of them needs to exist. Frozen."""

    __slots__ = ("archive", "config", "data", "exports", "incidents", "state")

    config: str  # config.toml, playbooks/, policies/, …
    data: str  # what must not be lost: incidents/ and their evidence
    state: str  # what may be lost
    incidents: str
    archive: str
    exports: str

    def __init__(self, config: str, data: str, state: str) -> None:
        folders = {
            "config": config,
            "data": data,
            "state": state,
            "incidents": join(data, "incidents"),
            "archive": join(data, "archive"),
            "exports": join(data, "exports"),
        }
        for name, folder in folders.items():
            object.__setattr__(self, name, folder)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: paths do not change")

    @property
    def settings(self) -> str:
        """The file with a person's own settings."""
        return join(self.config, "config.toml")


def find(env: "Mapping[str, str]" = os.environ) -> Paths:
    """The folders that the environment names. Raises `Refused` when it names none."""
    if own := env.get("WARROOM_HOME"):
        folder = abspath(expanduser(own))
        return Paths(folder, folder, folder)
    return Paths(
        _folder(env, "XDG_CONFIG_HOME", ".config"),
        _folder(env, "XDG_DATA_HOME", ".local/share"),
        _folder(env, "XDG_STATE_HOME", ".local/state"),
    )


def _folder(env: "Mapping[str, str]", name: str, default: str) -> str:
    base = env.get(name, "")
    # The XDG specification: a relative path is invalid and is to be ignored.
    if not isabs(base):
        home = env.get("HOME", "")
        if not isabs(home):
            from warroom.core.values import Refused

            raise Refused(
                "No home folder: HOME is not set. Set HOME, or WARROOM_HOME to a folder for War room's files."
            )
        base = join(home, default)
    return join(base, "warroom")
