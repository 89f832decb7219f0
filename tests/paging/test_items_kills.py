"""`kill -9` of the process that opens an issue for an action item, at every point: the issue is there once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from farside import FarSide
from paging_kit import House, until
from stand_ins import serves
from trackers import GitHubThere

HERE = Path(__file__).parent
POLICY = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:nobody"]\n'
POINTS = (
    *("before a write", "after a write"),  # that it pages
    *("before a write", "after a write"),  # that it opens the issue
    *("before a request", "after a request"),
    *("before a write", "after a write"),  # that the issue was opened
    *("before a write", "after a write"),  # what finds it there
    *("before a request", "after a request"),  # how it stands there
)


def run(house: House, script: str, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, str(HERE / script), *words], env=house.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def item(house: House) -> dict[str, object]:
    return json.loads(house.call("items", "--json"))[0]["elsewhere"]  # type: ignore[no-any-return]  # JSON it is


@pytest.mark.parametrize("n", range(len(POINTS)))
def test_killed_at_every_point_an_item_is_one_issue(tmp_path, n):
    hub, side = GitHubThere(), FarSide()
    side.answers(serves(hub))
    house = House(tmp_path / "home", side, watch="off", policy=POLICY)
    survivor = None
    try:
        house.write("contacts.toml", '[contact.nobody]\nname = "Nobody"\n')
        house.write("channels.toml", f'[channel.github]\nkind = "github"\ntoken_env = "HUB"\nurl = "{side.url}"\n')
        house.env["HUB"] = "a-token-of-nobody"
        inc = house.declare()
        house.call("items", "add", inc, "alert on replica lag")
        house.call("items", "file", inc, "1", "--way", "github:acme/shop", code=5)
        victim = run(house, "doomed.py", str(n))
        said, _ = victim.communicate(timeout=30)
        assert said.decode().splitlines()[-1] == f"DIES {POINTS[n]}"
        survivor = run(house, "surviving.py")
        until(lambda: item(house)["state"] == "filed")
        assert len(hub.issues) == 1
        assert item(house)["link"] == "https://github.com/acme/shop/issues/1"
        house.call("verify")
        hub.far.clean()
    finally:
        if survivor is not None:
            survivor.kill()
            survivor.communicate()
        house.close()
        side.close()
