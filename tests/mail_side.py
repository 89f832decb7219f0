"""The far side of e-mail: a real mail server that keeps what it gets, and a rude one that says what it is told to."""

import socket
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HANG = b"hang"  # says nothing and keeps the line open
DROP = b""  # hangs up
FLOOD = b"flood"  # talks without end
HALF = b"half"  # begins to agree, and hangs up
DRIP = b"drip"  # talks without end, and never finishes a line


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """`refusals`: what a recipient's address gets as its answer. `users`: who may log in, and with what."""

    def __init__(self, *, users: Mapping[str, str] | None = None, **given: Any) -> None:
        self.got: list[Envelope] = []
        self.refusals: dict[str, str] = {}
        self.after_data = "250 kept"
        self.users = users or {}
        self.over_tls: list[bool] = []
        if users:
            given |= {"authenticator": self._authenticate, "auth_required": True}
        self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0, **given)
        self._controller.start()
        self.port: int = self._controller.port

    def mail(self, number: int = 0) -> EmailMessage:
        """One of the mails that were kept, as a reader's program would see it."""
        content = self.got[number].original_content
        assert content is not None
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    def close(self) -> None:
        self._controller.stop()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.over_tls.append(session.ssl is not None)
        self.got.append(envelope)
        return self.after_data

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False)


class RudeServer:
    """`says`: the answer to a command by its first word; `hello` is the first line, `end` comes after a whole mail."""

    def __init__(self, **says: bytes) -> None:
        polite = {"hello": b"220 hi", "EHLO": b"250 hi", "DATA": b"354 go on", ".": b"250 kept", "QUIT": b"221 bye"}
        self.says = polite | {name.replace("end", "."): what for name, what in says.items()}
        self.flooded = 0  # bytes that somebody took of a FLOOD
        self._over = Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        try:
            self._listening.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listening.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with sock, sock.makefile("rb") as lines:
                self._say(sock, "hello")
                inside = False
                for line in lines:
                    if inside and line != b".\r\n":
                        continue
                    word = "." if inside else line.split()[0].decode().upper()
                    inside = word == "DATA" and self.says["DATA"].startswith(b"354")
                    self._say(sock, word)
        except (OSError, ConnectionError):
            pass

    def _say(self, sock: socket.socket, word: str) -> None:
        what = self.says.get(word, b"250 OK")
        if what == HANG:
            self._over.wait(60)
        if what == FLOOD:
            while not self._over.is_set():
                sock.sendall(b"220-on and on\r\n" * 1_000)
                self.flooded += 15_000
        while what == DRIP and not self._over.wait(0.05):
            sock.sendall(b"2")
        if what == HALF:
            sock.sendall(b"220 O")
        if what in (HANG, DRIP, HALF, DROP):
            raise ConnectionError
        sock.sendall(what + b"\r\n")
