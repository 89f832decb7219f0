"""What people wrote into the review, by section: what is shown, what was written at once, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from .. import events as ev
from ..events import Event
from ..incident import Incident
from ..values import Ms
from .document import AT_TOP, TOP, Drafted, mark, words

Seen = Mapping[str, tuple[str, ...]]
"""The facts that somebody saw, by section."""


class Version(msgspec.Struct, frozen=True):
    """A section as one person wrote it. `at` is UTC ms; `sha`: of the log's lines that they saw."""

    fact: str
    by: str
    at: Ms
    title: str
    body: str
    after: str = ""
    sha: str = ""
    replaces: bool = False  # something that was there before


class Written(msgspec.Struct, frozen=True):
    """A section of the document, written or not. More than one version: they were written at the same time."""

    key: str
    title: str
    log: Drafted | None
    versions: tuple[Version, ...] = ()
    facts: tuple[str, ...] = ()  # all that a writer sees here, also where two said the same

    @property
    def conflict(self) -> bool:
        return len(self.versions) > 1

    @property
    def body(self) -> str:
        """What stands in it, the last version where there are several; of a section nobody wrote, the log's lines."""
        return self.versions[-1].body if self.versions else mark(self.key)

    @property
    def gone(self) -> bool:
        """Whether it is one of their own that they emptied."""
        return self.log is None and all(not each.body and each.replaces for each in self.versions)


def sections(state: Incident, log: Sequence[Drafted], seen: Seen | None = None) -> tuple[Written, ...]:
    """The document's sections in their order. With `seen`, as they were when only these facts were shown."""
    found = {key: _events(state, key, seen) for key in _keys(state, seen)}
    out = []
    for each in log:
        facts = found.pop(each.key, ())
        out.append(_written(each.key, each.title, each, facts))
    own = [_written(key, "", None, facts) for key, facts in found.items() if facts]
    return tuple(_placed(out, [each for each in own if not each.gone]))


def visible(state: Incident) -> Seen:
    """The facts that are shown now, by section, those of sections that were emptied too."""
    return {key: tuple(e.id for e in facts) for key in _keys(state, None) if (facts := _events(state, key, None))}


def _keys(state: Incident, seen: Seen | None) -> Iterable[str]:
    return sorted(seen if seen is not None else (key[1] for key, _ in state.under(ev.SectionWritten.type)))


def _events(state: Incident, key: str, seen: Seen | None) -> tuple[Event, ...]:
    place = (ev.SectionWritten.type, key)
    if seen is None:
        return state.visible(place)
    known = (state.facts.get(id) for id in seen.get(key, ()))
    return tuple(e for e in known if e is not None and isinstance(e.body, ev.SectionWritten) and e.body.key() == place)


def _written(key: str, title: str, log: Drafted | None, facts: tuple[Event, ...]) -> Written:
    versions: list[Version] = []
    for event in facts:
        body = event.body
        if isinstance(body, ev.SectionWritten):
            versions = [each for each in versions if each.body != body.body]
            versions.append(
                Version(
                    event.id, event.by.name, event.at.t, body.title, body.body, body.after, body.sha, bool(event.over)
                )
            )
    named = versions[-1].title if versions else ""
    return Written(key, named or title or key, log, tuple(versions), tuple(event.id for event in facts))


def _placed(fixed: list[Written], own: list[Written]) -> list[Written]:
    """The sections of the template, and each of one's own behind the one that it follows; lost ones at the end."""
    out = list(fixed)
    waiting = own
    while waiting:
        left = []
        for each in waiting:
            after = each.versions[-1].after
            place = TOP if after == AT_TOP else after or None
            at = next((n for n, other in enumerate(out) if other.key == place), None)
            if at is None:
                left.append(each)
                continue
            at += 1
            while at < len(out) and out[at].log is None and out[at].versions[-1].after == after:
                at += 1
            out.insert(at, each)
        if len(left) == len(waiting):
            return out + left
        waiting = left
    return out


def empty(section: Written) -> bool:
    """Whether nobody and nothing has said anything here yet."""
    silent = section.log is None or section.log.empty
    bodies = [each.body for each in section.versions] or [mark(section.key)]
    return all(not words(body).strip() and (silent or mark(section.key) not in body) for body in bodies)
