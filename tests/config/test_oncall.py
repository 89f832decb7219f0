"""Who has which turn: rotations across clock changes, overrides, and what far schedules said when they were asked."""

import stat
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kit import CHANNELS, CONTACTS, put
from warroom.config import facts, oncall
from warroom.config.load import Library
from warroom.config.oncall import keep_answer, turns
from warroom.config.paths import Paths
from warroom.config.people_forms import OnCall
from warroom.config.toml import Span, convert
from warroom.core.run import on_duty
from warroom.core.values import DAY, HOUR, MINUTE

PEOPLE = ("contact:ana", "contact:ivo", "contact:mei")
LONDON = ZoneInfo("Europe/London")
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", ""]


def ms(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def weekly(**more: object) -> OnCall:
    form = {"tz": "Europe/London", "start": "2026-10-19T09:00", "every": "P7D", "people": PEOPLE, **more}
    made: OnCall = convert(form, OnCall)
    assert list(made.faults()) == []
    return made


def schedule(paths: Paths, folder: Path, text: str = "") -> Library:
    put(folder, {"channels.toml": CHANNELS, "contacts.toml": CONTACTS})
    put(
        folder, {"oncall.toml": text or '[oncall.web]\nschedule = "pagerduty:P1"\nchannel = "hook"\nreach = ["hook"]\n'}
    )
    put(folder, {"policies/p.toml": '[[level]]\nafter = "PT0S"\nnotify = ["oncall:web"]\n'})
    return Library(paths)


# ── rotations ──


def test_a_turn_begins_at_the_same_local_hour_after_the_clocks_went_back() -> None:
    found = turns(weekly(), ms("2026-10-20T12:00"))
    assert found[:3] == [
        (ms("2026-10-19T08:00"), "contact:ana"),
        (ms("2026-10-26T09:00"), "contact:ivo"),
        (ms("2026-11-02T09:00"), "contact:mei"),
    ]


def test_the_turn_in_force_comes_first_however_long_the_rotation_runs() -> None:
    now = ms("2031-03-05T00:00")
    first, second, *_ = turns(weekly(), now)
    assert first[0] <= now < second[0]
    assert first[1] != second[1]


def test_before_a_rotation_begins_its_first_person_has_the_turn(paths: Paths, tmp_path: Path) -> None:
    text = '[oncall.web]\nstart = "2027-01-04T09:00"\nevery = "P7D"\npeople = ["contact:ana", "contact:ivo"]\n'
    target = schedule(paths, tmp_path, text).policy("p", ms("2026-12-25T00:00")).levels[0].notify[0]
    assert on_duty(target, ms("2026-12-25T00:00")).name == "Ana"
    assert on_duty(target, ms("2027-01-05T00:00")).name == "Ana"


def test_an_override_takes_over_and_gives_back() -> None:
    over = [{"from": "2026-10-21T18:00", "to": "2026-10-22T09:00", "who": "contact:mei"}]
    found = turns(weekly(overrides=over), ms("2026-10-20T12:00"), 3)
    assert found == [
        (ms("2026-10-19T08:00"), "contact:ana"),
        (ms("2026-10-21T17:00"), "contact:mei"),
        (ms("2026-10-22T08:00"), "contact:ana"),
    ]


def test_an_override_that_is_in_force_comes_first() -> None:
    over = [{"from": "2026-10-19T10:00", "to": "2026-10-22T09:00", "who": "contact:mei"}]
    assert turns(weekly(overrides=over), ms("2026-10-20T12:00"), 3)[0][1] == "contact:mei"


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
    st.integers(1, 24 * 30),
    st.integers(0, 3 * 365 * 24),
)
def test_turns_are_in_order_and_the_first_is_the_one_in_force(
    zone: str, start: datetime, hours: int, later: int
) -> None:
    form = OnCall(tz=zone, start=start.isoformat(), every=Span(hours * HOUR), people=PEOPLE)
    now = ms(start.isoformat(), zone or "UTC") + later * HOUR
    found = turns(form, now)
    assert found[0][0] <= now
    assert len(found) == 1 or now < found[1][0]
    assert all(one[0] < other[0] and one[1] != other[1] for one, other in pairwise(found))
    assert found[-1][0] <= now + 15 * DAY + hours * HOUR + HOUR


