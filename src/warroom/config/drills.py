"""Scenarios: which there are, one read with the choices of a seed made, and every mistake in a file.

A file is data, bounded in every direction: nothing in it runs, names a path or grows beyond what one fact holds.
"""

import os
import re
from collections.abc import Iterator
from itertools import islice
from os.path import isfile, join
from typing import Any

import msgspec

from warroom.core.drill.seeded import pick
from warroom.core.events import DrillStarted

from . import facts, toml
from .drill_faults import faults
from .drill_forms import LEVELS, Drill
from .drill_making import Maker, Played
from .load import Library
from .oncall import is_name
from .problem import Fault, Problem, shown

_BRACES = re.compile(r"\{([^{}]*)\}")
_SEEDS = 16  # that a check plays through
_VARIANTS = 12  # as many as a file may have
_MOST = 50  # mistakes that are told of one file
_DEEP = 8  # tables and lists within one another; a scenario needs five


class Listed(msgspec.Struct, frozen=True):
    """One scenario as a list shows it; `own`: it is the person's own file."""

    id: str
    title: str
    level: str
    minutes: int
    trains: tuple[str, ...]
    about: str = ""
    own: bool = False
    file: str = ""


def files(library: Library) -> dict[str, str]:
    """Every scenario's file by its id, one's own in place of a shipped one of the same name."""
    found: dict[str, str] = {}
    for folder in (join(library.data, "drills"), join(library.own, "drills") if library.own else ""):
        try:
            names = sorted(os.listdir(folder)) if folder else []
        except OSError:
            names = []
        for name in names:
            id = name.removesuffix(".toml")
            if name.endswith(".toml") and is_name(id) and isfile(join(folder, name)):
                found[id] = join(folder, name)
    return found


def listed(library: Library) -> tuple[list[Listed], list[Problem]]:
    """Every scenario that can be played, the easiest first; and what is wrong with the others."""
    out, problems = [], []
    for id, file in files(library).items():
        try:
            tree, text = toml.read(file)
            drill = _form(tree, 0, text)
            own = not file.startswith(library.data)
            out.append(Listed(id, drill.title, drill.level, drill.minutes, drill.trains, drill.about, own, file))
        except Fault as fault:
            problems.append(Problem(file, fault.path, fault.reason, "It is not offered."))
    return sorted(out, key=lambda each: (LEVELS.index(each.level), each.minutes, each.id)), problems


def load(library: Library, file: str, seed: int, variant: str = "") -> Played:
    """The scenario in this file with the choices of `seed`. Raises `Fault`, whose path says the line."""
    tree, text = toml.read(file)
    id = os.path.basename(file).removesuffix(".toml")
    return resolve(library, tree, text, id, seed, variant)


def variants(file: str) -> list[str]:
    """The causes among which a seed chooses in this file. Raises `Fault`."""
    tree, _ = toml.read(file)
    return _variants(tree)


def resolve(library: Library, tree: dict[str, Any], text: str, id: str, seed: int, variant: str = "") -> Played:
    """The scenario that a file's tree says. Raises `Fault`."""
    drill = _form(tree, seed, text, variant)
    rules, playbooks, roles = library.drill_rules, library.playbooks, library.roles_by_id
    for wrong in faults(drill, rules, playbooks, roles):
        raise Fault(toml.place(wrong, text), wrong.reason)
    chosen = variant or _variant(tree, seed)
    made = Maker(drill, id, seed, chosen, tuple(rules.values())).made()
    try:
        facts.fits(DrillStarted(made.scenario, seed))
    except Fault as fault:
        raise Fault("", fault.reason) from None
    return made


def check(library: Library, file: str) -> list[Problem]:
    """Every mistake in this file, whatever a seed chooses. Never raises."""
    try:
        tree, text = toml.read(file)
    except Fault as fault:
        return [Problem(file, fault.path, fault.reason)]
    found = list(islice(_all_faults(library, tree), _MOST + 1))
    # Where each stands is looked up for those only that are told: it takes a walk through the file.
    told = [Problem(file, toml.place(each, text), each.reason) for each in found[:_MOST]]
    if len(found) > _MOST:
        told.append(Problem(file, "", f"is not as it should be, and there are more mistakes than these {_MOST}"))
    id = os.path.basename(file).removesuffix(".toml")
    if not told:
        try:
            resolve(library, tree, text, id, 0)
        except Fault as fault:
            told.append(Problem(file, fault.path, fault.reason))
    return told


