"""Far schedules: asked while an incident needs them, kept, told to the log where somebody else has the turn."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from held import Held, until
from specs import checked
from warroom.channels import rota
from warroom.channels.factory import Unusable
from warroom.channels.pagerduty import PagerDuty
from warroom.channels.rota import Rota, refresh
from warroom.channels.secrets import Secret
from warroom.config.channels import PagerDuty as Form
from warroom.config.load import Library
from warroom.config.oncall import read_answer
from warroom.core.events import OnCallAnswered, Target
from warroom.core.run import on_duty
from warroom.core.values import DAY, HOUR, MINUTE, Ms
from warroom.net import Http

CHANNELS = (
    '[channel.pd]\nkind = "pagerduty"\nkey_env = "PD_KEY"\ntoken_env = "PD_TOKEN"\n[channel.bell]\nkind = "bell"\n'
)
CONTACTS = '[contact.ana]\nname = "Ana Lima"\nemail = "ana@example.org"\nreach = ["bell"]\n'
ONCALL = '[oncall.web]\nname = "Web"\nschedule = "pagerduty:PWEB"\nreach = ["pd"]\n'
POLICY = 'id = "p"\n[[level]]\nafter = "PT30M"\nnotify = ["oncall:web"]\n'


class Schedules:
    """PagerDuty's answer to who is on call: `turns` of a name, a start and an end in UTC ms."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, Ms | None, Ms | None]] = []
        self.status = 200
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        rows = [self._row(*turn) for turn in self.turns]
        return httpx.Response(self.status, json={"oncalls": rows, "more": False} if self.status == 200 else {})

    @staticmethod
    def _row(name: str, start: Ms | None, end: Ms | None) -> dict[str, Any]:
        email = f"{name.split()[0].lower()}@example.org"
        user = {"id": f"P{name[:3].upper()}", "type": "user", "summary": name, "name": name, "email": email}
        when = {"start": _iso(start), "end": _iso(end)}
        return {"user": user, "escalation_level": 1, "schedule": {"id": "PWEB"}} | when


