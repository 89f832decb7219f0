"""A program in a pseudo-terminal, timed by the bytes it writes. No screen is kept: that would take time of its own."""

import fcntl
import os
import pty
import select
import struct
import termios
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Self

COLS, ROWS = 132, 40
_PATIENCE = 60.0


class Terminal:
    """`cmd` in a terminal of 132×40. `began` is when it was started; `raw` what it has written."""

    def __init__(self, cmd: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.raw = bytearray()
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        size = struct.pack("HHHH", ROWS, COLS, 0, 0)
        self.began = perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execvpe(cmd[0], list(cmd), environment)
            finally:
                os._exit(127)

    def until(self, wanted: bytes, after: int = 0) -> float:
        """When `wanted` was there, in what came after so many bytes. Raises TimeoutError with what there is."""
        deadline = perf_counter() + _PATIENCE
        while (found := self.raw.find(wanted, after)) < 0:
            if not self._read(deadline - perf_counter()):
                raise TimeoutError(f"{wanted!r} never came; last: {bytes(self.raw[-2000:])!r}")
        assert found >= 0
        return perf_counter()

    def send(self, data: bytes) -> float:
        """Type it; when."""
        now = perf_counter()
        while data:
            data = data[os.write(self.fd, data) :]
        return now

    def quiet(self, seconds: float = 0.3) -> None:
        """Read until nothing came for so long."""
        while select.select([self.fd], [], [], seconds)[0] and self._read(0):
            pass

    def take(self, seconds: float) -> None:
        """Read what comes within so long."""
        self._read(seconds)

    def ended(self) -> float:
        """When it had ended."""
        while self._read(_PATIENCE):
            pass
        os.waitpid(self.pid, 0)
        self.pid = 0
        return perf_counter()

    def cpu(self) -> float:
        """The processor time that it has taken so far, in seconds."""
        with open(f"/proc/{self.pid}/schedstat") as own:
            total = int(own.read().split()[0])
        for task in os.listdir(f"/proc/{self.pid}/task"):
            if int(task) != self.pid:
                with open(f"/proc/{self.pid}/task/{task}/schedstat") as other:
                    total += int(other.read().split()[0])
        return total / 1e9

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            self.pid = 0
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, wait: float) -> bool:
        if not select.select([self.fd], [], [], max(0.0, wait))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.raw += data
        return bool(data)
