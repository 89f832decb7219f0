import os
from pathlib import Path

import httpx
import pytest

from export_kit import layer, opsgenie, pagerduty, read_back, save, says, user
from specs import checked
from warroom.channels.importers import read_file, read_opsgenie, read_pagerduty, write
from warroom.channels.secrets import Secret
from warroom.core.values import DAY, MINUTE, Refused
from warroom.net import Http

TOKEN = Secret("u+a-token-of-nobody")


# ── PagerDuty ──


def test_a_pagerduty_policy_keeps_its_levels_delays_targets_and_rounds(tmp_path: Path) -> None:
    library = read_back(read_file(save(tmp_path, pagerduty())), tmp_path / "home")
    policy = library.policies["checkout-payments"]
    assert [level.after for level in policy.level] == [0, 5 * MINUTE, 15 * MINUTE]
    assert [level.notify for level in policy.level] == [
        ("oncall:web",),
        ("contact:lee-31m-red-ng", "oncall:database"),
        (),
    ]
    assert (policy.rounds, policy.owner, policy.title) == (2, "Payments", "Checkout / payments")


def test_people_keep_their_phone_e_mail_and_time_zone(tmp_path: Path) -> None:
    library = read_back(read_file(save(tmp_path, pagerduty())), tmp_path / "home")
    ana = library.contacts["ana-diaz"]
    assert (ana.name, ana.phone, ana.email, ana.tz) == (
        "Ana Díaz",
        "+44 2079460001",
        "ana@example.org",
        "Europe/London",
    )
    assert ana.reach == ("pd:PANA",)
    assert library.channels.way("pd:PANA") == ("pd", "PANA")


def test_a_schedule_of_one_plain_layer_becomes_a_rotation_at_its_local_hour(tmp_path: Path) -> None:
    tree = pagerduty()
    tree["schedules"][0]["time_zone"] = "America/New_York"
    turn = read_back(read_file(save(tmp_path, tree)), tmp_path / "home").oncall["web"]
    assert (turn.start, turn.every, turn.tz) == ("2026-11-02T04:00", 7 * DAY, "America/New_York")
    assert turn.people == ("contact:ana-diaz", "contact:ivo-kos")


def test_any_other_schedule_stays_there_and_is_asked(tmp_path: Path) -> None:
    imported = read_file(save(tmp_path, pagerduty()))
    turn = read_back(imported, tmp_path / "home").oncall["database"]
    assert (turn.schedule, turn.channel, turn.reach) == ("pagerduty:PDB", "pd", ("pd",))
    assert says(imported, "Database", "restricted")


@pytest.mark.parametrize(
    "change",
    [
        {"schedule_layers": [layer("PANA"), layer("PIVO")]},
        {"schedule_layers": []},
        {"schedule_layers": [layer("PANA", end="2099-01-01T00:00:00Z")]},
        {"schedule_layers": [layer("PANA", rotation_turn_length_seconds=60)]},
        {"schedule_layers": [layer()]},
        {"schedule_layers": [layer("PANA", rotation_virtual_start="0001-01-01T00:00:00Z")]},
        {"time_zone": "Eastern Time (US & Canada)"},
    ],
)
def test_what_no_rotation_can_say_is_asked_too_and_told(tmp_path: Path, change: dict) -> None:
    tree = pagerduty()
    tree["schedules"][0] |= change
    imported = read_file(save(tmp_path, tree))
    assert read_back(imported, tmp_path / "home").oncall["web"].schedule == "pagerduty:PWEB"
    assert says(imported, "Schedule “Web”", "is asked there")


def test_a_turn_of_many_people_can_be_read_back(tmp_path: Path) -> None:
    tree = pagerduty()
    tree["users"] = [user(f"P{n}", f"Person with a rather long name {n}") for n in range(100)]
    tree["schedules"][0]["schedule_layers"] = [layer(*(f"P{n}" for n in range(100)))]
    assert len(read_back(read_file(save(tmp_path, tree)), tmp_path / "home").oncall["web"].people) == 100


def test_a_layer_that_is_over_does_not_count(tmp_path: Path) -> None:
    tree = pagerduty()
    tree["schedules"][0]["schedule_layers"].insert(0, layer("PLEE", end="2020-01-01T00:00:00Z"))
    assert len(read_back(read_file(save(tmp_path, tree)), tmp_path / "home").oncall["web"].people) == 2


def test_whatever_stays_behind_is_named(tmp_path: Path) -> None:
    tree = pagerduty()
    tree["schedules"][0]["overrides_subschedule"] = {"rendered_schedule_entries": [{"start": "x"}]}
    tree["users"][0]["notification_rules"] = [{"id": "PN"}]
    imported = read_file(save(tmp_path, tree))
    assert says(imported, "Web", "overrides")
    assert says(imported, "Checkout / payments", "round robin")
    assert says(imported, "Checkout / payments", "robot_reference")
    assert says(imported, "level 3", "nobody is left")
    assert says(imported, "notification rules", "1 person")
    assert says(imported, "Teams")
    assert says(imported, "phone number", "2 of the people")
    assert all(sentence.isprintable() for sentence in imported.left)


