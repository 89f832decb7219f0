"""What stands between a terminal and its server: a real proxy on a port of its own, which does well or badly.

It passes bytes on (`through`), holds every answer until it is whole and so streams for ever (`buffers`), answers by
itself with a web page (`portal`), passes little at a time (`slow`), says nothing (`mute`), or hangs up (`cut`).
"""

import socket
import time
from threading import Lock, Thread
from urllib.parse import urlsplit

PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 37\r\nConnection: close\r\n\r\n"
    b"<html><h1>Welcome to Wifi</h1></html>"
)
_SLOW_S = 0.15
_SLOW_BYTES = 400


class Between:
    """`mode` holds for connections from now on; `change` also ends those that are open. `connections` counts all."""

    def __init__(self, to: str) -> None:
        parts = urlsplit(to)
        self.to = (parts.hostname or "", parts.port or 0)
        self.mode = "through"
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"{parts.scheme}://127.0.0.1:{self._listening.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def change(self, mode: str) -> None:
        """From now on so, also for whoever is connected."""
        self.mode = mode
        with self._lock:
            held, self._open = self._open, set()
        for each in held:
            _end(each)

    def close(self) -> None:
        _end(self._listening)
        self._listening.close()
        self.change("cut")

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._serve, args=(near, self.mode), daemon=True).start()

    def _serve(self, near: socket.socket, mode: str) -> None:
        try:
            if mode == "portal":
                near.recv(65_536)
                near.sendall(PAGE)
            elif mode == "mute":
                with self._lock:
                    self._open.add(near)
                while near.recv(65_536):
                    pass
            elif mode != "cut":
                self._pass_on(near, mode)
        except OSError:
            pass
        finally:
            near.close()

    def _pass_on(self, near: socket.socket, mode: str) -> None:
        with socket.create_connection(self.to) as far:
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open |= {near, far}
            back = Thread(target=self._answers, args=(far, near, mode), daemon=True)
            back.start()
            try:
                while piece := near.recv(65_536):
                    _write(far, piece, mode)
            finally:
                _end(far)
                back.join(5)
                with self._lock:
                    self._open -= {near, far}

    def _answers(self, far: socket.socket, near: socket.socket, mode: str) -> None:
        held = b""
        try:
            while piece := far.recv(65_536):
                if mode != "buffers":
                    _write(near, piece, mode)
                    continue
                held += piece
                if _is_whole(held):
                    near.sendall(held)
                    held = b""
        except OSError:
            pass
        finally:
            _end(near)


def _is_whole(held: bytes) -> bool:
    """Whether these bytes are one answer to its end. A stream has none."""
    head, found, body = held.partition(b"\r\n\r\n")
    if not found:
        return False
    rows = dict(row.lower().split(b": ", 1) for row in head.split(b"\r\n")[1:])
    if b"content-length" in rows:
        return len(body) >= int(rows[b"content-length"])
    return b"transfer-encoding" not in rows or body.endswith(b"0\r\n\r\n")


def _write(to: socket.socket, piece: bytes, mode: str) -> None:
    if mode != "slow":
        to.sendall(piece)
        return
    for at in range(0, len(piece), _SLOW_BYTES):
        time.sleep(_SLOW_S)
        to.sendall(piece[at : at + _SLOW_BYTES])


def _end(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
