"""Colour for a terminal, and none for anything else. It is never the only sign: every painted word says it too."""

import msgspec

_OFF = "\x1b[0m"


class Paint(msgspec.Struct, frozen=True):
    """Puts a look around text that is clean already; without `on` the text stays as it is."""

    on: bool = False

    def bold(self, text: str) -> str:
        return self._with("1", text)

    def dim(self, text: str) -> str:
        return self._with("2", text)

    def alarm(self, text: str) -> str:
        """For what is due, late or failed, and for nothing else."""
        return self._with("1;31", text)

    def came(self, text: str) -> str:
        """A line that a change adds."""
        return self._with("32", text)

    def went(self, text: str) -> str:
        """A line that a change takes away."""
        return self._with("33", text)

    def _with(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}{_OFF}" if self.on and text else text


PLAIN = Paint()