@given(st.integers(0, 700))
def test_a_daily_turn_keeps_its_hour_on_every_day_of_two_years(day: int) -> None:
    form = OnCall(tz="Europe/London", start="2026-01-01T09:00", every=Span(DAY), people=PEOPLE)
    for at, _ in turns(form, ms("2026-01-01T12:00") + day * DAY):
        assert datetime.fromtimestamp(at / 1000, LONDON).strftime("%H:%M") == "09:00"


def test_a_turn_that_begins_in_the_skipped_hour_begins_after_it() -> None:
    form = OnCall(tz="Europe/London", start="2026-03-28T01:30", every=Span(DAY), people=PEOPLE)
    moments = [at for at, _ in turns(form, ms("2026-03-28T12:00"), 2)]
    assert moments == [ms("2026-03-28T01:30"), ms("2026-03-29T01:30"), ms("2026-03-30T00:30")]


def test_a_rotation_is_on_the_log_with_its_people_and_their_numbers(paths: Paths, tmp_path: Path) -> None:
    text = '[oncall.web]\nstart = "2026-11-23T09:00"\nevery = "P1D"\npeople = ["contact:ana", "contact:ivo"]\n'
    now = ms("2026-11-24T12:00")
    target = schedule(paths, tmp_path, text).policy("p", now).levels[0].notify[0]
    assert (target.ref, target.name, target.asked) == ("oncall:web", "web on call", None)
    assert len(target.shifts) == 16
    assert on_duty(target, now).phone == "+44 20 7946 0002"
    assert on_duty(target, now + DAY).reach == ("hook",)


def test_with_many_people_on_short_turns_the_policy_still_fits_one_fact(paths: Paths, tmp_path: Path) -> None:
    people = "".join(f'[contact.p{n}]\nname = "{"Ä" * 180}{n}"\nreach = ["hook", "{"x" * 190}"]\n' for n in range(40))
    refs = ", ".join(f'"contact:p{n}"' for n in range(40))
    text = f'[oncall.web]\nstart = "2026-11-23T09:00"\nevery = "PT1H"\npeople = [{refs}]\n'
    library = schedule(paths, tmp_path, text)
    put(tmp_path, {"contacts.toml": people})
    fact = library.policy("p", ms("2026-11-24T12:00"))
    facts.fits(fact)
    assert fact.levels[0].notify[0].shifts
    assert library.problems == []


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('start = "2026-11-23T09:00"\nevery = "P7D"\n', "people", "needs people, or a schedule"),
        ('people = ["contact:ana"]\nevery = "P7D"\n', "start", "is missing"),
        ('people = ["contact:ana"]\nstart = "2026-11-23T09:00Z"\nevery = "P7D"\n', "start", "without an offset"),
        ('people = ["contact:ana"]\nstart = "2026-11-23T09:00"\n', "every", "is missing"),
        ('people = ["contact:ana"]\nstart = "2026-11-23T09:00"\nevery = "PT5M"\n', "every", "at least an hour"),
        ('people = ["ana"]\nstart = "2026-11-23T09:00"\nevery = "P7D"\n', "people[1]", "contact:NAME"),
        ('schedule = "nagios:1"\n', "schedule", "should be pagerduty, opsgenie or jsm"),
        ('schedule = "pagerduty:1"\npeople = ["contact:ana"]\n', "people", "belongs to a rotation"),
        (
            'people = ["contact:ana"]\nstart = "2026-11-23T09:00"\nevery = "P7D"\n'
            'overrides = [{ from = "2026-11-24T09:00", to = "2026-11-24T08:00", who = "contact:ivo" }]\n',
            "overrides[1].to",
            "later than",
        ),
    ],
)
def test_what_is_wrong_with_a_turn_is_said(paths: Paths, tmp_path: Path, text: str, place: str, reason: str) -> None:
    library = schedule(paths, tmp_path, "[oncall.web]\n" + text)
    assert library.oncall == {}
    [problem] = library.problems
    assert problem.place.endswith(f"oncall.web.{place}")
    assert reason in problem.reason


