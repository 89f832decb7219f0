"""Scenarios as files: the shipped ones, what `drill check` says of mistakes, hostile files, and what a seed chooses."""

import os
import signal
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drill_stage import LIBRARY, SHIPPED
from warroom.config.drill_forms import KINDS, LEVELS, MEASURES, TOOLS
from warroom.config.drills import check, files, listed, load
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.config.problem import Fault
from warroom.core.drill.condition import KNOWN, calls, parse
from warroom.core.values import MINUTE, SECOND

each_shipped = pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)


# ── the shipped ones ──


@each_shipped
def test_a_shipped_scenario_has_no_mistake_whatever_a_seed_chooses(file):
    assert [str(problem) for problem in check(LIBRARY, str(file))] == []


def test_at_least_twelve_are_offered_of_every_level_and_no_id_twice():
    offered, problems = listed(LIBRARY)
    assert problems == []
    assert len(offered) >= 12
    assert {each.level for each in offered} == set(LEVELS)
    assert {each.id for each in offered} == {file.stem for file in SHIPPED}
    made = [load(LIBRARY, str(file), 1).scenario.id for file in SHIPPED]
    assert len(made) == len(set(made))


def test_the_easiest_is_offered_first():
    offered, _ = listed(LIBRARY)
    assert offered[0].id == "first-drill"
    assert [each.level for each in offered] == sorted((each.level for each in offered), key=LEVELS.index)


def test_every_kind_of_inject_every_measure_and_every_tool_is_used_by_some_scenario():
    scenarios = [load(LIBRARY, str(file), 1).scenario for file in SHIPPED]
    injects = [each for scenario in scenarios for each in scenario.injects]
    assert {each.kind for each in injects} >= set(KINDS) - {"ask"}  # that is a replay's
    assert {each.tool for each in injects if each.tool} == set(TOOLS)
    assert {rule.measure for scenario in scenarios for rule in scenario.expectations} - {""} == set(MEASURES)


def test_every_playbook_is_practised_by_some_scenario():
    used = {id for file in SHIPPED for id in load(LIBRARY, str(file), 1).scenario.playbooks}
    assert used == set(LIBRARY.playbooks)


def test_six_are_taken_from_public_reports_that_they_name():
    named = [load(LIBRARY, str(file), 1).scenario.sources for file in SHIPPED]
    public = [sources for sources in named if any(source.startswith("https://") for source in sources)]
    assert len(public) >= 6


@each_shipped
def test_a_shipped_scenario_tells_what_really_happened_asks_and_says_how_it_would_be_better(file):
    scenario = load(LIBRARY, str(file), 1).scenario
    assert scenario.truth
    assert 3 <= len(scenario.questions) <= 6
    own = [rule for rule in scenario.expectations if rule.id not in LIBRARY.drill_rules]
    assert 4 <= len(own) <= 14
    for rule in own:
        assert rule.why, rule.id
        assert rule.better, rule.id
        assert rule.by < rule.late or rule.late == rule.by, rule.id


@each_shipped
def test_a_shipped_scenario_gives_nothing_away_before_it_begins(file):
    tree = tomllib.loads(file.read_text())
    answers = [row["says"] for row in tree["answer"]]
    assert not any(said in tree["about"] or said in tree["title"] for said in answers)


def test_every_condition_that_stands_in_a_shipped_file_can_be_read():
    used = set()
    for file in SHIPPED:
        scenario = load(LIBRARY, str(file), 1).scenario
        texts = [text for each in scenario.injects for text in (each.when, each.unless, each.until)]
        texts += [each.when for each in scenario.replies] + [scenario.ends]
        texts += [text for rule in scenario.expectations for text in (rule.check, *(way for way, _ in rule.also))]
        used |= {call.name for text in texts if text for call in calls(parse(text))}
    assert used <= set(KNOWN)
    assert len(used) >= 20


# ── mistakes ──

