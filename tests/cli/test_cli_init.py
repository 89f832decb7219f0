"""`warroom config init`: one command, from a service's API or a file, and what could not be carried over is said."""

import json

import pytest

import export_kit
from farside import FarSide, says


@pytest.fixture
def far():
    side = FarSide()
    yield side
    side.close()


def test_from_a_file_of_pagerdutys_and_the_policy_can_be_shown(warroom, tmp_path):
    file = export_kit.save(tmp_path, export_kit.pagerduty())
    done = warroom.ok("config", "init", "--from", file)
    assert any(line.endswith("contacts.toml") for line in done.out.splitlines())
    assert "Not carried over" in done.err
    assert warroom.ok("policy", "list").out
    assert warroom("config", "check").code == 0


def test_files_that_are_there_are_not_touched_without_force(warroom, tmp_path):
    file = export_kit.save(tmp_path, export_kit.opsgenie())
    warroom.ok("config", "init", "--from", file)
    again = warroom("config", "init", "--from", file)
    assert again.code == 4
    assert "contacts.toml" in again.err
    warroom.ok("config", "init", "--from", file, "--force")


def test_from_the_api_with_a_token_that_is_seen_nowhere(warroom, far):
    tree = export_kit.pagerduty()
    far.answers(says(200, tree))
    done = warroom.ok(
        "config", "init", "--from", "pagerduty", "--url", far.url, "--json", PAGERDUTY_TOKEN="tok-very-secret"
    )
    said = done.json
    assert said["source"] == "PagerDuty"
    assert said["files"]
    assert all(request.headers["authorization"] == "Token token=tok-very-secret" for request in far.requests)
    everything = "".join(p.read_text() for p in warroom.home.rglob("*.toml")) + done.out + done.err
    assert "tok-very-secret" not in everything


def test_a_refusal_of_the_far_side_is_a_sentence_and_leaves_nothing(warroom, far):
    far.answers(says(401, {"error": {"message": "no such token"}}))
    done = warroom("config", "init", "--from", "opsgenie", "--url", far.url, OPSGENIE_KEY="k")
    assert done.code == 4
    assert done.err.strip()
    assert "Traceback" not in done.err
    assert not (warroom.home / "contacts.toml").exists()


def test_what_is_missing_is_said(warroom):
    assert warroom("config", "init").code == 2
    done = warroom("config", "init", "--from", "pagerduty")
    assert (done.code, "PAGERDUTY_TOKEN is not set" in done.err) == (2, True)
    assert warroom("config", "init", "--from", "/nowhere.json").code == 4
    assert json.loads(warroom.ok("config", "path", "--json").out)
