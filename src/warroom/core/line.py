"""The prompt's grammar: a line of text → what it asks for, with its chips. Total: every text is some line.

    line = [time] [who ":"] [mark] text        an entry
         | "@"who text ["in" duration]         a task for a named person
         | "/"verb arguments                   "//" begins a text with a slash
         | "s/"old"/"new"/"                    the correction of one's last entry: "/fix s/old/new/"

A `\\` before something that would be recognised makes it text (`\\? really` logs “? really”); elsewhere it is a
character like any other, so every text can be typed: as it is, or with one `\\` before it (`typed()`).
"""

import re
from collections.abc import Collection, Mapping

import msgspec

from .duration import duration
from .text import keepable
from .values import At, Ms
from .when import When, scan
from .zone import Zone, utc

MARKS = {"*": "observed", "?": "hypothesis", "!": "decision", ">": "action", "+": "followup"}
NO_VERBS: Mapping[str, bool] = {}
LONGEST_NAME = 64
FIX = "fix"
_AGAIN = "Enter again logs it as text"
_SUBSTITUTED = re.compile(r"s/([^/\n]+)/([^/\n]*)/\s*")


class Chip(msgspec.Struct, frozen=True, gc=False):
    """What was recognised at `start`..`end` of the line (the spaces behind it too), and what to show for it.

    `kind` is time, who, mark, task, duration, verb or fix.
    """

    kind: str
    text: str
    start: int
    end: int


