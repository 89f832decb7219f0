"""The brief in words: four lengths of plain text for four sorts of channel, and the same as data.

Whatever is too long is cut from the end of its lists first; severity, title, impact, what is needed, the bridge and how
to answer are always there. A template that cannot be used never stops a page: the words below stand in.
"""

from collections.abc import Mapping

import msgspec

from ..core.brief import Brief, Called, Impact, Proof, Said
from ..core.duration import spell
from ..core.text import clean
from ..core.values import SECOND, Ms
from ..core.zone import Zone, utc
from . import template
from .times import iso, iso_or_none, moment

LIMITS = {"line": 130, "sms": 459, "chat": 2_900, "mail": 20_000}
"""Characters, by form."""

DID = {
    "acked": "has it",
    "declined": "declined",
    "no answer": "no answer",
    "expired": "had it, and it ran out",
    "calling": "is being called",
    "passed": "called, no answer so far",
}

_NAME = 24  # of a person or a place
_NUMBER = 40  # to dial, or to get in with
_LINK = 400  # a link to a meeting is of no use when it is cut
# How much room there is, by how often the text was too long: entries of each list, letters of each entry, letters of
# title, impact and need, and of the bridge.
_ROOM = (
    *((8, 1500, 1500, _LINK), (8, 600, 600, _LINK), (8, 300, 400, _LINK), (6, 200, 300, _LINK), (4, 160, 240, _LINK)),
    *((2, 120, 160, _LINK), (1, 90, 110, _LINK)),
    *((0, 0, key, _LINK) for key in (80, 64, 55, 48, 42, 36, 32, 28, 24, 20)),
    *((0, 0, 16, 200), (0, 0, 12, 100), (0, 0, 9, 24)),
)
# A text message with one letter outside the telephone's own alphabet holds less than half as many.
_TELEPHONE = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "·": "-", "→": "->", "“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "}
)


class Texts(msgspec.Struct, frozen=True):
    """One brief in the lengths that channels have room for (see `LIMITS`), plain text; `problems` are sentences."""

    line: str
    sms: str
    chat: str
    mail: str
    problems: tuple[str, ...] = ()


def texts(brief: Brief, shipped: str, own: str = "", zone: Zone = utc) -> Texts:
    """The brief in all four forms. `shipped` and `own` are the folders of data and of configuration."""
    made: dict[str, str] = {}
    problems: list[str] = []
    for form in LIMITS:
        made[form], wrong = text(brief, form, shipped, own, zone)
        problems += wrong
    return Texts(**made, problems=tuple(problems))


def text(brief: Brief, form: str, shipped: str, own: str = "", zone: Zone = utc) -> tuple[str, tuple[str, ...]]:
    """The brief in one form of `LIMITS`, and what was wrong with the templates."""

    def fill(render: "template.Render") -> str | None:
        for tight in range(len(_ROOM)):
            said = _tidy(render(values(brief, tight, zone)), form)
            if len(said) <= LIMITS[form]:
                return said or None
        return None

    said, problems = template.text(f"brief.{form}.txt", fill, shipped, own)
    return said or _plain(brief, form, zone), problems


def _plain(brief: Brief, form: str, zone: Zone) -> str:
    """What has to be said, without any template."""
    between = " | " if form == "line" else "\n"
    for tight in range(len(_ROOM)):
        v = values(brief, tight, zone)
        parts = [
            f"{'DRILL ' if brief.drill else ''}{v['severity']} {v['handle']} {v['place']}".rstrip() + f": {v['title']}",
            *([f"impact: {v['impact']}"] if v["impact"] else []),
            f"needed: {v['needed']}",
            *([f"bridge: {v['bridge']}"] if v["bridge"] and form != "line" else []),
            *([f"{v['dial_in']}"] if v["dial_in"] and form != "line" else []),
            *([f"answer: {v['answer']}"] if form != "line" or tight < 8 else []),
        ]
        said = _tidy(between.join(parts), form)
        if len(said) <= LIMITS[form]:
            return said
    return said[: LIMITS[form]]


