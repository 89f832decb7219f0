"""Real `nats-server` processes for tests: one node that is alone, or a cluster on loopback whose nodes are killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec

from warroom.server.stores.jetstream import Settings

SERVER = os.path.join(os.path.dirname(sys.executable), "nats-server")
ADMIN, API = ("admin", "admin-word"), ("api", "api-word")
SAFE = "sync_interval: always"

# What the API's user may do on the nodes that the design shows, to the letter.
ALLOWED = (
    '"war.*.*", "$JS.API.INFO", "$JS.API.STREAM.INFO.WAR", "$JS.API.STREAM.MSG.GET.WAR", '
    '"$JS.API.DIRECT.GET.WAR", "$JS.API.DIRECT.GET.WAR.>", "$JS.API.CONSUMER.CREATE.WAR.>", '
    '"$JS.API.CONSUMER.CREATE.WAR", "$JS.API.CONSUMER.DELETE.WAR.>", "$JS.API.CONSUMER.INFO.WAR.>", '
    '"$JS.API.CONSUMER.MSG.NEXT.WAR.>", "$JS.FC.>", "$JS.ACK.>"'
)


def ports(count: int) -> list[int]:
    """Ports that nobody listens at now."""
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return found


class Node:
    """One node, with a folder of its own. `own`: lines for its configuration that make it another than the safe one."""

    def __init__(
        self, folder: Path, name: str = "n1", *, jetstream: str = SAFE, payload: str = "128KB", presence: bool = False
    ) -> None:
        self.folder, self.name = folder, name
        self.port, self.monitor_port, self.route_port = ports(3)
        self.routes: list[int] = []
        self.jetstream, self.payload, self.presence = jetstream, payload, presence
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def monitor(self) -> str:
        return f"http://127.0.0.1:{self.monitor_port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "node.conf"
        config.write_text(self._config())
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([SERVER, "-c", str(config)], stdout=log, stderr=log)

    def _config(self) -> str:
        more = ', "warp.*"' if self.presence else ""
        cluster = ""
        if self.routes:
            routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self.routes)
            cluster = f"cluster {{\n name: war\n listen: 127.0.0.1:{self.route_port}\n routes: [ {routes} ]\n}}\n"
        block = f'jetstream {{\n store_dir: "{self.data}"\n max_mem: 64MB\n max_file: 2GB\n {self.jetstream}\n}}\n'
        return f"""server_name: {self.name}
listen: 127.0.0.1:{self.port}
http: 127.0.0.1:{self.monitor_port}
max_payload: {self.payload}
{block if self.jetstream != "none" else ""}{cluster}accounts {{
 WAR {{
  {"jetstream: enabled" if self.jetstream != "none" else ""}
  users: [
   {{ user: {ADMIN[0]}, password: "{ADMIN[1]}" }}
   {{ user: {API[0]}, password: "{API[1]}"
     permissions {{
      publish {{ allow: [{ALLOWED}{more}] }}
      subscribe {{ allow: ["_INBOX.>"{more}] }}
     }}
   }}
  ]
 }}
 SYS {{ users: [ {{ user: sys, password: "sys-word" }} ] }}
}}
system_account: SYS
"""

    def wait(self, path: str = "/healthz") -> None:
        """Until it says that it is well."""
        until = time.monotonic() + 30
        while True:
            try:
                with urlopen(self.monitor + path, timeout=2) as reply:
                    if reply.status == 200:
                        return
            except OSError:
                pass
            assert time.monotonic() < until, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)


class Cluster:
    """Nodes that hold the stream together; one node is a cluster too."""

    def __init__(self, folder: Path, count: int = 3, **options: Any) -> None:
        self.nodes = [Node(folder / f"n{n}", f"n{n}", **options) for n in range(1, count + 1)]
        if count > 1:
            for node in self.nodes:
                node.routes = [other.route_port for other in self.nodes]

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait("/healthz?js-enabled-only=true")

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()

    def settings(self, user: tuple[str, str] = API, erase: tuple[str, str] | None = ADMIN) -> Settings:
        return Settings(
            servers=tuple(node.server for node in self.nodes),
            monitors=tuple(node.monitor for node in self.nodes),
            user=user[0],
            password=user[1],
            erase_user=erase[0] if erase else "",
            erase_password=erase[1] if erase else "",
        )

    def node(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)

    def holds(self, text: bytes) -> list[str]:
        """The files of all nodes in which this text stands."""
        found = []
        for node in self.nodes:
            for path in node.data.rglob("*"):
                try:
                    if path.is_file() and text in path.read_bytes():
                        found.append(str(path))
                except FileNotFoundError:
                    continue  # the node has just deleted it
        return found


class Admin:
    """Somebody with all rights, who asks the API of JetStream directly."""

    async def open(self, servers: Sequence[str]) -> None:
        import nats

        async def silent(_: Exception) -> None:
            pass

        self.nc = await nats.connect(
            list(servers), user=ADMIN[0], password=ADMIN[1], error_cb=silent, max_reconnect_attempts=-1,
            reconnect_time_wait=1,
        )  # fmt: skip

    async def ask(self, name: str, body: object = None) -> dict[str, Any]:
        data = b"" if body is None else msgspec.json.encode(body)
        until = time.monotonic() + 40
        while True:
            try:
                answer: dict[str, Any] = msgspec.json.decode(
                    (await self.nc.request("$JS.API." + name, data, timeout=2)).data
                )
                error = answer.get("error", {})
                if error.get("code") != 503 and error.get("err_code") != 10049:  # files of the last stream are there
                    return answer
            except Exception:
                pass
            assert time.monotonic() < until, f"{name} is not answered"
            await asyncio.sleep(0.2)

    async def leader(self) -> str:
        while True:
            name = str((await self.ask("STREAM.INFO.WAR")).get("cluster", {}).get("leader", ""))
            if name:
                return name
            await asyncio.sleep(0.2)

    async def message(self, seq: int) -> dict[str, Any]:
        """The first message from this number on, with its number and its bytes; nothing behind the last."""
        found = (await self.ask("STREAM.MSG.GET.WAR", {"seq": seq, "next_by_subj": ">"})).get("message")
        if found is None:
            return {}
        return {"seq": found["seq"], "subject": found["subject"], "message": b64decode(found.get("data", ""))}

    async def close(self) -> None:
        await self.nc.close()
