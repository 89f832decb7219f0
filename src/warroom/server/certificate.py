"""The server's certificate: read when it starts, and again when its files change, without a restart."""

import os
import ssl

_Mark = tuple[tuple[int, int, int], ...]


class Unreadable(Exception):
    """The certificate or its key cannot be used. `str()` is a sentence."""


class Certificate:
    """`context` is used for every new connection; `renew` puts the files' present content into it."""

    def __init__(self, cert: str, key: str) -> None:
        self._cert, self._key = cert, key
        self._mark = self._marked()
        self.context = _context(cert, key)

    def changed(self) -> bool:
        """Whether the files are others than those that were last looked at."""
        return self._marked() != self._mark

    def renew(self) -> None:
        """Raises `Unreadable`, and then the old one stays in use."""
        self._mark = self._marked()
        _context(self._cert, self._key)  # both fit together, or nothing is touched
        self.context.load_cert_chain(self._cert, self._key or None, _no_password)

    def _marked(self) -> _Mark:
        marks = []
        for path in filter(None, (self._cert, self._key)):
            try:
                status = os.stat(path)
            except OSError:
                continue  # it is being replaced
            marks.append((status.st_ino, status.st_size, status.st_mtime_ns))
        return tuple(marks)


def _context(cert: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key or None, _no_password)
    except ssl.SSLError as error:
        why = error.reason or "it is no PEM, or the key is not that of the certificate"
        raise Unreadable(f"The certificate {cert} cannot be used with its key: {why}.") from None
    except OSError as error:
        raise Unreadable(f"The certificate {cert} or its key cannot be read: {error.strerror or error}.") from None
    return context


def _no_password() -> str:
    """Instead of a question on a terminal that nobody sits at."""
    return ""
