"""A step put into, taken out of or reworded in the text of a playbook; all else in the file stays as it was written.

Nothing is believed: what comes out is read again, and must say what was asked for and nothing else.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from warroom.core.duration import duration
from warroom.core.values import Refused

from .forms import STAGES
from .problem import Fault, one_of, shown
from .toml import parsed
from .toml_parts import Part, header_of, key_of, parts, value_of
from .toml_text import string

_MOST_ID = 40
_BY_HAND = "Change it by hand: `warroom learn propose INC TARGET --edit`."


class NewStep(msgspec.Struct, frozen=True):
    """What a step is to say. `due` is as it was typed, `10m`; `origin` the incident that it comes from."""

    text: str
    stage: str = ""
    role: str = ""
    due: str = ""
    why: str = ""
    origin: str = ""


class _Block(msgspec.Struct, frozen=True):
    """The table of one step: from its header to the end of its last key, and what it says."""

    start: int
    end: int
    pairs: tuple[Part, ...]
    says: dict[str, Any]


def added(text: str, new: NewStep, after: str = "") -> tuple[str, str]:
    """The text with this step in it, behind the step `after`, else the last one of its stage; and that stage."""
    blocks = _blocks(text)
    behind = _place(blocks, new.stage, after)
    stage = new.stage or (blocks[behind].says.get("stage", "") if behind >= 0 and after else "")
    if stage not in STAGES:
        raise Refused(f"Which stage is the step in? {one_of(STAGES)}." if not stage else _no_stage(stage))
    if new.due:
        try:
            duration(new.due)
        except ValueError as wrong:
            raise Refused(f"The due time: {wrong}.") from None
    said = " ".join(new.text.split())
    id = _id(said, [block.says.get("id", "") for block in blocks])
    row = {"id": id, "text": said, "stage": stage, "role": new.role, "due": new.due, "why": new.why}
    row["origin"] = new.origin
    row = {key: value for key, value in row.items() if value}
    steps = [block.says for block in blocks]
    out = _with(text, row, blocks, behind)
    return _proved(text, out, [*steps[: behind + 1], row, *steps[behind + 1 :]]), stage


def dropped(text: str, named: str) -> tuple[str, str]:
    """The text without this step, and what the step said."""
    blocks = _blocks(text)
    n = named_step(blocks, named)
    if len(blocks) == 1:
        raise Refused("It is the only step; a playbook without steps is none.")
    block = blocks[n]
    end = block.end
    if text[: block.start].endswith(("\n\n", "\n\r\n")) or not block.start:
        blank = re.match(r"[ \t]*\r?\n", text[end:])
        end += blank.end() if blank else 0
    steps = [each.says for each in blocks]
    return _proved(text, text[: block.start] + text[end:], steps[:n] + steps[n + 1 :]), block.says.get("text", "")


def reworded(text: str, named: str, words: str) -> tuple[str, str]:
    """The text with other words for this step, and its words before."""
    blocks = _blocks(text)
    n = named_step(blocks, named)
    block, said = blocks[n], " ".join(words.split())
    pair = next((part for part in block.pairs if key_of(text, part) == "text"), None)
    if pair is None:
        raise Refused(f"The words of this step stand in a way that only a person can change. {_BY_HAND}")
    start, end = value_of(text, pair)
    out = text[:start] + string(said) + text[end:]
    steps = [each.says for each in blocks]
    return _proved(text, out, [*steps[:n], {**block.says, "text": said}, *steps[n + 1 :]]), block.says.get("text", "")


def named_step(blocks: "Sequence[_Block]", named: str) -> int:
    """The place of the step with this id, number or part of its text. Raises `Refused`."""
    wanted = " ".join(named.split()).casefold()
    tests: tuple[Callable[[int, dict[str, Any]], bool], ...] = (
        lambda n, says: str(says.get("id", "")).casefold() == wanted,
        lambda n, says: str(n + 1) == wanted,
        lambda n, says: bool(wanted) and wanted in str(says.get("text", "")).casefold(),
    )
    for test in tests:
        hits = [n for n, block in enumerate(blocks) if test(n, block.says)]
        if len(hits) == 1:
            return hits[0]
        if hits:
            several = "; ".join(str(blocks[n].says.get("id", "")) for n in hits[:4])
            raise Refused(f"“{shown(named)}” fits several steps: {several}.")
    there = ", ".join(str(block.says.get("id", "")) for block in blocks[:20])
    raise Refused(f"No step is called “{shown(named)}”; there is {there}.")


# ── inside ──


def _blocks(text: str) -> list[_Block]:
    """The steps of the playbook in order. Raises `Refused` where they do not stand in tables of their own."""
    says = _tree(text).get("step")
    found: list[_Block] = []
    every = parts(text)
    headers = [n for n, part in enumerate(every) if part.kind == "header"]
    for place, n in enumerate(headers):
        if header_of(text, every[n]) != "[[step]]":
            continue
        last = headers[place + 1] if place + 1 < len(headers) else len(every)
        pairs = tuple(part for part in every[n + 1 : last] if part.kind == "pair")
        row = says[len(found)] if isinstance(says, list) and len(found) < len(says) else None
        if not isinstance(row, dict):
            break
        found.append(_Block(every[n].start, pairs[-1].end if pairs else every[n].end, pairs, row))
    if not isinstance(says, list) or len(found) != len(says) or not found:
        raise Refused(f"Its steps do not stand as [[step]], one table each. {_BY_HAND}")
    return found


def _tree(text: str) -> dict[str, Any]:
    try:
        return parsed(text.removeprefix("\ufeff"))
    except Fault as fault:
        where = f"{fault.path}: " if fault.path else "It "
        raise Refused(f"{where}{fault.reason}. {_BY_HAND}") from None


def _place(blocks: Sequence[_Block], stage: str, after: str) -> int:
    """The step behind which a new one goes; -1: before all of them."""
    if after:
        return named_step(blocks, after)
    rank = STAGES.index(stage) if stage in STAGES else len(STAGES)
    known = [STAGES.index(b.says["stage"]) if b.says.get("stage") in STAGES else -1 for b in blocks]
    same = [n for n, each in enumerate(known) if each == rank]
    return max(same or (n for n, each in enumerate(known) if each < rank), default=-1)


def _with(text: str, row: dict[str, str], blocks: Sequence[_Block], behind: int) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    table = end.join(("[[step]]", *(f"{key} = {string(value)}" for key, value in row.items()), ""))
    if behind < 0:
        at = blocks[0].start
        return text[:at] + table + end + text[at:]
    at = blocks[behind].end
    gap = "" if text[:at].endswith("\n") else end
    return text[:at] + gap + end + table + text[at:]


def _id(text: str, taken: Sequence[str]) -> str:
    """A name for the step out of its first words, which no other one has."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    id = ""
    for word in words[:4]:
        if len(id) + len(word) < _MOST_ID:
            id = f"{id}-{word}".lstrip("-")
    id = id or "step"
    number, name = 2, id
    while name in taken:
        name, number = f"{id}-{number}", number + 1
    return name


def _proved(before: str, after: str, steps: list[dict[str, Any]]) -> str:
    """`after`, if it says these steps and all else as before. Raises `Refused`."""
    expected = {**_tree(before), "step": steps}
    if _tree(after) != expected:
        raise Refused(f"This file is written in a way that only a person can change. {_BY_HAND}")
    return after


def _no_stage(stage: str) -> str:
    return f"“{shown(stage)}” is not a stage: {one_of(STAGES)}."
