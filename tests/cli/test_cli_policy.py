"""`warroom policy`: who is called at which minute, the plan on paper, what is wrong; for people and for programs."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

CHANNELS = '[channel.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:9000/page"\nsecret_env = "HOOK_SECRET"\n'
CONTACTS = """
[contact.sre1]
name = "Primary on call"
reach = ["hook"]
phone = "+44 20 7946 0001"
[contact.db1]
name = "Mei <i>Lin</i> | `x` [link](http://x.invalid) \\u001b[31mred\\u202e"
reach = ["hook"]
phone = "+44 20 7946 0005"
[contact.db2]
name = "Ivo"
phone = "+44 20 7946 0006"
"""
QUICK = """
id = "quick"
[[level]]
after = "PT0S"
notify = ["contact:sre1"]
[[level]]
after = "PT5M"
notify = ["contact:db1"]
backup = ["contact:db2"]
"""
MORE = """
[[specialist]]
topic = "db"
notify = ["contact:db2"]
[[trigger]]
id = "long\\u001b[2J"
severity = ["SEV1"]
elapsed = "PT45M"
page = "db"
"""


@pytest.fixture
def team(warroom):
    (warroom.home / "policies").mkdir(parents=True)
    for name, text in (("channels", CHANNELS), ("contacts", CONTACTS), ("policies/quick", QUICK)):
        (warroom.home / f"{name}.toml").write_text(text)
    return warroom


# ── show ──


def test_the_policy_that_a_severity_starts_with_is_shown_by_the_minute(team):
    shown = team.ok("policy", "show", "-s", "SEV2").out
    assert re.search(r"^quick +SEV2, from \d\d:\d\d UTC$", shown, re.MULTILINE)
    assert re.search(r"^  0  L1 +Primary on call +\+44 20 7946 0001  hook$", shown, re.MULTILINE)
    assert re.search(r"^  5  L2 +Mei <i>", shown, re.MULTILINE)
    assert re.search(r"backup +Ivo +\+44 20 7946 0006  no way$", shown, re.MULTILINE)
    assert "Owner: nobody." in shown


def test_a_plan_fits_eighty_columns_and_holds_nothing_that_commands_a_terminal(team):
    (team.home / "policies" / "quick.toml").write_text(QUICK + MORE)
    ways = "".join(f', "hook:{"x" * n}@example.org"' for n in range(20, 60, 9))
    (team.home / "contacts.toml").write_text(CONTACTS.replace('["hook"]', f'["hook"{ways}]'))
    shown = team.ok("policy", "show", "quick")
    assert max(map(len, shown.out.splitlines())) <= 80
    assert b"\x1b" not in shown.raw
    assert "\u202e" not in shown.out


def test_the_plan_as_data_says_all_of_it(team):
    (team.home / "policies" / "quick.toml").write_text(QUICK + MORE)
    plan = team.ok("policy", "show", "quick", "-s", "1", "--json").json
    assert (plan["policy"], plan["severity"], plan["reachable"], plan["tested"]) == ("quick", "SEV1", True, False)
    assert [(line["minute"], line["level"], line["topic"]) for line in plan["lines"]] == [
        (0, 1, None),
        (5, 2, None),
        (45, None, "db"),
    ]
    assert plan["lines"][1]["who"][0]["phone"] == "+44 20 7946 0005"
    assert plan["lines"][1]["backup"][0]["name"] == "Ivo"
    assert plan["triggers"][0]["when"] == "SEV1, 45m since the declaration"
    assert len(team.ok("policy", "show", "quick", "-s", "2", "--json").json["lines"]) == 2


def test_a_policy_that_reaches_nobody_says_so(warroom):
    shown = warroom.ok("policy", "show").out
    assert "! PAGES NOBODY · ring by hand" in shown
    assert "Example Primary" in shown
    assert "(example)" in shown


def test_a_severity_that_calls_nobody_says_so(warroom):
    shown = warroom.ok("policy", "show", "-s", "SEV5")
    assert (shown.out, "SEV5 calls nobody." in shown.err) == ("", True)


def test_an_unknown_policy_is_not_found(warroom):
    shown = warroom("policy", "show", "nope")
    assert shown.code == 3
    assert "There is no escalation policy “nope”" in shown.err


def test_a_turn_is_shown_with_its_person_and_the_age_of_the_answer(team):
    (team.home / "oncall.toml").write_text(
        '[oncall.web]\nstart = "2026-01-05T09:00"\nevery = "P7D"\npeople = ["contact:sre1", "contact:db2"]\n'
        '[oncall.pd]\nschedule = "pagerduty:P1"\nchannel = "hook"\nreach = ["hook"]\n'
    )
    text = QUICK.replace("contact:sre1", "oncall:web").replace("contact:db1", "oncall:pd")
    (team.home / "policies" / "quick.toml").write_text(text)
    shown = team.ok("policy", "show").out
    assert re.search(r"web  (Primary on call|Ivo) until .* UTC, then (Ivo|Primary on call)", shown)
    assert "its schedule was never asked" in shown
    folder = team.home / "oncall"
    folder.mkdir()
    (folder / "pd.json").write_text('{"asked": 1000, "shifts": [[1, 9000000000000, "Zoë", "", "P7"]]}')
    assert re.search(r"pd +Zoë.*\(asked \d+d(\d\dh)? ago\)", team.ok("policy", "show").out)
    assert "Zoë" in team.ok("policy", "show", "--json").out


def test_a_trigger_that_time_brings_about_is_shown_with_its_minute(team):
    (team.home / "policies" / "quick.toml").write_text(QUICK + MORE)
    shown = " ".join(team.ok("policy", "show", "quick").out.split())
    assert "SEV1, 45m since the declaration: calls the specialists for db; at minute 45, if nothing is done" in shown


# ── list ──


def test_the_list_says_which_severity_starts_with_what(team):
    assert re.search(r"^quick +2 levels, starts with SEV1, SEV2, SEV3$", team.ok("policy", "list").out, re.MULTILINE)
    rows = {row["id"]: row for row in team.ok("policy", "list", "--json").json}
    assert (rows["quick"]["own"], rows["quick"]["reachable"]) == (True, True)
    assert (rows["example"]["own"], rows["example"]["reachable"]) == (False, False)


# ── matrix ──


def test_the_matrix_holds_every_severity_every_number_and_a_flow_chart(team):
    text = team.ok("policy", "matrix").out
    for severity in ("SEV1", "SEV2", "SEV3", "SEV4", "SEV5"):
        assert f"| {severity} |" in text
    for number in ("0001", "0005", "0006"):
        assert f"+44 20 7946 {number}" in text
    assert "```text" in text
    assert "no answer for 5m, minute 5" in text
    assert "none: nobody is called" in text


def test_what_people_wrote_is_literal_in_the_markdown(team):
    text = team.ok("policy", "matrix").out
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert any("&lt;i&gt;Lin" in line for line in tables)
    assert not any("<i>" in line or "](http://" in line for line in tables)
    assert text.count("```") == 2
    assert "\x1b" not in text


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action", "data") or name[:2] == "on"]

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_to_print_needs_nothing_else_and_runs_nothing(team):
    (team.home / "policies" / "quick.toml").write_text(QUICK + MORE)
    text = team.ok("policy", "matrix", "--format", "html").out
    page = _Page()
    page.feed(text)
    assert page.links == []
    assert not {"script", "link", "img", "iframe", "i"} & set(page.tags)
    assert "svg" in page.tags
    assert "@media print" in text
    assert "url(" not in text
    said = " ".join(page.words)
    assert "Mei <i>Lin</i>" in said
    assert all(f"+44 20 7946 {number}" in said for number in ("0001", "0005", "0006"))
    assert "\x1b" not in text
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        assert ElementTree.fromstring(drawing).tag == "svg"


def test_what_is_pinned_up_holds_at_any_hour(team):
    (team.home / "policies" / "quick.toml").write_text(QUICK + 'quiet = "00:00-23:59"\n')
    text = team.ok("policy", "matrix").out
    assert "| 5 | L2 | Mei" in text
    assert "- **L2** is passed over from 00:00 to 23:59 UTC" in text


def test_the_matrix_goes_into_a_new_file_and_over_no_other(team, tmp_path):
    file = tmp_path / "plan.html"
    assert team.ok("policy", "matrix", "--format", "html", "-o", str(file)).out == ""
    text = file.read_text()
    assert text.startswith("<!doctype html>")
    assert team("policy", "matrix", "-o", str(file)).code == 4
    assert file.read_text() == text


# ── check ──


def test_findings_have_a_file_a_place_and_a_problem_and_end_with_four(team):
    done = team("policy", "check", "--json")
    assert done.code == 4
    rows = done.json
    assert all(set(row) == {"file", "at", "problem"} for row in rows)
    here = {row["at"]: row["problem"] for row in rows if row["file"] == str(team.home / "policies" / "quick.toml")}
    assert "nobody is named" in here["owner"]
    assert "has no way to be reached" in " ".join(here.values())
    said = team("policy", "check")
    assert said.code == 4
    assert "line 6, level[2]: Ivo has no way to be reached" in said.out


def test_a_policy_that_nothing_is_wrong_with_ends_with_nothing(team):
    people = "".join(
        f'[contact.{name}]\nname = "{name}"\nreach = ["{way}"]\nphone = "+44 20 7946 000{n}"\n'
        for n, (name, way) in enumerate((("a", "hook"), ("b", "other"), ("c", "hook"), ("d", "other")))
    )
    (team.home / "contacts.toml").write_text(people)
    (team.home / "channels.toml").write_text(CHANNELS + '[channel.other]\nkind = "bell"\n')
    (team.home / "channels.json").write_text('{"hook": {"at": 1, "ok": true}, "other": {"at": 1, "ok": true}}')
    text = 'owner = "a"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:a"]\nbackup = ["contact:b"]\n'
    text += '[[level]]\nafter = "PT5M"\nnotify = ["contact:c"]\nbackup = ["contact:d"]\n'
    (team.home / "policies" / "quick.toml").write_text(text)
    assert team.ok("policy", "check", "--json").json == []
    assert "Nothing is wrong with the escalation policy." in team.ok("policy", "check").err


def test_a_file_anywhere_is_checked_against_the_contacts_of_the_configuration(team, tmp_path):
    file = tmp_path / "draft.toml"
    file.write_text(QUICK.replace("contact:db1", "contact:zed"))
    rows = team("policy", "check", str(file), "--json").json
    assert rows[0]["file"] == str(file)
    assert any("no “contact:zed” in contacts.toml" in row["problem"] for row in rows)
    assert not any("sre1" in row["problem"] for row in rows)


def test_a_policy_may_be_named_by_its_id_and_a_file_that_is_not_there_is_not_found(team):
    assert team("policy", "check", "quick", "--json").json == team("policy", "check", "--json").json
    assert team("policy", "check", "nowhere.toml").code == 3


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"[" * 3000, b'level = "x"', b"[[level]]\nafter = 5\n", b"\x00"]
)
def test_odd_bytes_are_findings(team, data):
    (team.home / "policies" / "quick.toml").write_bytes(data)
    done = team("policy", "check", "--json")
    assert done.code == 4
    assert done.json
    assert "Traceback" not in done.err
    team.ok("policy", "show")
    team.ok("policy", "list")
    team.ok("policy", "matrix")
