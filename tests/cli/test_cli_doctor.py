"""`warroom doctor`: every channel is tried without paging anybody; one real page marked TEST shows that it arrives."""

import json
from threading import Event

import pytest

from farside import FarSide, says
from mail_side import MailServer
from warroom.cli.doctor_channels import at_once
from warroom.core.acts.lifecycle import Declare
from warroom.core.values import By
from warroom.room.desk import Desk

NOW = 1_795_000_000_000

CONTACTS = """
[contact.ana]
name = "Ana Lima"
email = "ana@example.org"
phone = "+44 20 7946 0001"
reach = ["hook", "mail:ana@example.org"]
"""


@pytest.fixture
def far():
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def mail():
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def configured(warroom, far, mail):
    """The program with a webhook and a mail server that are there, and one person."""
    write(warroom, "channels.toml", hook(far) + mailbox(mail))
    write(warroom, "contacts.toml", CONTACTS)
    return warroom


def write(warroom, name, text):
    warroom.home.mkdir(exist_ok=True)
    (warroom.home / name).write_text(text)


def hook(far, name="hook", more=""):
    return f'[channel.{name}]\nkind = "webhook"\nurl = "{far.url}/page"\n{more}\n'


def mailbox(mail):
    return (
        f'[channel.mail]\nkind = "email"\nhost = "127.0.0.1"\nport = {mail.port}\n'
        'sender = "warroom@example.org"\ntls = "none"\n'
    )


def doctor(warroom, **env):
    return {each["what"]: (each["state"], each["says"]) for each in warroom("doctor", "--json", **env).json}


def methods(far):
    return [request.method for request in far.requests]


# ── without paging anybody ──


def test_without_channels_it_says_that_nothing_is_sent_and_how_to_begin(warroom):
    state, words = doctor(warroom)["paging"]
    assert state == "look"
    assert "nothing is sent" in words
    assert "docs/escalation.md" in words


def test_every_channel_is_tried_and_nobody_is_paged(configured, far, mail):
    found = doctor(configured)
    assert found["channel hook"][0] == "ok"
    assert found["channel mail"][0] == "look"
    assert methods(far) == ["HEAD"]
    assert mail.got == []


def test_a_channel_that_cannot_answer_back_says_to_ring(configured):
    assert doctor(configured)["channel hook"][1].endswith("cannot answer back: ring by hand")


def test_a_missing_secret_is_named_and_makes_it_fail(warroom):
    write(warroom, "channels.toml", '[channel.pd]\nkind = "pagerduty"\nkey_env = "PD_KEY"\n')
    done = warroom("doctor")
    assert done.code == 1
    assert "the variable PD_KEY is not set" in done.out


def test_a_missing_secret_that_it_can_do_without_is_named(warroom, far):
    write(warroom, "channels.toml", hook(far, more='secret_env = "HOOK_SECRET"'))
    state, words = doctor(warroom)["channel hook"]
    assert state == "look"
    assert "the variable HOOK_SECRET is not set" in words
    assert doctor(warroom, HOOK_SECRET="hush-hush")["channel hook"][0] == "ok"


def test_no_secret_is_ever_shown(warroom, far):
    write(warroom, "channels.toml", hook(far, more='token_env = "HOOK_TOKEN"'))
    far.answers(says(401, {"message": "hush-hush is wrong"}))
    done = warroom("doctor", HOOK_TOKEN="hush-hush")
    assert done.code == 1
    assert "hush-hush" not in done.out + done.err


def test_what_came_of_it_is_kept_for_the_policies(configured, far):
    doctor(configured)
    kept = json.loads((configured.home / "channels.json").read_text())
    assert {name: each["ok"] for name, each in kept.items()} == {"hook": True, "mail": True}
    far.answers(says(500))
    doctor(configured)
    assert json.loads((configured.home / "channels.json").read_text())["hook"]["ok"] is False


def test_one_that_is_not_there_takes_no_other_with_it(configured, far, closed):
    write(configured, "channels.toml", hook(closed, "gone") + hook(far))
    found = doctor(configured)
    assert found["channel gone"][0] == "bad"
    assert "refuses the connection" in found["channel gone"][1]
    assert found["channel hook"][0] == "ok"


@pytest.fixture
def closed():
    side = FarSide()
    side.close()
    return side


def test_one_that_never_answers_holds_up_no_other():
    never = Event()
    came = at_once({"slow": never.wait, "quick": lambda: True}, 0.2)
    never.set()
    assert came == {"quick": True}


def test_a_channel_in_nobodys_reach_is_named(configured, far, mail):
    write(configured, "channels.toml", hook(far) + mailbox(mail) + hook(far, "spare"))
    state, words = doctor(configured)["reach"]
    assert state == "look"
    assert "spare" in words


def test_a_fallback_is_in_everybodys_reach(configured, far, mail):
    write(configured, "channels.toml", 'fallback = ["spare"]\n' + hook(far) + mailbox(mail) + hook(far, "spare"))
    assert "reach" not in doctor(configured)


