"""The brief as data: what somebody who is called has to know before they act, worked out from the facts at a moment.

What was taken back or redacted is not in it. Of a restricted incident, a channel that many read gets the handle only.
"""

import msgspec

from . import events as ev
from . import run as running
from .events import Event
from .evidence import named
from .incident import Incident
from .run import Call, Run
from .values import Ms

ENTRIES = 8  # of each list; the newest
PROOFS = 5
_RULED_OUT = "ruled out"
_REASONS = (" because ", " since ", " · ", ";", ",", " (", " – ", " — ")
_URL_ENDS = " \t\n\r\f\v\"'<>`|\\^{}\u00a0\u2028\u2029“”‘’"
_AFTER_URL = ".,;:!?)]*_~…"


class Said(msgspec.Struct, frozen=True, gc=False):
    """Something that was seen, thought or done: when (UTC ms), who, what, and its kind in the timeline."""

    at: Ms
    who: str
    what: str
    kind: str = ""
    proof: str = ""  # the evidence that stands for it, by name


class Running(msgspec.Struct, frozen=True, gc=False):
    """A task that somebody is at; `due` is UTC ms."""

    who: str
    what: str
    due: Ms | None = None


class Proof(msgspec.Struct, frozen=True, gc=False):
    """Evidence: a kept file with its size in bytes and the beginning of its SHA-256, or a link that somebody wrote."""

    at: Ms
    name: str = ""
    size: int = 0
    sha: str = ""
    link: str = ""


class Called(msgspec.Struct, frozen=True, gc=False):
    """Somebody else who was called. `did`: acked, declined, no answer, expired, calling, passed (nobody answered)."""

    who: str
    place: str  # "L2", "L2 backup", or a specialist's topic
    did: str
    at: Ms | None = None


class Impact(msgspec.Struct, frozen=True, gc=False):
    """What users notice, as somebody stated it."""

    what: str
    scope: str = ""
    since: Ms | None = None
    state: str = "ongoing"
    users: int | None = None


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """One incident for one reader at `now`. Texts are as people wrote them: clean them before they are shown.

    `hidden`: this reader may know the handle and whom to `ask`, and nothing else is filled in.
    """

    handle: str
    now: Ms
    drill: bool = False
    hidden: bool = False
    ask: str = ""
    title: str = ""
    severity: str = ""
    phase: str = ""
    declared_at: Ms = 0
    elapsed: Ms = 0
    services: tuple[str, ...] = ()
    impact: Impact | None = None
    happened: tuple[Said, ...] = ()  # newest first, the declaration last
    done: tuple[Said, ...] = ()  # newest first
    running: tuple[Running, ...] = ()
    hypotheses: tuple[Said, ...] = ()  # open, newest first
    ruled_out: tuple[Said, ...] = ()
    needed: str = ""
    place: str = ""
    evidence: tuple[Proof, ...] = ()
    bridge: str = ""
    dial: str = ""
    passcode: str = ""
    commander: str = ""
    called: tuple[Called, ...] = ()
    answer: str = ""


def brief(
    state: Incident, now: Ms, *, needed: str = "", place: str = "", shared: bool = False, handle: str = ""
) -> Brief:
    """The brief for whoever is called at `place` ("L2", "L2 backup", a topic), or for nobody in particular.

    `needed` says what is wanted of them; without it, the reason for which they were called does. `shared`: it goes to
    a channel that many read. `handle` where one is known that is unique among the incidents here.
    """
    name = handle or state.handle()
    answer = f"warroom ack -i {name}"
    held = state.role("commander")
    commander = held.who if held else ""
    if shared and state.restricted:
        writer = state.declaration.by.name if state.declaration and state.declared else ""
        ask = commander or writer or "whoever called you"
        return Brief(handle=name, now=now, drill=state.drill, hidden=True, ask=ask, needed=f"ask {ask}", answer=answer)
    told = _told(state)
    impact = state.impact
    return Brief(
        handle=name,
        now=now,
        drill=state.drill,
        title=state.title,
        severity=state.severity,
        phase=state.phase,
        declared_at=state.declared_at,
        elapsed=state.elapsed(now),
        services=state.services,
        impact=Impact(impact.what, impact.scope, impact.since, impact.state, impact.users) if impact else None,
        happened=told.happened,
        done=told.done,
        running=tuple(Running(t.who, t.what, t.due) for t in state.tasks if t.state == "open"),
        hypotheses=told.open,
        ruled_out=told.ruled_out,
        needed=" ".join(needed.split()) or _needed(state, place, commander),
        place=place,
        evidence=told.evidence,
        bridge=state.call.where,
        dial=state.call.dial,
        passcode=state.call.passcode,
        commander=commander,
        called=_called(state, now, place),
        answer=answer,
    )


