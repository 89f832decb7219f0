"""A server that pages, as a process, and laptops that join it: real pages to a real far side."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from farside import FarSide
from nats_kit import Cluster
from paging_kit import CONTACTS, House, until
from warroom.room import pager, syncing

HASTY = str(Path(__file__).parent / "hasty")
SURELY_S = 30.0


class PagingServer:
    """`warroom serve --pager` in a folder of its own; `kill` and `start` it as often as wanted, on the same port."""

    def __init__(
        self, home: Path, far: FarSide, *, hasty: bool = False, pages: bool = True, cluster: Cluster | None = None
    ) -> None:
        self.home, self.hasty = home, hasty
        self.pager_home = home / "server" / "pager"
        self.pager_home.mkdir(parents=True)
        os.chmod(home / "server", 0o700)
        hook = f'[channel.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:{far.port}/page"\n'
        (self.pager_home / "channels.toml").write_text(hook)
        (self.pager_home / "contacts.toml").write_text(CONTACTS)
        self.env = environment(home, hasty)
        self._words = ["--pager"] if pages else []
        self._store = in_cluster(cluster, self.env) if cluster else []
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        made = self.call("token", "create", "laptops", "--grant", "respond", "--json", *self._store)
        self.token = str(json.loads(made)["token"])

    def start(self) -> None:
        words = ["serve", "--port", str(self.port), "--json", *self._words, *self._store]
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "warroom", *words], env=self.env, stdout=subprocess.PIPE, stderr=log
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said, (self.home / "log").read_text()
        self.url = str(json.loads(said)["url"])
        self.port = int(self.url.rpartition(":")[2])

    def call(self, *words: str) -> bytes:
        done = subprocess.run([sys.executable, "-m", "warroom", *words], env=self.env, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(SURELY_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def children(self) -> list[int]:
        """The processes of its pager: who exchanges facts, and who watches."""
        both = (syncing.running(str(self.pager_home)), pager.watching(str(self.pager_home)))
        return [each.pid for each in both if each is not None and each.pid]

    def close(self) -> None:
        children = self.children()
        if self.process is not None:
            self.end(signal.SIGKILL)
        for pid in children:
            gone(pid)


class Laptop(House):
    """A data folder that has joined the server. Its processes start by themselves, and `kill` ends all of them."""

    def __init__(self, home: Path, far: FarSide, server: PagingServer, **how: str) -> None:
        super().__init__(home, far, **how)
        self.env |= environment(home, server.hasty) | {"WARROOM_WATCH": how.get("watch", "")}
        self.call("join", server.url, WARROOM_TOKEN=server.token)

    def kill(self) -> None:
        """`kill -9` for everything that runs for this folder."""
        for _ in range(3):  # one may have started another just before it died
            for each in (syncing.running(str(self.home)), pager.watching(str(self.home))):
                if each is not None and each.pid:
                    gone(each.pid)
        until(lambda: not self.runs())

    def runs(self) -> bool:
        return any((syncing.running(str(self.home)), pager.watching(str(self.home))))

    def holder(self, inc: str = "") -> str:
        """Who pages by this folder's log: "server", "watch", or nobody."""
        found = self.escalation(inc)["pager"]
        return str(found).partition("@")[0] if found else ""

    def close(self) -> None:
        self.kill()
        super().close()


def in_cluster(cluster: Cluster, env: dict[str, str]) -> list[str]:
    """The words that name this cluster; what is secret goes into the environment."""
    found = cluster.settings()
    env |= {"WARROOM_NATS_USER": found.user, "WARROOM_NATS_PASSWORD": found.password}
    env |= {"WARROOM_NATS_ERASE_USER": found.erase_user, "WARROOM_NATS_ERASE_PASSWORD": found.erase_password}
    monitors = [word for url in found.monitors for word in ("--monitor", url)]
    return ["--store", ",".join(found.servers), *monitors]


def environment(home: Path, hasty: bool) -> dict[str, str]:
    kept = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPYCACHEPREFIX")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    env |= {"WARROOM_HOME": str(home), "WARROOM_ACTOR": "ana"}
    return env | ({"PYTHONPATH": HASTY} if hasty else {})


def gone(pid: int) -> None:
    """Ends this process, however it is, and waits until it is gone."""
    for number in (signal.SIGCONT, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
    until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False