def test_a_contact_without_a_way_is_named_with_the_number(configured):
    write(configured, "contacts.toml", CONTACTS + '[contact.ivo]\nname = "Ivo"\nphone = "+44 1"\nreach = ["pigeon"]\n')
    state, words = doctor(configured)["contacts"]
    assert state == "look"
    assert "ivo (+44 1)" in words


def test_examples_are_nobody(configured):
    write(configured, "contacts.toml", CONTACTS + "example = true\n")
    assert "names nobody of yours" in doctor(configured)["contacts"][1]


def test_a_schedule_that_cannot_be_asked_is_said(configured):
    write(configured, "oncall.toml", '[oncall.web]\nschedule = "pagerduty:PWEB"\nreach = ["hook"]\n')
    state, words = doctor(configured)["on call web"]
    assert state == "look"
    assert "No channel of the kind pagerduty" in words


def test_hostile_names_are_shown_as_text(warroom, far):
    write(warroom, "channels.toml", hook(far, '"\\u001b[2Jx"'))
    assert b"\x1b" not in warroom("doctor").raw


# ── the process that pages ──


def test_it_says_that_no_watch_starts_by_itself_where_it_is_switched_off(warroom):
    assert "WARROOM_WATCH=off" in doctor(warroom)["watch"][1]
    write(warroom, "config.toml", "watch = false\n")
    assert "watch = false in config.toml" in doctor(warroom, WARROOM_WATCH="")["watch"][1]


def test_a_watch_that_runs_is_named(configured):
    watch = configured.start("watch", "--json")
    assert json.loads(watch.stdout.readline())["what"] == "watching"
    state, words = doctor(configured)["watch"]
    assert (state, f"process {watch.pid}," in words) == ("ok", True)
    watch.terminate()
    assert watch.wait() == 0


def test_an_incident_for_which_nobody_pages_is_named(configured):
    policy = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:ana"]\n'
    (configured.home / "policies").mkdir()
    write(configured, "policies/quick.toml", policy)
    inc = configured.ok("declare", "Checkout returns 500s", "-s", "SEV2", "--policy", "quick").line
    done = configured("doctor")
    assert done.code == 1
    assert f"nobody pages for {inc}" in done.out


# ── --page-me ──


def test_one_page_marked_test_reaches_whoever_asks(configured, far, mail):
    done = configured.ok("doctor", "--page-me")
    (request,) = far.requests
    body = request.json()
    assert (body["what"], body["test"], body["incident"], body["to"]) == ("test", True, "", "ana")
    assert "TEST" in str(body["summary"])
    assert "nothing is wrong" in str(body["summary"])
    assert "TEST went out by hook" in done.out
    assert "would not be read back" in done.out
    assert mail.got == []


def test_the_next_way_is_tried_where_one_fails(configured, far, mail):
    far.answers(says(500))
    done = configured.ok("doctor", "--page-me")
    assert "By hook it did not go out" in done.out
    assert "TEST" in mail.mail()["Subject"]
    assert mail.mail()["To"] == "ana@example.org"


def test_the_named_way_is_the_only_one(configured, far, mail):
    configured.ok("doctor", "--page-me", "--channel", "mail")
    assert far.requests == []
    assert len(mail.got) == 1


def test_it_fails_where_nothing_went_out(configured, far):
    far.answers(says(403))
    done = configured("doctor", "--page-me", "--channel", "hook", "--json")
    assert done.code == 1
    assert done.json["sent"] is False
    assert done.json["tries"][0]["state"] == "not sent"


@pytest.mark.parametrize("me", ["ana", "Ana Lima", "ANA@example.org"])
def test_i_am_a_contact_by_id_name_or_mail(configured, me):
    assert configured.ok("doctor", "--page-me", "--json", "--by", me).json["to"] == "ana"


def test_somebody_who_is_no_contact_is_told_who_there_is(configured, far):
    done = configured("doctor", "--page-me", "--by", "ivo")
    assert done.code == 3
    assert "“ivo”; there is ana" in done.err
    assert far.requests == []


def test_a_channel_that_leads_to_somebody_else_is_refused(configured, far):
    done = configured("doctor", "--page-me", "--channel", "pigeon")
    assert done.code == 3
    assert "hook, mail:ana@example.org" in done.err


def test_a_channel_without_page_me_is_a_mistake(configured):
    assert configured("doctor", "--channel", "hook").code == 2


def test_a_test_is_never_the_same_page_twice(configured, far):
    configured.ok("doctor", "--page-me")
    configured.ok("doctor", "--page-me")
    first, second = (request.json()["key"] for request in far.requests)
    assert first != second


def test_an_open_drill_does_not_keep_it_from_going_out(configured, far):
    folder = configured.home / "incidents"
    configured.ok("list")
    desk = Desk(str(folder), "ABCDEFGHJK", By("ana"), lambda: NOW)
    room = desk.declare(Declare(title="x", severity="SEV3"), drill=True)
    assert room.state.drill
    room.log.close()
    configured.ok("doctor", "--page-me")
    assert len(far.requests) == 1


def test_it_leaves_no_incident_behind(configured):
    configured.ok("doctor", "--page-me")
    assert configured.ok("list", "--json").json == []
