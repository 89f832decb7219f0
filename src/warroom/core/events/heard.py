"""What was said elsewhere and became facts here: by this the same message, however often it is heard, counts once."""

from typing import ClassVar

from .envelope import Value


class Heard(Value, frozen=True, gc=False, omit_defaults=True):
    """This part of a message was taken in. `remote` finds the message on its channel, as `C0123/1795392001.000100`.

    `what` says which part of it: its word, a mark on it, one of its edits. `facts` came of it. It holds none of the
    message's text, and outlives a redaction of what came of it: what was taken out does not come in again.
    """

    type: ClassVar = "elsewhere.heard"
    kind: ClassVar = "heard"
    remote: str
    what: str
    facts: tuple[str, ...] = ()
    channel: str = ""

    def key(self) -> tuple[str, ...]:
        return (self.type, self.remote, self.what)

    def says(self) -> object:
        return self.facts

    def text(self) -> str:
        return f"taken in from {self.channel or 'elsewhere'}"