GOOD = """\
title = "The {city} shelf is empty"
level = "easy"
minutes = 10
trains = ["escalation"]
about = "Customers see an empty shelf."
severity = "SEV2"
playbooks = ["general"]
ends = "resolved()"
skip = ["handover"]
[rules.silence]
by = "5m"
[vars]
city = ["Lyon", "Graz"]
build = "9f2c"
[[variant]]
id = "import"
vars = { cause = "an import" }
[[variant]]
id = "cache"
vars = { cause = "a cache" }
[roles]
scribe = "second"
[[person]]
id = "first"
name = "Nora"
page = "silent"
[[person]]
id = "second"
name = "Ivo"
after = "10s..20s"
[[person]]
id = "boss"
name = "Dora"
observer = true
[[tier]]
after = "PT0S"
notify = ["first"]
backup = ["second"]
[[specialist]]
topic = "import"
notify = ["second"]
[[inject]]
id = "alert"
kind = "alert"
at = "0s"
who = "monitoring"
text = "{build}: the lists are empty because of {cause}"
[[inject]]
id = "talk"
kind = "voices"
after = "alert"
when = 'tasked("second", "") or called("import")'
lines = [["0s", "second", "the import looks short"]]
[[inject]]
id = "gone"
kind = "unavailable"
at = "5m"
who = "second"
unless = 'flag("whole")'
[[inject]]
id = "tool"
kind = "outage"
tool = "chat"
at = "6m"
lasts = "1m"
[[inject]]
id = "hint"
kind = "coach"
at = "7m"
text = "Press F2."
until = 'ticked("")'
[[answer]]
id = "fixed"
who = "second"
to = "import|run"
says = "The import is whole again"
also = ["whole"]
variant = "import"
[[expect]]
id = "asked"
what = "Whoever knows is asked"
check = 'tasked("second", "")'
since = "talk"
by = "1m"
late = "2m"
group = "escalation"
also = [['called("import")', "so"]]
severities = ["SEV1", "SEV2"]
"""


def line_of(words: str, text: str = "") -> int:
    return (text or GOOD).split(words)[0].count("\n") + 1


def problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    file = tmp_path / "shelf.toml"
    file.write_text(text)
    found = check(LIBRARY, str(file))
    assert all(problem.file == str(file) for problem in found)
    return [(problem.place, problem.reason) for problem in found]


def test_the_file_that_the_mistakes_are_put_into_has_none(tmp_path):
    assert problems(tmp_path, GOOD) == []


