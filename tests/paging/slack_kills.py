"""The process that holds a room in Slack, killed with -9: one channel, one pin, each message one fact, each fact told
once, each answer given once.
"""

import subprocess
import sys
from pathlib import Path

from farside import FarSide
from paging_kit import House, until
from slack_there import TOKENS, SlackThere

DOOMED = str(Path(__file__).with_name("doomed_slack.py"))
CHANNELS = """
[channel.chat]
kind = "slack"
token_env = "SLACK_TOKEN"
app_token_env = "SLACK_APP_TOKEN"
url = "{url}"
room = true
"""
CONTACTS = '[contact.sre1]\nname = "Ana Lima"\nreach = ["chat:U7"]\n'
POLICY = 'id = "quick"\n[[level]]\nafter = "PT20M"\nnotify = ["contact:sre1"]\n'


class Scene:
    """A house with a room in Slack, and the people there, who do the same things whatever dies."""

    def __init__(self, home: Path) -> None:
        self.far, self.slack = FarSide(), SlackThere()
        self.house = House(home, self.far, watch="off", policy=POLICY)
        self.house.write("channels.toml", CHANNELS.format(url=self.slack.url))
        self.house.write("contacts.toml", CONTACTS)
        self.house.env |= TOKENS
        self.inc = self.house.declare()
        self._done: dict[str, str] = {}

    def people_act(self) -> None:
        """Whatever can be done now and was not: the room has to be there, and somebody to hear it."""
        slack, room = self.slack, self.slack.room
        if not room:
            return
        for name, text in (("log", "!log lag is 40 s"), ("sev", "!sev 1 all orders fail"), ("no", "!sev 9")):
            if name not in self._done:
                self._done[name] = slack.writes(text, room)
        if "mark" not in self._done:
            self._done["mark"] = slack.writes("the replica is behind", room)
            slack.marks(room, self._done["mark"])
        if "said" not in self._done and slack.texts(room, "status"):
            self._done["said"] = self.house.call("log", "-k", "decision", "roll back 9f2c", "-i", self.inc)

    def ready(self) -> bool:
        """Whether everything has come to what it should."""
        slack, room = self.slack, self.slack.room
        self.people_act()
        if not room or len(self._done) < 5 or not slack.pins:
            return False
        signed = all("white_check_mark" in slack.signs(room, self._done[name]) for name in ("log", "sev", "mark"))
        answered = "warning" in slack.signs(room, self._done["no"])
        return signed and answered and any("9f2c" in text for text in slack.texts(room, "told"))

    def looks(self) -> str:
        """How far it came, for whoever has to find out why."""
        slack, room = self.slack, self.slack.room
        signs = {name: slack.signs(room, ts) for name, ts in self._done.items() if name != "said"}
        return f"{signs} {slack.pins} {slack.texts(room)} {slack.calls[-20:]} {self.house.timeline(self.inc)[-6:]}"

    def check(self) -> None:
        slack, room, house = self.slack, self.slack.room, self.house
        assert len(slack.made) == 1
        assert len(slack.pins) == 1
        assert len(slack.texts(room, "status")) == 1, slack.texts(room, "status")
        told = "\n".join(slack.texts(room, "told"))
        assert told.count("roll back 9f2c") == 1, told
        assert len(slack.replies(room, self._done["no"])) == 1
        rows = house.timeline(self.inc)
        for text, who in (("lag is 40 s", "Ana Lima"), ("the replica is behind", "Ana Lima")):
            assert [row["who"] for row in rows if row["text"] == text] == [who], rows
        assert len([row for row in rows if row["kind"] == "severity"]) == 1, rows
        house.call("verify")

    def close(self) -> None:
        self.house.close()
        self.far.close()
        self.slack.close()
        self.slack.judge.clean()


def killed_at(home: Path, n: int) -> str:
    """The watch killed at its n-th point, and another one after it. Returns the point's name; empty: it has fewer."""
    scene = Scene(home)
    try:
        victim = subprocess.Popen(
            [sys.executable, DOOMED, str(n)], env=scene.house.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            until(lambda: scene.ready() or victim.poll() is not None)
        finally:
            victim.kill()
            said, _ = victim.communicate()
        scene.house.watch()
        try:
            until(scene.ready)
        except AssertionError:
            raise AssertionError(scene.looks()) from None
        scene.check()
        lines = [line for line in said.decode().splitlines() if line.startswith("DIES ")]
        return lines[0][5:] if lines else ""
    finally:
        scene.close()
