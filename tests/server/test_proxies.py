"""The shipped files for nginx and Caddy, in front of a real server: a stream goes out at once, measures stay inside."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from server_kit import SURELY_S, Asking, InThread, facts_of, free_port, until, written

SHIPPED = Path(__file__).parents[2] / "deploy"
NAME = "warroom.example.org"


class Behind(Asking):
    """The server as it is seen through a proxy."""

    def __init__(self, server: InThread, port: int) -> None:
        self.url, self.token, self.folder = f"http://127.0.0.1:{port}", server.token, server.folder


def nginx(folder: Path, port: int, server: InThread) -> list[str]:
    import trustme

    made = trustme.CA().issue_cert(NAME)
    made.private_key_pem.write_to_path(folder / "privkey.pem")
    made.cert_chain_pems[0].write_to_path(folder / "fullchain.pem")
    text = (SHIPPED / "nginx" / "warroom.conf").read_text()
    text = text.replace(f"/etc/letsencrypt/live/{NAME}", str(folder)).replace(
        "127.0.0.1:8465", f"127.0.0.1:{server.port}"
    )
    # Beside the encrypted one, which is asked under a name that nobody here has.
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{free_port()} ssl; listen 127.0.0.1:{port};")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};").replace(NAME, "127.0.0.1")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\ndaemon off;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{places}{text}\n}}\n"
    )
    return ["nginx", "-e", f"{folder}/first.log", "-c", f"{folder}/nginx.conf"]


def caddy(folder: Path, port: int, server: InThread) -> list[str]:
    text = (SHIPPED / "caddy" / "Caddyfile").read_text()
    text = text.replace(f"\n{NAME} {{", f"\nhttp://127.0.0.1:{port} {{").replace(
        "127.0.0.1:8465", f"127.0.0.1:{server.port}"
    )
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tstorage file_system {folder}/kept\n}}\n{text}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    env = {"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
    with open(folder / "said", "ab") as said:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=said, stderr=said)

    def listens() -> bool:
        assert process.poll() is None, (folder / "said").read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    try:
        until(listens)
        yield
    finally:
        process.send_signal(signal.SIGINT if command[0] == "nginx" else signal.SIGKILL)  # Caddy waits for idle clients
        process.wait(SURELY_S)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(
            made, marks=pytest.mark.skipif(shutil.which(made.__name__) is None, reason="it is not installed here")
        )
        for made in (nginx, caddy)
    ],
)
def test_behind_it_facts_go_in_and_come_out_at_once_and_measures_stay_inside(
    server: InThread, tmp_path: Path, made: Callable[[Path, int, InThread], list[str]]
) -> None:
    folder, port = tmp_path / "proxy", free_port()
    folder.mkdir()
    with running(made(folder, port, server), port, folder):
        far = Behind(server, port)
        assert far.ask("GET", "/metrics").status_code == 404
        assert server.ask("GET", "/metrics").status_code == 200
        assert far.create().status_code == 201
        facts = facts_of(written(1))
        with far.live() as live:
            live.next("hello")
            assert far.results(facts) == ["ok"] * len(facts)
            for _, hash in facts:
                assert live.next("fact")["fact"]["h"] == hash
        assert len(far.facts()) == len(facts)
