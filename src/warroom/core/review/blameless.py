"""The wording of a review: people as causes, “should have”, “human error”, what nobody knew then. It only points.

It never blocks and changes nothing: every finding says why a reader may stop learning there, and offers other words.
Why: Allspaw, “Blameless PostMortems” (2012); Dekker, “The Field Guide to Understanding ‘Human Error’”.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ..incident import Incident

PERSON, COUNTERFACTUAL, ERROR, HINDSIGHT, JUDGEMENT, ONE_CAUSE = (
    "person",
    "counterfactual",
    "human error",
    "hindsight",
    "judgement",
    "one cause",
)
_MOST = 200  # findings of one text
_READ = 4_000  # letters of a line

_WHY = {
    PERSON: "a person as the cause: whoever stood there would have met the same system",
    COUNTERFACTUAL: "tells a story that did not happen: it says nothing of why what was done made sense then",
    ERROR: "a label that ends the search: what was asked of people, and with what at hand, begins it",
    HINDSIGHT: "only seen from the end: at that moment it was one of many signs",
    JUDGEMENT: "a judgement of people: it tells the next one to keep silent",
    ONE_CAUSE: "one cause ends the search: several things had to come together",
}


class Finding(msgspec.Struct, frozen=True, gc=False):
    """`words` stand in line `line` (from 1) at `at` (characters from its start); `instead` offers others."""

    line: int
    at: int
    words: str
    sort: str
    why: str
    instead: str


class _Rule(msgspec.Struct, frozen=True):
    sort: str
    pattern: re.Pattern[str]
    instead: str


def _rule(sort: str, instead: str, *parts: str) -> _Rule:
    return _Rule(sort, re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])", re.IGNORECASE), instead)


# Who takes part in a response. Users are not among them: that they did not notice is a fact about the impact.
_TRADE = (
    r"(?:on-?call|operator|engineer|developer|dev|admin|administrator|sre|dba|team|staff|colleague|responder|commander|"
    r"reviewer|manager|contractor|vendor|intern|junior|human)s?"
)
_THEY = rf"(?:he|she|they|you|somebody|someone|(?:(?:the|an?|our|their|one) )?(?:[\w-]+ )?{_TRADE})"
_WHO = rf"(?:we|i|nobody|no one|{_THEY})"
_NOT = r"(?:did not|didn['’]t|do not|don['’]t|does not|doesn['’]t|never)"
_FAILED = r"(?:failed|forgot|neglected|omitted)"
_THOUGHT = (
    r"(?:notice|reali[sz]e|recogni[sz]e|understand|communicate|escalate|consider|anticipate|think|remember|coordinate|"
    r"double-?check|ask|pay attention|follow the)"
)
_DONE = (
    rf"(?:{_THOUGHT}|see|check|follow|tell|test|review|verify|validate|document|respond|react|read|look|pay|care|bother|"
    r"warn|inform|update|page|call|monitor|confirm|prepare|plan|raise|report|stop|prevent|catch)"
)
_SLIP = r"(?:mistake|error|fault|failure|carelessness|negligence|oversight|slip|blunder)s?"
_WARNING = r"(?:warning|alert|sign|alarm|page|e?-?mail|symptom)s?"

_RULES: tuple[_Rule, ...] = (
    _rule(
        ERROR,
        "say what the task was, what was shown, and what made this act look right",
        r"human errors?|(?:human|operator) (?:mistake|failure)s?",
        r"(?:operator|user|pilot|engineer|manual|personal|personnel) error"
        r"(?! (?:rate|message|page|report|count|code|log)s?)",
        r"errors? (?:of|by) (?:the |an? )?(?:operator|engineer|user|person)s?",
        r"fat[- ]finger(?:ed|s|ing)?",
        r"pebkac|layer 8(?: problem)?",
        r"mistakenly|by mistake|erroneously",
    ),
    _rule(
        COUNTERFACTUAL,
        "say what was done and what was known: “at 14:02 the panel showed …, so …”",
        r"(?:should|ought to|could)(?:n['’]t| not)? (?:(?:easily|simply|just|also|at least|really|clearly|never) )?have"
        r"(?! been (?:worse|longer|more|lost|far|much))",
        r"(?:should|could)(?:n['’]t)?['’]ve \w+|(?:should|could) of (?:been|done|known|seen|checked|had)",
        r"would(?:n['’]t| not)? have (?:been )?(?:prevented|avoided|caught|noticed|seen|known|stopped|helped|found|"
        r"detected|saved|spared|mattered)",
        r"if only",
        rf"had {_WHO} (?:only |just |not )?\w+(?:ed|en|wn|lt|id|t|un)",
        rf"if {_WHO} had(?:n['’]t| not| only| just)? \w+",
        rf"{_WHO} (?:was|were) supposed to|need(?:s|ed) to have",
    ),
    _rule(
        JUDGEMENT,
        "say what was seen and what it meant at that moment; leave out how it looks now",
        r"careless(?:ly|ness)?|negligen(?:t|tly|ce)|sloppy|sloppily|sloppiness|laz(?:y|ily|iness)",
        r"stupid(?:ly|ity)?|idiotic|foolish(?:ly)?|dumb|incompeten(?:t|ce)|complacen(?:t|cy)|inattenti(?:ve|on)",
        r"reckless(?:ly|ness)?|irresponsib(?:le|ly)|unprofessional(?:ly)?|not paying attention",
        r"lack of (?:attention|care|discipline|diligence|effort|common sense)",
        r"(?:poor|bad|wrong|questionable) (?:judge?ment|decision|choice)s?",
        r"at fault|(?:is|are|was|were) to blame|(?<!git )blame(?:s|d|worthy)?|fault of|guilty",
        r"violat(?:ed|es|ing|ion of) (?:the |our |a )?(?:process|procedure|policy|rules?|runbook|playbook|checklist)",
    ),
    _rule(
        HINDSIGHT,
        "say how it looked at that moment, and what set it apart from every other day",
        r"obvious(?:ly)?|of course|in hindsight|in retrospect|with hindsight|simply(?! put)|common sense",
        r"clearly (?:was|were|should|wrong|visible|shown)|(?:was|were|is|are) clearly",
        r"(?:it|that) (?:was|is|would have been) (?:trivial|easy|simple) to",
        r"easily (?:seen|spotted|avoided|prevented|noticed)|avoidable|preventable",
        r"(?:everybody|everyone) knows|as anyone (?:knows|can see)",
        r"too (?:late|slow(?:ly)?) to (?:notice|react|respond|reali[sz]e|escalate|see)",
        r"too long to (?:notice|react|respond|reali[sz]e|escalate|see)",
        rf"(?:ignored|overlooked|missed) (?:(?:the|an?|all|several|clear|obvious|many|early) ){{0,3}}{_WARNING}",
        r"(?:nobody|no one) (?:noticed|checked|looked|thought|read|tested|asked|cared|bothered)",
    ),
    _rule(
        HINDSIGHT,
        "say what was looked at instead, and why that was nearer at hand",
        rf"{_FAILED} to {_THOUGHT}|failure to {_THOUGHT}",
        rf"{_THEY} {_FAILED} to \w+",
        rf"{_THEY} {_NOT} {_DONE}",
        rf"why (?:did(?:n['’]t| not)?|were(?:n['’]t| not)?|was(?:n['’]t| not)?) {_WHO}(?: not)?",
    ),
    _rule(
        PERSON,
        "say what the system let happen: “the command takes both hosts alike”",
        rf"(?:caused|triggered|brought about|introduced|broken|deleted|misconfigured) by {_THEY}",
        rf"because (?:of )?{_THEY} (?:made|broke|deleted|forgot|ignored|typed|ran|pushed|did|failed|missed)",
        rf"{_THEY}['’]s? {_SLIP}",
        rf"{_THEY} (?:accidentally|wrongly|incorrectly|inadvertently) \w+",
        rf"{_THEY} (?:made|makes) (?:(?:the|an?) )?(?:\w+ )?{_SLIP}",
    ),
    _rule(
        ONE_CAUSE,
        "call them contributing factors, and name what had to come together",
        r"root[- ]causes?(?! analys[ie]s)|the (?:real|actual|only|sole|true|ultimate) (?:cause|reason|culprit)",
        r"(?:was|is) (?:solely|entirely|only) (?:due to|caused by|because of)",
    ),
)

_BLAMES = (
    r"(?:broke|caused|causes|triggered|deleted|dropped|wiped|destroyed|crashed|took down|brought down|messed up|forgot|"
    r"screwed up|failed|neglected|ignored|overlooked|missed|misread|mistyped|misconfigured|mishandled|misunderstood|"
    rf"should|shouldn['’]t|could have|{_NOT} {_DONE}|accidentally|mistakenly|wrongly|incorrectly|inadvertently|"
    rf"panicked|made (?:the|an?) (?:\w+ )?{_SLIP}|was (?:wrong|careless|too slow|asleep|to blame|at fault|"
    r"responsible for)|is (?:to blame|at fault|responsible for the))"
)


def findings(text: str, people: Iterable[str] = ()) -> tuple[Finding, ...]:
    """What may stop a reader of `text` from learning, in the order in which it stands there.

    `people` are the names of those who took part. Words in quotes and in code are what somebody else said, and stay.
    """
    rules = (*_of_people(people), *_RULES)
    found: list[Finding] = []
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            found += _in_line(number, line[:_READ], rules)
        if len(found) >= _MOST:
            break
    return tuple(found[:_MOST])


def people_of(state: Incident) -> tuple[str, ...]:
    """Everybody whose name is on this log."""
    named = {*state.people, *state.attendance, *(role.who for role in state.roles if role.who)}
    for run in state.runs.values():
        named |= {t.name for level in run.policy.levels for t in (*level.notify, *level.backup)}
    return tuple(sorted(name for name in named if len(name) > 1))


def _in_line(number: int, line: str, rules: Sequence[_Rule]) -> Iterator[Finding]:
    said = _spoken(line)
    taken: list[tuple[int, int]] = []
    hits = [(rule.sort != PERSON, m.start() - m.end(), m, rule) for rule in rules for m in rule.pattern.finditer(said)]
    kept = []
    # A person named as a cause goes before all else; then the longest one says most.
    for *_, hit, rule in sorted(hits, key=lambda each: (*each[:2], each[2].start())):
        start, end = hit.span()
        if not any(start < other and here < end for here, other in taken):
            taken.append((start, end))
            kept.append(Finding(number, start, line[start:end].strip(), rule.sort, _WHY[rule.sort], rule.instead))
    yield from sorted(kept, key=lambda each: each.at)


_QUOTED = re.compile(r"“[^”\n]{1,300}”|\"[^\"\n]{1,300}\"|„[^“\n]{1,300}“|`[^`\n]{1,300}`|<!--.*?(?:-->|$)|https?\S+")


def _spoken(line: str) -> str:
    """The line with quotes, code, comments and links blanked, so that everything else stands where it stood."""
    return _QUOTED.sub(lambda found: " " * len(found.group()), line)


def _of_people(people: Iterable[str]) -> tuple[_Rule, ...]:
    names = sorted({" ".join(name.split()) for name in people if len(name.strip()) > 1}, key=len, reverse=True)
    if not names:
        return ()
    who = "(?:" + "|".join(map(re.escape, names)) + ")"
    return (
        _rule(
            PERSON,
            "say what the system let happen, and leave the name to the timeline",
            rf"{who}['’]s? (?:{_SLIP}|bugs?|typos?)",
            rf"(?:because of|due to|thanks to|blame on|fault of) {who}",
            rf"(?:caused|triggered|broken|deleted|introduced) by {who}",
            rf"{who} {_BLAMES}",
        ),
    )
