"""The wording of updates: what a reader outside may stumble over, and which time a text promises.

It only ever points at a word and says why; it never blocks, and it changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from .hypotheses import hypotheses
from .incident import Incident
from .values import DAY, HOUR, MINUTE, At, Ms, Refused

_FARTHEST = 12 * HOUR  # a clock time farther ahead than this was meant for the past
_MOST = 40  # doubts about one text
_GAP = "nobody has said this yet"
_HOST = "a machine or an address: say what users see instead"
_NAME = "a person's name: say what is done, not who does it"
_CAUSE = "a cause, and no hypothesis that is supported says so: leave it out until it is known"
_GUESS = "a guess: say what is known, or leave it out"
_TIME = "a time for the repair: call it an estimate, or leave it out"
_JARGON = "a word of the trade: say it as users would"


class Doubt(msgspec.Struct, frozen=True, gc=False):
    """A word in a text, why a reader may stumble over it, and where it stands (characters from the start)."""

    word: str
    why: str
    at: int


_OPEN = re.compile(r"\[[^\[\]\n]{1,80}: not stated\]")
_WEB = re.compile(r"\bhttps?://[^\s<>\"]+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_INSIDE = re.compile(
    r"\.(?:internal|local|localdomain|lan|corp|intra|svc|consul)(?![\w-])|//localhost\b", re.IGNORECASE
)
_HOSTS = (
    re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)(?::\d+)?"),
    re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}(?:::?[0-9a-f]{1,4})*(?![\w:])", re.IGNORECASE),
    re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:internal|local|localdomain|lan|corp|intra|svc|consul)(?![\w-])"),
    re.compile(r"(?<![\w.@/-])[a-z]{2,}(?:-[a-z0-9]+)*-?\d+(?:\.[a-z][\w-]*)*(?![\w-])"),
)
_NO_HOST = re.compile(r"(?:utf|sev|http|ipv|covid|mp|sha|rfc|iso|q|step|update|level|phase|part)-?\d+", re.IGNORECASE)
_CAUSES = re.compile(
    r"\b(?:because(?: of)?|caused by|due to|owing to|as a result of|root cause|the cause|thanks to|triggered by)\b",
    re.IGNORECASE,
)
_GUESSES = re.compile(
    r"\b(?:should|hopefully|probably|presumably|likely|maybe|perhaps|might|(?:we|i) (?:think|believe|guess|hope|assume|"
    r"suspect)|seems?|appears? to|apparently|soon|shortly|asap|any minute)\b",
    re.IGNORECASE,
)
_REPAIR = re.compile(
    r"\b(?:fix(?:ed)?|resolved?|restor(?:e|ed|es|ing)|repair(?:ed)?|recover(?:ed|s|y)?|works?|working|back|normal|"
    r"complete[ds]?|done|available|over|solved|up again)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"(?<!began )(?<!started )\b(?:by|at|until|before|around|about|within|in)\s+(?:the next\s+)?"
    r"(?:\d{1,2}[:.]\d{2}|\d{1,2}\s?[ap]m|"
    r"(?:\d+|an?|one|two|a few|some|half an)\s*(?:m|min|mins|minutes?|h|hrs?|hours?|days?))\b|\b(?:tonight|tomorrow)\b",
    re.IGNORECASE,
)
_MARKED = re.compile(r"\bestimat|\bexpect|\bnext (?:update|one|news|report)\b", re.IGNORECASE)
_TRADE = re.compile(
    r"(?<![\w/])(?:[45]xx|[45]\d\ds|(?:http|status|error)s? [45]\d\d|p(?:50|9[059]|999)|sev-?\d|slos?|slas?|ooms?|k8s|"
    r"kubernetes|pods?|containers?|clusters?|nodes?|replicas?|failovers?|fail(?:ed|ing)? over|shards?|rollbacks?|"
    r"roll(?:ed|ing)? back|deploy(?:s|ed|ment|ments)?|latency|throughput|back-?ends?|micro-?services?|vacuum|mutex|"
    r"deadlocks?|cpus?|dns|load[- ]balancers?|cron|queue depth|circuit breakers?)(?!\w)",
    re.IGNORECASE,
)
_POD = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?:-[a-z0-9]+)*-[a-f0-9]{8,10}-[a-z0-9]{5}(?![\w-])")
_COMMIT = re.compile(r"(?<![\w#-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}(?![\w-])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def warnings(
    text: str,
    *,
    audience: str = "public",
    people: Iterable[str] = (),
    hosts: Iterable[str] = (),
    supported: Iterable[str] = (),
) -> tuple[Doubt, ...]:
    """What readers of `text` may stumble over, in the order in which it stands there; each word and reason once.

    `people` are the names of those who are here, `hosts` more names that only insiders know, `supported` the causes
    that evidence speaks for. Names of people and machines, and the words of the trade, are pointed out to the public.
    """
    public = audience == "public"
    found = [*_matches(_OPEN, text, _GAP), *_causes(text, tuple(supported)), *_matches(_GUESSES, text, _GUESS)]
    found += _times(text)
    if public:
        found += _hosts(text, hosts)
        found += _people(text, people)
        found += _matches(_COMMIT, text, _JARGON)
        found += _matches(_TRADE, text, _JARGON)
    out: list[Doubt] = []
    known: set[tuple[str, str]] = set()
    behind = 0
    for each in sorted(found, key=lambda d: (d.at, -len(d.word))):
        same = (each.word.casefold(), each.why)
        # What lies within a longer word that was pointed out already is that word.
        if same in known or each.at + len(each.word) <= behind:
            continue
        known.add(same)
        behind = max(behind, each.at + len(each.word))
        out.append(each)
    return tuple(out[:_MOST])


def judged(state: Incident, text: str, audience: str) -> tuple[Doubt, ...]:
    """The same for an update of this incident: its people, its services with a machine's name, what is supported."""
    supported = [f"{h.what} {h.evidence}" for h in hypotheses(state) if h.state == "supported"]
    inside = [name for name in state.services if not name.isalpha()]
    people = {*state.people, *state.attendance, *(role.who for role in state.roles if role.who)}
    return warnings(text, audience=audience, people=people, hosts=inside, supported=supported)


