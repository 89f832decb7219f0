"""The deploy page, word for word on an empty folder: every block that needs no root, with other ports and folders."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deploy.md").read_text()
READY = ("listening on ", "Server is ready")
PORTS = ("8465", "8471", "8472", "4221", "4222", "4223", "6221", "6222", "6223", "8221", "8222", "8223")
SURELY_S = 60.0

BLOCK = re.compile(r"^```(\S*)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(text):
    """(language, "running" or "", commands) of every block, in order."""
    return [(found[1], found[2] or "", found[3]) for found in BLOCK.finditer(text)]


def section(title):
    """What stands under that heading."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return parts[parts.index(title) + 1]


class Machine:
    """An empty folder in the place of a machine: its home, its /var, its ports and the programs that are installed."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        bin = folder / "bin"
        for each in (self.home, bin, folder / "var"):
            each.mkdir()
        program = bin / "warroom"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m warroom "$@"\n')
        program.chmod(0o755)
        os.symlink(Path(sys.executable).parent / "nats-server", bin / "nats-server")
        held = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
        self.ports = dict(zip(PORTS, (str(each.getsockname()[1]) for each in held), strict=True))
        for each in held:
            each.close()
        self.env = {"PATH": f"{bin}:{os.environ['PATH']}", "HOME": str(self.home), "LANG": "C.UTF-8"}
        self.env |= {name: os.environ[name] for name in ("PYTHONPYCACHEPREFIX",) if name in os.environ}
        self.terminal = Terminal(self)
        self.running = []

    def here(self, text):
        """The page's words, with this folder's places in place of a machine's."""
        text = text.replace("https://warroom.example.org", "http://127.0.0.1:8465")
        text = text.replace("/opt/warroom/deploy/", f"{ROOT}/deploy/").replace("/var/", f"{self.folder}/var/")
        return re.sub(r"\b(?:" + "|".join(PORTS) + r")\b", lambda found: self.ports[found[0]], text)

    def follow(self, text):
        for language, how, commands in blocks(text):
            if language == "sh" and how == "running":
                self.running.append(Running(self, self.here(commands)))
                self.running[-1].wait()
            elif language == "sh":
                self.terminal.run(self.here(commands))

    def stop(self, name=""):
        """Ends what was started to go on, as Ctrl-C and systemctl would."""
        for each in [each for each in self.running if name in each.commands]:
            each.end()
            self.running.remove(each)

    def close(self):
        self.stop()
        self.terminal.close()
        for place in [*self.folder.rglob("sync.lock"), *self.folder.rglob("watch.lock")]:
            from warroom.store import holding

            there = holding.look(str(place))
            if there and there.pid:
                os.kill(there.pid, signal.SIGKILL)


class Terminal:
    """One shell in which block after block is said; a command that fails ends it, and the test."""

    def __init__(self, machine):
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-e"], cwd=machine.home, env=machine.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.said = []

    def run(self, commands):
        self._shell.stdin.write((commands + "\necho '=== said'\n").encode())
        self._shell.stdin.flush()
        for line in self._shell.stdout:
            self.said.append(line.decode())
            if line == b"=== said\n":
                return
        self._shell.wait(SURELY_S)
        raise AssertionError(f"a command of this block failed:\n{commands}\n{''.join(self.said[-40:])}")

    def close(self):
        with suppress(BrokenPipeError):  # it has ended where a command failed
            self._shell.stdin.close()
        self._shell.wait(SURELY_S)
        self._shell.stdout.close()


class Running:
    """A command that goes on, in a terminal of its own."""

    def __init__(self, machine, commands):
        self.commands = commands
        self.said = ""
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-ec", commands], cwd=machine.home, env=machine.env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._shell.stdout:
            self.said += line.decode()

    def wait(self):
        until = time.monotonic() + SURELY_S
        while not any(word in self.said for word in READY):
            goes_on = self._shell.poll() is None and time.monotonic() < until
            assert goes_on, f"{self.commands}\n{self.said[-3000:]}"
            time.sleep(0.05)

    def end(self):
        os.killpg(self._shell.pid, signal.SIGINT)
        try:
            self._shell.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait()
        self._reader.join(SURELY_S)
        self._shell.stdout.close()


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    made.close()


def test_the_trial_is_followed_word_for_word(machine):
    machine.follow(section("A trial"))
    [trial] = machine.running
    line = next(each for each in trial.said.splitlines() if "WARROOM_TOKEN=" in each)
    machine.terminal.run(f"WARROOM_SYNC=off WARROOM_HOME=~/other {line.strip().partition(' ')[0]} true")
    machine.terminal.run(f"export WARROOM_HOME=~/other\n{line.strip()}")
    assert (machine.home / "other" / "server.json").exists()


def test_one_server_and_then_the_cluster_are_followed_word_for_word(machine):
    machine.follow(section("One server"))
    assert "it works" in "".join(machine.terminal.said)
    machine.stop("warroom serve")
    machine.follow(section("Three NATS nodes and two API nodes"))
    assert "the cluster works" in "".join(machine.terminal.said)
    assert (machine.home / "nats" / "cluster.tar").exists()


def test_every_block_is_either_run_here_or_needs_the_machine():
    found = {(language, how) for language, how, _ in blocks(PAGE)}
    assert found == {("sh", ""), ("sh", "running"), ("console", "")}
    for language, _, commands in blocks(PAGE):
        if language == "console":
            assert re.search(r"apt|systemctl|/etc/|sudo|/opt/", commands), commands


def test_every_file_that_the_page_names_is_there():
    for name in set(re.findall(r"deploy/[a-z]+/[A-Za-z][A-Za-z.-]*[A-Za-z]", PAGE)):
        assert (ROOT / name).is_file(), name


def test_the_units_start_what_the_program_understands():
    """Every `warroom …` of a unit is taken by the program's own parser."""
    from warroom.cli.main import verb
    from warroom.cli.verb import parser

    for unit in (ROOT / "deploy" / "systemd").glob("*.service"):
        for command in re.findall(r"^ExecStart=\S*/warroom (.+)$", unit.read_text(), re.MULTILINE):
            name, *words = [word for word in command.split() if word != "$PAGER"]
            parser(name, verb(name)).parse_args(words)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed here")
def test_nginx_takes_its_file(tmp_path):
    import trustme

    made = trustme.CA().issue_cert("warroom.example.org")
    made.private_key_pem.write_to_path(tmp_path / "privkey.pem")
    made.cert_chain_pems[0].write_to_path(tmp_path / "fullchain.pem")
    text = (ROOT / "deploy" / "nginx" / "warroom.conf").read_text()
    text = text.replace("/etc/letsencrypt/live/warroom.example.org", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    done = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed here")
def test_caddy_takes_its_file(tmp_path):
    file = ROOT / "deploy" / "caddy" / "Caddyfile"
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_takes_the_units(tmp_path):
    for unit in (ROOT / "deploy" / "systemd").glob("*.service"):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
        lines = [line for line in done.stderr.splitlines() if unit.name in line]
        # What runs there is not installed here, and this systemd may be older than 254.
        known = ("is not executable", "RestartSteps", "RestartMaxDelaySec")
        assert not [line for line in lines if not any(word in line for word in known)], lines
