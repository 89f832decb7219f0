"""From one store to another: every incident with its facts, who may see it, its evidence; and the shared tables.

It can be broken off and run again: what is there already is left, and at the end both sides are compared.
"""

from collections.abc import Callable

import msgspec

from ..core import codec
from ..core.events import EvidenceAttached
from ..sync.wire import LONGEST_PAGE, MOST_EVENTS, Fact, Heads, digest
from .stores.base import Meta, Store, StoreTrouble

TABLES = ("tokens",)
_fact = msgspec.json.Decoder(Fact)


class Bad(Exception):
    """It cannot be copied: `str()` says why. What was copied stays, and is not copied again."""


class Figures(msgspec.Struct):
    """What was copied, and what was there already."""

    incidents: int = 0
    facts: int = 0
    facts_before: int = 0
    evidence: int = 0
    tables: int = 0
    digest: str = ""  # of the heads of all incidents, the same on both sides


Told = Callable[[str], None]


async def copy(source: Store, target: Store, tell: Told, *, replace: bool = False) -> Figures:
    """Copies everything; both stores are open, and nobody else writes to them. `replace`: also tables that differ.

    Raises `Bad`, `StoreTrouble`.
    """
    figures = Figures()
    metas = sorted(await source.incidents(), key=lambda meta: meta.inc)
    for number, meta in enumerate(metas, 1):
        await _incident(source, target, meta, figures)
        tell(f"{number} of {len(metas)} incidents, {figures.facts} facts")
    for name in TABLES:
        figures.tables += await _table(source, target, name, replace)
    figures.digest = await compared(source, target)
    return figures


async def _incident(source: Store, target: Store, meta: Meta, figures: Figures) -> None:
    figures.incidents += 1
    await target.put_meta(meta)
    at, pieces = 0, set[str]()
    while rows := await source.read_after(meta.inc, at, LONGEST_PAGE):
        at = rows[-1].n
        facts = [_fact.decode(row.data) for row in rows]
        pieces |= _named(facts)
        for first in range(0, len(facts), MOST_EVENTS):
            await _facts(target, meta, facts[first : first + MOST_EVENTS], figures)
    for sha in sorted(pieces):
        await _piece(source, target, meta.inc, sha, figures)


def _named(facts: list[Fact]) -> set[str]:
    """The evidence that these facts name."""
    found = set()
    for fact in facts:
        try:
            body = codec.decode(bytes(fact.e), fact.h).body
        except codec.Bad:
            continue
        if isinstance(body, EvidenceAttached) and body.sha:
            found.add(body.sha)
    return found


async def _facts(target: Store, meta: Meta, facts: list[Fact], figures: Figures) -> None:
    group = [(bytes(fact.e), fact.h) for fact in facts]
    pushed = await target.append_expected(meta.inc, group, "")  # whose each replica is, its meta says
    for (data, hash), result in zip(group, pushed.results, strict=True):
        if result.status not in ("ok", "duplicate"):
            event = codec.decode(data, hash)
            where = f"{meta.inc}, replica {event.rep}, number {event.seq}"
            raise Bad(f"The target does not take a fact ({where}: {result.status}). {result.why}".rstrip())
        figures.facts += result.status == "ok"
        figures.facts_before += result.status == "duplicate"


async def _piece(source: Store, target: Store, inc: str, sha: str, figures: Figures) -> None:
    data = await source.blob(inc, sha)
    if data is None or await target.blob(inc, sha) is not None:
        return
    await target.put_blob(inc, sha, data)
    figures.evidence += 1


async def _table(source: Store, target: Store, name: str, replace: bool) -> int:
    data, _ = await source.read_table(name)
    there, version = await target.read_table(name)
    if not data or data == there:
        return 0
    if there and not replace:
        raise Bad(
            f"The target has {name} of its own, and they are others. Everything else was copied; `--replace-tables` "
            f"puts the {name} of the source in their place."
        )
    if not await target.write_table(name, data, version):
        raise Bad(f"Somebody else writes the {name} of the target. Stop every server that uses it, and run this again.")
    return 1


async def compared(source: Store, target: Store) -> str:
    """One digest of all that both hold; raises `Bad` with the first incident that is not the same on both sides."""
    every: Heads = {}
    there = {meta.inc for meta in await target.incidents()}
    for meta in await source.incidents():
        if meta.inc not in there:
            raise Bad(f"{meta.inc} is missing at the target.")
        heads, _ = await source.heads(meta.inc)
        heads_there, _ = await target.heads(meta.inc)
        # A chain begins with 1 and has no gaps, so that its last number is their count.
        count, count_there = (sum(seq for seq, _ in each.values()) for each in (heads, heads_there))
        if digest(heads) != digest(heads_there):
            raise Bad(
                f"{meta.inc} differs: {count} facts in the source, {count_there} at the target. Somebody writes to "
                "one of them: stop every server that uses them, and run this again."
            )
        every[meta.inc] = (count, digest(heads))
    return digest(every)


__all__ = ["Bad", "Figures", "StoreTrouble", "compared", "copy"]