@pytest.mark.parametrize("name", ["../x", "", ".x", "a/b", "x" * 60])
def test_a_turn_has_a_name_that_a_file_can_have(paths: Paths, tmp_path: Path, name: str) -> None:
    library = schedule(paths, tmp_path, f'[oncall."{name}"]\nschedule = "pagerduty:P1"\n')
    assert library.oncall == {}
    assert "should have a name of letters" in library.problems[0].reason
    with pytest.raises(ValueError, match="no name for an on-call"):
        keep_answer(paths, name, 1, [])


# ── far schedules ──

NOW = ms("2026-11-24T12:00")


def answered(paths: Paths, folder: Path, *rows: tuple[int, int, str, str, str]):
    library = schedule(paths, folder)
    keep_answer(paths, "web", NOW - HOUR, rows)
    return library.policy("p", NOW).levels[0].notify[0]


def test_a_schedule_that_was_never_asked_says_so_and_keeps_its_way(paths: Paths, tmp_path: Path) -> None:
    target = schedule(paths, tmp_path).policy("p", NOW).levels[0].notify[0]
    assert (target.name, target.reach, target.shifts) == ("web on call (never asked)", ("hook",), ())


def test_who_is_on_call_is_one_of_our_contacts_by_their_address(paths: Paths, tmp_path: Path) -> None:
    target = answered(paths, tmp_path, (NOW - HOUR, NOW + HOUR, "A. Other", "ANA@example.org", "P7"))
    person = on_duty(target, NOW)
    assert (person.ref, person.name, person.phone) == ("contact:ana", "Ana", "+44 20 7946 0001")
    assert target.asked == NOW - HOUR


def test_who_is_on_call_is_one_of_our_contacts_by_their_name(paths: Paths, tmp_path: Path) -> None:
    target = answered(paths, tmp_path, (NOW - HOUR, NOW + HOUR, "ivo", "", "P7"))
    assert on_duty(target, NOW).ref == "contact:ivo"


def test_a_stranger_on_call_is_reached_as_the_turn_says(paths: Paths, tmp_path: Path) -> None:
    person = on_duty(answered(paths, tmp_path, (NOW - HOUR, NOW + HOUR, "Zoë", "z@x.org", "P7")), NOW)
    assert (person.ref, person.name, person.reach) == ("oncall:web", "Zoë", ("hook",))


def test_after_the_last_word_of_a_schedule_nobody_is_claimed_to_have_the_turn(paths: Paths, tmp_path: Path) -> None:
    target = answered(paths, tmp_path, (NOW - 2 * HOUR, NOW - HOUR, "Ana", "", "P7"))
    person = on_duty(target, NOW)
    assert (person.name, person.reach) == ("web on call (not known yet)", ("hook",))


def test_between_two_turns_with_a_gap_the_schedule_itself_is_called(paths: Paths, tmp_path: Path) -> None:
    rows = ((NOW - 3 * HOUR, NOW - HOUR, "Ana", "", ""), (NOW + HOUR, NOW + 2 * HOUR, "Ivo", "", ""))
    target = answered(paths, tmp_path, *rows)
    assert on_duty(target, NOW).ref == "oncall:web"
    assert on_duty(target, NOW + HOUR + MINUTE).name == "Ivo"


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"asked": -1, "shifts": []}', b"[" * 5000, b'{"asked": 1, "shifts": [[1]]}']
)
def test_a_broken_answer_counts_as_none(paths: Paths, tmp_path: Path, data: bytes) -> None:
    library = schedule(paths, tmp_path)
    keep_answer(paths, "web", 1, [])
    Path(oncall.answer_file(paths, "web")).write_bytes(data)
    assert library.policy("p", NOW).levels[0].notify[0].name == "web on call (never asked)"


def test_an_answer_is_kept_for_its_owner_alone_and_nothing_is_left_beside_it(paths: Paths) -> None:
    keep_answer(paths, "web", 5, [(1, 2, "Ana\0", "", "")])
    file = Path(oncall.answer_file(paths, "web"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["web.json"]
    answer = oncall.read_answer(paths, "web")
    assert answer is not None
    assert (answer.asked, answer.shifts[0][2]) == (5, "Ana")
