"""From what happened to a message in Slack to what the log has to say about it: once, and nothing it holds already.

What a message became is found by `Heard`. An edit corrects, a deletion takes back, and so does a mark taken away; what
somebody took back in the room stays so, whatever happens in Slack.
"""

from typing import TypeAlias

import msgspec

from ..core import events as ev
from ..core.acts.entries import Amend, Log, Undo
from ..core.acts.heard import TakeIn
from ..core.commands import Command
from ..core.incident import Incident
from ..core.values import At, Ms, Refused
from ..render.timeline import kind_of, text_of
from .slack_asked import Asked, Reply, command, read
from .slack_events import DELETED, EDIT, MARK, WORD, Heard, ms
from .slack_people import LOGIN

IDS = 4  # facts that one act may have


class Said(msgspec.Struct, frozen=True):
    """What was heard, with its text as a person reads it and as it may be kept: `who` wrote it, `by` marked it."""

    heard: Heard
    text: str
    who: str
    by: str = ""


Does: TypeAlias = "list[tuple[str, Command]] | Reply"
"""Parts of the message (see `Heard.what`), each with what it asks for; or what is to be said about it."""


def concerns(state: Incident, heard: Heard) -> bool:
    """Whether this can mean anything here: asked before names are looked up. It may still come to nothing."""
    known = bool(word_of(state, heard.remote)) or mark_of(state, heard.remote)[1] != ""
    match heard.what:
        case "word":
            return not heard.bot and _is_word(heard.text)
        case "edit":
            return not heard.bot and (known or _is_word(heard.text))
        case "deleted":
            return known
    # A look says of every message whether it is marked; an event only that something about it has changed.
    return heard.envelope != "" or heard.marked != _stands(state, mark_of(state, heard.remote)[1])


def unsigned(state: Incident, heard: Heard) -> bool:
    """Whether the log has this already, and its writer has not been shown that: whoever took it in died before."""
    if heard.answered or heard.what not in (WORD, MARK):
        return False
    if heard.what == WORD:
        return bool(word_of(state, heard.remote))
    return heard.marked and _stands(state, mark_of(state, heard.remote)[1])


def taken(state: Incident, said: Said, now: Ms) -> Does:
    """What this asks for now; nothing where the log has it. Raises `Refused` with a sentence for whoever wrote it."""
    heard = said.heard
    match heard.what:
        case "word":
            return [] if heard.bot else _word(state, said, now)
        case "edit":
            return _edit(state, said, now)
        case "deleted":
            return _deleted(state, heard)
    return _mark(state, said, now)


def take_in(does: list[tuple[str, Command]], heard: Heard, channel: str, ids: list[str]) -> list[Command]:
    """The commands that do this and note what came of it. `ids`: as many as `IDS` for each."""
    found: list[Command] = []
    for n, (what, each) in enumerate(does):
        own = tuple(ids[n * IDS : (n + 1) * IDS])
        found.append(TakeIn(command=each, remote=heard.remote, what=what, ids=own, channel=channel))
    return found


# ── what the log knows of a message ──


def word_of(state: Incident, remote: str) -> str:
    """The fact that the word of this message became; empty where it became none."""
    return _first(state, remote, WORD)


def mark_of(state: Incident, remote: str) -> tuple[int, str]:
    """How often this message was marked, and the fact that the last mark made."""
    n, fact = 0, ""
    while found := _first(state, remote, f"{MARK} {n}"):
        n, fact = n + 1, found
    return n, fact


def heard_twice(state: Incident) -> list[tuple[str, str]]:
    """The messages, by place and part, that two processes have taken in without knowing of each other."""
    found = []
    for key, events in state.values.items():
        if len(events) > 1 and key[0] == ev.Heard.type:
            found.append((key[1], key[2]))
    return found


def _first(state: Incident, remote: str, what: str) -> str:
    heard = state.value((ev.Heard.type, remote, what))
    return heard.facts[0] if isinstance(heard, ev.Heard) and heard.facts else ""


def _stands(state: Incident, fact: str) -> bool:
    return bool(fact) and fact in state.facts and state.stands(fact)


def _is_word(text: str) -> bool:
    return "!" in text[:200] and read(text) is not None


# ── what happened to it ──


def _word(state: Incident, said: Said, now: Ms) -> Does:
    found = read(said.text)
    if found is None:
        return []
    heard = said.heard
    does = command(state, Asked(*found, said.who, heard.at, heard.late), now)
    return does if isinstance(does, Reply) else [(WORD, does)]


def _edit(state: Incident, said: Said, now: Ms) -> Does:
    heard = said.heard
    marked = mark_of(state, heard.remote)[1]
    if _stands(state, marked):
        return _amended(state, said, marked, said.text, None)
    of = word_of(state, heard.remote)
    if not of:
        # It became a word by the edit, or was one that could not be done.
        late = msgspec.structs.replace(heard, late=True)
        return _word(state, msgspec.structs.replace(said, heard=late), now)
    if not _stands(state, of):
        return []
    found, fact = read(said.text), state.facts.get(of)
    body = fact.body if fact else None
    if found is None:
        return [(_edit_name(heard), Undo(of=of, why="no word any more, by an edit in Slack"))]
    asked = command(state, Asked(*found, said.who, heard.at, late=True), now)
    if isinstance(asked, Log) and isinstance(body, ev.Logged):
        return _amended(state, said, of, asked.text, asked.kind)
    if isinstance(body, ev.QuestionAsked) and getattr(asked, "what", "") == body.what:
        return []
    raise Refused("The log keeps what was written first. Write it again, as a new message, if it is meant now.")


def _amended(state: Incident, said: Said, of: str, text: str, kind: str | None) -> Does:
    heard = said.heard
    last = state.visible((ev.Amended.type, of))
    newer = bool(last) and last[-1].by.login == LOGIN and last[-1].at.t >= ms(heard.edited)
    entry = state.facts.get(of)
    same = entry is not None and text_of(state, entry) == text and kind in (None, kind_of(state, entry))
    if newer or same or not text.strip():
        return []  # of two edits the later one holds, in whatever order they are told
    return [(_edit_name(heard), Amend(of=of, text=text, kind=kind, at=At(ms(heard.edited))))]


def _edit_name(heard: Heard) -> str:
    return f"{EDIT} {heard.edited}"


def _deleted(state: Incident, heard: Heard) -> Does:
    facts = (word_of(state, heard.remote), mark_of(state, heard.remote)[1])
    gone = [fact for fact in dict.fromkeys(facts) if _stands(state, fact)]
    return [(f"{DELETED} {n}", Undo(of=fact, why="deleted in Slack")) for n, fact in enumerate(gone)]


def _mark(state: Incident, said: Said, now: Ms) -> Does:
    heard = said.heard
    n, last = mark_of(state, heard.remote)
    if not heard.marked:
        if not _stands(state, last):
            return []
        return [(f"un{MARK} {n - 1}", Undo(of=last, why="the mark was taken away in Slack"))]
    if _stands(state, last) or word_of(state, heard.remote):
        return []
    taken_back = state.retracted.get(last)
    if last in state.redacted or (taken_back is not None and taken_back.by.login != LOGIN):
        raise Refused("What this message had become was taken back in the room; there it stays so.")
    if not said.text.strip():
        raise Refused("There is no text in this message to be logged.")
    return [(f"{MARK} {n}", Log(text=said.text.strip(), who=said.who, at=At(min(heard.at, now))))]