def turn(state: Incident, now: Ms) -> str:
    """The place of whoever is being called now: "L2", "L2 backup"; empty where nobody is."""
    run = running.advance(state.run, now) if state.run else None
    call = run.current if run and not run.ack and not run.halted else None
    return _place(call) if call else ""


# ── what people wrote ──


class _Told(msgspec.Struct):
    happened: tuple[Said, ...] = ()
    done: tuple[Said, ...] = ()
    open: tuple[Said, ...] = ()
    ruled_out: tuple[Said, ...] = ()
    evidence: tuple[Proof, ...] = ()


def _told(state: Incident) -> _Told:
    observed: list[Said] = []
    done = _finished(state)
    guesses: list[Said] = []
    out: list[Said] = []
    proofs: list[Proof] = []
    for event in state.timeline:
        body = event.body
        if not isinstance(body, ev.Logged | ev.EvidenceAttached) or not state.stands(event.id):
            continue
        if isinstance(body, ev.EvidenceAttached):
            proofs.append(Proof(event.at.t, body.name, body.size, body.sha[:8], body.link))
            continue
        said = _said(state, event, body)
        proofs += [Proof(said.at, link=link) for link in links(said.what)]
        if said.kind != "question" and (rest := _against(said.what)):
            out.append(Said(said.at, said.who, rest, said.kind, said.proof))
            if guess := _meant(rest, guesses):
                guesses.remove(guess)
        elif said.kind == "hypothesis":
            guesses.append(said)
        elif said.kind == "observed":
            observed.append(said)
        if said.kind in ("action", "decision"):
            done.append(said)
    newest = {proof.link or (proof.name, proof.sha): proof for proof in proofs}
    return _Told(
        (*observed[: -ENTRIES - 1 : -1], *_declaration(state)),
        tuple(sorted(done, key=lambda said: -said.at)[:ENTRIES]),
        tuple(guesses[: -ENTRIES - 1 : -1]),
        tuple(out[: -ENTRIES - 1 : -1]),
        tuple(sorted(newest.values(), key=lambda proof: -proof.at)[:PROOFS]),
    )


def _said(state: Incident, event: Event, body: ev.Logged) -> Said:
    """The entry as it stands now, corrections included."""
    fixed = state.correction(event.id)
    kind, who, text = body.kind, body.who, body.text()
    if fixed:
        kind = fixed.kind_ or kind
        who = who if fixed.who is None else fixed.who
        text = text if fixed.text_ is None else fixed.text_
    return Said(state.when(event).t, who or event.by.name, text, kind, named(state, event.id))


def _declaration(state: Incident) -> tuple[Said, ...]:
    event, body = state.declaration, state.declared
    if event is None or body is None:
        return ()
    return (Said(event.at.t, event.by.name, body.title, "declared"),)


def _finished(state: Incident) -> list[Said]:
    """Tasks that were done, each when that was said."""
    found = []
    for task in state.tasks:
        changed = state.visible((ev.TaskChanged.type, task.id))
        if task.state == "done" and changed:
            what = f"{task.what} · {task.result}" if task.result else task.what
            found.append(Said(changed[-1].at.t, task.who, what, "task"))
    return found