def _all_faults(library: Library, tree: dict[str, Any]) -> Iterator[Fault]:
    """Every mistake once, whatever a seed chooses."""
    known: set[tuple[str, str]] = set()
    chosen = list(dict.fromkeys(_variants(tree)))[:_VARIANTS] or [""]
    for seed in range(_SEEDS):
        for variant in chosen if seed < 2 else ("",):
            for wrong in islice(_faults(library, tree, seed, variant), _MOST + 1):
                if (wrong.path, wrong.reason) not in known:
                    known.add((wrong.path, wrong.reason))
                    yield wrong


def _faults(library: Library, tree: dict[str, Any], seed: int, variant: str) -> Iterator[Fault]:
    try:
        drill = toml.convert(_filled(tree, seed, variant), Drill)
    except Fault as fault:
        yield fault
        return
    own = list(islice(drill.faults(), _MOST + 1))
    yield from own or faults(drill, library.drill_rules, library.playbooks, library.roles_by_id)


def _form(tree: dict[str, Any], seed: int, text: str, variant: str = "") -> Drill:
    try:
        drill: Drill = toml.convert(_filled(tree, seed, variant), Drill)
        for wrong in drill.faults():
            raise wrong
    except Fault as fault:
        raise Fault(toml.place(fault, text), fault.reason) from None
    return drill


# ── what a seed chooses ──


def _rows(tree: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = tree.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _variant(tree: dict[str, Any], seed: int) -> str:
    ids = _variants(tree)
    return ids[pick(seed, "variant", len(ids))] if ids else ""


def _variants(tree: dict[str, Any]) -> list[str]:
    return [id for row in _rows(tree, "variant") if isinstance(id := row.get("id"), str)]


def _words(tree: dict[str, Any], seed: int, variant: str) -> dict[str, str]:
    """The word that each brace stands for."""
    words: dict[str, str] = {}
    given = tree.get("vars")
    for name, said in given.items() if isinstance(given, dict) else ():
        if isinstance(said, str):
            words[name] = said
        elif isinstance(said, list) and said and all(isinstance(each, str) for each in said):
            words[name] = said[pick(seed, f"vars.{name}", len(said))]
        else:
            raise Fault(f"vars.{name}", "should be a word in quotes, or a list of such words")
    chosen = variant or _variant(tree, seed)
    for row in _rows(tree, "variant"):
        own = row.get("vars")
        if row.get("id") == chosen and isinstance(own, dict):
            words |= {name: said for name, said in own.items() if isinstance(said, str)}
    if long := next((name for name, said in words.items() if len(said) > 100), ""):
        raise Fault(f"vars.{long}", "is longer than 100")
    return words


def _filled(tree: dict[str, Any], seed: int, variant: str) -> dict[str, Any]:
    words = _words(tree, seed, variant)

    def fill(value: Any, path: str, deep: int = 0) -> Any:
        if deep > _DEEP:
            raise Fault(path, "is nested too deeply")
        if isinstance(value, str):
            return _BRACES.sub(lambda found: _word(found, path), value) if "{" in value else value
        if isinstance(value, dict):
            skipped = ("vars", "variant") if not path else ()
            return {k: v if k in skipped else fill(v, f"{path}.{k}".lstrip("."), deep + 1) for k, v in value.items()}
        if isinstance(value, list):
            return [fill(each, f"{path}[{n}]", deep + 1) for n, each in enumerate(value, 1)]
        return value

    def _word(found: re.Match[str], path: str) -> str:
        if found[1] not in words:
            known = ", ".join(f"{{{shown(name)}}}" for name in list(words)[:12]) or "none; [vars] says them"
            raise Fault(path, f"“{shown(found[0])}” stands for nothing; there are {known}")
        return words[found[1]]

    filled: dict[str, Any] = fill(tree, "")
    return filled
