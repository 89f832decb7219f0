"""An inject as words: what a game master reads and changes of one, and the line with which they add another."""

import re
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from ..duration import duration, spell
from ..events import Inject, Person, ScenarioLine
from ..line import nearest
from ..text import keepable
from ..values import Ms

LONGEST = 600  # characters of a text, as in a scenario's file
_LONGEST_NAME = 64
TOOLS = ("chat", "paging", "monitoring")
_ALERTS = ("alert", "noise", "threshold")
_SPOKEN = ("voices", "questions")
_SOMEBODYS = (*_SPOKEN, "observation", "report", "takeover", "relief", "unavailable", "vendor")
_OF_THE_WORLD = ("unavailable", "vendor")
_SILENT = ("unavailable", "outage")  # these need no words
KINDS = (*_ALERTS, *_SOMEBODYS, "contradiction", "change", "outage")
_WRITTEN = {"coach": "A coach", "ask": "A question that the clock waits for"}
SUCH_AS = (
    "Such as: alert monitoring: the disk is full · voices Ivo: I take it back now in 3m · unavailable Ivo · "
    "outage chat 10m"
)
_WAIT = re.compile(r"(?:(.*\S)\s+)?in\s+(\S+)", re.DOTALL | re.IGNORECASE)


# ── what one says ──


def words(each: Inject) -> str:
    """All that it says, the lines of voices and questions with a sign between them."""
    return between(each).join(line.text for line in each.lines) or each.text


def between(each: Inject) -> str:
    """The sign that stands between its lines: one that none of them has."""
    taken = {word for line in each.lines for word in line.text.split()}
    return next((f" {sign} " for sign in ("/", "|", "//") if sign not in taken), " ¦ ")


def misfit(each: Inject, said: str) -> str:
    """Why it cannot say this instead; empty where it can."""
    if not said.strip():
        return "It has to say something."
    if len(said) > LONGEST * max(1, len(each.lines)):
        return f"That is longer than {LONGEST} characters."
    parts = _parts(each, said)
    if each.lines and (len(parts) != len(each.lines) or not all(parts)):
        spoken = "one line" if len(each.lines) == 1 else f"{len(each.lines)} lines"
        return f"It has {spoken}, with “{between(each).strip()}” between two: keep as many, and words in each."
    return ""


def reworded(each: Inject, said: str) -> Inject:
    """The same inject with other words; as it was where they do not fit."""
    if misfit(each, said):
        return each
    if not each.lines:
        return replace(each, text=said.strip())
    new = zip(each.lines, _parts(each, said), strict=True)
    return replace(each, lines=tuple(replace(line, text=text) for line, text in new))


def _parts(each: Inject, said: str) -> list[str]:
    if len(each.lines) < 2:
        return [said.strip()]
    return [part.strip() for part in re.split(rf"(?<!\S){re.escape(between(each).strip())}(?!\S)", said)]


# ── adding one ──


class Added(msgspec.Struct, frozen=True):
    """A new inject, and how long it waits (ms of the drill)."""

    inject: Inject
    wait: Ms

    def text(self) -> str:
        """What was understood, for the person to look at."""
        each = self.inject
        who = each.lines[0].who if each.lines else each.who
        parts = [each.kind + (f" {each.tool}" if each.tool else ""), *([who] if who else [])]
        parts += [f"for {spell(each.lasts)}"] if each.lasts else []
        parts += ["not so"] if each.wrong else []
        parts.append(f"in {spell(self.wait)}" if self.wait else "now")
        said = words(each)
        return " · ".join(parts) + (f": {said}" if said else "")


def added(line: str, people: Sequence[Person], id: str) -> Added:
    """The inject that `line` asks for. Raises ValueError, whose text is a sentence for the person.

    `alert monitoring: text`, `voices Ivo: text in 3m`, `unavailable Ivo`, `outage chat 10m`; `wrong` before it: what
    it says is not so.
    """
    head, colon, said = keepable(line).partition(":")
    if colon:
        said, wait = _waits(said)
    else:
        head, wait = _waits(head)
    kind, *rest = head.split() or [""]
    wrong = kind.casefold() == "wrong" and bool(rest)
    if wrong:
        kind, *rest = rest
    kind, said = kind.casefold(), said.strip()
    _check_kind(kind)
    if kind == "outage":
        return Added(_outage(id, rest, said), wait)
    who = " ".join(rest)
    _check(kind, who, said)
    known = _known(people, who)
    if kind in _OF_THE_WORLD and known is None:
        names = ", ".join(person.name for person in people if not person.observer) or "nobody"
        raise ValueError(f"There is no “{who}” in this drill. There is {names}.")
    if kind in _SPOKEN:
        spoken = ScenarioLine(0, known.name if known else who, said)
        return Added(Inject(id, kind, lines=(spoken,), wrong=wrong), wait)
    by = known.id if known else who or ("monitoring" if kind in _ALERTS else "")
    return Added(Inject(id, kind, who=by, text=said, wrong=wrong), wait)


def _waits(text: str) -> tuple[str, Ms]:
    """`text` without a last `in 3m`, and that span."""
    found = _WAIT.fullmatch(text.strip())
    if found:
        try:
            return found[1] or "", duration(found[2])
        except ValueError:
            pass  # it is a part of the text: “restarted in production”
    return text, 0


def _check_kind(kind: str) -> None:
    if not kind:
        raise ValueError(SUCH_AS)
    if kind in _WRITTEN:
        raise ValueError(f"{_WRITTEN[kind]} is a part of the scenario; it cannot be added while it is played.")
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        raise ValueError(f"“{kind[:24]}” is no kind. {f'Did you mean {near[0]}?' if near else ', '.join(KINDS)}")


def _check(kind: str, who: str, said: str) -> None:
    if kind in _SOMEBODYS and not who:
        raise ValueError(f"Whose? A name behind {kind}: {kind} Ivo{'' if kind in _SILENT else ': text'}")
    if not said and kind not in _SILENT:
        raise ValueError(f"What does it say? A colon, then the words: {kind} {who or 'monitoring'}: text")
    if len(said) > LONGEST:
        raise ValueError(f"That is longer than {LONGEST} characters.")
    if len(who) > _LONGEST_NAME:
        raise ValueError(
            f"“{who[:24]}…” is longer than {_LONGEST_NAME} characters. Is a colon missing behind the name?"
        )


def _outage(id: str, rest: Sequence[str], said: str) -> Inject:
    tool = rest[0].casefold() if rest else ""
    if tool not in TOOLS or len(rest) > 2:
        raise ValueError(f"Of which tool? {', '.join(TOOLS)}; and for how long: outage chat 10m")
    return Inject(id, "outage", tool=tool, lasts=duration(rest[1]) if len(rest) > 1 else 0, text=said)


def _known(people: Sequence[Person], who: str) -> Person | None:
    wanted = who.casefold()
    return next((each for each in people if wanted in (each.id.casefold(), each.name.casefold())), None)
