"""`warroom brief`: the words that go with a page, in the form that is asked for."""

import pytest

from warroom.render.brief import LIMITS


@pytest.fixture
def called(incident):
    """The program with an incident in which somebody is called for a reason."""
    incident.ok("impact", "38 % of card checkouts fail")
    incident.ok("bridge", "https://meet.example/k3f9")
    incident.ok("log", "-k", "observed", "see https://g.example/d/1")
    incident.ok("escalate", "2", "--why", "decide about the failover")
    return incident


@pytest.mark.parametrize("form", LIMITS)
def test_each_form_is_printed_within_its_limit(called, form):
    said = called.ok("brief", "--form", form)
    assert len(said.out.rstrip("\n")) <= LIMITS[form]
    assert "Checkout returns 500s" in said.out
    assert "decide about" in said.out
    assert said.err == ""


def test_the_mail_is_what_comes_without_asking(called):
    assert called.ok("brief").out.split("\n")[5] == called.ok("brief", "--form", "mail").out.split("\n")[5]
    assert "NEEDED FROM YOU  decide about the failover" in called.ok("brief", called.inc).out


def test_json_has_every_part_and_every_form(called):
    told = called.ok("brief", "--json").json
    assert told["impact"]["what"] == "38 % of card checkouts fail"
    assert told["evidence"] == [{"at": told["evidence"][0]["at"], "link": "https://g.example/d/1"}]
    assert told["place"] == "L2"
    assert set(told["texts"]) == set(LIMITS)
    assert told["answer"] == f"warroom ack -i {called.inc}"


def test_ones_own_template_is_used_and_a_broken_one_is_named(called):
    (called.home / "templates").mkdir()
    (called.home / "templates" / "brief.sms.txt").write_text("{{ severity }} now")
    assert called.ok("brief", "--form", "sms").line == "SEV2 now"
    (called.home / "templates" / "brief.sms.txt").write_text("{{ severity ")
    said = called.ok("brief", "--form", "sms")
    assert "Needed: decide about the failover" in said.out
    assert "brief.sms.txt: line 1: " in said.err
    assert "The shipped template is used instead." in said.err


def test_what_a_shared_channel_gets_of_a_restricted_incident(warroom):
    warroom.ok("declare", "Intruder on the jump host", "-s", "1", "--restricted")
    assert "Intruder" in warroom.ok("brief").out
    shared = warroom.ok("brief", "--shared", "--json").out + warroom.ok("brief", "--shared").out
    assert "Intruder" not in shared
    assert "ask ana" in shared


def test_a_form_that_does_not_exist_is_refused(called):
    assert called("brief", "--form", "fax").code == 2