def _iso(at: Ms | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at // 1000, UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def far() -> Schedules:
    return Schedules()


@pytest.fixture
def held(far: Schedules, tmp_path: Path) -> Iterator[Held]:
    for name, text in (("channels", CHANNELS), ("contacts", CONTACTS), ("oncall", ONCALL), ("policies/p", POLICY)):
        file = tmp_path / f"{name}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    judge = checked(far, "pagerduty-rest")
    form = Form(kind="pagerduty", key_env="PD_KEY", token_env="PD_TOKEN")
    secrets = {"key": Secret("k" * 32), "token": Secret("token-hush")}
    held = Held(tmp_path, {"pd": PagerDuty("pd", form, secrets, Http(transport=httpx.MockTransport(judge)))})
    yield held
    held.let_go()
    judge.clean()


def asked(held: Held) -> rota.Asked:
    (one,) = refresh(held.paths, Library(held.paths), held.channels, held.now())
    return one


def on_duty_now(held: Held) -> str:
    run = held.state.run
    assert run
    return on_duty(run.policy.levels[0].notify[0], held.now()).name


# ── asking ──


def test_what_a_schedule_says_is_kept_and_read_as_our_contacts(held: Held, far: Schedules) -> None:
    now = held.now()
    far.turns = [("Ana Lima", now - HOUR, now + HOUR), ("Somebody Else", now + HOUR, now + DAY)]
    one = asked(held)
    assert (one.ref, one.name, one.why) == ("oncall:web", "Web", "")
    assert [(shift.ref, shift.name) for shift in one.target.shifts][:2] == [
        ("contact:ana", "Ana Lima"),
        ("oncall:web", "Somebody Else"),
    ]
    kept = read_answer(held.paths, "web")
    assert kept
    assert len(kept.shifts) == 2


def test_a_schedule_that_does_not_answer_leaves_the_old_answer(held: Held, far: Schedules) -> None:
    far.turns = [("Ana Lima", held.now() - HOUR, None)]
    before = asked(held)
    far.status = 500
    after = asked(held)
    assert "did not say who is on call" in after.why
    assert after.target.asked == before.target.asked
    assert after.target.shifts[0].name == "Ana Lima"


@pytest.mark.parametrize(
    ("channels", "says"),
    [
        ({"pd": Unusable("pd", "the variable PD_KEY is not set")}, "pd cannot be used: the variable PD_KEY"),
        ({}, "“pd” is no channel of the kind pagerduty"),
    ],
)
def test_a_channel_that_cannot_ask_is_named(held: Held, channels: dict[str, Unusable], says: str) -> None:
    (one,) = refresh(held.paths, Library(held.paths), channels, held.now())
    assert says in one.why


def test_a_schedule_of_a_vendor_without_a_channel_is_named(held: Held, tmp_path: Path) -> None:
    (tmp_path / "oncall.toml").write_text('[oncall.web]\nschedule = "opsgenie:x"\n')
    assert "No channel of the kind opsgenie" in asked(held).why


def test_a_missing_token_is_named(held: Held) -> None:
    pd = held.channels["pd"]
    assert isinstance(pd, PagerDuty)
    del pd.secrets["token"]
    assert "has no token_env" in asked(held).why


def test_the_token_stands_in_no_reason(held: Held, far: Schedules) -> None:
    far.status = 401
    assert "token-hush" not in asked(held).why


# ── while an incident is open ──


def test_whoever_has_the_turn_now_is_told_to_the_log(held: Held, far: Schedules) -> None:
    far.turns = [("Ana Lima", held.now() - HOUR, None)]
    held.declare()
    assert "never asked" in on_duty_now(held)
    held.hold(rota=True)
    until(lambda: on_duty_now(held) == "Ana Lima")
    body = held.state.value((OnCallAnswered.type, "oncall:web"))
    assert isinstance(body, OnCallAnswered)
    assert body.shifts[0].reach == ("bell",)


def test_the_same_answer_is_no_fact_and_another_one_is(held: Held, far: Schedules) -> None:
    now = held.now()
    far.turns = [("Ana Lima", now - HOUR, now + 2 * DAY)]
    asked(held)
    held.declare()
    state = held.state
    kept = Rota(held.paths, held.channels, lambda text: None)

    def answer(at: Ms) -> None:
        kept.look(lambda: [state], at, lambda: None)
        until(lambda: kept.look(list, at, lambda: None))

    answer(now)
    assert kept.commands(state, now) == []
    far.turns = [("Mei Sato", now - MINUTE, None)]
    answer(now + rota.EVERY)
    assert len(kept.commands(state, now)) == 1


def test_somebody_who_takes_over_is_told_to_the_log(
    held: Held, far: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rota, "EVERY", 200)
    monkeypatch.setattr(rota, "_LOOK", 100)
    far.turns = [("Ana Lima", held.now() - HOUR, None)]
    asked(held)
    held.declare()
    held.hold(rota=True)
    until(lambda: far.asked >= 2)
    far.turns = [("Mei Sato", held.now() - MINUTE, None)]
    until(lambda: on_duty_now(held) == "Mei Sato")


def test_a_failure_is_said_once_and_its_end_too(held: Held, far: Schedules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rota, "EVERY", 200)
    monkeypatch.setattr(rota, "_LOOK", 100)
    far.turns = [("Ana Lima", held.now() - HOUR, None)]
    asked(held)
    held.declare()
    far.status = 503
    held.hold(rota=True)
    until(lambda: far.asked >= 4)
    assert len(held.sayings("on call")) == 1
    assert "stays in force" in held.sayings("on call")[0]
    assert on_duty_now(held) == "Ana Lima"
    far.status = 200
    until(lambda: len(held.sayings("on call")) == 2)
    assert "answers again" in held.sayings("on call")[1]


def test_a_schedule_is_asked_no_more_often_than_every_five_minutes(held: Held, far: Schedules) -> None:
    far.turns = [("Ana Lima", held.now() - HOUR, None)]
    held.declare()
    state, now = held.state, held.now()
    kept = Rota(held.paths, held.channels, lambda text: None)
    woken: list[bool] = []
    for minutes in (0, 1, 4, 5, 6):
        before = len(woken)
        kept.look(lambda: [state], now + minutes * MINUTE, lambda: woken.append(True))
        if minutes in (0, 5):
            until(lambda before=before: len(woken) > before)  # type: ignore[misc]  # bound as it is now
        else:
            assert not kept._asking
    assert far.asked == 2


def test_a_schedule_that_no_incident_uses_is_not_asked(held: Held, far: Schedules, tmp_path: Path) -> None:
    (tmp_path / "policies" / "p.toml").write_text(POLICY.replace("oncall:web", "contact:ana"))
    held.declare()
    kept = Rota(held.paths, held.channels, lambda text: None)
    kept.look(lambda: [held.state], held.now(), lambda: None)
    assert not kept._asking
    assert far.asked == 0


def test_whoever_was_called_in_a_turn_that_is_over_stays_the_one_called(
    held: Held, far: Schedules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rota, "EVERY", 200)
    monkeypatch.setattr(rota, "_LOOK", 100)
    now = held.now()
    far.turns = [("Ana Lima", now - HOUR, None)]
    asked(held)
    held.declare()
    far.turns = [("Mei Sato", now - MINUTE, None)]
    held.hold(rota=True)
    until(lambda: on_duty_now(held) == "Mei Sato")
    run = held.state.run
    assert run
    assert on_duty(run.policy.levels[0].notify[0], now - 2 * MINUTE).name == "Ana Lima"


def test_a_phone_that_was_edited_is_not_told(held: Held, far: Schedules, tmp_path: Path) -> None:
    far.turns = [("Ana Lima", held.now() - HOUR, None)]
    before = asked(held).target
    (tmp_path / "contacts.toml").write_text(CONTACTS + 'phone = "+44 20 7946 0001"\n')
    after = asked(held).target
    assert before != after
    assert rota._same(before, after, held.now())


def test_turns_far_ahead_wait_until_they_are_near(held: Held) -> None:
    now = held.now()
    one = rota.Shift(now - HOUR, "contact:ana", "Ana")
    far_ahead = rota.Shift(now + 2 * DAY, "contact:mei", "Mei")
    old, new = Target("oncall:web", "Web", shifts=(one,)), Target("oncall:web", "Web", shifts=(one, far_ahead))
    assert rota._same(old, new, now)
    assert not rota._same(old, new, now + DAY + HOUR)
