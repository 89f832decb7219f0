"""What the words of an entry may be a sign of. It only puts the entry before a reviewer, who decides what it was."""

import re

from .entries import Entry

CAUSE, LUCK, TOOLS, BELIEF, SIZE, SLOW, GOOD = "cause", "luck", "tools", "belief", "size", "slow", "good"


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


_TOOL = (
    r"(?:internal (?:tools?|log-?in|services?)|dashboards?|consoles?|status page|issue trackers?|control panel|chat|"
    r"blog|remote access|out-of-band|credentials|vpn|support)"
)
_OUT = r"(?:down|cannot|can't|could not|unreachable|unreliable|unavailable|fails?|failed|disabled|delayed|lost)"
_MANY = r"(?:users?|customers?|people|sites|projects|accounts|comments|requests|orders|payments|payloads|events)"

_SIGNS = {
    CAUSE: _any(
        *("causes?", "caused", "because", "due to", "triggers?", "triggered", "sets? off", "bugs?", "undiscovered"),
        *(
            "is wrong",
            "wrong (?:host|input|file|version)",
            "and not",
            "instead of",
            "silently",
            "unexpected(?:ly)?",
            "never",
        ),
        *("misconfigured", "misconfiguration", "not (?:among|tested|replicated|monitored|mentioned|set up)"),
        *("does not mention", "for lack of", "no longer safe", "meant to", "depends? on", "runs? behind"),
        *("also carried", "are already gone", "expired", "expires", "leaks?", "leaked", "time-?outs?", "timed out"),
        *("full disk", "disk (?:is )?full", "out of (?:memory|disk)", r"version \S+ against", "only a few bytes"),
        *("none works", "were rejected", "to the whole", "passed an internal", "judge themselves"),
        *("change to .{0,80} deployed", "overload(?:s|ed)?", "exhaust(?:s|ed)?", "too many", "race condition"),
    ),
    LUCK: _any(
        *("by chance", "luck", "lucky", "luckily", "fortunate", "fortunately", "happens? to", "happened to"),
        *("coincidence", "coincidentally", "by accident", "unrelated", "seldom", "a second or two", "just in time"),
        *("limited to at most", "stayed because", "only because", "no sign of malicious"),
    ),
    TOOLS: re.compile(rf"\b{_TOOL}\b.*\b{_OUT}\b|\b{_OUT}\b.*\b{_TOOL}\b", re.IGNORECASE),
    BELIEF: _any(
        *("theory", "theories", "suspicions?", "suspects?", "suspected", "suspecting", "looks? like", "looked like"),
        *("held to be", "thought to be", "assum(?:es?|ed|ing|ptions?)", "estimate was wrong", "believes?", "believed"),
    ),
    SIZE: re.compile(
        rf"\d\s?%|\b\d[\d,. ]*\s?(?:thousand|million|k|m)?\s+(?:\w+\s+)?{_MANY}\b|\b(?:data loss|lost|visitors see|"
        r"users see|errors? on customer|cannot (?:serve|reach)|no longer resolves|downtime|are affected|of traffic|"
        r"(?:minutes?|seconds?) of .{0,40}writes)\b",
        re.IGNORECASE,
    ),
    SLOW: _any(
        *("longer than expected", "delayed", "slows?", "criticised", "as late", "hangs?", "throttled", "dropped"),
        *(
            "was wrong",
            "growing rather than",
            "cannot be (?:reached|changed)",
            "still lags?",
            "stale data",
            "none works",
        ),
        *("is empty", "only a few bytes", "slow", "could not reach", "security built to keep people out"),
    ),
    GOOD: _any(
        *(
            r"within (?:one|a|two|\d+) (?:minutes?|seconds?)",
            "practised",
            "drills?",
            "confirmed in a test",
            "tested with",
        ),
        *("integrity (?:comes|is)", "protect user data", "kept current", "no further change", "last known good"),
        *("ruled out", "is stopped", "automated test detects", "at most", "kept red on purpose", "told through"),
    ),
}
_RULED_OUT = _any("ruled out", "was wrong", "not the cause", "false (?:lead|trail)")
_MACHINE = _any(
    *("alerts?", "alarms?", "monitors?", "monitoring", "pages?", "paged", "automated", "tests? (?:detects?|fails?)"),
    "probes?",
)
_PEOPLE = re.compile(
    r"\b(?:customers?|users?|support|somebody|someone|twitter|an outside|a colleague|tickets?|a caller)\b.*\b(?:"
    r"reports?|reported|says?|said|asks?|asked|opens?|complain(?:s|ed)?|notices?|noticed|sees?|saw)\b",
    re.IGNORECASE,
)


def signs(entry: Entry, of: str) -> bool:
    """Whether the entry's words may be a sign `of` this."""
    return bool(_SIGNS[of].search(entry.text[:_READ]))


_READ = 2_000  # letters of an entry: what is pasted whole says less than its first lines


_REACHED = {
    "impact started": re.compile(
        r"\b(?:impact (?:starts?|began|begins)|first errors|cannot serve|visitors see|returns errors|no longer "
        r"resolves|downtime|are gone|starts? to fail|fail(?:s|ing) for)\b",
        re.IGNORECASE,
    ),
    "identified": re.compile(
        r"\b(?:identif(?:y|ies|ied)|root cause (?:is )?(?:confirmed|found)|held to be the trigger|cause (?:is )?"
        r"(?:found|understood|known)|cause:|it is understood)",
        re.IGNORECASE,
    ),
    "mitigated": re.compile(
        r"\b(?:mitigated|(?:is|are) back to (?:expected|normal)|main impact over|start(?:s|ed)? to recover|"
        r"operates? normally|service is restored|working again)\b",
        re.IGNORECASE,
    ),
}


def reaches(entry: Entry, milestone: str) -> bool:
    """Whether its words may say that this milestone was reached then."""
    pattern = _REACHED.get(milestone)
    return bool(pattern and pattern.search(entry.text[:_READ]))


def rules_out(entry: Entry) -> bool:
    """Whether it says that something believed before was not so."""
    return bool(_RULED_OUT.search(entry.text[:_READ]))


def by_machine(text: str) -> bool:
    """Whether this was told by an alert, a test, a probe."""
    return bool(_MACHINE.search(text[:_READ])) and not by_people(text)


def by_people(text: str) -> bool:
    """Whether somebody outside the room told it."""
    return bool(_PEOPLE.search(text[:_READ]))
