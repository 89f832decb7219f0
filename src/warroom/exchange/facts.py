"""An incident whole, as lines of `{"e": EVENT, "h": HASH}`: every fact with its hash, for another warroom.

What comes in has to be whole too: every hash, every replica's chain from its first fact on.
"""

import msgspec

from ..core import codec
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
    chain = _Chain()
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
        for wrong_with in chain.wrong(event, row.h):
            problems.add(number, wrong_with)
        facts.append((fact, row.h))
    return _whole(chain, facts, problems)


class _Chain:
    """What the next fact of each replica has to go on from."""

    def __init__(self) -> None:
        self.inc = ""
        self.declared: Event | None = None
        self.heads: dict[str, tuple[int, str, int]] = {}
        self.ids: set[str] = set()
        self.texts: set[str] = set()
        self.redacted: set[str] = set()

    def wrong(self, event: Event, hash: str) -> list[str]:
        """What is wrong with the next fact, as sentences."""
        out: list[str] = []
        self.inc = self.inc or event.inc
        if event.inc != self.inc:
            out.append("is a fact of another incident")
        if event.id in self.ids:
            out.append("is there twice")
        seq, prev, lam = self.heads.get(event.rep, (0, "", 0))
        if (event.seq, event.prev) != (seq + 1, prev):
            out.append(
                f"does not follow the fact before it of replica {shown(event.rep)}: something is missing or was changed"
            )
        elif event.lam <= lam:
            out.append("has a clock that runs backwards")
        self.heads[event.rep] = (event.seq, hash, event.lam)
        self.ids.add(event.id)
        body = event.body
        if isinstance(body, FactRedacted):
            self.redacted.add(body.of)
        elif not isinstance(body, Redacted):
            self.texts.add(event.id)
        if self.declared is None and event.type == Declared.type:
            self.declared = event
        return out


def _whole(chain: _Chain, facts: list[tuple[bytes, str]], problems: Problems) -> Whole:
    if not facts and not problems.found:
        problems.add(0, "there is no fact in it")
    elif chain.declared is None and not problems.found:
        problems.add(0, "the incident's declaration is missing")
    if leaked := chain.texts & chain.redacted:
        problems.add(0, f"holds the text of {len(leaked)} facts that were redacted")
    if chain.inc and is_drill(chain.inc):
        problems.add(0, "is a drill, which must not stand among real incidents")
    problems.check()
    if chain.declared is None:
        raise BadInput(problems.name, problems.found)
    body = chain.declared.body
    title = body.title if isinstance(body, Declared) else "redacted"
    return Whole(chain.inc, title, chain.declared.at.t, tuple(facts))
