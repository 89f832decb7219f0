"""`warroom config check`: every file, one's own and the shipped, read and held against each other."""

import os
from collections.abc import Iterator
from os.path import isfile, join

from warroom.core.values import SEVERITIES

from . import intake
from .load import Library
from .paths import Paths
from .problem import Problem, one_of, shown
from .references import of_people, of_policy
from .settings import Settings, load
from .words import FILE as WORDS
from .words import load as load_words

# What the configuration folder may hold at its top.
KNOWN = (
    "config.toml",
    "severities.toml",
    "roles.toml",
    "contacts.toml",
    "oncall.toml",
    "channels.toml",
    "intake.toml",
    "drill-rules.toml",
    WORDS,
)


def check(paths: Paths) -> list[Problem]:
    """Every mistake there is in one's own files and in the shipped ones; empty: all is well. Never raises."""
    settings, problems = load(paths)
    library = Library(paths)
    alone = Library(data=library.data)
    library.read_all()
    alone.read_all()
    problems += library.problems
    problems += load_words(paths, library.data)[1]
    problems += intake.load(paths.config)[1]
    problems += _strangers(paths)
    problems += _references(library)
    problems += _named(paths, settings, library)
    problems += [each for each in (*alone.problems, *_references(alone)) if each not in problems]
    return problems


def _strangers(paths: Paths) -> Iterator[Problem]:
    """Files that look as if they were meant for us, and that nothing reads."""
    for name in _names(paths.config):
        file = join(paths.config, name)
        if name.endswith((".toml", ".yaml", ".yml")) and name not in KNOWN and isfile(file):
            yield Problem(file, "", f"nothing reads a file of this name; there are {one_of(KNOWN)}", "It is ignored.")
    for folder in ("playbooks", "policies"):
        for name in _names(join(paths.config, folder)):
            if name.endswith((".yaml", ".yml", ".json", ".TOML")):
                yield Problem(join(paths.config, folder, name), "", "only .toml files are read here", "It is ignored.")


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _references(library: Library) -> Iterator[Problem]:
    """What one file says about another."""
    roles = library.roles_by_id
    for playbook in library.playbooks.values():
        file = library.files["playbooks", playbook.id]
        for number, step in enumerate(playbook.step, 1):
            if step.role and step.role not in roles:
                reason = f"“{shown(step.role)}” is not a role: {one_of(tuple(roles))}"
                yield Problem(file, f"step[{number}].role", reason, "The step stands, for nobody in particular.")
    for policy in library.policies.values():
        file = library.files["policies", policy.id]
        own = policy.id in library.own_policies
        for fault, instead in of_policy(library, policy, own):
            yield Problem(file, fault.path, fault.reason, instead)
    yield from of_people(library)
    for number, severity in enumerate(library.severities.values(), 1):
        if severity.policy and severity.policy not in library.policies:
            reason = f"there is no escalation policy “{shown(severity.policy)}”"
            yield Problem(library.files["severities", ""], f"severity[{number}].policy", reason, "It pages nobody.")


def _named(paths: Paths, settings: Settings, library: Library) -> Iterator[Problem]:
    name = settings.default_policy
    if name and name not in library.policies:
        reason = f"there is no escalation policy “{shown(name)}”; there is {one_of(tuple(library.policies))}"
        yield Problem(paths.settings, "default_policy", reason, "The severity's own is used.")
    if missing := [word for word in SEVERITIES if word not in library.severities]:
        reason = f"does not describe {', '.join(missing)}"
        yield Problem(library.files["severities", ""], "", reason, "They can be declared, without criteria or clocks.")