def _tidy(text: str, form: str) -> str:
    """Clean, without blanks at the ends of lines, with one empty line at most between two others."""
    if form == "sms":
        text = text.translate(_TELEPHONE)
    lines = [" ".join(line.split()) if form in ("line", "sms") else line.rstrip() for line in text.split("\n")]
    if form in ("line", "sms"):
        return clean((" " if form == "line" else "\n").join(line for line in lines if line), lines=form == "sms")
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return clean("\n".join(kept), lines=True).strip("\n")


# ── what a template is given ──


def values(brief: Brief, tight: int = 0, zone: Zone = utc) -> Mapping[str, object]:
    """All that a template can say, clean and in one line each; the larger `tight`, the shorter."""
    entries, letters, key, bridge = _ROOM[tight]
    now = brief.now

    def said(of: tuple[Said, ...], keep_last: bool = False) -> list[dict[str, str]]:
        # The declaration is the last of what happened, and says how it began.
        some = (*of[: max(0, entries - 1)], of[-1]) if keep_last and 0 < entries < len(of) else of[:entries]
        return [_entry(each, now, zone, letters) for each in some]

    return {
        "handle": flat(brief.handle, 40),
        "drill": brief.drill,
        "hidden": brief.hidden,
        "ask": flat(brief.ask, _NAME),
        "title": flat(brief.title, key) or ("restricted incident" if brief.hidden else "(no title)"),
        "severity": flat(brief.severity, 12),
        "phase": flat(brief.phase, _NAME),
        "place": flat(brief.place, _NAME),
        "elapsed": "" if brief.hidden else spell(brief.elapsed),
        "declared_at": "" if brief.hidden else moment(brief.declared_at, now, zone),
        "services": flat(", ".join(brief.services), letters or key),
        "impact": "" if brief.hidden else flat(impact(brief.impact, now, zone), key),
        "needed": flat(brief.needed, key),
        "bridge": flat(brief.bridge, bridge),
        "dial": flat(brief.dial, _NUMBER),
        "passcode": flat(brief.passcode, _NUMBER),
        "dial_in": dial_in(brief.dial, brief.passcode),
        "commander": flat(brief.commander, _NAME),
        "answer": flat(brief.answer, 70),
        "happened": said(brief.happened, keep_last=True),
        "done": said(brief.done),
        "running": [
            {"who": flat(t.who, _NAME), "what": flat(t.what, letters), "due": left(t.due, now)}
            for t in brief.running[:entries]
        ],
        "hypotheses": said(brief.hypotheses),
        "ruled_out": said(brief.ruled_out),
        "evidence": [
            {"at": moment(p.at, now, zone), "text": proof}
            for p in brief.evidence[:entries]
            if (proof := evidence(p, max(letters, _LINK)))
        ],
        "called": [_call(each) for each in brief.called[:entries]],
        "tight": tight,
    }


def _entry(said: Said, now: Ms, zone: Zone, letters: int) -> dict[str, str]:
    return {
        "at": moment(said.at, now, zone),
        "who": flat(said.who, _NAME),
        "what": flat(said.what + (f" [{said.proof}]" if said.proof else ""), letters),
        "kind": flat(said.kind, _NAME),
    }


def _call(called: Called) -> dict[str, str]:
    return {
        "who": flat(called.who, 2 * _NAME),
        "place": flat(called.place, _NAME),
        "did": DID.get(called.did, clean(called.did)),
    }