class Task(msgspec.Struct, frozen=True, gc=False):
    """A task for a named person; `within` is how long from now, in ms."""

    who: str
    what: str
    within: Ms | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a line says. With a `problem` it asks for nothing yet; `again`: a second Enter logs it as text."""

    rest: str
    chips: tuple[Chip, ...] = ()
    at: At | None = None
    who: str | None = None
    kind: str = "note"
    task: Task | None = None
    verb: str | None = None
    args: str = ""
    problem: str | None = None
    again: bool = False


def parse(
    text: str,
    now: Ms,
    zone: Zone = utc,
    people: Collection[str] = (),
    verbs: Mapping[str, bool] = NO_VERBS,
    literal: Collection[str] = (),
) -> Line:
    """The line that `text` is, seen from `now`, with times in `zone`. Never raises.

    `people` are the handles and roles that are known. `verbs` says of each verb whether it wants its whole word.
    `literal` are words (`14:01`, `ana:`, `/sev`) that are text this time, with all that follows them.
    """
    line = _line(text, now, zone, people, verbs, literal)
    if keepable(text) != text:
        return msgspec.structs.replace(line, problem="the text has NUL or broken characters, which no log can hold")
    return line


def entry(text: str, now: Ms, zone: Zone = utc, people: Collection[str] = ()) -> Line:
    """`text` as an entry whatever it begins with: no verb, no task. For pasted lines, which must never act."""
    acts = text[:1] in ("/", "@") or _SUBSTITUTED.fullmatch(text)
    return Line(rest=text) if acts else parse(text, now, zone, people)


def as_text(text: str) -> Line:
    """`text` as an entry that says exactly that."""
    return Line(rest=text)


def typed(
    text: str, now: Ms, zone: Zone = utc, people: Collection[str] = (), verbs: Mapping[str, bool] = NO_VERBS
) -> str:
    """What to type so that an entry says exactly `text`."""
    line = parse(text, now, zone, people, verbs)
    return text if line == as_text(text) else "\\" + text


def _line(
    text: str, now: Ms, zone: Zone, people: Collection[str], verbs: Mapping[str, bool], literal: Collection[str]
) -> Line:
    if text.startswith("//"):
        return Line(rest=text[1:])
    first = text[:1]
    if first in ("/", "@") and text.split(None, 1)[0] in literal:
        return Line(rest=text)
    if first == "/":
        return _verb(text, verbs)
    if first == "@":
        return _task(text, people, literal) or Line(rest=text)
    if first == "s" and text.strip() not in literal and (found := _SUBSTITUTED.fullmatch(text)):
        return _correction(text, *found.groups())
    return _entry(text, now, zone, people, literal)


# ── an entry ────────────────────────────────────────────────────────────────────────────────────


def _entry(text: str, now: Ms, zone: Zone, people: Collection[str], literal: Collection[str]) -> Line:
    chips: list[Chip] = []
    at: At | None = None
    who: str | None = None
    kind = "note"
    here = 0
    for step in ("time", "who", "mark"):
        rest, chip = text[here:], None
        if step == "time" and (found := scan(rest, now, zone)) and _ends(rest, found.end):
            if found.at is None:
                return _no_time(text, found)
            at = found.at
            chip = Chip("time", found.spoken(now, zone), 0, _behind(text, found.end))
        elif step == "who" and (named := _who(rest, people)):
            who, end = named
            chip = Chip("who", who, here, _behind(text, here + end))
        elif step == "mark" and _marked(rest):
            kind = MARKS[rest[0]]
            chip = Chip("mark", kind, here, _behind(text, here + 1))
        if chip and text[here : chip.end].strip() in literal:
            break
        if chip:
            chips.append(chip)
            here = chip.end
    rest = text[here:]
    if rest[:1] == "\\" and _escapes(rest, now, zone, people, chips):
        rest = rest[1:]
    problem = "write what happened behind it" if chips and not rest.strip() else None
    taken = {chip.kind for chip in chips}
    return Line(
        rest=rest,
        chips=tuple(chips),
        at=at if "time" in taken else None,
        who=who if "who" in taken else None,
        kind=kind if "mark" in taken else "note",
        problem=problem,
    )


def _no_time(text: str, found: When) -> Line:
    if found.unitless:
        return Line(rest=text, problem=f"{found.problem}, or {_AGAIN}", again=True)
    return Line(rest=text, problem=f"{found.problem}; a \\ before it makes it text")


def _marked(text: str) -> bool:
    return text[:1] in MARKS and text[1:2].isspace()


def _escapes(text: str, now: Ms, zone: Zone, people: Collection[str], chips: list[Chip]) -> bool:
    """Whether the `\\` that `text` begins with stands before something that would be recognised there."""
    bare = text.lstrip("\\")
    if not chips:
        return bool(bare) and _line(bare, now, zone, people, NO_VERBS, ()) != Line(rest=bare)
    so_far = {chip.kind for chip in chips}
    who = "who" not in so_far and "mark" not in so_far and _who(bare, people) is not None
    return who or ("mark" not in so_far and _marked(bare))


def _who(text: str, people: Collection[str]) -> tuple[str, int] | None:
    """The known name that `text` begins with, when a colon and a space follow, and where the colon ends."""
    name, colon, _ = text[: LONGEST_NAME + 1].partition(":")
    if not (colon and _ends(text, len(name) + 1)):
        return None
    known = _person(name, people)
    return (known, len(name) + 1) if known else None


def _person(name: str, people: Collection[str]) -> str | None:
    wanted = name.casefold()
    return next((person for person in people if person.casefold() == wanted), None)


def _ends(text: str, here: int) -> bool:
    return here >= len(text) or text[here].isspace()


def _behind(text: str, here: int) -> int:
    """Where the spaces that start at `here` end."""
    while here < len(text) and text[here].isspace():
        here += 1
    return here


# ── a task ──────────────────────────────────────────────────────────────────────────────────────


def _task(text: str, people: Collection[str], literal: Collection[str]) -> Line | None:
    word = text[1 : LONGEST_NAME + 1].split(None, 1)[0] if text[1:2].strip() else ""
    if not word or not all(c.isalnum() or c in "._-" for c in word):
        return None
    known = _person(word, people)
    who = known or word
    start = _behind(text, 1 + len(word))
    chips = [Chip("task", f"task for {who}" if known else f"task for {who}, new here", 0, start)]
    what, within = text[start:], None
    problem, again = None, False
    if (found := _within(what)) and f"in {found[2]}" not in literal:
        at, end, span = found
        try:
            within = duration(span)
            chips.append(Chip("duration", f"in {span}", start + at + 1, start + end))
            what = (what[:at].rstrip() + what[end:]).strip()
        except ValueError as refused:
            problem, again = f"{refused}, or {_AGAIN}", True
    if not what.strip():
        problem, again = f"write what {who} should do, and in how long: @{who} roll back 9f2c in 10m", False
    return Line(rest=what, chips=tuple(chips), kind="task", task=Task(who, what, within), problem=problem, again=again)


def _within(what: str) -> tuple[int, int, str] | None:
    """Where the last `in DURATION` stands in a task, at its end or before a comma, and the duration's word."""
    at = len(what)
    while (at := what.rfind(" in ", 0, at)) >= 0:
        word = what[at + 4 : at + 40].split(None, 1)[:1]
        span = word[0].rstrip(",;.") if word else ""
        end = at + 4 + len(span)
        closed = what[end : end + 1] in (",", ";", ".") or not what[end:].strip()
        if span and what[at + 4 : end] == span and closed and _looks_like_duration(span):
            return at, end, span
    return None


