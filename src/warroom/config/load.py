"""The library: severities, playbooks, roles, policies and contacts, the shipped ones under a person's own.

A file of one's own wins over the shipped file of the same name; where it is broken, the shipped one stands in and a
`Problem` says so. Each kind is read when it is first asked for, and once.
"""

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from os.path import isfile, join, lexists
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from warroom.core.events import CadenceAttached, ChecklistAttached, PolicyAttached, RolesAttached
from warroom.core.values import Ms, Refused

from . import channels, facts, shipped, toml
from .attach import attach
from .forms import Form, Playbook, Role, Severity
from .oncall import Roster, is_name
from .paths import Paths
from .people_forms import Contact, OnCall
from .policy_forms import Policy
from .problem import Fault, Problem, one_of, shown

GENERAL = "general"
_CONTACTS = ("Nobody in it can be called.", "This contact is ignored.")
_ONCALL = ("Nobody is on call by it.", "It is ignored: nobody is on call by it.")

if TYPE_CHECKING:
    from .drill_forms import FileExpectation

F = TypeVar("F", bound=Form)
Named = TypeVar("Named", Playbook, Policy)


class Library:
    """What there is to choose from. `own` is a configuration folder, or None for the shipped data alone."""

    def __init__(self, own: Paths | None = None, data: str = "") -> None:
        self.own = own.config if own else None
        self.paths = own
        self.data = data or shipped.folder()
        self.problems: list[Problem] = []
        self.files: dict[tuple[str, str], str] = {}  # (kind, id) → the file it was read from
        self.own_policies: set[str] = set()

    # ── the kinds ───────────────────────────────────────────────────────────────────────────────

    @cached_property
    def severities(self) -> dict[str, Severity]:
        """By id, as `SEV1`, gravest first."""
        return dict(sorted(self._records("severities", "severity", Severity).items()))

    @cached_property
    def roles_by_id(self) -> dict[str, Role]:
        cards = self._records("roles", "role", Role)
        try:
            facts.fits(facts.roles(tuple(cards.values())))
        except Fault as fault:
            self._say(self.files["roles", ""], fault, "", "The shipped file is used instead.")
            return self._record_file(join(self.data, "roles.toml"), "role", Role)
        return cards

    @cached_property
    def contacts(self) -> dict[str, Contact]:
        """By id. One's own stand beside the shipped examples, and in their place where they have the same id."""
        examples = self._tables(self.data, "contact", Contact, _CONTACTS, {})
        if not self.own:
            return examples
        return examples | self._tables(self.own, "contact", Contact, _CONTACTS, examples)

    @cached_property
    def oncall(self) -> dict[str, OnCall]:
        """By id: who has which turn. There are none but one's own."""
        return self._tables(self.own, "oncall", OnCall, _ONCALL, {}) if self.own else {}

    @cached_property
    def channels(self) -> channels.Channels:
        """The places that can be reached. There are none but one's own."""
        if not self.own:
            return channels.Channels()
        found, problems = channels.load(self.own)
        self.problems += problems
        return found

    @cached_property
    def drill_rules(self) -> "dict[str, FileExpectation]":
        """By id: what every drill is held against."""
        from .drill_forms import FileExpectation

        return self._records("drill-rules", "rule", FileExpectation)

    @cached_property
    def playbooks(self) -> dict[str, Playbook]:
        """By id; one's own first."""
        own, ours = self._folder("playbooks", Playbook)
        return own | {id: each for id, each in ours.items() if id not in own}

    @cached_property
    def policies(self) -> dict[str, Policy]:
        """By id; one's own first."""
        own, ours = self._folder("policies", Policy)
        self.own_policies = set(own)
        return own | {id: each for id, each in ours.items() if id not in own}

    def read_all(self) -> None:
        """Read every kind now, so that `problems` is complete."""
        for each in (self.severities, self.roles_by_id, self.contacts, self.oncall, self.playbooks, self.policies):
            len(each)
        len(self.channels.by_name)

    # ── choosing, and facts from what was chosen ────────────────────────────────────────────────

    def choose_playbooks(self, severity: str, services: Iterable[str] = ()) -> list[Playbook]:
        """The playbooks that fit, most specific first; the general one is always among them."""
        named = [service.lower() for service in services]
        ranked = []
        for playbook in self.playbooks.values():
            rank = _fit(playbook, severity, named)
            if rank is not None or playbook.id == GENERAL:
                ranked.append((rank or (0, 0), playbook))
        # Equal ranks keep the order of `playbooks`, in which one's own come first.
        return [playbook for _, playbook in sorted(ranked, key=lambda pair: pair[0], reverse=True)]

    def choose_policy(self, severity: str, preferred: str = "") -> str:
        """The id of the policy to start with; empty when this severity pages nobody.

        `preferred` (a setting) wins, then what the severity names, then one's own `default`, or one's only one.
        """
        known = self.policies
        named = self.severities[severity].policy if severity in self.severities else ""
        if not named:
            return ""
        own = self.own_policies
        if preferred in known:
            return preferred
        if named in own or not own:
            return named if named in known else ""
        if "default" in own:
            return "default"
        return next(iter(own)) if len(own) == 1 else named if named in known else ""

    def checklist(self, playbook: Playbook) -> ChecklistAttached:
        return facts.checklist(playbook)

    def policy(self, id: str, now: Ms | None = None) -> PolicyAttached:
        """The policy with its people resolved as they are on call at `now` (UTC ms; None: this moment).

        Raises `Refused` when there is none of this name.
        """
        if id not in self.policies:
            known = one_of(tuple(self.policies)) or "none"
            raise Refused(f"There is no escalation policy “{shown(id)}”; there is {known}.")
        from .tested import load

        tried = load(self.paths) if self.paths else {}
        return attach(self.policies[id], self.roster(now), self.channels, tried)

    def roster(self, now: Ms | None = None) -> Roster:
        """Everybody who can be called, and who has which turn at `now` (UTC ms; None: this moment)."""
        import time

        at = time.time_ns() // 1_000_000 if now is None else now
        return Roster(self.contacts, self.oncall, self.paths, at)

    def cadence(self) -> CadenceAttached:
        """Who hears how often, and when silence is worth a prompt, for every severity."""
        return facts.cadence(self.severities.values())

    def roles(self) -> RolesAttached:
        return facts.roles(tuple(self.roles_by_id.values()))

    @cached_property
    def _bare_roster(self) -> Roster:
        """Everybody with one turn each: the least that a policy's fact has to hold."""
        return Roster(self.contacts, self.oncall, None, 0, 0)

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    def _say(self, file: str, fault: Fault, text: str, instead: str) -> None:
        self.problems.append(Problem(file, toml.place(fault, text), fault.reason, instead))

    def _records(self, name: str, table: str, form: type[F]) -> dict[str, F]:
        """The records of one's own file, a broken one replaced by the shipped one of the same id."""
        ours = join(self.data, f"{name}.toml")
        own = join(self.own, f"{name}.toml") if self.own else ""
        if own and lexists(own):
            records = self._record_file(own, table, form, lambda: self._record_file(ours, table, form))
            if records:
                self.files[name, ""] = own
                return records
        self.files[name, ""] = ours
        return self._record_file(ours, table, form)

    def _record_file(self, file: str, table: str, form: type[F], spare: Any = dict) -> dict[str, F]:
        text = ""
        try:
            tree, text = toml.read(file)
            rows = _only(tree, table, list)
        except Fault as fault:
            self._say(file, fault, text, "The shipped file is used instead.")
            return {}
        found: dict[str, F] = {}
        for number, row in enumerate(rows, 1):
            at = f"{table}[{number}]"
            id = row.get("id") if isinstance(row, dict) else None
            try:
                if isinstance(id, str) and id in found:
                    raise Fault(f"{at}.id", f"“{shown(id)}” is already the id of an earlier one")
                record = _form(row, form, at)
                found[record.id] = record  # type: ignore[attr-defined]  # every form with a list has an id
            except Fault as fault:
                stand_in = spare().get(id) if isinstance(id, str) and id not in found else None
                if stand_in:
                    found[stand_in.id] = stand_in
                self._say(file, fault, text, "The shipped one is used instead." if stand_in else "It is ignored.")
        return found

    def _tables(
        self, folder: str, table: str, form: type[F], nobody: tuple[str, str], spare: Mapping[str, F]
    ) -> dict[str, F]:
        """The `[table.NAME]`s of a file by name, without those that are broken: `nobody` says what that means."""
        file, text = join(folder, f"{'contacts' if table == 'contact' else table}.toml"), ""
        if not lexists(file):
            return {}
        try:
            tree, text = toml.read(file)
            rows = _only(tree, table, dict)
        except Fault as fault:
            self._say(file, fault, text, nobody[0])
            return {}
        found: dict[str, F] = {}
        for id, row in rows.items():
            try:
                if form is OnCall and not is_name(id):
                    raise Fault(f"{table}.{id}", "should have a name of letters, digits, “-” and “_”")
                found[id] = _form(row, form, f"{table}.{id}")
            except Fault as fault:
                stands = "The example of that name stands in." if id in spare else nobody[1]
                self._say(file, fault, text, stands)
        return found

    def _folder(self, name: str, form: type[Named]) -> tuple[dict[str, Named], dict[str, Named]]:
        """One's own files of a folder by id, and the shipped ones that none of them replaces."""
        own: dict[str, Named] = {}
        theirs: dict[str, Named] = {}
        replaced: set[str] = set()
        ours = join(self.data, name)
        if self.own:
            for file in _files(mine := join(self.own, name)):
                spare = isfile(join(ours, file))
                instead = "The shipped file of that name is used instead." if spare else "It is ignored."
                if self._file(join(mine, file), form, own, instead):
                    replaced.add(file)
        for file in _files(ours):
            if file not in replaced:
                self._file(join(ours, file), form, theirs, "It is ignored.")
        return own, theirs

    def _file(self, file: str, form: type[Named], into: dict[str, Named], instead: str) -> bool:
        text = ""
        try:
            tree, text = toml.read(file)
            item = _form(tree, form)
            item = item if item.id else replace(item, id=os.path.basename(file).removesuffix(".toml"))
            if item.id in into:
                raise Fault("id", f"“{shown(item.id)}” is already the id of another file")
            facts.fits(facts.checklist(item) if isinstance(item, Playbook) else facts.policy(item, self._bare_roster))
        except Fault as fault:
            self._say(file, fault, text, instead)
            return False
        into[item.id] = item
        self.files.setdefault((os.path.basename(os.path.dirname(file)), item.id), file)
        return True


