"""What a policy's file may say, and the fact that comes of it."""

from pathlib import Path

import pytest

from policy_kit import CHANNELS, CONTACTS, GOOD, SNIPPET, good, put
from warroom.config import facts, tested
from warroom.config.check import check
from warroom.config.load import Library
from warroom.config.opening import opening
from warroom.config.paths import Paths
from warroom.config.settings import Settings, load
from warroom.core.codec import canonical
from warroom.core.events import PolicyAttached, When
from warroom.core.run import on_duty, quiet_at
from warroom.core.values import DAY, HOUR, MINUTE

NOON = 1_795_608_000_000  # 2026-11-25T12:00Z
TRIGGERS = """
[[specialist]]
topic = "db"
notify = ["contact:mei"]
backup = ["contact:tom"]
after = "PT7M"
[[trigger]]
id = "long"
why = "It takes too long."
jump = 2
severity = ["SEV1"]
elapsed = "PT45M"
phase = ["investigating"]
in_phase = "PT30M"
users = 1000
services = 2
[[trigger]]
id = "lone"
page = "db"
alone = "PT15M"
unacknowledged = "PT10M"
missing = "commander"
missing_for = "PT10M"
silence = "PT20M"
"""


def test_the_newcomers_files_are_read_word_for_word(paths: Paths, tmp_path: Path) -> None:
    put(tmp_path, SNIPPET)
    library = Library(paths)
    fact = library.policy("quick")
    assert library.problems == []
    assert [level.after for level in fact.levels] == [0, 5 * MINUTE]
    assert (fact.levels[0].notify[0].name, fact.levels[0].notify[0].reach) == ("Primary on call", ("hook",))
    assert (fact.reachable, fact.tested) == (True, False)
    assert opening(library, Settings(), "SEV1").policy == library.policy("quick")


