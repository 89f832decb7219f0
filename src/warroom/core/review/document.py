"""The review as a file that a person edits: sections, and in them marks around the lines that the log wrote itself.

Reading it back loses nothing: a line that is no mark is the person's, and stays theirs word for word.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from html import unescape

import msgspec

TOP = ""  # the key of what stands before the first heading
AT_TOP = "-"  # the same where a name is needed, as in a mark; no heading makes such a key
_LONGEST = 60  # letters of a key
_SHOWN = 12  # digits of a hash in a mark

_HEADING = re.compile(r" {0,3}##[ \t]+(\S.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_OPEN = re.compile(r"\s*<!--\s*log:\s*(\S+?)(?:\s+([0-9a-f]{6,64}))?\s*-->\s*")
_CLOSE = re.compile(r"\s*<!--\s*/log\s*-->\s*")
_BASE = re.compile(r"\s*<!--\s*warroom review\s+(\S+?)\s*;\s*base:\s*([^<>]*?)\s*-->\s*")


class Drafted(msgspec.Struct, frozen=True):
    """What the log says by itself under one heading; the first one (key `TOP`) stands before any."""

    key: str
    title: str
    lines: tuple[str, ...] = ()

    @property
    def sha(self) -> str:
        """The hash by which its lines are known again."""
        return sha(self.lines)

    @property
    def empty(self) -> bool:
        """Whether the log has nothing to say here: comments only ask for something."""
        return not _COMMENT.sub("", "\n".join(self.lines)).strip()


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Section(msgspec.Struct, frozen=True):
    """A section with a mark where the log's lines stand in it. `before` is the key of the one it follows."""

    key: str
    title: str
    body: str
    before: str = ""


class Base(msgspec.Struct, frozen=True):
    """What the writer of a file saw: of which incident, and by section the facts that were shown.

    `names` are the keys of sections that have another title than their key says, by that title's slug.
    """

    inc: str
    facts: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}


class Parsed(msgspec.Struct, frozen=True):
    """A file as it was read. `base` is None where its first line is gone."""

    sections: tuple[Section, ...]
    base: Base | None = None

    def section(self, key: str) -> Section | None:
        return next((each for each in self.sections if each.key == key), None)


# ── names and marks ──


def slug(title: str) -> str:
    """The key of a heading: its words in small letters, joined by `-`; empty where it has no letter or digit."""
    words = "".join(c if c.isalnum() else " " for c in title.casefold()).split()
    return "-".join(words)[:_LONGEST].strip("-")


def sha(lines: Iterable[str]) -> str:
    """The hash of lines, whatever blanks an editor leaves at their ends."""
    text = "\n".join(_trimmed([line.rstrip() for line in lines]))
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:_SHOWN]


def mark(key: str) -> str:
    """What stands in a section's body for the log's own lines of the section `key`."""
    return f"<!-- log: {key or AT_TOP} -->"


def marked(line: str) -> str | None:
    """The key of the section whose lines this line of a body stands for; None where it is a person's line."""
    found = _OPEN.fullmatch(line)
    return None if found is None else _key(found[1])


def words(body: str) -> str:
    """What a person wrote of a body: without the marks, and without blank lines at its ends."""
    return "\n".join(_trimmed([line for line in body.split("\n") if marked(line) is None]))


def heading(line: str) -> str:
    """The key of the section that this line would begin; empty where it is no heading."""
    return slug(_title(line))


def _key(name: str) -> str:
    return TOP if name == AT_TOP else name


def is_mark(line: str) -> bool:
    """Whether the line is one of ours, which nobody reads."""
    return bool(_OPEN.fullmatch(line) or _CLOSE.fullmatch(line) or _BASE.fullmatch(line))


def _apart(lines: Sequence[str], line: str) -> list[str]:
    """The line, behind a blank one where there is none."""
    return ["", line] if lines and lines[-1].strip() else [line]