def _against(text: str) -> str:
    """What a text that begins with “ruled out” speaks of; empty where it does not begin so."""
    said = " ".join(text.split())
    head, rest = said[: len(_RULED_OUT)], said[len(_RULED_OUT) :]
    if head.casefold() != _RULED_OUT or rest[:1].isalnum() or rest[:1] == "?":
        return ""
    return rest.lstrip(" :,–—-·").strip()


def _meant(rest: str, guesses: list[Said]) -> Said | None:
    """The one open hypothesis that was ruled out; None where it could be none of them or several."""
    for words in dict.fromkeys((rest, _before_reason(rest))):
        wanted = _plain(words)
        hits = [g for g in guesses if wanted and _within(wanted, _plain(g.what))]
        if len(hits) == 1:
            return hits[0]
    return None


def _before_reason(text: str) -> str:
    ends = [at for sign in _REASONS if (at := text.find(sign)) > 0]
    return text[: min(ends)] if ends else text


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _within(one: str, other: str) -> bool:
    """Whether one of the two stands in the other, as whole words."""
    return f" {one} " in f" {other} " or (bool(other) and f" {other} " in f" {one} ")


def links(text: str) -> list[str]:
    """The http and https links in a text, in its order, without the signs that only follow them."""
    found = []
    low = text.casefold() if "://" in text else ""
    # A few letters change their number in another case, and then no place in `low` is one in `text`.
    at = 0 if len(low) == len(text) else len(low)
    while (at := low.find("http", at)) >= 0:
        mark = next((m for m in ("https://", "http://") if low.startswith(m, at)), "")
        end = at + max(4, len(mark))
        if mark and (at == 0 or not text[at - 1].isalnum()):
            while end < len(text) and text[end] not in _URL_ENDS and text[end].isprintable():
                end += 1
            link = text[at:end].rstrip(_AFTER_URL)
            if len(link) > len(mark):
                found.append(link)
        at = end
    return found


# ── who was called ──


def _needed(state: Incident, place: str, commander: str) -> str:
    """What is wanted of them, where nobody said it: why they were called, else what is missing most."""
    for event in reversed(state.pages):
        body = event.body
        if not isinstance(body, ev.Escalated | ev.SpecialistCalled) or not body.why or not state.stands(event.id):
            continue
        called = body.topic if isinstance(body, ev.SpecialistCalled) else f"L{body.level}"
        if called == place.removesuffix(" backup"):
            return body.why
    if not commander:
        return "take command, or say who does"
    return f"acknowledge, then ask {commander} what to take on"


def _called(state: Incident, now: Ms, place: str) -> tuple[Called, ...]:
    """Everybody whose turn came, the specialists last; but for whoever reads this."""
    return tuple(
        called
        for topic, each in state.runs.items()
        for called in _calls(running.advance(each, now), topic)
        if called.place != place or called.did != "calling"
    )


def _calls(run: Run, topic: str) -> list[Called]:
    """What became of the last call at each place."""
    last = {answer.call.place: answer for answer in run.answers}
    calls = {place: answer.call for place, answer in last.items()} | {call.place: call for call in run.called}
    found = []
    for _, call in sorted(calls.items()):
        if not 1 <= call.level <= len(run.policy.levels):
            continue
        names = ", ".join(target.name for target in running.called_at(run, call))
        here = topic or _place(call)
        answer = last.get(call.place)
        if answer and answer.at >= call.due:
            found.append(Called(answer.who or names, here, answer.what, answer.at))
        elif run.current and run.current.place == call.place and not run.halted:
            found.append(Called(names, here, "calling", call.due))
        elif names:
            found.append(Called(names, here, "passed", call.due))
    return found


def _place(call: Call) -> str:
    return f"L{call.level}" + (" backup" if call.backup else "")