def test_every_condition_and_effect_of_a_trigger_is_on_the_log(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    put(tmp_path, {"policies/good.toml": GOOD + TRIGGERS})
    library = Library(paths)
    fact = library.policy("good")
    assert library.problems == []
    long, lone = fact.triggers
    assert (long.level, long.topic, long.why, lone.level, lone.topic) == (2, "", "It takes too long.", 0, "db")
    assert long.when == When(
        severity=("SEV1",),
        elapsed=45 * MINUTE,
        phase=("investigating",),
        in_phase=30 * MINUTE,
        users=1000,
        services=2,
    )
    assert lone.when == When(
        alone=15 * MINUTE,
        unacknowledged=10 * MINUTE,
        missing="commander",
        missing_for=10 * MINUTE,
        silence=20 * MINUTE,
    )
    [one] = fact.specialists
    assert ([target.name for target in one.targets], one.gap) == (["Mei", "Tom"], 7 * MINUTE)


def test_a_policy_may_wait_for_a_trigger(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    put(
        tmp_path,
        {"policies/good.toml": 'starts = "trigger"' + GOOD + '[[trigger]]\nid = "w"\nstart = true\nservices = 2\n'},
    )
    fact = Library(paths).policy("good")
    assert (fact.waits, fact.triggers[0].level) == (True, 1)


def test_loops_is_another_word_for_repeat(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    put(tmp_path, {"policies/good.toml": GOOD.replace("repeat", "loops")})
    assert Library(paths).policy("good").repeat == 2


def test_quiet_hours_are_spans_of_the_days_to_come_in_their_own_zone(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    quiet = 'quiet = "22:00-07:00"\nquiet_tz = "America/New_York"\n'
    put(tmp_path, {"policies/good.toml": GOOD + quiet})
    level = Library(paths).policy("good", NOON).levels[1]
    assert not quiet_at(level, NOON + 14 * HOUR)
    assert quiet_at(level, NOON + 15 * HOUR)  # 22:00 there
    assert quiet_at(level, NOON + 24 * HOUR - 1)
    assert not quiet_at(level, NOON + 24 * HOUR)  # 07:00 there
    assert quiet_at(level, NOON + 14 * DAY + 15 * HOUR)


@pytest.mark.parametrize(
    ("more", "place", "reason"),
    [
        ('quiet = "22:00"\n', "level[2].quiet", "is not a span of a day"),
        ('quiet = "00:00-24:00"\n', "level[2].quiet", "covers the whole day"),
        ('quiet = "07:00-07:00"\n', "level[2].quiet", "covers the whole day"),
        ('[[trigger]]\nid = "t"\njump = 2\n', "trigger[1]", "has no condition"),
        ('[[trigger]]\nid = "t"\nusers = 5\n', "trigger[1]", "has no effect"),
        ('[[trigger]]\nid = "t"\nusers = 5\njump = 3\n', "trigger[1].jump", "there is no level 3, the last is 2"),
        ('[[trigger]]\nid = "t"\nusers = 5\npage = "db"\n', "trigger[1].page", "there is no [[specialist]]"),
        ('[[trigger]]\nid = "t"\nusers = 5\nstart = true\n', "trigger[1].start", "has no effect without"),
        ('[[trigger]]\nid = "t"\nusers = 0\njump = 2\n', "trigger[1].users", "should be at least 1"),
        ('[[trigger]]\nid = "t"\nphase = ["lost"]\njump = 2\n', "trigger[1].phase", "is not one of investigating"),
        (
            '[[trigger]]\nid = "t"\nmissing_for = "5m"\nalone = "5m"\njump = 2\n',
            "trigger[1].missing_for",
            "needs `missing`",
        ),
        ('[[specialist]]\ntopic = "db"\n', "specialist[1].notify", "nobody is called for this topic"),
        ('[[specialist]]\ntopic = "db"\nnotify = ["mei"]\n', "specialist[1]", "contact:NAME or oncall:NAME"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said_where_it_stands(
    paths: Paths, tmp_path: Path, more: str, place: str, reason: str
) -> None:
    good(tmp_path)
    put(tmp_path, {"policies/good.toml": GOOD + more})
    library = Library(paths)
    assert "good" not in library.policies
    [problem] = library.problems
    assert problem.place.endswith(f", {place}")
    assert reason in problem.reason


@pytest.mark.parametrize("repeat", ["repeat = -1", "repeat = 999999999999999999999", "loops = 3"])
def test_rounds_that_cannot_be_are_refused(paths: Paths, tmp_path: Path, repeat: str) -> None:
    good(tmp_path)
    text = GOOD.replace("repeat = 2", repeat if "loops" not in repeat else "repeat = 2\nloops = 3")
    put(tmp_path, {"policies/good.toml": text})
    library = Library(paths)
    assert "good" not in library.policies
    assert library.problems[0].place.startswith("line 4, repeat" if "repeat" in repeat else "line 5, loops")


# ── whom it reaches ──


def test_only_a_channel_that_is_there_makes_a_policy_reachable(paths: Paths, tmp_path: Path) -> None:
    put(tmp_path, {"contacts.toml": CONTACTS, "policies/good.toml": GOOD})
    assert not Library(paths).policy("good").reachable
    put(tmp_path, {"channels.toml": CHANNELS})
    assert Library(paths).policy("good").reachable


def test_a_fallback_channel_reaches_everybody_but_examples(paths: Paths, tmp_path: Path) -> None:
    contacts = '[contact.ana]\nname = "Ana"\n'
    put(tmp_path, {"channels.toml": CHANNELS, "contacts.toml": contacts, "policies/good.toml": GOOD})
    assert not Library(paths).policy("good").reachable
    put(tmp_path, {"channels.toml": 'fallback = ["hook"]\n' + CHANNELS})
    assert Library(paths).policy("good").reachable
    assert not Library(paths).policy("example").reachable


def test_a_policy_is_tested_by_a_channel_of_its_own_that_worked(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path, tested=False)
    assert not Library(paths).policy("good").tested
    tested.keep(paths, "other", 5, True)
    tested.keep(paths, "hook", 5, False, "refused")
    assert not Library(paths).policy("good").tested
    tested.keep(paths, "hook", 6, True)
    assert Library(paths).policy("good").tested
    assert tested.load(paths)["other"].ok
    Path(tested.file(paths)).write_bytes(b"\xff{")
    assert not Library(paths).policy("good").tested


def test_the_version_stays_with_time_and_changes_with_any_edit(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    seen = {Library(paths).policy("good", NOON).version, Library(paths).policy("good", NOON + 90 * DAY).version}
    assert len(seen) == 1
    for name, old, new in (
        ("policies/good.toml", "PT5M", "PT6M"),
        ("contacts.toml", "0003", "0009"),
        ("contacts.toml", '"Tom"', '"Tim"'),
        ("policies/good.toml", "repeat = 2", "repeat = 3"),
    ):
        file = tmp_path / name
        file.write_text(file.read_text().replace(old, new))
        seen.add(Library(paths).policy("good", NOON).version)
    assert len(seen) == 5
    tested.keep(paths, "hook", 7, False)
    assert Library(paths).policy("good", NOON).version in seen


def test_a_long_policy_with_turns_and_quiet_hours_fits_one_fact(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    level = '[[level]]\nafter = "{}m"\nnotify = ["oncall:web"]\nbackup = ["contact:ivo"]\nquiet = "22:00-07:00"\n'
    people = "".join(f'"contact:{name}", ' for name in ("ana", "ivo", "mei", "tom"))
    turn = f'[oncall.web]\nstart = "2026-11-23T09:00"\nevery = "PT12H"\npeople = [{people}]\n'
    put(tmp_path, {"oncall.toml": turn, "policies/good.toml": "".join(level.format(n) for n in range(40))})
    library = Library(paths)
    fact = library.policy("good", NOON)
    facts.fits(fact)
    assert isinstance(fact, PolicyAttached)
    assert canonical(fact)
    assert on_duty(fact.levels[39].notify[0], NOON).phone
    assert library.problems == []


# ── settings, and what files say about each other ──


def test_a_pager_of_its_own_can_be_forbidden(paths: Paths, tmp_path: Path) -> None:
    assert load(paths)[0].watch
    put(tmp_path, {"config.toml": "watch = false\n"})
    assert load(paths) == (Settings(watch=False), [])


@pytest.mark.parametrize(
    ("files", "place", "reason"),
    [
        ({"contacts.toml": CONTACTS + 'tz = "Mars/X"\n'}, "contact.tom.tz", "is not a time zone"),
        (
            {"contacts.toml": CONTACTS.replace('reach = ["hook"]', 'reach = ["sms"]', 1)},
            "contact.ana.reach",
            "there is no channel “sms” in channels.toml; there is hook or mail",
        ),
        (
            {"contacts.toml": CONTACTS.replace('"mail:ivo', '"mailto:ivo')},
            "contact.ivo.reach",
            "there is no channel “mailto:ivo@example.org”",
        ),
        (
            {"policies/good.toml": GOOD.replace("contact:mei", "oncall:web")},
            "level[2]",
            "no “oncall:web” in oncall.toml",
        ),
        (
            {"policies/good.toml": GOOD + 'quiet = "22:00-07:00"\nquiet_tz = "Mars/X"\n'},
            "level[2].quiet_tz",
            "“Mars/X” is not a time zone",
        ),
        (
            {"policies/good.toml": GOOD + '[[trigger]]\nid = "t"\nmissing = "boss"\njump = 2\n'},
            "trigger[1].missing",
            "“boss” is not a role: commander",
        ),
        ({"oncall.toml": '[oncall.web]\nschedule = "pagerduty:P"\n'}, "oncall.web", "names no channel"),
        (
            {"oncall.toml": '[oncall.web]\nschedule = "pagerduty:P"\nchannel = "hook"\n'},
            "oncall.web.channel",
            "“hook” is of kind webhook, and has no such schedule",
        ),
        (
            {
                "oncall.toml": '[oncall.web]\ntz = "Mars/X"\nstart = "2026-11-23"\nevery = "P7D"\n'
                'people = ["contact:zed"]\n'
            },
            "oncall.web.tz",
            "UTC is used instead",
        ),
    ],
)
def test_config_check_names_what_is_not_there(
    paths: Paths, tmp_path: Path, files: dict[str, str], place: str, reason: str
) -> None:
    good(tmp_path)
    assert check(paths) == []
    put(tmp_path, files)
    problems = [each for each in check(paths) if each.place == place]
    assert problems
    assert reason in problems[0].reason
