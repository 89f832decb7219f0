"""One run through all channels: a real declaration, the pager that it starts, and a far side of every kind."""

import os
from collections.abc import Iterator

import pytest

from paging_kit import House, until
from stand_ins import StandIns, signed

KINDS = ("webhook", "pagerduty", "opsgenie", "jsm", "slack", "email", "apprise", "bell", "desktop")
POLICY = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = [{everybody}]\n'
TITLE = "Checkout returns 500s"
NOBODY_LOGGED_IN = "no terminal of this person is open on this machine"


@pytest.fixture
def there() -> Iterator[StandIns]:
    sides = StandIns()
    yield sides
    sides.close()


@pytest.fixture
def run(house, there, tmp_path) -> House:
    """A house with one channel of every kind, and one contact for each in the same level."""
    it: House = house(policy=POLICY.format(everybody=", ".join(f'"contact:by-{kind}"' for kind in KINDS)))
    it.write("channels.toml", "".join(there.channel(kind) for kind in KINDS))
    it.write(
        "contacts.toml",
        "".join(f'[contact.by-{kind}]\nname = "By {kind}"\nreach = ["{kind}"]\n' for kind in KINDS),
    )
    programs = tmp_path / "bin"
    programs.mkdir()
    shows = programs / "notify-send"
    shows.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/shown\n')
    shows.chmod(0o755)
    it.env |= there.secrets | {"PATH": f"{programs}:{os.environ['PATH']}"}
    return it


def test_a_run_through_all_channels(run, there, tmp_path):
    run.declare(title=TITLE)

    def states() -> dict[str, object]:
        return {str(each["channel"]): each["state"] for each in run.deliveries() if each["what"] == "page"}

    until(lambda: len(states()) == len(KINDS) and set(states().values()) <= {"sent", "failed"}, 60)
    assert {kind: state for kind, state in states().items() if kind != "bell"} == dict.fromkeys(
        set(KINDS) - {"bell"}, "sent"
    )
    if states()["bell"] != "sent":
        [bell] = [each for each in run.deliveries() if each["channel"] == "bell"]
        assert bell["why"] == NOBODY_LOGGED_IN

    keys = {str(each["channel"]): str(each["key"]) for each in run.deliveries() if each["what"] == "page"}
    assert len(set(keys.values())) == len(KINDS)

    [hook] = there.hook.requests
    assert signed(hook)
    assert hook.json()["key"] == hook.headers["webhook-id"] == keys["webhook"]
    assert TITLE in str(hook.json()["brief"])

    assert there.pagerduty.events == [("trigger", keys["pagerduty"])]
    assert TITLE in there.pagerduty.briefs[keys["pagerduty"]]

    for room, name in ((there.opsgenie, "opsgenie"), (there.jsm, "jsm")):
        assert room.acts == [("create", keys[name])]
        assert TITLE in room.alerts[keys[name]]["description"]

    until(lambda: there.slack.pins)
    pages = [post for post in there.slack.posts["C1"] if post["metadata"]["event_payload"]["what"] == "page"]
    assert [post["metadata"]["event_payload"]["key"] for post in pages] == [keys["slack"]]
    assert TITLE in pages[0]["text"]
    [status] = [post for post in there.slack.posts["C1"] if post["metadata"]["event_payload"]["what"] == "status"]
    assert there.slack.pins == [("C1", status["ts"])]

    [letter] = there.mail.got
    assert letter.rcpt_tos == ["night@example.org"]
    assert keys["email"] in str(there.mail.mail()["Message-ID"])
    assert TITLE in there.mail.mail().get_content()

    [notice] = there.apprise.requests
    assert TITLE in str(notice.json()["message"])

    assert TITLE in (tmp_path / "shown").read_text()
    there.clean()
