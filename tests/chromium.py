"""A real Chromium over its own pipe: what it makes of a page, to whom it speaks, and what a screen reader would hear.

In CI it has to be there; elsewhere what needs it is skipped, and says so.
"""

import json
import os
import select
import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LANDMARKS = ("main", "banner", "contentinfo", "navigation")
_PATIENCE = 60.0
_CHECKS = Path(__file__).with_name("page_faults.js")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI is root in a container, where Chromium's own sandbox cannot be had
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)


def found() -> str:
    """The path of a Chromium. Skips the test where there is none, and fails it in CI."""
    path = next((where for name in NAMES if (where := shutil.which(name))), "")
    if not path and os.environ.get("CI"):
        pytest.fail("CI has to have chromium: see .ci/run")
    if not path:
        pytest.skip("no chromium here: apt-get install chromium")
    return path


class Chromium:
    """One browser with one page."""

    def __init__(self, path: str, profile: Path) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # It listens on 3 and speaks on 4.
        script = f'exec "$@" 3<&{to_read} 4>&{to_write}'
        self._program = subprocess.Popen(
            ["/bin/bash", "-c", script, "chromium", path, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._number, self._left, self.events = 0, b"", []  # type: ignore[var-annotated]  # of whatever it says
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "DOM", "Accessibility"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        try:
            self._ask("Browser.close")
        except (OSError, AssertionError):
            self._program.kill()
        self._program.wait(20)
        os.close(self._write)
        os.close(self._read)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """What it answers to a command about the page."""
        return self._ask(method, session=self._session, **params)

    def _ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        os.write(self._write, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            said = self._hear()
            if said.get("id") == self._number:
                assert "error" not in said, said
                return said["result"]  # type: ignore[no-any-return]  # JSON
            self.events.append(said)

    def _hear(self) -> dict[str, Any]:
        end = monotonic() + _PATIENCE
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._read], [], [], max(0, end - monotonic()))
            assert ready, "Chromium says nothing"
            part = os.read(self._read, 1 << 16)
            assert part, "Chromium has gone"
            self._left += part
        line, _, self._left = self._left.partition(b"\0")
        return json.loads(line)  # type: ignore[no-any-return]  # JSON

    # ── the page ──

    def open(self, page: Path | str, wide: int = 1000) -> None:
        """Load the file or the address, and wait until it is there."""
        url = page if isinstance(page, str) else page.resolve().as_uri()
        self.ask("Emulation.setDeviceMetricsOverride", width=wide, height=900, deviceScaleFactor=1, mobile=False)
        self.doing("Page.navigate", url=url)

    def doing(self, method: str, **params: Any) -> None:
        """Do what loads another page, and wait until that is there."""
        self.events.clear()
        self.ask(method, **params)
        self.loaded()

    def loaded(self) -> None:
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._hear())

    def until(self, script: str) -> Any:
        """What this expression is, once it is true of the page."""
        end = monotonic() + _PATIENCE
        while not (found := self.value(script)):
            assert monotonic() < end, f"it did not come to that: {script}"
            sleep(0.05)
        return found

    def scripts(self, run: bool) -> None:
        """Whether pages that are opened from now on may run scripts."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not run)

    def scheme(self, name: str) -> None:
        """Show it as to somebody who prefers `light` or `dark`."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def value(self, script: str, promised: bool = False) -> Any:
        """What this expression is, in the page; `promised`: what it will be."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=promised)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def requests(self) -> list[str]:
        """Every address that the page asked for."""
        sent = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def complaints(self) -> list[str]:
        """What the browser had to say against the page."""
        return [event["params"]["entry"]["text"] for event in self.events if event.get("method") == "Log.entryAdded"]

    def heard(self) -> list[dict[str, Any]]:
        """What a screen reader would find, in its order: roles, names and properties."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        out = []
        for node in nodes:
            if not node.get("ignored"):
                properties = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
                out.append({"role": node["role"]["value"], "name": node.get("name", {}).get("value", ""), **properties})
        return out


def faults(browser: Chromium, landmarks: Sequence[str] = LANDMARKS) -> list[str]:
    """What is wrong with the page for people who do not see it, hardly see it, or have no mouse."""
    return [*_of_roles(browser.heard(), landmarks), *browser.value(_CHECKS.read_text(encoding="utf-8"))]


def axe(browser: Chromium) -> list[str]:
    """What axe-core, all of its rules, finds wrong with the page."""
    browser.value(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = browser.value("axe.run(document)", promised=True)
    assert len(found["passes"]) > 10, "axe looked at nothing"
    return [
        f"{each['id']}: {each['help']}: {node['html'][:100]}" for each in found["violations"] for node in each["nodes"]
    ]


def _of_roles(nodes: list[dict[str, Any]], landmarks: Sequence[str]) -> list[str]:
    out = []
    of = {role: [node for node in nodes if node["role"] == role] for role in {node["role"] for node in nodes}}
    for role in landmarks:
        if len(of.get(role, ())) != 1:
            out.append(f"{len(of.get(role, ()))} landmarks of the role {role}")
    nameless = ("RootWebArea", "link", "heading", "image", "img", "region", "table", "columnheader", "rowheader")
    out += [
        f"a {role} without a name"
        for role in (*nameless, "navigation")
        for node in of.get(role, ())
        if not node["name"]
    ]
    levels = [node.get("level", 0) for node in of.get("heading", ())]
    if levels[:1] != [1] or levels.count(1) != 1:
        out.append(f"headings begin with level {levels[:1]}, and {levels.count(1)} are of level 1")
    out += [f"a heading of level {b} under one of {a}" for a, b in pairwise(levels) if b > a + 1]
    return out