MISTAKES = [
    # (what stands there, what is written instead, the place, what the reason says)
    ('level = "easy"', 'level = "esay"', "level", "“esay” is not one of first, easy, medium or hard"),
    ('level = "easy"', 'levle = "easy"', "levle", "“levle” is not a key that anything reads"),
    ('level = "easy"', "level = 3", "level", "should be text in quotes, is a whole number"),
    ("minutes = 10", 'minutes = "10"', "minutes", "should be a whole number, is text in quotes"),
    ("minutes = 10", "minutes = 4", "minutes", "should be at least 5"),
    ("minutes = 10", "minutes = 241", "minutes", "should be at most 240"),
    ('trains = ["escalation"]', "trains = []", "trains", "is empty"),
    ('trains = ["escalation"]', 'trains = "escalation"', "trains", "should be a list in [ ], is text in quotes"),
    ('severity = "SEV2"', 'severity = "SEV9"', "severity", "“SEV9” is not one of SEV1"),
    ('playbooks = ["general"]', 'playbooks = ["general", "no"]', "playbooks[2]", "“no” is no playbook; there is "),
    ('playbooks = ["general"]', 'playbooks = ["../../../etc/passwd"]', "playbooks[1]", "is no playbook; there is "),
    ('ends = "resolved()"', 'ends = "resolved"', "ends", "ends where “(” should stand"),
    ('skip = ["handover"]', 'skip = ["hand-over"]', "skip[1]", "“hand-over” is no rule; there is "),
    ("[rules.silence]", "[rules.silent]", "rules.silent", "“silent” is no rule; there is "),
    ('scribe = "second"', 'typist = "second"', "roles.typist", "“typist” is no role; there is "),
    ('scribe = "second"', 'scribe = "third"', "roles.scribe", "“third” is no [[person]]; there is first, "),
    ('city = ["Lyon", "Graz"]', "city = 3", "vars.city", "should be a word in quotes, or a list of such words"),
    ('build = "9f2c"', f'build = "{"x" * 101}"', "vars.build", "is longer than 100"),
    ("{build}", "{biuld}", "inject[1].text", "“{biuld}” stands for nothing; there are {city}, {build}, {cause}"),
    ("{cause}", "{}", "inject[1].text", "“{}” stands for nothing"),
    ('{ cause = "a cache" }', '{ other = "a cache" }', "inject[1].text", "“{cause}” stands for nothing"),
    ('name = "Ivo"', 'name = "Nora"', "person[2].name", "“Nora” is already the name of an earlier one"),
    ('name = "Ivo"', 'name = "Ivo B"', "person[2].name", "should be one word as one types it"),
    ('name = "Ivo"', 'name = "@Ivo"', "person[2].name", "should be one word as one types it"),
    ('id = "second"\nname', 'id = "first"\nname', "person[2].id", "“first” is already the id of an earlier one"),
    ('page = "silent"', 'page = "sleeps"', "person[1].page", "“sleeps” is not one of acknowledges, declines or silent"),
    ('page = "silent"', 'task = "loud"', "person[1].task", "“loud” is not one of reads back or quiet"),
    ('after = "10s..20s"', 'after = "20s..10s"', "person[2].after", "“20s..10s” ends before it begins"),
    ('after = "10s..20s"', 'after = "soon"', "person[2].after", "“soon” is not a duration"),
    ('after = "10s..20s"', 'takes = "5"', "person[2].takes", "“5” has no unit"),
    ('after = "10s..20s"', "takes = 5", "person[2].takes", "should be text in quotes"),
    ('observer = true', 'observer = "yes"', "person[3].observer", "should be true or false, is text in quotes"),
    ('after = "PT0S"', 'after = "0"', "tier[1].after", "“0” has no unit"),
    ('notify = ["first"]', 'notify = ["frist"]', "tier[1].notify", "“frist” is no [[person]]"),
    ('notify = ["first"]', 'notify = ["boss"]', "tier[1].notify", "“boss” is an observer, and nobody pages one"),
    ('backup = ["second"]', 'backup = ["nobody"]', "tier[1].backup", "“nobody” is no [[person]]"),
    ('notify = ["second"]', 'notify = ["nobody"]', "specialist[1].notify", "“nobody” is no [[person]]"),
    ("[[specialist]]", '[[tier]]\nafter = "PT0S"\n[[specialist]]', "tier[2].after", "should be later than the one"),
    ('id = "talk"', 'id = "alert"', "inject[2].id", "“alert” is already the id of an earlier one"),
    ('kind = "alert"', 'kind = "alarm"', "inject[1].kind", "“alarm” is not one of alert, noise"),
    ('kind = "alert"', "", "inject[1]", "“kind” is missing"),
    ('at = "0s"', "", "inject[1].at", "is missing: say when it happens, with at, after or when"),
    ('at = "0s"', 'at = "11m"', "inject[1].at", "is later than the drill is long (10 minutes)"),
    ('at = "0s"', "at = 0", "inject[1].at", 'should be a duration in quotes, as "PT5M" or "5m"'),
    ('at = "0s"', 'after = "talk"', "inject[1].after", "goes round in a circle by “alert”; it would never come"),
    ('at = "0s"', 'after = "alert"', "inject[1].after", "goes round in a circle by “alert”; it would never come"),
    ('after = "alert"', 'after = "alarm"', "inject[2].after", "“alarm” is no inject; there is alert, talk"),
    ('text = "{build}: ', 'text = ""\nhint = "', "inject[1].text", "is empty: what does the alert say?"),
    ('called("import")\'', 'called("db")\'', "inject[2].when", "“db” is no topic of a [[specialist]]; there is import"),
    ('tasked("second", "") or', 'tasked("third", "") or', "inject[2].when", "“third” is no [[person]]"),
    ('called("import")\'', 'injected("no")\'', "inject[2].when", "“no” is no inject; there is "),
    ('called("import")\'', 'severity("SEV0")\'', "inject[2].when", "“SEV0” is no severity"),
    ('called("import")\'', 'phase("over")\'', "inject[2].when", "“over” is no phase"),
    ('called("import")\'', 'milestone("over")\'', "inject[2].when", "“over” is no milestone"),
    ('called("import")\'', 'posted("press")\'', "inject[2].when", "“press” is no audience"),
    ('called("import")\'', 'posted("public", "two")\'', "inject[2].when", "“two” is no number of an update"),
    ('called("import")\'', 'logged("x", "rumour")\'', "inject[2].when", "“rumour” is no kind of entry"),
    ('called("import")\'', 'reported("no")\'', "inject[2].when", "“no” is no id of an [[answer]]; there is fixed"),
    ('called("import")\'', "no()'", "inject[2].when", "has “no”, which is no condition"),
    ('called("import")\'', "called(import)'", "inject[2].when", "called() has “import” where words in quotes"),
    ('flag("whole")', 'flag("half")', "inject[3].unless", "“half” is no flag that an [[answer]] sets; there is whole"),
    ('lines = [["0s"', 'text = "so" #', "inject[2].lines", "is empty: voices need lines"),
    ('[["0s", "second"', '[["soon", "second"', "inject[2].lines[1][1]", "“soon” is not a duration"),
    ('[["0s", "second"', '[["0s", ""', "inject[2].lines[1][2]", "should say who, in at most 64 characters"),
    ('"the import looks short"', '" "', "inject[2].lines[1][3]", "has no words"),
    ('"the import looks short"', '"a", "b"', "inject[2].lines[1]", "Expected `array` of length 3"),
    ('who = "second"\nunless', "unless", "inject[3].who", "is empty: say whose it is"),
    ('who = "second"\nunless', 'who = "third"\nunless', "inject[3].who", "“third” is no [[person]]"),
    ('tool = "chat"', 'tool = "phone"', "inject[4].tool", "“phone” is not one of chat, paging or monitoring"),
    ('tool = "chat"', "", "inject[4].tool", "“” is not one of chat, paging or monitoring"),
    ('lasts = "1m"', 'lasts = "long"', "inject[4].lasts", "“long” is not a duration"),
    ('lasts = "1m"', 'delay = "1"', "inject[4].delay", "“1” has no unit"),
    ('lasts = "1m"', "users = -1", "inject[4].users", "should be at least 0"),
    ('lasts = "1m"', 'variant = "none"', "inject[4].variant", "“none” is no [[variant]]; there is import or cache"),
    ("until = 'ticked(\"\")'", "", "inject[5].until", "is empty: a coach speaks until something is done"),
    ("until = 'ticked(\"\")'", 'until = "and"', "inject[5].until", "has “and”, which is no condition"),
    ('who = "second"\nto', 'who = "third"\nto', "answer[1].who", "“third” is no [[person]]"),
    ('to = "import|run"', "", "answer[1].to", "should say to which tasks it answers; or `to_poll`"),
    ('to = "import|run"', 'to = "a"\nto_poll = "b"', "answer[1].to", "should say to which tasks it answers; or"),
    ('says = "The import is whole again"', "", "answer[1]", "“says” is missing"),
    ('says = "The import is whole again"', 'says = " "', "answer[1].says", "is empty: what comes back?"),
    ('says = "The', 'when = "no()"\nsays = "The', "answer[1].when", "has “no”, which is no condition"),
    ('variant = "import"', 'variant = "no"', "answer[1].variant", "“no” is no [[variant]]; there is import or cache"),
    ("check = 'tasked(\"second\", \"\")'", "", "expect[1].check", "should say what is to be so; or `measure`"),
    ('since = "talk"', 'measure = "tasks"', "expect[1].check", "should say what is to be so; or `measure`"),
    ("check = 'tasked(\"second\", \"\")'", 'measure = "luck"', "expect[1].measure", "“luck” is not one of read-backs"),
    ('since = "talk"', 'since = "walk"', "expect[1].since", "“walk” is no inject; there is "),
    ('by = "1m"\n', "", "expect[1].by", "is missing: until when is it in time?"),
    ('by = "1m"\nlate = "2m"', 'by = "11m"', "expect[1].by", "is later than the drill is long (10 minutes)"),
    ('late = "2m"', 'late = "30s"', "expect[1].late", "should not end before `by`"),
    ('group = "escalation"', 'group = "luck"', "expect[1].group", "“luck” is not one of command"),
    ("'called(\"import\")', \"so\"", "'called(\"db\")', \"so\"", "expect[1].also[1][1]", "“db” is no topic"),
    ("'called(\"import\")', \"so\"", "'called(', \"so\"", "expect[1].also[1][1]", "called() ends where words in"),
    ('severities = ["SEV1", "SEV2"]', 'severities = ["grave"]', "expect[1].severities", "“grave” is not a severity"),
    ('severities = ["SEV1", "SEV2"]', 'variant = "no"', "expect[1].variant", "“no” is no [[variant]]"),
    ('id = "alert"', 'id = "alert:1"', "inject[1].id", "should have no colon"),
    ('id = "fixed"', 'id = "fixed:1"', "answer[1].id", "should have no colon"),
    ('[[answer]]\nid = "fixed"', '[[answer]]\nto = "x"\nsays = "y"\n[[answer]]\nid = "answer-1"', "answer[2].id",
     "“answer-1” is what an answer without an id is called"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("there", "wrong", "place", "reason"), MISTAKES, ids=[f"{m[2]}: {m[3][:40]}" for m in MISTAKES]
)
def test_a_mistake_is_told_with_its_line_its_place_and_the_reason(tmp_path, there, wrong, place, reason):
    assert there in GOOD
    text = GOOD.replace(there, wrong, 1)
    found = problems(tmp_path, text)
    assert found
    where, said = next(((w, r) for w, r in found if w.endswith(f", {place}")), found[0])
    assert where.endswith(f", {place}"), found
    assert reason in said
    line = int(where.split(",")[0].removeprefix("line "))
    table = place.partition("[")[0].partition(".")[0]
    assert (
        table in text.splitlines()[line - 1]
        or place.rpartition(".")[2].partition("[")[0] in text.splitlines()[line - 1]
    )
    with pytest.raises(Fault):
        load(LIBRARY, str(tmp_path / "shelf.toml"), 0 if "cache" not in wrong else _seed_of(tmp_path, "cache"))


def _seed_of(tmp_path: Path, variant: str) -> int:
    good = tmp_path / "good.toml"
    good.write_text(GOOD)
    return next(seed for seed in range(99) if load(LIBRARY, str(good), seed).scenario.variant == variant)


def test_the_line_that_is_named_is_the_one_with_the_mistake(tmp_path):
    text = GOOD.replace('lasts = "1m"', 'lasts = "long"')
    assert problems(tmp_path, text)[0][0] == f"line {line_of('lasts', text)}, inject[4].lasts"


@pytest.mark.parametrize(
    ("table", "row", "most"),
    [
        ("person", 'id = "p{n}"\nname = "P{n}"\n', 30),
        ("tier", 'after = "{n}m"\n', 12),
        ("inject", 'id = "i{n}"\nkind = "alert"\nat = "0s"\ntext = "so"\n', 120),
        ("answer", 'to = "x"\nsays = "so"\n', 80),
        ("expect", 'id = "e{n}"\nwhat = "so"\ncheck = "bridge()"\nby = "1m"\n', 40),
        ("variant", 'id = "v{n}"\nvars = { cause = "so" }\n', 12),
        ("specialist", 'topic = "t{n}"\n', 12),
    ],
)
def test_there_is_a_most_of_everything(tmp_path, table, row, most):
    there = GOOD.count(f"[[{table}]]")
    more = "".join(f"[[{table}]]\n{row.replace('{n}', str(n))}" for n in range(1, most + 1 - there))
    assert not [each for each in problems(tmp_path, GOOD + more) if "longer than" in each[1]]
    found = problems(tmp_path, GOOD + more + f"[[{table}]]\n{row.replace('{n}', '999')}")
    assert [(place.rpartition(" ")[2], reason) for place, reason in found] == [(table, f"is longer than {most}")]


def test_several_mistakes_are_told_at_once(tmp_path):
    text = GOOD.replace('since = "talk"', 'since = "walk"').replace('after = "alert"', 'after = "alarm"')
    assert [place.rpartition(" ")[2] for place, _ in problems(tmp_path, text)] == ["inject[2].after", "expect[1].since"]


def test_a_sentence_that_names_what_there_is_names_it_in_the_order_of_the_file(tmp_path):
    flags = [f"flag-{n}" for n in range(9, 0, -1)]
    text = GOOD.replace('also = ["whole"]', f"also = {flags}".replace("'", '"'))
    assert problems(tmp_path, text)[0][1].endswith(f"there is {', '.join(flags[:-1])} or flag-1")


def test_a_mistake_of_one_variant_only_is_found(tmp_path):
    text = GOOD.replace('{ cause = "a cache" }', '{ cause = "a cache", when = "no()" }').replace(
        "when = 'tasked", "unless = '{when}'\nwhen = 'tasked"
    )
    text = text.replace('{ cause = "an import" }', '{ cause = "an import", when = "bridge()" }')
    assert [(place.rpartition(" ")[2], reason) for place, reason in problems(tmp_path, text)] == [
        ("inject[2].unless", "has “no”, which is no condition")
    ]


def test_a_file_with_a_mistake_is_not_offered_and_the_others_still_are(tmp_path):
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "mine.toml").write_text(GOOD)
    (tmp_path / "drills" / "broken.toml").write_text(GOOD.replace("minutes = 10", "minutes = 1"))
    offered, found = listed(Library(Paths(str(tmp_path), str(tmp_path), str(tmp_path))))
    assert [each.id for each in offered if each.own] == ["mine"]
    assert len(offered) == len(SHIPPED) + 1
    assert [(Path(each.file).name, each.instead) for each in found] == [("broken.toml", "It is not offered.")]