def _trimmed(lines: Sequence[str]) -> Sequence[str]:
    """Without the blank lines at both ends."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return lines[first:last]


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def literal_of(line: str) -> str:
    """The words of a line of Markdown: without what only keeps them literal."""
    return _ESCAPED.sub(r"\1", unescape(line))


# ── from the template ──


def drafted(text: str) -> tuple[Drafted, ...]:
    """The sections of what a template made; one heading that stands there twice makes one section."""
    found: dict[str, tuple[str, list[str]]] = {TOP: ("", [])}
    lines = found[TOP][1]
    for line in _lines(text):
        heading = _HEADING.fullmatch(line)
        key = slug(heading[1]) if heading else ""
        if heading is None or not key:
            lines += [] if is_mark(line) else [line]
        elif key in found:
            lines = found[key][1]
            lines += _apart(lines, line)
        else:
            found[key] = (heading[1].strip(), lines := [])
    return tuple(Drafted(key, title, tuple(_trimmed(lines))) for key, (title, lines) in found.items())


# ── to a file ──


def compose(sections: Iterable[Section], log: Mapping[str, Drafted], base: Base | None) -> str:
    """The file: each section's heading and body, the log's lines in their marks. Ends with a line break."""
    out: list[str] = [_base_line(base), ""] if base else []
    for each in sections:
        if each.key != TOP:
            out += [f"## {each.title}", ""]
        for line in each.body.split("\n") if each.body else ():
            of = marked(line)
            out += [line] if of is None or of not in log else _block(log[of])
        if out and out[-1].strip():
            out.append("")
    return "\n".join(_trimmed(out)) + "\n"


def plain(section: Section, log: Mapping[str, Drafted]) -> list[str]:
    """The section's lines as somebody reads them: the log's lines in their place, no marks."""
    out: list[str] = []
    for line in section.body.split("\n") if section.body else ():
        of = marked(line)
        out += [line] if of is None else log[of].lines if of in log else []
    return list(_trimmed(out))


def _block(of: Drafted) -> list[str]:
    return [f"<!-- log: {of.key or AT_TOP} {of.sha} -->", *of.lines, "<!-- /log -->"]


def _base_line(base: Base) -> str:
    other = {key: name for name, key in base.names.items()}
    seen = [
        f"{key or AT_TOP}" + (f":{other[key]}" if key in other else "") + f"={','.join(ids)}"
        for key, ids in base.facts.items()
    ]
    return f"<!-- warroom review {base.inc}; base: {' '.join(seen)} -->"


# ── from a file ──


def parse(text: str, known: Collection[str] = ()) -> Parsed:
    """The sections of a file, in its order; what stands before the first heading comes first, with the key `TOP`.

    A block of the log's lines that is as it was becomes a mark; one that was changed is the person's text. A heading
    that is there already goes on in its section, its own line included. `known` are the sections that there are.
    """
    lines = _lines(text)
    base = next((_read_base(first) for line in lines if (first := _BASE.fullmatch(line))), None)
    lines = [line for line in lines if not _BASE.fullmatch(line)]
    keys = _keys(lines, base, {*known, *(base.facts if base else ())})
    found: dict[str, tuple[str, str, list[str]]] = {TOP: ("", "", [])}
    last, into = TOP, found[TOP][2]
    for n, line in enumerate(lines):
        key = keys.get(n)
        if key is None:
            into.append(line)
            continue
        if key in found:
            into = found[key][2]
            into += _apart(into, line)
        else:
            found[key] = (_title(line), last, into := [])
        last = key
    return Parsed(tuple(Section(k, title, _body(rows), after) for k, (title, after, rows) in found.items()), base)


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _title(line: str) -> str:
    found = _HEADING.fullmatch(line)
    return found[1].strip() if found else ""


def _read_base(found: re.Match[str]) -> Base:
    facts: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    for word in found[2].split():
        place, _, ids = word.partition("=")
        name, _, other = place.partition(":")
        facts[_key(name)] = tuple(id for id in ids.split(",") if id)
        if other:
            names[other] = _key(name)
    return Base(found[1], facts, names)


def _keys(lines: Sequence[str], base: Base | None, known: set[str]) -> dict[int, str]:
    """The headings that begin a section, by their line, with the section's key."""
    names = base.names if base else {}
    slugs = {n: key for n, line in enumerate(lines) if (key := slug(_title(line)))}
    heads = {n: names.get(key, key) for n, key in slugs.items()}
    certain = _certain(lines, heads, known)
    hidden = _hidden(lines, certain)
    shown = {n: key for n, key in heads.items() if n in certain or n not in hidden}
    for n, key in shown.items():
        of = _anchor(lines, n)
        # A new heading over the lines of a section that has lost its own is that section with another title.
        if of and key not in known and of not in shown.values():
            shown[n] = of
    return shown


def _anchor(lines: Sequence[str], heading: int) -> str:
    """The key of the log's lines that follow this heading at once; empty where none do."""
    for line in lines[heading + 1 :]:
        if line.strip():
            found = _OPEN.fullmatch(line)
            return _key(found[1]) if found and found[2] else ""
    return ""


def _certain(lines: Sequence[str], heads: Mapping[int, str], known: set[str]) -> set[int]:
    """The headings that are sections of ours whatever stands around them: an open code fence hides none of them."""
    often: dict[str, int] = {}
    for key in heads.values():
        often[key] = often.get(key, 0) + 1
    return {n for n, key in heads.items() if _anchor(lines, n) or (key in known and often[key] == 1)}


def _hidden(lines: Sequence[str], certain: set[int]) -> set[int]:
    """The lines within code fences. A fence that is not closed before the next section of ours is none."""
    hidden: set[int] = set()
    n = 0
    while n < len(lines):
        end = _fence_end(lines, n, certain)
        if end is not None:
            hidden.update(range(n, end + 1))
            n = end
        n += 1
    return hidden


def _fence_end(lines: Sequence[str], start: int, certain: set[int]) -> int | None:
    found = _FENCE.fullmatch(lines[start])
    if found is None or (found[1][0] == "`" and "`" in found[2]):
        return None
    for n in range(start + 1, len(lines)):
        if n in certain:
            return None
        end = _FENCE.fullmatch(lines[n])
        if end and end[1].startswith(found[1]) and not end[2].strip():
            return n
    return None


def _body(lines: Sequence[str]) -> str:
    """The lines with a mark for every block of the log's that is as it was. Broken marks go, no other line does."""
    out: list[str] = []
    n = 0
    while n < len(lines):
        opened = _OPEN.fullmatch(lines[n])
        if opened is None:
            out += [] if _CLOSE.fullmatch(lines[n]) else [lines[n]]
        elif opened[2] is None:
            out.append(mark(_key(opened[1])))
        elif (end := _block_end(lines, n)) is not None and sha(lines[n + 1 : end]) == opened[2]:
            out.append(mark(_key(opened[1])))
            n = end
        n += 1
    return "\n".join(_trimmed(out))


def _block_end(lines: Sequence[str], start: int) -> int | None:
    for n in range(start + 1, len(lines)):
        if _CLOSE.fullmatch(lines[n]):
            return n
        if _OPEN.fullmatch(lines[n]):
            return None
    return None
