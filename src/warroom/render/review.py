"""The review as a document: what the log says, through a template, and in it what people wrote.

A template that cannot be used costs no review: the shipped one stands in, and behind it a plain list.
"""

from collections.abc import Mapping

import msgspec

from ..core.acts.review import WriteSection
from ..core.incident import Incident
from ..core.review import blameless
from ..core.review.blameless import Finding
from ..core.review.changed import Change, Changes, changes
from ..core.review.deadlines import Rule
from ..core.review.document import (
    TOP,
    Base,
    Drafted,
    Parsed,
    Section,
    compose,
    drafted,
    heading,
    is_mark,
    literal_of,
    marked,
    parse,
    plain,
    slug,
)
from ..core.review.facts import Facts, facts
from ..core.review.written import Seen, Written, sections, visible
from ..core.text import clean
from ..core.values import plain_handle
from . import template
from .markdown import literal
from .review_values import values
from .times import moment

NAME = "review.md"
MOST = 16 * 1024 * 1024
"""Characters of what the template may make: a long incident has a long timeline."""


class Document(msgspec.Struct, frozen=True):
    """One incident's review. `log` is what the log says, by section; `problems` are wrong with the templates."""

    facts: Facts
    log: dict[str, Drafted]
    sections: tuple[Written, ...]
    problems: tuple[str, ...] = ()

    @property
    def state(self) -> Incident:
        return self.facts.state

    def section(self, key: str) -> Written | None:
        return next((each for each in self.sections if each.key == key), None)


def document(
    state: Incident, shipped: str, own: str = "", handle: str = "", rules: Mapping[str, Rule] | None = None
) -> Document:
    """The review of this incident as it stands. `shipped` and `own` are the folders of data and of configuration."""
    gathered = facts(state, handle, rules)
    text, problems = _drafted(gathered, shipped, own)
    log = drafted(text)
    return Document(gathered, {each.key: each for each in log}, sections(state, log), problems)


def _drafted(gathered: Facts, shipped: str, own: str) -> tuple[str, tuple[str, ...]]:
    given = values(gathered)

    def made(render: template.Render) -> str | None:
        return _tidy(render(given)) or None

    said, problems = template.text(NAME, made, shipped, own, MOST)
    return said if said is not None else _plain(given), problems


def _tidy(text: str) -> str:
    """Clean, without blanks at the ends of lines, with one empty line at most between two others."""
    kept: list[str] = []
    for line in clean(text, lines=True).split("\n"):
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n")


def _plain(given: Mapping[str, object]) -> str:
    """The title, and every list that there is, without any template."""
    out = [f"# Review: {given['title']}", ""]
    for name, rows in given.items():
        if isinstance(rows, list) and rows:
            out += [f"## {name.replace('_', ' ').capitalize()}", ""]
            out += [f"- {' '.join(str(part) for part in _parts(row) if part)}" for row in rows]
            out.append("")
    return "\n".join(out)


def _parts(row: object) -> list[object]:
    return list(row.values()) if isinstance(row, dict) else [row]


# ── to read, and to edit ──


def text(made: Document) -> str:
    """The document as it is read: no marks in it."""
    out: list[str] = []
    for each in made.sections:
        if each.key != TOP:
            out += [f"## {each.title}", ""]
        out += [*section_text(made, each), ""]
    return "\n".join(out).strip("\n") + "\n"


def section_text(made: Document, of: Written) -> list[str]:
    """The lines of one section as they are read; where several wrote it at once, all of them, each by name."""
    return plain(Section(of.key, of.title, body(of)), made.log)


def file(made: Document, only: str | None = None) -> str:
    """The document as a file to edit; its first line says what its writer sees. `only`: that section alone."""
    shown = [each for each in made.sections if only in (None, each.key)]
    return _composed(made, shown, base(made, shown, only))


def base(made: Document, shown: list[Written], only: str | None = None) -> Base:
    """What a writer sees who is given these sections."""
    seen = {key: ids for key, ids in visible(made.state).items() if only in (None, key)}
    names = {slug(each.title): each.key for each in shown if each.key != TOP and slug(each.title) != each.key}
    return Base(made.facts.handle, seen | {key: seen.get(key, ()) for key in names.values()}, names)


def _composed(made: Document, shown: list[Written], first: Base | None) -> str:
    return compose((Section(each.key, each.title, body(each)) for each in shown), made.log, first)


def body(of: Written) -> str:
    """What stands in a section, with marks. Where several wrote it at once, each one's words under their name."""
    if not of.conflict:
        return of.body
    out: list[str] = []
    marks: set[str] = set()
    for version in of.versions:
        out += [f"**{literal(version.by)} wrote this, {moment(version.at, 0)}, while somebody else wrote it too:**", ""]
        for line in version.body.split("\n"):
            stands = marked(line)
            if stands is None or stands not in marks:
                out.append(line)
            marks |= {stands} if stands is not None else set()
        out.append("")
    return "\n".join(out).strip("\n")


# ── back from a file ──


class Foreign(Exception):
    """The file is the review of another incident. `str()` is its handle."""


def read_back(made: Document, edited: str) -> Changes:
    """What an edited file changes. Raises `Foreign`."""
    found = parse(edited, _keys(made))
    seen = _seen(made, found)
    return changes(parse(seen, _keys(made)), found, tuple(made.log))


def _keys(made: Document) -> set[str]:
    return {*made.log, *(each.key for each in made.sections)}


def _seen(made: Document, found: Parsed) -> str:
    """The file as it was handed out, as far as its first line tells; else as it would be now."""
    if found.base is None:
        return _composed(made, list(made.sections), base(made, list(made.sections)))
    if not made.state.id.startswith(plain_handle(found.base.inc)):
        raise Foreign(found.base.inc)
    known: Seen = found.base.facts
    then = sections(made.state, tuple(made.log.values()), known)
    # A file with one section in it was handed out with nothing else.
    return _composed(made, list(then), found.base)


def commands(made: Document, found: Changes) -> list[WriteSection]:
    """What is asked of the room, a command for each section that changed."""
    return [
        WriteSection(
            section=each.key,
            title=each.title,
            text=each.body,
            after=each.before,
            sha=made.log[each.key].sha if each.key in made.log else "",
            base=each.base,
        )
        for each in found.written
    ]


def told(change: Change) -> str:
    """What was changed in one section, as a sentence."""
    said = {"new": "a new section", "emptied": "emptied; what stood there stays on the log"}.get(change.how, change.how)
    more = "; the log's lines in it are yours now, and are not renewed" if change.freed else ""
    return f"{name_of(change.key, change.title)}: {said}{more}"


def name_of(key: str, title: str) -> str:
    """What a section is called in a sentence."""
    return clean(title) if key != TOP else "Before the first heading"


# ── what a reader may stumble over ──


class Pointed(msgspec.Struct, frozen=True):
    """A finding with its section. `log`: in the log's own lines, which stand as they were written then."""

    finding: Finding
    section: str
    log: bool = False


def check(made: Document, said: str | None = None) -> tuple[Pointed, ...]:
    """The findings in the file that an editor gets, or in `said`, in its order; lines count from 1."""
    lines = (file(made) if said is None else said).split("\n")
    section, log = "", False
    where: list[tuple[str, bool]] = []
    for n, line in enumerate(lines):
        if marked(line) is not None:
            log = True
        elif is_mark(line):
            log = False
        elif key := heading(line):
            section, log = key, False
        if log:
            lines[n] = literal_of(line)
        where.append((section, log))
    found = blameless.findings("\n".join(lines), blameless.people_of(made.state))
    return tuple(Pointed(each, *where[each.line - 1]) for each in found)