def test_ones_own_file_wins_over_a_shipped_one_of_its_name(tmp_path):
    (tmp_path / "drills").mkdir()
    own = tmp_path / "drills" / "first-drill.toml"
    own.write_text(GOOD)
    assert files(Library(Paths(str(tmp_path), str(tmp_path), str(tmp_path))))["first-drill"] == str(own)


# ── hostile files ──


@contextmanager
def ending() -> Iterator[None]:
    """What is done inside comes to an end: a guard against hours, not a measurement."""

    def late(*_: object) -> None:
        raise AssertionError("it did not end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


OPENED: list[list[str]] = []  # the innermost list takes what is opened


def _watch(event: str, args: tuple[object, ...]) -> None:
    if OPENED and event in ("open", "os.listdir", "os.scandir", "subprocess.Popen", "socket.connect"):
        OPENED[-1].append(str(args[0]))


sys.addaudithook(_watch)


@contextmanager
def reading_only(file: Path) -> Iterator[None]:
    """Nothing else is opened, listed, started or called inside."""
    LIBRARY.read_all()
    assert LIBRARY.drill_rules
    OPENED.append([])
    try:
        yield
        assert set(OPENED[-1]) == {str(file)}
    finally:
        OPENED.pop()


def judged(folder: Path, data: bytes) -> list[str]:
    """What is said of a file of these bytes, in a folder in which there is nothing else."""
    file = folder / "x.toml"
    file.write_bytes(data)
    with ending(), reading_only(file):
        found = check(LIBRARY, str(file))
        if not found:
            load(LIBRARY, str(file), 1)
        with suppress(Fault):
            load(LIBRARY, str(file), 1)
    assert os.listdir(folder) == ["x.toml"]
    assert file.read_bytes() == data
    said = [str(problem) for problem in found]
    assert all(problem.reason for problem in found)
    assert sum(map(len, said)) < 200_000
    return said


HEAD = GOOD.partition("playbooks")[0]
ROW = '[[inject]]\nid = "a"\nkind = "alert"\nat = "0s"\ntext = "so"\n'
BAD_LINES = "".join(
    f'[[inject]]\nid = "i{n}"\nkind = "questions"\nat = "0s"\nlines = [\n' + '["","",""],\n' * 40 + "]\n"
    for n in range(120)
)
GROWING = ("{city}" * 300 + "\n") * 60
HOSTILE = {
    "128 KiB of braces": "{" * (128 * 1024),
    "lines of braces": HEAD + ROW + 'hint = """' + ("{" * 1500 + "\n") * 80 + '"""\n',
    "words that grow": f'truth = """{GROWING}"""\n{HEAD}[vars]\ncity = "{"b" * 100}"\n{ROW}',
    "more variants than anybody reads": HEAD + '[vars]\ncity = "b"\n' + ROW + '[[variant]]\nid = "a"\n' * 5500,
    "thousands of mistakes": HEAD + '[vars]\ncity = "b"\n' + BAD_LINES,
    "thousands of words": HEAD + ROW + "[vars]\n" + "".join(f'v{n} = "x"\n' for n in range(8000)),
    "a long choice": HEAD + ROW + "[vars]\ncity = [\n" + '"x",\n' * 20_000 + "]\n",
    "thousands of keys": "".join(f"k{n} = 1\n" for n in range(12_000)),
    "a long id": 'id = """' + ("x" * 1500 + "\n") * 80 + '"""\n' + HEAD + '[vars]\ncity = "b"\n' + ROW,
    "a huge number": HEAD.replace("minutes = 10", f"minutes = {'9' * 1900}"),
    "a number in many lines": "minutes = " + "9" * 6000,
    "a huge fraction": HEAD.replace("minutes = 10", "minutes = 1e999"),
    "no number": HEAD.replace("minutes = 10", "minutes = nan"),
    "a long span": HEAD + ROW.replace("0s", "999999999d"),
    "a span of a huge number": HEAD + ROW.replace("0s", f"{'9' * 1000}s"),
    "a circle of a hundred": HEAD + '[vars]\ncity = "b"\n' + "".join(
        f'[[inject]]\nid = "i{n}"\nkind = "alert"\nafter = "i{(n + 1) % 100}"\ntext = "so"\n' for n in range(100)
    ),
    "a path as a playbook": HEAD + 'playbooks = ["../../../../etc/passwd", "/dev/zero"]\n[vars]\ncity = "b"\n' + ROW,
    "a path as an id": 'id = "../../../tmp/x"\n' + HEAD + '[vars]\ncity = "b"\n' + ROW,
    "a NUL": HEAD.replace("Customers", "\\u0000"),
    "half a character pair": HEAD.replace("Customers", "\\ud800"),
    "words that are none": HEAD + '[vars]\ncity = [1, "a"]\n' + ROW,
    "a list of lists as variants": HEAD + "variant = [[1], 2, {}]\n" + '[vars]\ncity = "b"\n' + ROW,
    "a variant without an id": HEAD + '[vars]\ncity = "b"\n' + ROW + "[[variant]]\n[[variant]]\nid = 3\n",
    "a date": HEAD.replace("minutes = 10", "minutes = 2026-11-22"),
    "a table for a text": HEAD.replace('"Customers see an empty shelf."', "{ a = 1 }") + ROW,
    "terminal codes": HEAD.replace("Customers", "\\u001b[2J\\u202e") + '[vars]\ncity = "b"\n' + ROW,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_at_worst_a_mistake_and_comes_to_an_end(tmp_path, name):
    judged(tmp_path, HOSTILE[name].encode())


def test_of_thousands_of_mistakes_the_first_are_told_and_that_there_are_more(tmp_path):
    said = judged(tmp_path, HOSTILE["thousands of mistakes"].encode())
    assert len(said) == 51
    assert "and there are more mistakes than these 50" in said[-1]


@pytest.mark.parametrize("deep", [5, 12, 100, 300, 480, 500, 700, 950, 2000])
@pytest.mark.parametrize(
    "nested", [lambda n: ".".join("a" * n) + " = 1", lambda n: "services = " + "[" * n + "]" * n,
               lambda n: "roles." + ".".join("a" * n) + " = 1", lambda n: "[" + ".".join("a" * n) + "]",
               lambda n: "vars." + ".".join("a" * n) + ' = "x"', lambda n: "x = " + "{a=" * n + "1" + "}" * n],
    ids=["keys", "lists", "roles", "tables", "words", "inline tables"],
)  # fmt: skip
def test_whatever_is_nested_however_deeply_is_at_worst_a_mistake(tmp_path, deep, nested):
    assert judged(tmp_path, f"{nested(deep)}\n{HEAD}{ROW}".encode())


def test_one_hostile_file_does_not_hide_the_others(tmp_path):
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "deep.toml").write_text(".".join("a" * 900) + " = 1\n" + GOOD)
    (tmp_path / "drills" / "mine.toml").write_text(GOOD)
    offered, found = listed(Library(Paths(str(tmp_path), str(tmp_path), str(tmp_path))))
    assert [each.id for each in offered if each.own] == ["mine"]
    assert len(found) == 1


_words = st.sampled_from(
    ["title", "level", "minutes", "trains", "about", "severity", "vars", "variant", "person", "inject", "answer",
     "expect", "id", "name", "kind", "at", "after", "when", "lines", "to", "says", "check", "by", "tier",
     "roles", "rules", "x.y"]
)  # fmt: skip
_values = st.sampled_from(
    ['"easy"', '"{city}"', '"{no}"', '"0s"', '"5m..1m"', "10", "-1", "1e400", "[]", "{}", "true", '["a", "b"]',
     '"not ("', '[["0s", "a", "b"]]', "2026-11-22", "nan", '"SEV1"', '"\\u001b[2J"', '"bridge()"', '"alert"']
)  # fmt: skip


@st.composite
def almost(draw: st.DrawFn) -> bytes:
    """TOML that is nearly a scenario: the right words in the wrong places, with all that one needs before it."""
    rows = []
    for _ in range(draw(st.integers(0, 14))):
        word = draw(_words)
        rows.append(draw(st.sampled_from([f"{word} = {draw(_values)}", f"[[{word}]]", f"[{word}]"])))
    return (draw(st.sampled_from(["", HEAD, HEAD + ROW, GOOD])) + "\n".join(rows)).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A scenario with a piece cut out or overwritten."""
    data = draw(st.sampled_from([GOOD.encode(), SHIPPED[0].read_bytes()]))
    start = draw(st.integers(0, len(data)))
    return data[:start] + draw(st.binary(max_size=8)) + data[start + draw(st.integers(0, 60)) :]


@settings(max_examples=150, deadline=None)
@given(data=st.one_of(st.binary(max_size=400), almost(), damaged()))
@example(data=b"\xff\xfe")
@example(data=b"\xef\xbb\xbf")
@example(data=b"")
def test_any_bytes_are_a_scenario_or_a_mistake(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes", numbered=True)
    for problem in judged(folder, data):
        assert problem.startswith(str(folder))


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "nowhere.toml").symlink_to(tmp_path / "none")
    (tmp_path / "zeros.toml").symlink_to("/dev/zero")
    for name, reason in (
        ("pipe", "is not a file"),
        ("folder", "is not a file"),
        ("zeros", "is not a file"),
        ("nowhere", "cannot be read (No such file or directory)"),
    ):
        with ending():
            assert [each.reason for each in check(LIBRARY, str(tmp_path / f"{name}.toml"))] == [reason]
    (tmp_path / "drills").mkdir()
    os.rename(tmp_path / "pipe.toml", tmp_path / "drills" / "pipe.toml")
    with ending():
        assert len(listed(Library(Paths(str(tmp_path), str(tmp_path), str(tmp_path))))[0]) == len(SHIPPED)


# ── seeds ──


@each_shipped
def test_the_same_seed_gives_the_same_scenario(file):
    for seed in (0, 1, 1 << 40):
        assert load(LIBRARY, str(file), seed) == load(LIBRARY, str(file), seed)


@each_shipped
def test_another_seed_swaps_names_and_every_choice_is_reached(file):
    made = [load(LIBRARY, str(file), seed).scenario for seed in range(24)]
    assert len({tuple(person.name for person in each.people) for each in made}) > 3
    tree = tomllib.loads(file.read_text())
    assert {each.variant for each in made} == {row["id"] for row in tree.get("variant", ())} or {
        each.variant for each in made
    } == {""}
    assert all("{" not in each.text and "{" not in each.who for scenario in made for each in scenario.injects)


def test_a_span_with_two_ends_lies_between_them_and_both_are_reached(tmp_path):
    file = tmp_path / "shelf.toml"
    file.write_text(GOOD)
    spans = {load(LIBRARY, str(file), seed).scenario.people[1].after for seed in range(300)}
    assert spans == {n * SECOND for n in range(10, 21)}


def test_what_belongs_to_another_variant_is_not_played(tmp_path):
    file = tmp_path / "shelf.toml"
    file.write_text(GOOD)
    for variant, answers in (("import", 1), ("cache", 0)):
        scenario = load(LIBRARY, str(file), 1, variant).scenario
        assert (scenario.variant, len(scenario.replies)) == (variant, answers)
        assert (
            scenario.injects[0].text == f"9f2c: the lists are empty because of a{'n import' if answers else ' cache'}"
        )


def test_names_stand_for_ids_and_spans_for_words(tmp_path):
    file = tmp_path / "shelf.toml"
    file.write_text(GOOD)
    made = load(LIBRARY, str(file), 1)
    assert made.scenario.roles == (("scribe", "Ivo"),)
    assert made.scenario.injects[1].lines[0].who == "Ivo"
    assert made.scenario.length == 10 * MINUTE
    assert [target.name for target in made.policy.levels[0].notify] == ["Nora"]
    rules = {rule.id: rule for rule in made.scenario.expectations}
    assert "handover" not in rules
    assert (rules["silence"].by, rules["silence"].late) == (5 * MINUTE, 10 * MINUTE)
    assert (rules["asked"].by, rules["asked"].late) == (MINUTE, 2 * MINUTE)
