"""Debian's real Alertmanager, on a port of its own. In CI it has to be there; elsewhere what needs it is skipped."""

import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from paging_kit import until
from server_kit import free_port

NAME = "prometheus-alertmanager"
QUIET = "route: {receiver: none}\nreceivers: [{name: none}]\n"


def found() -> str:
    """The path of the program. Skips the test where there is none, and fails it in CI."""
    path = shutil.which(NAME) or ""
    if not path and os.environ.get("CI"):
        pytest.fail(f"CI has to have {NAME}: see .ci/run")
    if not path:
        pytest.skip(f"no Alertmanager here: apt-get install {NAME}")
    return path


def delivering(url: str, token: str) -> str:
    """A configuration that delivers there, at once and again and again."""
    return f"""
route: {{receiver: warroom, group_by: [alertname], group_wait: 200ms, group_interval: 1s, repeat_interval: 2s}}
receivers:
  - name: warroom
    webhook_configs:
      - url: {url}/v1/hooks/alertmanager
        send_resolved: true
        http_config: {{authorization: {{credentials: "{token}"}}}}
"""


class Alertmanager:
    def __init__(self, folder: Path, config: str = QUIET) -> None:
        program = found()
        folder.mkdir()
        (folder / "config.yml").write_text(config)
        self._since: dict[str, datetime] = {}  # what fires
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        words = [f"--config.file={folder}/config.yml", f"--storage.path={folder}/data", "--cluster.listen-address="]
        with open(folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                [program, *words, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log, cwd=folder
            )
        until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.get("/status"))
        except OSError:
            return False

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, path: str, body: object = None, method: str = "GET") -> bytes:
        data = None if body is None else json.dumps(body).encode()
        asked = Request(f"{self.url}{path}", data, {"Content-Type": "application/json"}, method=method)
        with urlopen(asked, timeout=10) as reply:
            return bytes(reply.read())

    def get(self, path: str) -> Any:
        return json.loads(self._ask(f"/api/v2{path}"))

    def fire(self, instance: str, **labels: str) -> None:
        """As Prometheus says that it fires: since when, and it counts as ended unless it is said again."""
        now = datetime.now(UTC)
        named = _named(instance, labels)
        self._say(named, self._since.setdefault(json.dumps(named), now), now + timedelta(hours=1))

    def end(self, instance: str, **labels: str) -> None:
        """As Prometheus says that it is over."""
        named = _named(instance, labels)
        self._say(named, self._since.pop(json.dumps(named)), datetime.now(UTC))

    def _say(self, named: dict[str, str], since: datetime, ends: datetime) -> None:
        about = {"annotations": {"summary": f"97 % of /var on {named['instance']}"}}
        span = {"startsAt": since.isoformat(), "endsAt": ends.isoformat()}
        self._ask("/api/v2/alerts", [{"labels": named, **about, **span}], "POST")

    def silences(self, state: str = "active") -> list[dict[str, Any]]:
        return [each for each in self.get("/silences") if each["status"]["state"] == state]

    def silence(self, **matchers: str) -> str:
        """One that somebody makes there; its id."""
        rows = [{"name": n, "value": v, "isRegex": False, "isEqual": True} for n, v in matchers.items()]
        now = datetime.now(UTC)
        body = {"matchers": rows, "startsAt": now.isoformat(), "endsAt": (now + timedelta(hours=1)).isoformat(),
                "createdBy": "eve", "comment": "by hand"}  # fmt: skip
        return str(json.loads(self._ask("/api/v2/silences", body, "POST"))["silenceID"])

    def loud(self, id: str) -> None:
        """That silence ends."""
        self._ask(f"/api/v2/silence/{id}", method="DELETE")

    def quiet(self) -> set[str]:
        """The instances that are silenced."""
        return {each["labels"]["instance"] for each in self.get("/alerts") if each["status"]["state"] == "suppressed"}

    def delivered(self, failed: bool = False) -> int:
        """How many notifications it has tried to deliver, by its own count; or of these, how many in vain."""
        name = f'alertmanager_notifications{"_failed" if failed else ""}_total{{integration="webhook"}}'
        lines = self._ask("/metrics").decode().splitlines()
        return int(float(next(line.split()[-1] for line in lines if line.startswith(name))))

    def tries(self) -> int:
        """How many requests it has made to deliver, those of one notification counted one by one."""
        name = 'alertmanager_notification_requests_total{integration="webhook"}'
        lines = self._ask("/metrics").decode().splitlines()
        return int(float(next(line.split()[-1] for line in lines if line.startswith(name))))


def _named(instance: str, labels: dict[str, str]) -> dict[str, str]:
    return {"alertname": "DiskFull", "job": "db", "severity": "critical", "instance": instance, **labels}


def moment(text: str) -> float:
    """Seconds since 1970 of a time that it tells."""
    return datetime.fromisoformat(text).timestamp()


def wall() -> float:
    return time.time()
