"""`warroom policy check`: what would go wrong with an escalation policy in the night it is needed, found before.

Any file may be asked about, whatever its bytes: what is wrong is a `Problem`, never an exception.
"""

import os
import re
from collections.abc import Iterator, Sequence
from os.path import abspath, join
from typing import Any

from . import facts, settings, toml
from .attach import attach, refs
from .load import Library
from .oncall import Roster
from .paths import Paths
from .people_forms import CONTACT, ONCALL
from .policy_faults import faults
from .policy_forms import Policy
from .problem import Fault, Problem, one_of, shown
from .references import of_people, of_policy
from .tested import load

_MOST_FAULTS = 40
_DIGITS = range(6, 16)  # ITU-T E.164: fifteen at most; shorter than six is an extension or a slip


def files(library: Library) -> list[str]:
    """The policies to check where none is named: one's own, or the shipped ones."""
    own = _toml_files(join(library.own, "policies")) if library.own else []
    return own or _toml_files(join(library.data, "policies"))


def check(paths: Paths, named: Sequence[str] = (), now: int | None = None) -> list[Problem]:
    """What is wrong with these files (none: all of one's own), and with whom they call. Never raises."""
    library = Library(paths)
    library.read_all()
    found: list[Problem] = []
    used: set[str] = set()
    for file in named or files(library):
        policy, text, wrong = read(file)
        wrong += _meaning(library, policy, now) if policy else []
        found += (Problem(file, toml.place(fault, text), fault.reason) for fault in wrong)
        used |= set(refs(policy)) if policy else set()
        same = abspath(file)
        found += (each for each in library.problems if abspath(each.file) == same)
    found += _people(library, None if not named else used)
    found += [] if named else _none_of_ones_own(paths, library)
    kept = {(abspath(each.file), each.place, each.reason): each for each in found}
    return sorted(kept.values(), key=lambda each: (each.file not in named, each.file, _line(each.place)))


def _none_of_ones_own(paths: Paths, library: Library) -> Iterator[Problem]:
    """One's own policies are there, and a declaration starts with a shipped one that calls nobody."""
    own, preferred = library.own_policies, settings.load(paths)[0].default_policy
    chosen = {severity: library.choose_policy(severity, preferred) for severity in library.severities}
    if astray := [severity for severity, id in chosen.items() if id and own and id not in own]:
        which = one_of(tuple(shown(id) for id in sorted(own)))
        reason = f"{', '.join(astray)} start with the shipped example: name {which} here, or in severities.toml"
        yield Problem(paths.settings, "default_policy", reason)


def read(file: str) -> tuple[Policy | None, str, list[Fault]]:
    """A policy's file: what can be read of it, its text, and all that is wrong with its form."""
    try:
        tree, text = toml.read(file)
    except Fault as fault:
        return None, "", [fault]
    policy, found = _formed(tree)
    if policy is None:
        return None, text, found
    wrong = list(policy.faults())
    try:
        facts.fits(facts.policy(policy, Roster({}, {}, None, 0, 0)))
    except Fault as fault:
        wrong.append(fault)
    return policy, text, found + wrong


def _formed(tree: dict[str, Any]) -> tuple[Policy | None, list[Fault]]:
    """The policy without the keys whose values are of a wrong kind, and what is wrong with those."""
    found: list[Fault] = []
    dropped: set[str] = set()
    while len(found) < _MOST_FAULTS:
        try:
            return toml.convert(tree, Policy), found
        except Fault as fault:
            missing = re.fullmatch(r"“(.*)” is missing", fault.reason)
            if missing and f"{fault.path}.{missing[1]}".strip(".") in dropped:
                break
            found.append(fault)
            if missing or not _drop(tree, fault.path):
                break
            dropped.add(fault.path)
    return None, found


def _drop(tree: Any, path: str) -> bool:
    """Takes the key at `path` out of the tree, so that what stands beside it can be judged too."""
    *parents, last = path.split(".")
    if "[" in last:
        return False
    for part in parents:
        name, number = re.fullmatch(r"(.*?)(?:\[(\d+)\])?", part, re.DOTALL).groups()  # type: ignore[union-attr]  # it always matches
        tree = tree.get(name) if isinstance(tree, dict) else None
        if number is not None:
            tree = tree[int(number) - 1] if isinstance(tree, list) and 0 < int(number) <= len(tree) else None
    return isinstance(tree, dict) and tree.pop(last, None) is not None


def _meaning(library: Library, policy: Policy, now: int | None) -> list[Fault]:
    tried = load(library.paths) if library.paths else {}
    made = attach(policy, library.roster(now), library.channels, tried)
    found = [fault for fault, _ in of_policy(library, policy, True)]
    return found + list(faults(policy, made, library.channels, tried, library.roster(now).now))


def _people(library: Library, used: set[str] | None) -> Iterator[Problem]:
    """What is wrong with those who may be called; `used` None: with everybody in one's own files."""
    names = (
        set(library.contacts)
        if used is None
        else {ref.removeprefix(CONTACT) for ref in used if ref.startswith(CONTACT)}
    )
    turns = (
        set(library.oncall) if used is None else {ref.removeprefix(ONCALL) for ref in used if ref.startswith(ONCALL)}
    )
    for id in turns & set(library.oncall):
        form = library.oncall[id]
        names |= {ref.removeprefix(CONTACT) for ref in (*form.people, *(each.who for each in form.overrides))}
    texts: dict[str, str] = {}

    def placed(file: str, path: str, reason: str) -> Problem:
        if file not in texts:
            try:
                texts[file] = toml.read(file)[1]
            except Fault:
                texts[file] = ""
        return Problem(file, toml.place(Fault(path, reason), texts[file]), reason)

    tables = tuple(f"contact.{shown(id)}." for id in names) + tuple(f"oncall.{shown(id)}." for id in turns)
    for each in of_people(library):
        if f"{each.place}.".startswith(tables):
            yield placed(each.file, each.place, each.reason)
    if not library.own:
        return
    for id in sorted(names & set(library.contacts)):
        contact = library.contacts[id]
        if not contact.example and (reason := wrong_number(contact.phone)):
            yield placed(join(library.own, "contacts.toml"), f"contact.{id}.phone", reason)
    mine = {join(library.own, f"{name}.toml") for name in ("contacts", "oncall", "channels")}
    yield from (each for each in library.problems if each.file in mine)


def wrong_number(phone: str) -> str:
    """Why this cannot be a telephone number; empty where it can be one, or there is none."""
    if not phone:
        return ""
    plain = re.sub(r"[\s().\-/–\u00a0]", "", phone)
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        return f"“{shown(phone)}” cannot be a telephone number: it holds something else than digits"
    if plain.startswith("+0"):
        return f"“{shown(phone)}” cannot be a telephone number: no country's code begins with 0"
    if len(digits) not in _DIGITS:
        return f"“{shown(phone)}” cannot be a telephone number: it has {len(digits)} digits, and 6 to 15 are possible"
    return ""


def _toml_files(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(join(folder, name) for name in names if name.endswith(".toml") and not name.startswith("."))


def _line(place: str) -> int:
    found = re.match(r"line (\d{1,9})", place)
    return int(found[1]) if found else 0
