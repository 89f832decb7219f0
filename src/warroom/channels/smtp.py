"""One conversation with a mail server: no longer than its deadline, no more bytes than a server needs to say no.

Every way in which it can end is an `Outcome` in `Stopped`. `handed_over` tells whether the server may have the mail.
"""

from __future__ import annotations

from re import sub
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

from ..core.text import clean, clip
from .base import Failed, Later, Outcome, Unknown
from .secrets import Secret, scrub

if TYPE_CHECKING:
    from smtplib import SMTP
    from socket import socket

_ANSWERS = 256 * 1024  # bytes that a server may say in one conversation


class Stopped(Exception):
    """The conversation is over, and this is what became of it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(type(outcome).__name__)
        self.outcome = outcome


class Conversation:
    """Use it in a `with`: it is open inside, and every failure of it leaves as `Stopped`."""

    def __init__(self, host: str, port: int, tls: str, user: str, password: Secret | None, within_s: float) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password, self._within_s = user, password, within_s
        self._at = f"the mail server {clip(clean(host), 80)}:{port}"
        self._smtp: SMTP | None = None
        self._sock: socket | None = None
        self._late = False
        self._ends = monotonic() + within_s
        self.handed_over = False

    def __enter__(self) -> Conversation:
        from threading import Timer

        self._timer = Timer(self._within_s, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            self._open()
        except BaseException as wrong:
            self._close()
            self._tell(wrong)
        return self

    def __exit__(self, kind: object, wrong: BaseException | None, trace: object) -> None:
        self._close()
        if wrong is not None:
            self._tell(wrong)

    def deliver(self, sender: str, to: list[str], mail: bytes) -> list[tuple[str, int, str]]:
        """Hands the mail over for everybody in `to` whom the server takes; those it refuses, each with code and words.

        With nobody left, nothing is handed over.
        """
        smtp = self._open_smtp()
        code, words = smtp.mail(sender)
        if code != 250:
            self._refuse(code, words, f"refuses mail from {sender}")
        refused = []
        for address in to:
            code, words = smtp.rcpt(address)
            if code not in (250, 251):
                refused.append((address, code, self._said(words)))
            if code == 421:
                self._refuse(code, words, "closed the conversation")
        if len(refused) == len(to):
            return refused
        code, words = smtp.docmd("DATA")
        if code != 354:
            self._refuse(code, words, "does not take the mail")
        body = sub(rb"(?m)^\.", b"..", mail)
        self.handed_over = True
        smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
        if 400 <= code < 600:
            self.handed_over = False
            self._refuse(code, words, "does not take the mail")
        if not 200 <= code < 300:
            raise Stopped(Unknown(f"{self._at} has the mail and answered something that no mail server says"))
        self._goodbye(smtp)
        return refused

    def look(self) -> None:
        """Asks for nothing and says goodbye: whether the server is willing at all."""
        smtp = self._open_smtp()
        code, words = smtp.docmd("NOOP")
        if not 200 <= code < 300:
            self._refuse(code, words, "does not answer a NOOP as it should")
        self._goodbye(smtp)

    def _goodbye(self, smtp: SMTP) -> None:
        from smtplib import SMTPException

        try:
            smtp.putcmd("QUIT")  # what it answers to that changes nothing any more
        except (OSError, SMTPException):
            pass

    def _open_smtp(self) -> SMTP:
        assert self._smtp is not None
        return self._smtp

    def _open(self) -> None:
        from smtplib import SMTP

        sock = self._sock = self._connected()
        if self._tls == "tls":
            sock = self._wrapped(sock)
        ours = str(sock.getsockname()[0]).partition("%")[0]
        # An address literal, since asking the resolver for the own name may take longer than the whole conversation.
        smtp = SMTP(local_hostname=f"[IPv6:{ours}]" if ":" in ours else f"[{ours}]", timeout=self._within_s)
        self._smtp, smtp.sock, smtp.file = smtp, sock, _Bounded(sock)
        code, words = smtp.getreply()
        if code != 220:
            self._refuse(code, words, "does not greet as a mail server should")
        self._greet(smtp)
        if self._tls == "starttls":
            self._secure(smtp, sock)
        if self._user:
            self._log_in(smtp)

    def _connected(self) -> socket:
        from socket import create_connection

        found = self._addresses()
        for number, address in enumerate(found):
            try:
                return create_connection(address, self._left() / (len(found) - number))
            except OSError:
                if number == len(found) - 1:
                    raise
        raise OSError("no address")

    def _addresses(self) -> list[tuple[str, int]]:
        """Where the name leads. On a thread of its own, since a resolver heeds no deadline."""
        from socket import SOCK_STREAM, getaddrinfo
        from threading import Thread

        found: list[Any] = []

        def ask() -> None:
            try:
                found.append(
                    [(str(row[4][0]), self._port) for row in getaddrinfo(self._host, self._port, type=SOCK_STREAM)]
                )
            except (OSError, ValueError) as wrong:
                found.append(wrong)

        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self._left())
        if not found:
            raise TimeoutError
        if isinstance(found[0], Exception):
            raise found[0]
        addresses: list[tuple[str, int]] = found[0][:4]
        return addresses

    def _left(self) -> float:
        """Seconds until the deadline; never none at all, which a socket would take for “do not wait”."""
        return max(0.05, self._ends - monotonic())

    def _greet(self, smtp: SMTP) -> None:
        code, words = smtp.ehlo()
        if code >= 500:
            code, words = smtp.helo()
        if code != 250:
            self._refuse(code, words, "does not take our greeting")

    def _secure(self, smtp: SMTP, sock: socket) -> None:
        if not smtp.has_extn("starttls"):
            raise Stopped(Failed(f"{self._at} offers no STARTTLS, and nothing is sent unencrypted; see `tls`"))
        code, words = smtp.docmd("STARTTLS")
        if code != 220:
            self._refuse(code, words, "does not start TLS")
        # What came before TLS may be anybody's, so nothing of it is kept (RFC 3207).
        smtp.sock = sock = self._wrapped(sock)
        smtp.file = _Bounded(sock)
        smtp.helo_resp = smtp.ehlo_resp = None
        smtp.esmtp_features, smtp.does_esmtp = {}, False
        self._greet(smtp)

    def _wrapped(self, sock: socket) -> socket:
        import ssl

        sock.settimeout(self._left())
        self._sock = ssl.create_default_context().wrap_socket(sock, server_hostname=self._host)
        return self._sock

    def _log_in(self, smtp: SMTP) -> None:
        from smtplib import SMTPAuthenticationError, SMTPException, SMTPNotSupportedError, SMTPServerDisconnected

        # Nothing of what the server or the library says here is told on: either may hold the password.
        try:
            smtp.login(self._user, self._password.reveal() if self._password else "")
            return
        except SMTPServerDisconnected:
            raise
        except SMTPAuthenticationError as wrong:
            code = wrong.smtp_code
            if 400 <= code < 500:
                outcome: Outcome = Later(f"{self._at} cannot check the password now ({code})")
            else:
                outcome = Failed(f"{self._at} refuses the user or the password ({code})")
        except SMTPNotSupportedError:
            outcome = Failed(f"{self._at} takes no login here; check `tls` and `port`, or leave `user` out")
        except SMTPException:
            outcome = Failed(f"{self._at} knows no way to log in that we know")
        except UnicodeError:
            outcome = Failed("the mail password or user has characters that a login cannot carry")
        raise Stopped(outcome) from None

    def _refuse(self, code: int, words: bytes, what: str) -> NoReturn:
        raise Stopped(judged(code, f"{self._at} {clean(what)}: {self._said(words, code)}"))

    def _said(self, words: bytes, code: int = 0) -> str:
        text = clip(clean(" ".join(scrub(words.decode(errors="replace"), self._secrets()).split())), 160)
        if code < 200:
            return f"“{text}”" if text else "no words"
        return f"{code} “{text}”" if text else str(code)

    def _secrets(self) -> list[Secret]:
        if self._password is None:
            return []
        from base64 import b64encode

        plain = self._password.reveal()
        sent = (plain, f"\0{self._user}\0{plain}")  # as a login sends it
        return [self._password, *(Secret(b64encode(each.encode()).decode()) for each in sent)]

    def _tell(self, wrong: BaseException) -> NoReturn:
        """Raises what this became, in place of what the library raised."""
        from smtplib import SMTPException

        if isinstance(wrong, Stopped) or not isinstance(wrong, (OSError, SMTPException, ValueError)):
            raise wrong
        raise Stopped(self._outcome(wrong)) from None

    def _outcome(self, wrong: Exception) -> Outcome:
        import ssl
        from socket import gaierror

        if self.handed_over:
            why = f"gave no answer within {self._within_s:g} s" if self._late else "closed the line before it answered"
            return Unknown(f"{self._at} was given the mail and {why}; it may have been delivered")
        if isinstance(wrong, ssl.SSLCertVerificationError):
            reason = clip(clean(wrong.verify_message or "no reason given"), 120)
            return Failed(f"the certificate of {self._at} does not verify ({reason}); nothing was sent")
        if isinstance(wrong, gaierror):
            return Later(f"the name of {self._at} is not found")
        if self._late or isinstance(wrong, TimeoutError):
            return Later(f"{self._at} did not answer within {self._within_s:g} s")
        if isinstance(wrong, ConnectionRefusedError):
            return Later(f"{self._at} takes no connections")
        if isinstance(wrong, ssl.SSLError):
            return Later(f"{self._at} does not speak TLS as we do; check `tls` and `port`")
        if isinstance(wrong, ValueError):
            return Failed(f"{self._at} has a name that no server can have; check `host`")
        return Later(
            f"{self._at} closed the line before the mail was sent" if self._smtp else f"{self._at} is out of reach"
        )

    def _cut(self) -> None:
        self._late = True
        if self._sock is not None:
            import socket

            try:
                # On the plain socket below TLS: closing TLS politely would wait for the far side.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
            except OSError:
                pass

    def _close(self) -> None:
        self._timer.cancel()
        for thing in (self._smtp, self._sock):
            if thing is not None:
                try:
                    thing.close()
                except OSError:
                    pass


class _Bounded:
    """The lines that a server says, as the library reads them, and an error once there are too many."""

    def __init__(self, sock: socket) -> None:
        self._file: Any = sock.makefile("rb")
        self._left = _ANSWERS

    def readline(self, limit: int) -> bytes:
        line: bytes = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("the server talks without end")
        if line and not line.endswith(b"\n") and len(line) < limit:
            raise OSError("half a line: what it was going to say is not known")
        return line

    def close(self) -> None:
        self._file.close()


def judged(code: int, why: str) -> Outcome:
    """What a refusal with this code means: 5xx is final, 4xx and whatever is no code at all may pass."""
    return Failed(why + "") if code >= 500 else Later(why + "")
