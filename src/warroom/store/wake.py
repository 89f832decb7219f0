"""A pipe by which any thread, or a signal handler, ends somebody else's waiting."""

import os


class Wake:
    """`fd` is readable once `ring` was called, until `drain`."""

    def __init__(self) -> None:
        self.fd, self._other = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._other, False)

    def ring(self) -> None:
        try:
            os.write(self._other, b"!")
        except OSError:
            pass  # full: it is readable already; closed: nobody waits

    def drain(self) -> None:
        try:
            while os.read(self.fd, 4096):
                pass
        except BlockingIOError:
            pass

    def close(self) -> None:
        for fd in (self.fd, self._other):
            if fd >= 0:
                os.close(fd)
        self.fd = self._other = -1