def _form(row: object, form: type[F], at: str = "") -> F:
    item: F = toml.convert(row, form, at)
    for fault in item.faults():
        raise Fault(f"{at}.{fault.path}".strip("."), fault.reason)
    return item


def _only(tree: dict[str, Any], table: str, kind: type) -> Any:
    """The one table that the file may hold."""
    for key in tree:
        if key != table:
            raise Fault(shown(key), f"“{shown(key)}” is not a key that anything reads; the key here is {table}")
    rows = tree.get(table)
    if not isinstance(rows, kind):
        form = f"[[{table}]]" if kind is list else f"[{table}.NAME]"
        raise Fault("", f"holds no {form}")
    return rows


def _files(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(name for name in names if name.endswith(".toml") and not name.startswith("."))


def _fit(playbook: Playbook, severity: str, services: list[str]) -> tuple[int, int] | None:
    """How closely a playbook fits, comparable; None when it does not."""
    when = playbook.when
    if when.severity and severity not in when.severity:
        return None
    letters = 0
    if when.service:
        letters = max(
            (
                sum(c not in "*?[]" for c in glob)
                for glob in when.service
                if any(fnmatchcase(service, glob.lower()) for service in services)
            ),
            default=-1,
        )
        if letters < 0:
            return None
    return (letters + 1 if when.service else 0, 1 if when.severity else 0)
