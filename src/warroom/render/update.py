"""Stakeholder updates in words: filled from what is known, through the template of their audience.

A template that cannot be used never costs an update: the shipped one stands in, and behind it the words below.
"""

from collections.abc import Mapping

from ..core import updates
from ..core.incident import Incident
from ..core.text import clean
from ..core.updates import Facts
from ..core.values import Ms
from ..core.zone import Zone, utc
from . import template
from .brief import flat
from .times import moment

AT_MOST = 6_000
"""Characters of a text that a template may make."""

_ENTRY = 600  # letters of what somebody wrote, as one line of an update
_ANSWERS = 6
_LONGEST = 400  # lines that are compared one by one

Said = tuple[str, tuple[str, ...]]
"""A text, and what was wrong with the templates, as sentences."""


def fill(facts: Facts, shipped: str, own: str = "", zone: Zone = utc, now: Ms | None = None) -> Said:
    """The next update as `facts` tell it. `shipped` and `own` are the folders of data and of configuration.

    Times are shown in `zone`, and with their date where that is not the one of `now` (UTC ms).
    """
    variant = ".resolved" if facts.ended is not None else ""
    return _said(f"update.{facts.audience}{variant}.txt", facts, shipped, own, zone, now)


def same(facts: Facts, shipped: str, own: str = "", zone: Zone = utc, now: Ms | None = None) -> Said:
    """“Still investigating, no news”, with the time of the next one."""
    return _said("nochange.txt", facts, shipped, own, zone, now)


def text(
    state: Incident,
    audience: str,
    now: Ms,
    shipped: str,
    own: str = "",
    zone: Zone = utc,
    *,
    estimate: Ms | None = None,
    wait: Ms | None = None,
) -> Said:
    """What the next update to this audience says at `now`. `wait`: until the one after it, `estimate`: until the end,
    both in ms from now; without them as the rhythm has it, and without an estimate."""
    until = None if estimate is None else now + estimate
    return fill(updates.facts(state, audience, now, until, wait), shipped, own, zone, now)


def no_change(
    state: Incident, audience: str, now: Ms, shipped: str, own: str = "", zone: Zone = utc, *, wait: Ms | None = None
) -> Said:
    """What an update without news says at `now`."""
    return same(updates.facts(state, audience, now, wait=wait), shipped, own, zone, now)


def step(state: Incident, audience: str, now: Ms, shipped: str, own: str = "", zone: Zone = utc) -> Said:
    """The line that Enter confirms next on the way of an update: draft it, approve it, post it."""
    waiting = updates.draft(state, audience)
    if waiting is None:
        said, problems = text(state, audience, now, shipped, own, zone)
        return f"/draft {audience} {said}", problems
    return f"/{'post' if waiting.ready else 'approve'} {audience}", ()


def gaps(facts: Facts) -> tuple[str, ...]:
    """What the update would have to say and nobody has stated, as a sentence each with how to state it."""
    found = []
    if not facts.seen:
        found.append("What users see is not stated: `/impact card payments fail`.")
    elif not facts.scope:
        found.append("Who is affected, and who is not, is not stated: `warroom impact … --scope`.")
    if facts.ended is not None and not facts.loss:
        found.append("Whether data was lost is not stated: log “data loss: none”.")
    if facts.ended is not None and not facts.lingering:
        found.append("What may linger is not stated: log “lingering: some mails come late”.")
    return tuple(found)


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """What changed between two texts, line by line: `-` went, `+` came, a blank stayed."""
    from difflib import SequenceMatcher

    before, after = old.split("\n") if old else [], new.split("\n") if new else []
    if max(len(before), len(after)) > _LONGEST:
        kept: list[tuple[str, str]] = [("-", line) for line in before]
        return kept + [("+", line) for line in after]
    found: list[tuple[str, str]] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            found += [(" ", line) for line in before[a:b]]
            continue
        found += [("-", line) for line in before[a:b]]
        found += [("+", line) for line in after[c:d]]
    return found


# ── through a template ──


def _said(name: str, facts: Facts, shipped: str, own: str, zone: Zone, now: Ms | None) -> Said:
    given = values(facts, zone, now)

    def made(render: template.Render) -> str | None:
        said = _tidy(render(given))
        return said if 0 < len(said) <= AT_MOST else None

    said, problems = template.text(name, made, shipped, own)
    return said if said is not None else _plain(name, given), problems


def values(facts: Facts, zone: Zone = utc, now: Ms | None = None) -> Mapping[str, object]:
    """All that a template can say: clean texts of one line, times with their zone; empty where nothing is known."""

    def time(t: Ms | None) -> str:
        return "" if t is None else moment(t, t if now is None else now, zone)

    return {
        "audience": facts.audience,
        "number": str(facts.number),
        "severity": flat(facts.severity, 12),
        "phase": flat(facts.phase, 24),
        "seen": _begun(_stopped(facts.seen)),
        "scope": _stopped(facts.scope),
        "since": time(facts.since),
        "around": _stopped(facts.around),
        "doing": [_open(each) for each in facts.doing],
        "answers": [
            {"question": _stopped(asked, "?"), "answer": _stopped(said)} for asked, said in facts.answers[-_ANSWERS:]
        ],
        "next": time(facts.next),
        "estimate": time(facts.estimate),
        "ended": time(facts.ended),
        "loss": _stopped(facts.loss),
        "lingering": _stopped(facts.lingering),
    }


def _open(text: str) -> str:
    return flat(text, _ENTRY).rstrip(" .;,")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stopped(text: str, stop: str = ".") -> str:
    """As a sentence: it ends with a full stop where it had no end."""
    said = flat(text, _ENTRY)
    return said if not said or said[-1] in ".!?…" else said.rstrip(" ;,:") + stop


def _tidy(text: str) -> str:
    """Clean, without blanks at the ends of lines, with one empty line at most between two others."""
    kept: list[str] = []
    for line in clean(text, lines=True).split("\n"):
        if line.strip() or (kept and kept[-1]):
            kept.append(line.strip())
    return "\n".join(kept).strip("\n")


def _plain(name: str, said: Mapping[str, object]) -> str:
    """What has to be said, without any template."""
    if name == "nochange.txt":
        lines = [f"Still {said['phase']}, no news."]
    else:
        seen = said["seen"] or "[what users see: not stated]"
        lines = [f"{seen}", f"Phase: {said['phase']}."]
        lines += [f"Affected: {said['scope']}"] if said["scope"] else []
        lines += [f"Since {said['since']}."] if said["since"] else []
        if said["ended"]:
            loss, lingering = said["loss"] or "[data loss: not stated]", said["lingering"]
            lines += [f"Ended at {said['ended']}.", f"Data loss: {loss}"]
            lines += [f"What may linger: {lingering or '[lingering effects: not stated]'}"]
    lines += [f"Next update by {said['next']}."] if said["next"] else []
    return "\n".join(lines)
