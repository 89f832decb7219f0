"""Two consoles and a command line on three data folders run one incident through a server that fails in every way.

It is killed, cut off, and put back from an older copy in between; over files, and over NATS JetStream.
"""

import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from between import Between
from pty_screen import PtyScreen
from sync_kit import SURELY_S, Home, until

from nats_kit import ADMIN, API, Cluster, ports  # isort: skip  # found by the kit above


class Serving(ABC):
    """`warroom serve`, the real one, on one port and one store however often it is started again."""

    def __init__(self, home: Home) -> None:
        self.home = home
        (self.port,) = ports(1)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def store(self) -> list[str]:
        """The words that name its store."""

    @abstractmethod
    def copy(self) -> None:
        """Keeps what it holds now."""

    @abstractmethod
    def put_back(self) -> None:
        """Everything it had is gone, and what was kept before is there instead. It does not run."""

    def start(self) -> None:
        words = self.home.command("serve", "--port", str(self.port), "--json", *self.store())
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.home.env)
        assert self.process.stdout is not None
        assert b'"url"' in self.process.stdout.readline(), "it serves"

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.send_signal(number)
            self.process.wait(SURELY_S)
            self.process.stdout.close()
            self.process = None

    def token(self, name: str) -> str:
        return str(self.home.ok("token", "create", name, "--grant", "respond", "--json", *self.store()).json["token"])

    def close(self) -> None:
        self.end()


class OnFiles(Serving):
    @property
    def folder(self) -> Path:
        return self.home.folder / "server"

    def store(self) -> list[str]:
        return ["--dir", str(self.folder)]

    def copy(self) -> None:
        self.home.ok("server", "backup", str(self.home.folder / "kept.tar"), "--dir", str(self.folder))

    def put_back(self) -> None:
        shutil.rmtree(self.folder)
        self.home.ok("server", "restore", str(self.home.folder / "kept.tar"), "--dir", str(self.folder))


class OnJetStream(Serving):
    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self.nodes = Cluster(home.folder / "nats", 1)
        self.nodes.start()
        self.credentials = home.folder / "erase"
        self.credentials.write_text(":".join(ADMIN))
        self.credentials.chmod(0o600)
        home.env |= {"WARROOM_NATS_USER": API[0], "WARROOM_NATS_PASSWORD": API[1]}

    @property
    def cluster(self) -> list[str]:
        (node,) = self.nodes.nodes
        return ["--monitor", node.monitor, "--erase-credentials", str(self.credentials)]

    @property
    def address(self) -> str:
        return self.nodes.nodes[0].server

    def store(self) -> list[str]:
        return ["--store", self.address, *self.cluster]

    def copy(self) -> None:
        kept = str(self.home.folder / "kept")
        self.home.ok("server", "copy", "--from", self.address, "--to", kept, *self.cluster)

    def put_back(self) -> None:
        self.nodes.kill()
        shutil.rmtree(self.nodes.nodes[0].data)
        self.nodes.start()
        kept = str(self.home.folder / "kept")
        self.home.ok("server", "copy", "--from", kept, "--to", self.address, *self.cluster)

    def close(self) -> None:
        super().close()
        self.nodes.kill()


@pytest.fixture(params=[OnFiles, OnJetStream])
def serving(request: pytest.FixtureRequest, home: Callable[[str], Home]) -> Iterator[Serving]:
    made: Serving = request.param(home("server"))
    made.start()
    yield made
    made.close()


def test_three_of_them_run_one_incident_through_whatever_befalls_the_server(
    serving: Serving, ana: Home, ivo: Home, lee: Home
) -> None:
    between = Between(f"http://127.0.0.1:{serving.port}")
    handle = ana.declare("Checkout returns 500s")
    for home in (ana, ivo, lee):
        home.join(between.url, serving.token(home.name))
    consoles = [
        PtyScreen(home.command(handle), 120, 40, env=home.env | {"WARROOM_SYNC": ""}, cwd=str(home.folder))
        for home in (ana, ivo)
    ]
    said: list[str] = []

    def writes(console: PtyScreen, text: str) -> None:
        said.append(text)
        console.send(f"{text}\r")
        console.wait_for(text.partition(": ")[2], SURELY_S)

    def seen(*texts: str) -> None:
        for console in consoles:
            for text in texts:
                console.wait_for(text, 2 * SURELY_S)

    def logs(text: str, code: int) -> None:
        said.append(text)
        lee.ok("log", text)
        assert lee("sync").code == code

    try:
        seen("Checkout returns 500s")
        writes(consoles[0], "ana: first look")
        writes(consoles[1], "ivo: the queue is full")
        logs("lee by command", 0)
        seen("first look", "the queue is full", "lee by command")

        serving.copy()
        serving.end()  # kill -9
        for console in consoles:
            console.wait_for(lambda shown: "offline" in shown.text().casefold(), 2 * SURELY_S)
        writes(consoles[0], "ana: written while it was dead")
        logs("lee while it was dead", 5)
        serving.start()
        assert lee("sync").code == 0
        seen("written while it was dead", "lee while it was dead")

        between.change("cut")
        writes(consoles[1], "ivo: written while cut off")
        logs("lee while cut off", 5)
        between.change("through")
        assert lee("sync").code == 0
        seen("written while cut off", "lee while cut off")

        serving.end()
        serving.put_back()  # as it was before all of that
        writes(consoles[0], "ana: written before it was back")
        serving.start()
        seen("written before it was back")
        logs("lee at the end", 0)
        seen("lee at the end")
        last = [text.partition(": ")[2] or text for text in said]
        for home in (ana, ivo, lee):
            if home is lee:
                assert lee("sync").code == 0
            until(lambda home=home: sorted(home.texts()) == sorted([*last, "SEV2  Checkout returns 500s"]), home.name)
            assert home("verify", handle).code == 0
    finally:
        for console in consoles:
            console.close()
        between.close()
