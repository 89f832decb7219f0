"""What a channel is, and what became of something that was given to it.

A channel turns a `Message` into the far side's own request and the answer into an `Outcome`. It keeps no state, writes
no fact, and never raises for anything the far side does. It is called on a thread, and has a deadline.
"""

from typing import ClassVar, TypeAlias

import msgspec

from ..core.values import Ms


class Words(msgspec.Struct, frozen=True):
    """One brief in the lengths that channels have room for: plain text, no markup."""

    line: str  # one line, at most 130 characters
    sms: str  # at most 459 characters: three segments
    chat: str  # at most 2,900 characters
    mail: str  # at most 20,000 characters


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something for one person (or for the channel as a whole) about one incident.

    `key` is the same for every try of it; `twice` says that an earlier try may have arrived.
    """

    key: str
    words: Words
    what: str = "page"  # page, test, status, update, handover, item
    incident: str  # the handle, as INC-K3F9
    inc: str  # the identity
    title: str
    severity: str
    phase: str = ""
    services: tuple[str, ...] = ()
    level: int = 0  # 1-based; 0: a specialist, or no level at all
    topic: str = ""  # of a specialist
    round: int = 0
    to: str = ""  # the contact's id, as sre1
    name: str = ""  # the contact's name
    address: str = ""  # what stands behind the channel's name in `reach`: "mail:ana@x.org" → "ana@x.org"
    link: str = ""  # the bridge, where it is a link
    thread: str = ""  # the remote of the first message about this incident in this channel
    twice: bool = False
    drill: bool = False
    at: Ms = 0  # when it became due, UTC ms
    labels: tuple[str, ...] = ()  # of an action item: what it is for

    @property
    def calls(self) -> bool:
        """Whether it is to wake somebody; everything else only tells."""
        return self.what in ("page", "test")


class Sent(msgspec.Struct, frozen=True):
    """The far side has it. `remote` finds it again there."""

    remote: str = ""


class Accepted(msgspec.Struct, frozen=True):
    """The far side has taken it and will do it later; `settle` tells what became of it."""

    remote: str = ""


class Later(msgspec.Struct, frozen=True):
    """Not taken, and it may be tried again: not before `after` seconds, where the far side said so.

    `busy`: the far side has set a pace (429), and nothing else should be sent there before then.
    """

    why: str
    after: float | None = None
    busy: bool = False


class Failed(msgspec.Struct, frozen=True):
    """Not taken, and the same again would be refused again."""

    why: str


class Unknown(msgspec.Struct, frozen=True):
    """It left, and no answer came: the far side may have it."""

    why: str


Outcome: TypeAlias = Sent | Accepted | Later | Failed | Unknown


class Answer(msgspec.Struct, frozen=True):
    """What somebody did about a page on the far side: `acknowledged`, `declined` or `resolved`, and who."""

    what: str
    who: str
    at: Ms | None = None


class There(msgspec.Struct, frozen=True):
    """How an issue stands on the far side: `open`, `closed`, or `gone`."""

    state: str


class Probe(msgspec.Struct, frozen=True):
    """What a look at the channel found without paging anybody: `ok`, worth a `look`, or `bad`."""

    state: str
    says: str


class Channel:
    """One configured channel. Subclasses say how it sends; what a kind cannot do stays as it is here."""

    kind: ClassVar[str] = ""
    answers: bool = False  # whether `answer` can ever say anything
    finds: bool = False  # whether `look_up` can ever say anything
    follows: bool = False  # whether `acknowledge` and `resolve` do something there
    echoes: bool = False  # whether what it is told by `acknowledge` may come back by `answer`
    files: bool = False  # whether it opens issues for action items, and reaches nobody
    pace: ClassVar[float] = 10.0  # messages a second that the far side takes

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, message: Message) -> Outcome:
        """Gives it to the far side. The same key again must not page a second time where the far side can tell."""
        raise NotImplementedError

    def look_up(self, message: Message) -> Outcome | None:
        """Whether the far side has it already: its outcome, None where it has not, `Later` where nobody could say."""
        return Later(f"{self.name} cannot be asked what arrived")

    def settle(self, message: Message, remote: str) -> Outcome:
        """What became of something that was `Accepted`; `Accepted` again while it is still under way."""
        return Accepted(remote)

    def answer(self, message: Message, remote: str) -> Answer | None:
        """What somebody did about it there; None: nothing yet, or nobody could say."""
        return None

    def there(self, message: Message, remote: str) -> There | Outcome:
        """How the issue at `remote` stands there now; an outcome where nobody could say."""
        return Failed(f"{self.name} opens no issues")

    def acknowledge(self, message: Message, remote: str, who: str) -> Outcome:
        """Tells the far side that `who` has it, so that it pages nobody else."""
        return Sent()

    def resolve(self, message: Message, remote: str) -> Outcome:
        """Tells the far side that it is over."""
        return Sent()

    def probe(self) -> Probe:
        """Whether a page would go through, without paging anybody."""
        raise NotImplementedError
