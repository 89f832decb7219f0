"""An incident whole, as lines of `{"e": EVENT, "h": HASH}`: every fact with its hash, for another warroom.

What comes in has to be whole too: every hash, every replica's chain from its first fact on. A fact may stand in more
than one chain, where a replica's numbers were used twice.
"""

import msgspec

from ..core import codec
from ..core.chains import Chains, Fault
from ..core.events import Declared, Event, FactRedacted, Redacted
from ..core.text import clean
from ..core.values import is_drill
from .problem import BadInput, Problems, shown


class Whole(msgspec.Struct, frozen=True):
    """An incident's facts as bytes and hashes, checked. `title` and `at` are of its declaration."""

    inc: str
    title: str
    at: int
    facts: tuple[tuple[bytes, str], ...]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    e: msgspec.Raw
    h: str


_line = msgspec.json.Decoder(_Line)
_any = msgspec.json.Decoder()


def read_facts(data: bytes, name: str) -> Whole:
    """The facts in `data`. Raises `BadInput` for anything that is not as it was exported."""
    problems = Problems(name)
    seen, chains = _Seen(), Chains()
    facts: list[tuple[bytes, str]] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = _line.decode(line)
            # Exports escape what could command a terminal; hashes are over the canonical form.
            fact = codec.canonical(_any.decode(row.e))
            event = codec.accept(fact, row.h)
        except (msgspec.MsgspecError, UnicodeError, RecursionError, codec.Bad) as wrong:
            reason = "is nested too deeply" if isinstance(wrong, RecursionError) else clean(str(wrong))
            problems.add(number, f"is no fact that can be taken: {reason}")
            continue
        if not seen.belongs(event):
            problems.add(number, "is a fact of another incident")
        chains.add(number, event, row.h, fact)
        facts.append((fact, row.h))
    for fault in chains.wrong():
        problems.add(fault.row, _words(fault))
    return _whole(seen, facts, problems)


class _Seen:
    """What is known of the incident from its facts so far."""

    def __init__(self) -> None:
        self.inc = ""
        self.declared: Event | None = None
        self.texts: set[str] = set()
        self.redacted: set[str] = set()

    def belongs(self, event: Event) -> bool:
        """Takes the next fact in; whether it is of the same incident as those before it."""
        self.inc = self.inc or event.inc
        body = event.body
        if isinstance(body, FactRedacted):
            self.redacted.add(body.of)
        elif not isinstance(body, Redacted):
            self.texts.add(event.id)
        if self.declared is None and event.type == Declared.type:
            self.declared = event
        return event.inc == self.inc


def _words(fault: Fault) -> str:
    match fault.kind:
        case "same":
            return "is there twice"
        case "other":
            return f"has the id of another fact, that of line {fault.other}"
        case "twice":
            return f"has the number of another fact of replica {shown(fault.rep)}, that of line {fault.other}"
        case "backwards":
            return "has a clock that runs backwards"
    return f"does not follow the fact before it of replica {shown(fault.rep)}: something is missing or was changed"


def _whole(seen: _Seen, facts: list[tuple[bytes, str]], problems: Problems) -> Whole:
    if not facts and not problems.found:
        problems.add(0, "there is no fact in it")
    elif seen.declared is None and not problems.found:
        problems.add(0, "the incident's declaration is missing")
    if leaked := seen.texts & seen.redacted:
        problems.add(0, f"holds the text of {len(leaked)} facts that were redacted")
    if seen.inc and is_drill(seen.inc):
        problems.add(0, "is a drill, which must not stand among real incidents")
    problems.check()
    if seen.declared is None:
        raise BadInput(problems.name, problems.found)
    body = seen.declared.body
    title = body.title if isinstance(body, Declared) else "redacted"
    return Whole(seen.inc, title, seen.declared.at.t, tuple(facts))
