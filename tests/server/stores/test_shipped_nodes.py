"""The node configuration that is shipped, as it is shipped: three nodes with TLS, run from it, and a store on them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import trustme
from chains import INC, Chain, bare, kept, push, soon, spoken

from nats_kit import SERVER, ports
from warroom.server.stores.base import Meta, StoreTrouble
from warroom.server.stores.jetstream import JetStreamStore, Settings, settings_of
from warroom.server.stores.jetstream.checks import nodes
from warroom.server.stores.jetstream.link import Answered, Denied, Link

SHIPPED = Path(__file__).parents[3] / "deploy" / "nats"
WORDS = {"API_PASSWORD": "api/word+1=", "ERASE_PASSWORD": "erase/word+2=", "ADMIN_PASSWORD": "a3", "SYS_PASSWORD": "s4"}


class Shipped:
    """Three nodes, each with the shipped file and the example filled in for this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        authority = trustme.CA()
        self.ca, self.cert, self.key = folder / "ca.pem", folder / "node.pem", folder / "node.key"
        authority.cert_pem.write_to_path(self.ca)
        made = authority.issue_cert("127.0.0.1", "localhost")
        made.cert_chain_pems[0].write_to_path(self.cert)
        made.private_key_pem.write_to_path(self.key)
        found = ports(9)
        self.clients, self.monitors, self.routes = found[:3], found[3:6], found[6:]

    def start(self) -> None:
        for n in range(3):
            place = self.folder / f"n{n + 1}"
            place.mkdir()
            shutil.copy(SHIPPED / "warroom-node.conf", place)
            (place / "here.conf").write_text(self._here(n, place))
            with open(place / "log", "ab") as log:
                command = [SERVER, "-c", str(place / "warroom-node.conf")]
                self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))

    def _here(self, n: int, place: Path) -> str:
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self.routes)
        values = {
            "NODE": f'"n{n + 1}"',
            "CLIENTS": f'"127.0.0.1:{self.clients[n]}"',
            "MONITOR": f'"127.0.0.1:{self.monitors[n]}"',
            "NODES": f'"127.0.0.1:{self.routes[n]}"',
            "ROUTES": f"[ {routes} ]",
            "STORE": f'"{place / "data"}"',
            "MAX_FILE": "1GB",
            "CA": f'"{self.ca}"',
            "CERT": f'"{self.cert}"',
            "KEY": f'"{self.key}"',
        } | {name: f'"{word}"' for name, word in WORDS.items()}
        text = (SHIPPED / "here.conf.example").read_text()
        for name, value in values.items():
            text, count = re.subn(rf"^{name}: .*$", lambda _, n=name, v=value: f"{n}: {v}", text, flags=re.MULTILINE)
            assert count == 1, name
        return text

    def settings(self) -> Settings:
        environ = {
            "WARROOM_NATS_USER": "api",
            "WARROOM_NATS_PASSWORD": WORDS["API_PASSWORD"],
            "WARROOM_NATS_ERASE_USER": "erase",
            "WARROOM_NATS_ERASE_PASSWORD": WORDS["ERASE_PASSWORD"],
            "WARROOM_NATS_MONITORS": ",".join(f"https://127.0.0.1:{port}" for port in self.monitors),
            "WARROOM_NATS_CA": str(self.ca),
            "WARROOM_NATS_CERT": str(self.cert),
            "WARROOM_NATS_KEY": str(self.key),
        }
        return settings_of("tls://" + ",".join(f"127.0.0.1:{port}" for port in self.clients), environ)

    def logs(self) -> str:
        return "\n".join((self.folder / f"n{n}" / "log").read_text()[-1500:] for n in (1, 2, 3))


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Shipped]:
    found = Shipped(tmp_path)
    found.start()
    yield found
    for process in found.processes:
        process.kill()
        process.wait()


async def test_the_shipped_nodes_are_safe_and_keep_facts(shipped: Shipped) -> None:
    store = JetStreamStore(shipped.settings())
    await store.open()
    try:
        found, silent = await nodes(store.settings.monitors, store.settings.tls())
        assert (sorted(node.name for node in found), silent) == (["n1", "n2", "n3"], []), shipped.logs()
        assert [node.fault for node in found] == ["", "", ""]
        await store.put_meta(Meta(INC, 1))
        chain, other = spoken("r1", 5), Chain("r2")
        assert await push(store, chain.facts) == ["ok"] * 5
        assert await push(store, [other.redact(chain.id_of(3))]) == ["ok"]
        await soon(lambda: waiting(store), 0)
        assert (await kept(store))[2] == bare(chain.facts[2])
        assert await store.write_table("tokens", b"x" * 100_000, 0)
        assert store.sharing.possible
        assert await store.ready() == ""
    finally:
        await store.close()


async def test_the_users_of_the_shipped_nodes_may_do_their_own_part_only(shipped: Shipped) -> None:
    settings = shipped.settings()
    store = JetStreamStore(settings)
    await store.open()
    await store.close()
    api = Link(settings, settings.user, settings.password, lambda: None)
    erase = Link(settings, settings.erase_user, settings.erase_password, lambda: None)
    await api.open()
    await erase.open()
    try:
        for link, names in (
            (api, ("STREAM.MSG.DELETE", "STREAM.PURGE", "STREAM.DELETE", "STREAM.UPDATE", "STREAM.CREATE")),
            (erase, ("STREAM.PURGE", "STREAM.DELETE", "STREAM.UPDATE", "STREAM.MSG.GET")),
        ):
            for name in names:
                with pytest.raises(Denied):
                    await link.ask(f"{name}.WAR", {"seq": 1})
        with pytest.raises(Answered):
            await erase.ask("STREAM.MSG.DELETE.WAR", {"seq": 2**50})
    finally:
        await api.close()
        await erase.close()


async def test_without_a_certificate_nobody_gets_in(shipped: Shipped) -> None:
    opened = JetStreamStore(shipped.settings())
    await opened.open()  # the nodes are there
    await opened.close()
    for change in ({"cert": "", "key": ""}, {"ca": ""}):
        store = JetStreamStore(msgspec.structs.replace(shipped.settings(), **change))
        with pytest.raises(StoreTrouble, match="cannot be reached"):
            await store.open()
        await store.close()


async def waiting(store: JetStreamStore) -> int:
    return store.waiting
