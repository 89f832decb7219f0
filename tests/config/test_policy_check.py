"""What `policy check` finds before the night in which it would matter, and that no bytes are too odd for it."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_kit import CHANNELS, CONTACTS, GOOD, SNIPPET, good, put
from warroom.config.paths import Paths, find
from warroom.config.policy_check import check, wrong_number

NOON = 1_795_608_000_000  # 2026-11-25T12:00Z
LEVEL_1 = '[[level]]\nafter = "PT0S"\nnotify = ["contact:ana"]\nbackup = ["contact:ivo"]\n'
OWN = 'owner = "ana"\n'
TURN = '[oncall.{}]\nstart = "2026-11-23T09:00"\nevery = "P7D"\npeople = ["contact:{}", "contact:{}"]\n'


def test_nothing_is_wrong_with_a_good_policy(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    assert check(paths) == []
    assert check(paths, [str(tmp_path / "policies" / "good.toml")]) == []


def swap(old: str, new: str) -> dict[str, str]:
    assert old in GOOD
    return {"policies/good.toml": GOOD.replace(old, new)}


def more(text: str) -> dict[str, str]:
    return {"policies/good.toml": GOOD + text}


QUIET = 'quiet = "22:00-07:00"\n'
FINDINGS = {
    "an empty level": (
        swap('["contact:mei"]\nbackup = ["contact:tom"]', "[]"),
        "line 10, level[2]",
        "is empty: nobody",
    ),
    "only a backup": (swap('["contact:mei"]', "[]"), "line 12, level[2].notify", "its backup is called first"),
    "no backup": (swap('backup = ["contact:tom"]', ""), "line 10, level[2]", "has no backup for the moment when Mei"),
    "no owner": (swap('owner = "ana"\n', ""), "owner", "nobody is named who keeps this policy true"),
    "an owner that is nobody": (swap('"ana"', '"nobody yet"'), "line 3, owner", "nobody is named"),
    "the same as level and backup": (
        swap("contact:tom", "contact:mei"),
        "line 10, level[2]",
        "Mei is called twice in a row: by level 2, and then by the backup of level 2",
    ),
    "the same in two levels": (
        swap("contact:mei", "contact:ana"),
        "line 10, level[2]",
        "Ana is called twice in a row: by level 1, and then by level 2",
    ),
    "the same after a backup": (
        swap("contact:mei", "contact:ivo"),
        "line 10, level[2]",
        "Ivo is called twice in a row: by the backup of level 1, and then by level 2",
    ),
    "the same at once": (
        swap('["contact:mei"]', '["contact:mei", "contact:mei"]'),
        "line 10, level[2]",
        "at the same time",
    ),
    "the same number": (
        {"contacts.toml": CONTACTS.replace("0004", "0003")},
        "line 10, level[2]",
        "Mei is called twice in a row",
    ),
    "a loop that is too long": (swap("repeat = 2", "repeat = 21"), "line 4, repeat", "21 times is a loop without end"),
    "a loop below zero": (swap("repeat = 2", "loops = -1"), "line 4, loops", "-1 has no end"),
    "a loop beyond all numbers": (swap("repeat = 2", f"repeat = {10**30}"), "line 4, repeat", "has no end"),
    "a loop of days": (
        {"policies/good.toml": GOOD.replace("PT5M", "PT6H").replace("repeat = 2", "repeat = 9")},
        "line 4, repeat",
        "a loop without end in practice: it calls people for",
    ),
    "a level after a day": (swap("PT5M", "P2D"), "line 11, level[2].after", "is never reached in practice"),
    "an unknown contact": (
        swap("contact:mei", "contact:zed"),
        "line 10, level[2]",
        "no “contact:zed” in contacts.toml",
    ),
    "an unknown turn": (swap("contact:mei", "oncall:zed"), "line 10, level[2]", "no “oncall:zed” in oncall.toml"),
    "an example": (swap("contact:mei", "contact:lead"), "line 10, level[2]", "is an example, and reaches nobody"),
    "an unknown topic": (
        more('[[trigger]]\nid = "t"\nusers = 5\npage = "db"\n'),
        "line 17, trigger[1].page",
        "“db” is not a topic",
    ),
    "an unknown role": (
        more('[[trigger]]\nid = "t"\nmissing = "boss"\njump = 2\n'),
        "line 16, trigger[1].missing",
        "“boss” is not a role",
    ),
    "an unknown zone": (more(QUIET + 'quiet_tz = "Mars/X"\n'), "line 15, level[2].quiet_tz", "is not a time zone"),
    "all levels quiet": (
        {
            "policies/good.toml": GOOD.replace('backup = ["contact:ivo"]\n', 'backup = ["contact:ivo"]\n' + QUIET)
            + QUIET
        },
        "line 6, level",
        "all levels are quiet at once",
    ),
    "a policy that nothing starts": (
        {"policies/good.toml": 'starts = "trigger"' + GOOD},
        "line 1, starts",
        "calls nobody",
    ),
    "a level that is jumped over": (
        {
            "policies/good.toml": 'starts = "trigger"'
            + GOOD.replace("repeat = 2", "repeat = 0")
            + '[[trigger]]\nid = "t"\nusers = 5\njump = 2\n'
        },
        "line 6, level[1]",
        "is never reached: every trigger jumps past it",
    ),
    "no way to be reached": (
        {"contacts.toml": CONTACTS.replace('reach = ["mail:mei@example.org", "hook"]\n', "")},
        "line 10, level[2]",
        "Mei has no way to be reached: `reach` is empty",
    ),
    "a way that is no channel": (
        {"contacts.toml": CONTACTS.replace('"mail:mei@example.org", "hook"', '"sms"')},
        "line 10, level[2]",
        "Mei has no way to be reached: channels.toml has no sms",
    ),
    "a whole level without a way": (
        {"contacts.toml": CONTACTS.replace('"mail:mei@example.org", "hook"', "")[: CONTACTS.rindex("reach") - 31]},
        "line 10, level[2]",
        "nobody in it (Mei, Tom) has a way to be reached: `reach` is empty",
    ),
    "a file that is no TOML": ({"policies/good.toml": "[[level]"}, "line 1, column 8", "is not TOML"),
    "a key nobody reads": (
        swap("fallback", "fallbak"),
        "line 5, fallbak",
        "“fallbak” is not a key that anything reads",
    ),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_it_finds(paths: Paths, tmp_path: Path, name: str) -> None:
    files, place, reason = FINDINGS[name]
    good(tmp_path)
    put(tmp_path, files)
    file = str(tmp_path / "policies" / "good.toml")
    found = [each for each in check(paths, [file], NOON) if each.file == file]
    assert (place, True) in [(each.place, reason in each.reason) for each in found], found


def test_one_channel_for_everything_is_said_unless_there_is_another_to_fall_back_on(
    paths: Paths, tmp_path: Path
) -> None:
    good(tmp_path)
    put(tmp_path, {"contacts.toml": CONTACTS.replace("mail:", "hook:")})
    [problem] = check(paths)
    assert "one channel for everything: when “hook” is down, nobody is reached" in problem.reason
    put(tmp_path, {"channels.toml": 'fallback = ["mail:x@example.org"]\n' + CHANNELS})
    assert check(paths) == []


def test_a_channel_that_was_never_tested_or_failed_is_said(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path, tested=False)
    assert [each.reason.split(":")[0] for each in check(paths)] == [
        "channel “hook” was never tested",
        "channel “mail” was never tested",
    ]
    put(tmp_path, {"channels.json": '{"hook": {"at": 1, "ok": false, "says": "401"}, "mail": {"at": 1, "ok": true}}'})
    assert [each.reason for each in check(paths)] == ["channel “hook” failed when it was last tested: 401"]


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        (
            'phone = "+44 20 7946 0001"',
            'phone = "0800 FLOWERS"',
            "line 4, contact.ana.phone",
            "something else than digits",
        ),
        ('phone = "+44 20 7946 0001"', 'phone = "112"', "line 4, contact.ana.phone", "it has 3 digits"),
        ('phone = "+44 20 7946 0001"', 'tz = "Europe/Atlantis"', "line 4, contact.ana.tz", "is not a time zone"),
        ('name = "Ana"', "name = 1", "line 3, contact.ana.name", "should be text in quotes"),
    ],
)
def test_what_is_wrong_with_somebody_who_is_called_is_said_in_their_file(
    paths: Paths, tmp_path: Path, old: str, new: str, at: str, reason: str
) -> None:
    good(tmp_path)
    put(tmp_path, {"contacts.toml": CONTACTS.replace(old, new, 1)})
    found = check(paths, [str(tmp_path / "policies" / "good.toml")])
    there = [each for each in found if each.file == str(tmp_path / "contacts.toml")]
    assert [each.place for each in there] == [at]
    assert reason in there[0].reason


@pytest.mark.parametrize("phone", ["", "+44 20 7946 0001", "(020) 7946-0001", "112233", "+1.202.555.0104"])
def test_a_number_that_can_be_rung_is_let_through(phone: str) -> None:
    assert wrong_number(phone) == ""


@pytest.mark.parametrize("phone", ["12345", "1" * 16, "+44 20 CALL", "٠١٢٣٤٥٦٧", "++44207946000", "unknown"])
def test_a_number_that_cannot_be_rung_is_not(phone: str) -> None:
    assert "cannot be a telephone number" in wrong_number(phone)


def test_two_turns_that_meet_in_one_person_are_found_with_the_day(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    put(tmp_path, {"oncall.toml": TURN.format("a", "ana", "ivo") + TURN.format("b", "tom", "ivo")})
    put(tmp_path, swap("contact:mei", "oncall:b") | {"policies/good.toml": GOOD.replace("contact:mei", "oncall:b")})
    text = (tmp_path / "policies" / "good.toml").read_text().replace("contact:ana", "oncall:a")
    put(tmp_path, {"policies/good.toml": text.replace('backup = ["contact:ivo"]', 'backup = ["contact:mei"]')})
    reasons = [each.reason for each in check(paths, (), NOON)]
    assert "Ivo (from 2026-11-30 09:00 UTC on) is called twice in a row: by level 1, and then by level 2" in reasons


def test_all_mistakes_of_a_file_are_said_at_once(paths: Paths, tmp_path: Path) -> None:
    text = 'colour = 1\nrepeat = "often"\n[[level]]\nafter = "10"\n'
    put(tmp_path, {"policies/x.toml": text})
    places = [each.place for each in check(paths)]
    assert {"line 1, colour", "line 2, repeat", "line 4, level[1].after"} <= set(places)
    assert not any("is missing" in each.reason for each in check(paths))


def test_a_newcomers_files_are_told_what_is_missing(paths: Paths, tmp_path: Path) -> None:
    put(tmp_path, SNIPPET)
    reasons = " ".join(each.reason for each in check(paths))
    for words in ("keeps this policy true", "“contact:db1”", "no backup", "one channel for everything", "never tested"):
        assert words in reasons


def test_without_files_of_ones_own_the_shipped_examples_are_looked_at(paths: Paths) -> None:
    assert {Path(each.file).name for each in check(paths)} == {"example.toml", "example-slow.toml"}
    assert any("is an example, and reaches nobody" in each.reason for each in check(paths))


def test_own_policies_that_no_severity_starts_with_are_said(paths: Paths, tmp_path: Path) -> None:
    good(tmp_path)
    put(tmp_path, {"policies/other.toml": GOOD.replace('"good"', '"other"')})
    [problem] = check(paths)
    assert problem.place == "default_policy"
    assert "SEV1, SEV2, SEV3 start with the shipped example: name good or other" in problem.reason


# ── odd files ──

_words = st.sampled_from(
    [
        "level",
        "after",
        "notify",
        "backup",
        "quiet",
        "trigger",
        "specialist",
        "topic",
        "id",
        "repeat",
        "jump",
        "users",
        "owner",
    ]
)
_values = st.one_of(
    st.integers(-(10**30), 10**30),
    st.sampled_from(['"PT5M"', '"contact:ana"', '["contact:ana"]', '["oncall:web"]', '"22:00-07:00"', "[]", "{}"]),
    st.sampled_from(["1979-05-27", "inf", "true", '"\\u001b[2J"', '"trigger"', '["SEV1"]', '"P3650D"', "[[]]", '""']),
)


@st.composite
def almost(draw: st.DrawFn) -> bytes:
    """TOML that is nearly a policy."""
    lines = [draw(st.sampled_from(["", GOOD, OWN + LEVEL_1]))]
    for _ in range(draw(st.integers(0, 10))):
        word, value = draw(_words), draw(_values)
        lines.append(draw(st.sampled_from([f"{word} = {value}", f"[[{word}]]", f'[[{word}]]\n"{word}[2]" = {value}'])))
    return "\n".join(lines).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = GOOD.encode()
    start = draw(st.integers(0, len(data)))
    return data[:start] + draw(st.binary(max_size=8)) + data[start + draw(st.integers(0, 60)) :]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), almost(), damaged()),
    st.sampled_from(["policies/x.toml", "oncall.toml", "else.toml"]),
)
def test_no_bytes_are_too_odd(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        good(Path(folder))
        put(Path(folder), {"oncall.toml": TURN.format("web", "ana", "ivo")})
        file = Path(folder, name)
        file.write_bytes(content)
        paths: Paths = find({"WARROOM_HOME": folder})
        for each in (*check(paths), *check(paths, [str(file)])):
            assert each.file
            assert each.reason


@pytest.mark.parametrize("name", ["nowhere.toml", "", "."])
def test_what_is_no_file_is_a_finding(paths: Paths, tmp_path: Path, name: str) -> None:
    [problem] = check(paths, [str(tmp_path / name)])
    assert "cannot be read" in problem.reason or "is not a file" in problem.reason