def _looks_like_duration(span: str) -> bool:
    try:
        return duration(span) > 0
    except ValueError:
        return span.isdecimal()


# ── a verb ──────────────────────────────────────────────────────────────────────────────────────


def _verb(text: str, verbs: Mapping[str, bool]) -> Line:
    word = text[1:].split(None, 1)[0] if text[1:2].strip() else ""
    end = _behind(text, 1 + len(word))
    lowered = word.casefold()
    if lowered in verbs:
        return _call(lowered, text, end)
    found = [verb for verb in verbs if lowered and verb.startswith(lowered)]
    if len(found) == 1 and not verbs[found[0]]:
        return _call(found[0], text, end)
    if len(found) == 1:
        return Line(rest=text, problem=f"/{found[0]} cannot be undone, so it wants the whole word")
    if found:
        return Line(rest=text, problem=f"/{word[:20]} could be {_or(found)}: write a little more")
    if text.strip() == "/":
        return Line(rest=text, problem="write what to do: / and a word, such as /help")
    guess = f"; did you mean /{near[0]}?" if (near := nearest(lowered, verbs)) else "."
    return Line(rest=text, problem=f"/{word[:20]} is unknown{guess} {_AGAIN}", again=True)


def _call(verb: str, text: str, end: int) -> Line:
    return Line(rest="", chips=(Chip("verb", verb, 0, end),), verb=verb, args=text[end:].strip())


def _correction(text: str, old: str, new: str) -> Line:
    chip = Chip(FIX, f"fix my last entry: {old} → {new or 'nothing'}", 0, len(text))
    return Line(rest="", chips=(chip,), verb=FIX, args=text.strip())


def _or(words: Collection[str]) -> str:
    *most, last = (f"/{word}" for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def nearest(word: str, verbs: Collection[str]) -> list[str]:
    """The verbs that `word` is a slip of the finger away from, nearest first."""
    if not 2 <= len(word) <= 20:
        return []
    near = ((_slips(word, verb), abs(len(verb) - len(word)), verb) for verb in verbs if abs(len(verb) - len(word)) < 3)
    return [verb for slips, _, verb in sorted(near) if slips <= (1 if len(word) < 5 else 2)]


def _slips(a: str, b: str) -> int:
    """How many letters were left out, added, changed, or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        older, before, row = before, row, [i + 1]
        for j, y in enumerate(b):
            cost = min(before[j + 1] + 1, row[j] + 1, before[j] + (x != y))
            if i and j and x == b[j - 1] and a[i - 1] == y:
                cost = min(cost, older[j - 1] + 1)
            row.append(cost)
    return row[-1]