def flat(text: str, most: int) -> str:
    """The text clean, in one line, of at most `most` characters; where it is cut, at the end of a word if possible."""
    text = clean(" ".join(text.split()))
    if len(text) <= most:
        return text
    if most < 2:
        return "…"[:most]
    cut = text[: most - 1]
    end = cut.rfind(" ") if text[most - 1] != " " else most - 1
    return (cut[:end] if end > most * 2 // 3 else cut).rstrip(" ,;:.") + "…"


def impact(stated: Impact | None, now: Ms, zone: Zone = utc) -> str:
    """What users notice, in one sentence; it says so where nobody has stated it."""
    if stated is None:
        return "nobody has said yet what users see"
    notes = [stated.scope] if stated.scope else []
    notes += [f"{stated.users:,} users".replace(",", " ")] if stated.users is not None else []
    said = stated.what + (f" ({'; '.join(notes)})" if notes else "")
    said += f", since {moment(stated.since, now, zone)}" if stated.since is not None else ""
    return said if stated.state == "ongoing" else f"{stated.state}, {said}"


def dial_in(dial: str, passcode: str) -> str:
    """`dial +44 20 7946 0001, code 4711`; empty where there is neither."""
    number, code = flat(dial, _NUMBER), flat(passcode, _NUMBER)
    return ", ".join([*([f"dial {number}"] if number else []), *([f"code {code}"] if code else [])])


def left(due: Ms | None, now: Ms) -> str:
    """`4m37s left`, `late by 2m00s`; empty where nothing is due."""
    if due is None:
        return ""
    return f"{spell(due - now)} left" if due - now >= SECOND else f"late by {spell(max(0, now - due))}"


def evidence(proof: Proof, most: int = _LINK) -> str:
    """A kept file with size and the beginning of its hash, or a link; empty for a link that a cut would break."""
    if proof.link:
        link = clean(proof.link)
        name = flat(proof.name, 80) if proof.name != proof.link else ""
        return (f"{name}: {link}" if name else link) if len(link) <= most else ""
    size = f"{proof.size} B" if proof.size < 1024 else f"{proof.size // 1024} KiB"
    return f"{flat(proof.name, 80) or 'evidence'} ({size}, {proof.sha})"


# ── as data ──


def data(brief: Brief) -> dict[str, object]:
    """What `warroom brief --json` prints: nothing is left out or cut, what is not known is null."""

    def said(of: tuple[Said, ...]) -> list[dict[str, object]]:
        return [_said(each) for each in of]

    stated = brief.impact
    return {
        "handle": brief.handle,
        "drill": brief.drill,
        "hidden": brief.hidden,
        "ask": brief.ask or None,
        "title": brief.title or None,
        "severity": brief.severity or None,
        "phase": brief.phase or None,
        "declared_at": None if brief.hidden else iso(brief.declared_at),
        "elapsed_s": None if brief.hidden else brief.elapsed // SECOND,
        "services": list(brief.services),
        "impact": {
            "what": stated.what,
            "scope": stated.scope or None,
            "users": stated.users,
            "since": iso_or_none(stated.since),
            "state": stated.state,
        }
        if stated
        else None,
        "needed": brief.needed,
        "place": brief.place or None,
        "bridge": brief.bridge or None,
        "dial": brief.dial or None,
        "passcode": brief.passcode or None,
        "commander": brief.commander or None,
        "answer": brief.answer,
        "happened": said(brief.happened),
        "done": said(brief.done),
        "running": [{"who": t.who, "what": t.what, "due_at": iso_or_none(t.due)} for t in brief.running],
        "hypotheses": {"open": said(brief.hypotheses), "ruled_out": said(brief.ruled_out)},
        "evidence": [_proof(p) for p in brief.evidence],
        "called": [{"who": c.who, "place": c.place, "did": c.did, "at": iso_or_none(c.at)} for c in brief.called],
    }


def _proof(proof: Proof) -> dict[str, object]:
    if not proof.link:
        return {"at": iso(proof.at), "name": proof.name, "size": proof.size, "sha256": proof.sha}
    named: dict[str, object] = {"name": proof.name} if proof.name else {}
    return {"at": iso(proof.at), "link": proof.link, **named}


def _said(said: Said) -> dict[str, object]:
    proof: dict[str, object] = {"evidence": said.proof} if said.proof else {}
    return {"at": iso(said.at), "who": said.who or None, "kind": said.kind or None, "what": said.what, **proof}