class PagerDutyThere:
    """PagerDuty's lists, a few rows a page."""

    def __init__(self, tree: dict, size: int = 2) -> None:
        self.tree, self.size = tree, size
        self.far = checked(self.answer, "pagerduty-rest")
        self.http = Http(transport=httpx.MockTransport(self.far))

    def answer(self, request: httpx.Request) -> httpx.Response:
        what = request.url.path.strip("/")
        begin = int(request.url.params["offset"]) // 100 * self.size
        page = self.tree[what][begin : begin + self.size]
        more = begin + self.size < len(self.tree[what])
        return httpx.Response(200, json={what: page, "limit": 100, "offset": begin, "more": more})


def test_pagerduty_itself_gives_the_same_as_its_export_page_by_page(tmp_path: Path) -> None:
    there = PagerDutyThere(pagerduty())
    imported = read_pagerduty(there.http, TOKEN)
    there.far.clean()
    assert imported == read_file(save(tmp_path, pagerduty()))
    assert sum(request.url.path == "/users" for request in there.far.requests) == 2


def test_a_list_without_an_end_is_read_to_the_vendor_s_own_bound() -> None:
    def endless(request: httpx.Request) -> httpx.Response:
        what = request.url.path.strip("/")
        row = {"id": f"P{request.url.params['offset']}", "name": "x", "email": "x@example.org"}
        return httpx.Response(200, json={what: [row], "more": True})

    far = checked(endless, "pagerduty-rest")
    imported = read_pagerduty(Http(transport=httpx.MockTransport(far)), TOKEN)
    far.clean()
    assert len(far.requests) == 300
    assert says(imported, "10,000")


def test_a_list_that_repeats_itself_ends() -> None:
    def again(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={request.url.path.strip("/"): [{"id": "P1", "name": "x"}], "more": True})

    assert says(read_pagerduty(Http(transport=httpx.MockTransport(again)), TOKEN), "repeats itself")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"error": {"message": f"Bad {TOKEN.reveal()}"}}),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://example.org"}),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"[" * 9_000),
        httpx.Response(200, json={"users": {}}),
    ],
)
def test_whatever_else_they_answer_is_a_sentence(answer: httpx.Response) -> None:
    http = Http(transport=httpx.MockTransport(lambda _: answer))
    for read in (read_pagerduty, read_opsgenie):
        with pytest.raises(Refused) as refused:
            read(http, TOKEN)
        assert TOKEN.reveal() not in str(refused.value)
        assert "Nothing was imported" in str(refused.value)


# ── Opsgenie ──


def test_opsgenie_s_escalation_keeps_its_levels_delays_targets_and_rounds(tmp_path: Path) -> None:
    imported = read_file(save(tmp_path, opsgenie()))
    library = read_back(imported, tmp_path / "home")
    policy = library.policies["checkout"]
    assert [(level.after, level.notify) for level in policy.level] == [
        (0, ("oncall:web", "contact:ivo-kos")),
        (10 * MINUTE, ("oncall:db",)),
        (20 * MINUTE, ()),
    ]
    assert (policy.rounds, policy.owner) == (3, "Payments")
    assert library.oncall["web"].people == ("contact:ana-diaz", "contact:ivo-kos")
    assert library.oncall["db"].schedule == "opsgenie:s2"
    assert library.contacts["ivo-kos"].reach == ("opsgenie:user:ivo@x.org",)
    assert says(imported, "team “Payments”")
    assert says(imported, "db", "2 rotations")


def test_opsgenie_itself_is_asked_for_the_phones_of_those_who_are_called(tmp_path: Path) -> None:
    tree = opsgenie()
    tree["users"].append({"id": "u3", "username": "zoe@x.org", "fullName": "Zoe"})

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/contacts"):
            ways = [
                {"method": "email", "to": "x@x.org"},
                {"method": "sms", "to": "44-2079460002"},
                {"method": "voice", "to": "44-2079460001"},
            ]
            return httpx.Response(200, json={"data": ways})
        return httpx.Response(200, json={"data": tree[path.rpartition("/")[2]]})

    far = checked(answer, "opsgenie")
    imported = read_opsgenie(Http(transport=httpx.MockTransport(far)), TOKEN)
    far.clean()
    library = read_back(imported, tmp_path / "home")
    assert library.contacts["ana-diaz"].phone == "+44 2079460001"
    assert not any("/u3/contacts" in request.url.path for request in far.requests)
    assert library.contacts["zoe"].phone == ""


# ── writing ──


def test_nothing_that_is_there_is_overwritten_unless_asked(tmp_path: Path) -> None:
    imported = read_file(save(tmp_path, pagerduty()))
    home = tmp_path / "home"
    home.mkdir()
    (home / "oncall.toml").write_text("# mine\n")
    with pytest.raises(Refused, match=r"oncall\.toml is there already"):
        write(imported, str(home))
    assert os.listdir(home) == ["oncall.toml"]
    assert (home / "oncall.toml").read_text() == "# mine\n"
    done = write(imported, str(home), overwrite=True)
    assert str(home / "oncall.toml") in done
    assert "# mine" not in (home / "oncall.toml").read_text()


def test_what_is_written_is_its_owner_s_alone(tmp_path: Path) -> None:
    for file in write(read_file(save(tmp_path, pagerduty())), str(tmp_path / "home")):
        assert os.stat(file).st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(Refused, match="cannot be written"):
        write(read_file(save(tmp_path, pagerduty())), str(tmp_path / "home"))