def _matches(pattern: re.Pattern[str], text: str, why: str) -> Iterator[Doubt]:
    return (Doubt(m.group(), why, m.start()) for m in pattern.finditer(text))


def _hosts(text: str, more: Iterable[str]) -> Iterator[Doubt]:
    links = [(m.start(), m.end()) for m in _WEB.finditer(text)]
    for start, end in links:
        if _INSIDE.search(text, start, end):
            yield Doubt(text[start:end], _HOST, start)
    spoken = _without(text, links)
    for pattern in (*_HOSTS, _POD):
        for found in pattern.finditer(spoken):
            if not _NO_HOST.fullmatch(found.group()):
                yield Doubt(found.group(), _HOST, found.start())
    yield from _words(spoken, more, _HOST)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these spans blanked, so that everything else stands where it stood."""
    out, here = [], 0
    for start, end in spans:
        out += [text[here:start], " " * (end - start)]
        here = end
    return "".join([*out, text[here:]])


def _people(text: str, names: Iterable[str]) -> Iterator[Doubt]:
    return _words(text, (name for name in names if len(name) > 1), _NAME)


def _words(text: str, names: Iterable[str], why: str) -> Iterator[Doubt]:
    known = sorted({" ".join(name.split()) for name in names if name.strip()}, key=len, reverse=True)
    if known:
        pattern = r"(?<![\w-])(?:" + "|".join(map(re.escape, known)) + r")(?![\w-])"
        yield from _matches(re.compile(pattern, re.IGNORECASE), text, why)


def _causes(text: str, supported: tuple[str, ...]) -> Iterator[Doubt]:
    for found in _CAUSES.finditer(text):
        clause = _SENTENCE.split(text[found.end() : found.end() + 300], maxsplit=1)[0]
        said = _long(clause)
        if not any(len(said & _long(each)) >= min(2, len(said) or 1) for each in supported):
            yield Doubt(found.group(), _CAUSE, found.start())


def _long(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3}


def _times(text: str) -> Iterator[Doubt]:
    start = 0
    for cut in (*_SENTENCE.finditer(text), None):
        end = cut.start() if cut else len(text)
        sentence = text[start:end]
        if _REPAIR.search(sentence) and not _MARKED.search(sentence):
            for found in _WHEN.finditer(sentence):
                yield Doubt(found.group(), _TIME, start + found.start())
        start = cut.end() if cut else end


# ── the times that a text names ──

_CLOCK = r"\b[^\n]{0,60}?(?<![\d:])(\d{1,2}:\d{2})(?![\d:])(?:\s*(UTC|GMT|Z)\b)?"
_NEXT = re.compile(r"\bnext update" + _CLOCK, re.IGNORECASE)
_ESTIMATE = re.compile(r"\bestimated?" + _CLOCK, re.IGNORECASE)


def promised(text: str, now: Ms, when: Callable[[str], At]) -> Ms | None:
    """How long from `now` (ms) until the next update that the text itself promises by a clock time, or None.

    `when` reads a clock time in the zone that is shown; a time that says UTC is UTC.
    """
    return _ahead(_NEXT, text, now, when)


def estimated(text: str, now: Ms, when: Callable[[str], At]) -> Ms | None:
    """How long from `now` (ms) until the end that the text itself estimates, or None."""
    return _ahead(_ESTIMATE, text, now, when)


def _ahead(pattern: re.Pattern[str], text: str, now: Ms, when: Callable[[str], At]) -> Ms | None:
    found = list(pattern.finditer(text))
    if not found:
        return None
    clock, zone = found[-1].groups()
    hour, minute = map(int, clock.split(":"))
    if hour > 23 or minute > 59:
        return None
    try:
        t = now - now % DAY + hour * HOUR + minute * MINUTE if zone else when(clock).t
    except (Refused, ValueError):
        return None
    wait = (t - now) % DAY
    return wait if MINUTE <= wait <= _FARTHEST else None
