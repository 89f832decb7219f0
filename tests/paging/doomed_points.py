"""The points at which a `warroom watch` kills itself with -9: before and after each write and each request.

It dies at the n-th of them, where n is its argument, and prints the point's name.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from warroom.net import Http
from warroom.room.room import Room

LEFT = [int(sys.argv[1])]


def point(name: str) -> None:
    if LEFT[0] == 0:
        os.write(1, f"DIES {name}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
    LEFT[0] -= 1


def around(cls: type, name: str, what: str) -> None:
    inner: Callable[..., Any] = getattr(cls, name)

    def doomed(self: Any, *args: Any, **more: Any) -> Any:
        point(f"before a {what}")
        result = inner(self, *args, **more)
        point(f"after a {what}")
        return result

    setattr(cls, name, doomed)


around(Room, "commit", "write")
around(Http, "request", "request")


def watch() -> None:
    from warroom.cli.main import run  # what it imports must be patched before

    sys.exit(run(["watch", "--json"]))
