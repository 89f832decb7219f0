"""What was learned, in words and as data: changes with their diffs, how checklists are used, templates on trial."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ..core import updates
from ..core.brief import brief as brief_of
from ..core.cadence import AUDIENCES
from ..core.duration import spell
from ..core.incident import Incident
from ..core.learn.habits import LEAST, Habits, Recurring, StepUse
from ..core.learn.proposals import Proposal
from ..core.text import clean
from ..core.values import SECOND, Ms
from ..core.zone import Zone, utc
from .paint import Paint
from .times import iso, iso_or_none, moment

Data = dict[str, object]
_MOST_REASONS = 3
_INSTEAD = " A plain text is used instead."


# ── one change ──


def change_data(each: Proposal, handle: str, *, drill: bool = False, whole: bool = False) -> Data:
    """One change as JSON has it; `whole`: with its diff and the file that it leads to."""
    found: Data = {
        "incident": handle,
        "drill": drill,
        "change": each.name,
        "id": each.fact,
        "target": each.target,
        "summary": each.summary or None,
        "why": each.why or None,
        "state": each.state,
        "proposed_by": each.by,
        "proposed_at": iso(each.at),
        "decided_by": each.decided_by or None,
        "decided_at": iso_or_none(each.decided_at),
        "decided_why": each.decided_why or None,
        "record": int(each.record) if each.record.isascii() and each.record.isdecimal() else None,
    }
    return found | {"base": each.base or None, "diff": each.diff, "file": each.whole} if whole else found


def change_line(each: Proposal, handle: str, *, drill: bool = False) -> str:
    """One change on one line."""
    about = f"  {each.summary}" if each.summary else ""
    record = f", record {each.record}" if each.record else ""
    mark = "  (drill)" if drill else ""
    return clean(f"{handle}  {each.name:>2}  {each.state + record:<20}  {each.target}{about}{mark}")


def change_lines(each: Proposal, handle: str, now: Ms, paint: Paint, zone: Zone = utc) -> list[str]:
    """One change with its reason, its state and its diff."""
    out = [paint.bold(clean(f"{handle}  change {each.name}  {each.target}"))]
    out += [clean(text) for text in (each.summary, each.why and f"why: {each.why}") if text]
    out.append(f"proposed by {clean(each.by)} at {moment(each.at, now, zone)}")
    if each.decided_at is not None:
        because = f": {clean(each.decided_why)}" if each.decided_why else ""
        record = f" (record {clean(each.record)})" if each.record else ""
        out.append(
            f"{clean(each.state)} by {clean(each.decided_by)} at {moment(each.decided_at, now, zone)}{record}{because}"
        )
    return [*out, "", *diff_lines(each.diff, paint)]


def diff_lines(diff: str, paint: Paint) -> list[str]:
    """A diff, its marks beside its colours."""
    return [_painted(line, paint) for line in diff.rstrip("\n").split("\n")] if diff else []


def _painted(line: str, paint: Paint) -> str:
    said = clean(line.removesuffix("\r"))
    if line.startswith(("--- ", "+++ ")):
        return paint.bold(said)
    ink = {"+": paint.came, "-": paint.went, "@": paint.dim, "\\": paint.dim}.get(line[:1])
    return ink(said) if ink else said


# ── how checklists are used ──


def habits_data(found: Habits, handle: Callable[[str], str]) -> Data:
    """The same figures as the lines, and those of which too little is known to say anything."""
    return {
        "n": found.n,
        "least_n": LEAST,
        "left_out": {"drills": found.drills, "open": found.still_open, "cancelled": found.cancelled},
        "steps": [_use(each) for each in found.steps],
        "without_a_step": [
            {
                "kind": each.kind,
                "words": each.words,
                "incidents": [handle(inc) for inc in each.incidents],
                "in": len(each.incidents),
                "n": each.n,
                "step_elsewhere": each.elsewhere or None,
            }
            for each in found.recurring
        ],
    }


def _use(each: StepUse) -> Data:
    return {
        "playbook": each.playbook,
        "step": each.step,
        "text": each.text,
        "origin": each.origin or None,
        "n": each.n,
        "done": each.done,
        "skipped": each.skipped,
        "skipped_why": [{"why": why, "times": count} for why, count in each.reasons],
        "never_touched": each.untouched,
        "timed": each.timed,
        "late": each.late,
        "median_late_s": None if each.lateness is None else each.lateness // SECOND,
        "claims": list(each.claims),
    }


def habits_lines(found: Habits, handle: Callable[[str], str], paint: Paint) -> list[str]:
    """What can be said of the steps, with n beside everything."""
    drills = f"{found.drills} drill{'' if found.drills == 1 else 's'}"
    ended = "1 incident that has ended" if found.n == 1 else f"{found.n} incidents that have ended"
    out = [f"{ended}; left out: {drills}, {found.still_open} open, {found.cancelled} cancelled."]
    if found.n < LEAST:
        return [*out, f"Nothing is said of fewer than {LEAST}."]
    if not found.steps:
        out.append("No checklist was attached in any of them.")
    striking = [each for each in found.steps if each.claims]
    for each in striking:
        out += ["", *_use_lines(each, paint)]
    few = sum(each.n < LEAST for each in found.steps)
    quiet = len(found.steps) - len(striking) - few
    if found.steps:
        out += ["", f"Nothing stands out about {quiet} other steps; {few} were attached fewer than {LEAST} times."]
    if found.recurring:
        out += ["", paint.bold("Done again and again, and no checklist there had a step for it:")]
        out += [_again(each, handle) for each in found.recurring]
    return out


def _use_lines(each: StepUse, paint: Paint) -> list[str]:
    after = f"  (added after {each.origin})" if each.origin else ""
    out = [paint.bold(clean(f"{each.playbook}  {each.step}: {each.text}")) + clean(after)]
    late = f", median {spell(each.lateness)} late" if each.lateness is not None else ""
    counts = f"n {each.n}: done {each.done}, skipped {each.skipped}, never touched {each.untouched}"
    timed = f"; {each.late} of {each.timed} with a due time were late{late}" if each.timed else ""
    out.append(f"  {'; '.join(each.claims)}")
    out.append(paint.dim(f"  {counts}{timed}"))
    out += [clean(f"  skipped {count}×: {why}") for why, count in each.reasons[:_MOST_REASONS] if why]
    return out


def _again(each: Recurring, handle: Callable[[str], str]) -> str:
    where = ", ".join(handle(inc) for inc in each.incidents[:4]) + (" …" if len(each.incidents) > 4 else "")
    has = f"; the playbook {each.elsewhere} has such a step" if each.elsewhere else ""
    return clean(f"  {each.kind} in {len(each.incidents)} of {each.n}: {each.words}  ({where}{has})")


# ── templates on trial ──


def tried(state: Incident, now: Ms) -> Callable[[str, str], Sequence[str]]:
    """Fills a template with what is known of this incident: what is wrong with it, as sentences."""

    def problems(name: str, folder: str) -> Sequence[str]:
        return [said.removesuffix(_INSTEAD).removesuffix(_SHIPPED) for said in _problems(state, now, name, folder)]

    return problems


_SHIPPED = " The shipped template is used instead."


def _problems(state: Incident, now: Ms, name: str, folder: str) -> Sequence[str]:
    from . import brief, update

    kind, _, rest = name.removesuffix(".txt").partition(".")
    if kind == "brief" and rest in brief.LIMITS:
        return brief.text(brief_of(state, now), rest, "", folder)[1]
    if kind == "nochange":
        return update.same(updates.facts(state, AUDIENCES[0], now), "", folder)[1]
    audience, _, ended = rest.partition(".")
    if kind == "update" and audience in AUDIENCES:
        facts = updates.facts(state, audience, now)
        return update.fill(replace(facts, ended=now if ended else None), "", folder)[1]
    return ()
