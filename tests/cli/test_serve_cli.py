"""`warroom serve`: a trial that needs nothing else, where it listens and where it refuses to, and how it ends."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest
import trustme

from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Tokens

SURELY_S = 30.0


class Serving:
    """The program while it serves. `said` is what it says on standard error, as it comes."""

    def __init__(self, warroom, *words, **env):
        self.process = subprocess.Popen(
            warroom.command("serve", *words), env=warroom.env | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.lines = []
        self._came = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._came:
                self.lines.append(line.decode().rstrip("\n"))
                self._came.notify_all()

    @property
    def said(self):
        return "\n".join(self.lines)

    def wait_for(self, text):
        with self._came:
            assert self._came.wait_for(lambda: text in self.said or self.process.poll() is not None, SURELY_S), (
                self.said
            )
            assert text in self.said, self.said
        return next(line for line in self.lines if text in line)

    def url(self):
        return self.wait_for("listening on ").removeprefix("listening on ")

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.code = self.process.wait(SURELY_S)
        self._reader.join(SURELY_S)
        self.out = self.process.stdout.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.code


@pytest.fixture
def serving(warroom):
    """Starts it: `serving("--dev", "--port", "0")`."""
    made = []

    def start(*words, **env):
        made.append(Serving(warroom, *words, **env))
        return made[-1]

    yield start
    for each in made:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)


def asked(url, token="", context=None):
    """The status and body of one request."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=SURELY_S, context=context) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def token_of(line):
    return line.strip().partition("WARROOM_TOKEN=")[2].partition(" ")[0]


# ── a trial ──


def test_a_trial_on_an_empty_folder_is_joined_by_the_line_that_it_prints(warroom, serving, tmp_path):
    trial = serving("--dev", "--port", "0")
    url = trial.url()
    assert "This is a trial" in trial.wait_for("trial")
    line = trial.wait_for("WARROOM_TOKEN=").strip()
    assert line == f"WARROOM_TOKEN={token_of(line)} warroom join {url}"
    shim = tmp_path / "bin" / "warroom"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m warroom "$@"\n')
    shim.chmod(0o755)
    env = warroom.env | {"WARROOM_HOME": str(tmp_path / "laptop"), "PATH": f"{shim.parent}:{os.environ['PATH']}"}
    joined = subprocess.run(["sh", "-c", line], env=env | {"WARROOM_SYNC": "off"}, capture_output=True, timeout=60)
    assert joined.returncode == 0, joined.stderr
    assert trial.end() == 0


def test_a_trials_token_administers_and_ends_within_a_day(warroom, serving):
    trial = serving("--dev", "--port", "0", "--json")
    told = json.loads(trial.process.stdout.readline())
    assert set(told) == {"url", "pid", "token"}
    assert told["pid"] == trial.process.pid
    status, body = asked(told["url"] + "/v1/info", told["token"])
    assert (status, json.loads(body)["grant"]) == (200, "administer")
    [token] = warroom.ok("token", "list", "--json").json
    assert token["grant"] == "administer"
    assert token["created"][:4] <= token["expires"][:4]
    assert token["expires"] is not None


def test_a_trial_can_be_started_again_and_the_first_token_still_holds(serving):
    first = serving("--dev", "--port", "0")
    secret = token_of((first.url(), first.wait_for("WARROOM_TOKEN="))[1])
    assert first.end() == 0
    second = serving("--dev", "--port", "0")
    url = second.url()
    other = token_of(second.wait_for("WARROOM_TOKEN="))
    assert other != secret
    assert {asked(url + "/v1/info", each)[0] for each in (secret, other)} == {200}


def test_a_trial_beyond_this_machine_is_refused(warroom):
    done = warroom("serve", "--dev", "--host", "0.0.0.0", "--cert", "c", "--key", "k")
    assert done.code == 4
    assert "this machine only" in done.err


# ── readiness ──


def test_it_says_that_it_listens_only_once_it_does(serving):
    """The moment the line is there, a request is answered."""
    for _ in range(3):
        it = serving("--port", "0", "--json")
        url = json.loads(it.process.stdout.readline())["url"]
        assert asked(url + "/readyz")[0] == 200
        assert it.end() == 0
        assert it.out == ""


def test_systemd_is_told_that_it_is_ready_once_it_listens(serving, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "n"))
        notified.settimeout(SURELY_S)
        it = serving("--port", "0", NOTIFY_SOCKET=str(tmp_path / "n"))
        assert notified.recv(100) == b"READY=1"
        assert asked(it.url() + "/readyz")[0] == 200


def test_without_any_token_it_starts_and_says_how_one_is_made(warroom, serving):
    it = serving("--port", "0")
    url = it.url()
    assert "warroom token create" in it.wait_for("Nobody can join yet")
    secret = warroom.ok("token", "create", "ana", "--grant", "observe").line
    assert asked(url + "/v1/info", secret)[0] == 200  # it heeds at once what the command wrote beside it
    warroom.ok("token", "revoke", "ana")
    assert asked(url + "/v1/info", secret)[0] == 401
    it.end()
    warroom.ok("token", "create", "bo", "--grant", "observe")
    again = serving("--port", "0")
    again.url()
    assert "Nobody can join" not in again.said


# ── where it listens ──


def test_without_a_host_it_listens_on_this_machine_only(serving):
    url = serving("--port", "0").url()
    assert url.startswith("http://127.0.0.1:")
    port = int(url.rpartition(":")[2])
    outside = [
        a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None) if not a[4][0].startswith(("127.", "::1"))
    ]
    for address in outside:
        with pytest.raises(ConnectionRefusedError), socket.create_connection((address, port), 2):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_beyond_this_machine_it_wants_tls_or_a_proxy(warroom, host):
    done = warroom("serve", "--port", "0", "--host", host)
    assert (done.code, done.out) == (4, "")
    assert "--behind-proxy" in done.err
    assert not (warroom.home / "server").exists()


def test_behind_a_proxy_it_may_listen_beyond_this_machine(serving):
    it = serving("--port", "0", "--host", "0.0.0.0", "--behind-proxy")
    assert it.url().startswith("http://0.0.0.0:")


def test_with_a_certificate_it_speaks_tls(serving, tmp_path):
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.private_key_pem.write_to_path(tmp_path / "key")
    for number, piece in enumerate(made.cert_chain_pems):
        piece.write_to_path(tmp_path / "cert", append=number > 0)
    import ssl

    context = ssl.create_default_context()
    authority.configure_trust(context)
    url = serving("--port", "0", "--cert", str(tmp_path / "cert"), "--key", str(tmp_path / "key")).url()
    assert url.startswith("https://127.0.0.1:")
    assert asked(url + "/healthz", context=context)[0] == 200


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--cert", "c"], 2, "belong together"),
        (["--port", "70000"], 2, "0 to 65535"),
        (["--port", "http"], 2, "invalid int value"),
        (["--store", "mysql://x"], 2, "nats://"),
        (["--cert", "/nonexistent/c", "--key", "/nonexistent/k"], 4, "/nonexistent/c"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_an_exit_code(warroom, words, code, says):
    done = warroom("serve", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_port_that_is_taken_is_told(warroom):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = warroom("serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 1
    assert "Choose another with --port" in done.err


# ── one for each folder, and the end ──


def test_a_second_server_on_the_folder_is_refused_and_told_who_has_it(warroom, serving):
    first = serving("--port", "0")
    first.url()
    second = warroom("serve", "--port", "0")
    assert second.code == 4
    assert f"process {first.process.pid}" in second.err
    elsewhere = serving("--port", "0", "--dir", str(warroom.home / "other"))
    elsewhere.url()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_folder_is_free_again_once_its_server_has_ended(serving, number):
    first = serving("--port", "0")
    first.url()
    first.end(number)
    serving("--port", "0").url()


def test_sigterm_ends_it_with_0_also_while_somebody_listens_to_a_stream(warroom, serving):
    it = serving("--port", "0")
    url = it.url()
    secret = warroom.ok("token", "create", "ana", "--grant", "observe").line
    request = urllib.request.Request(url + "/v1/live", headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request, timeout=SURELY_S) as stream:
        assert stream.readline()
        assert it.end() == 0
        assert b"event: fact" not in stream.read()


def test_a_server_of_a_folder_that_cannot_be_written_says_so(warroom, tmp_path):
    (tmp_path / "file").write_text("")
    done = warroom("serve", "--port", "0", "--dir", str(tmp_path / "file"))
    assert done.code == 1
    assert "is not a folder" in done.err


def test_without_the_extra_one_sentence_says_what_to_install(warroom, tmp_path):
    # What Python itself takes for a module that is not there.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfor name in ('litestar', 'uvicorn', 'nats'):\n    sys.modules[name] = None\n"
    )
    for words, extra in (
        (["serve", "--dev"], "server"),
        (["token", "list", "--store", "nats://127.0.0.1:1"], "nats"),
    ):
        done = warroom(*words, PYTHONPATH=str(tmp_path))
        assert (done.code, done.out) == (1, "")
        assert done.err.strip().splitlines() == [f"This needs what a server stands on: pip install 'warroom[{extra}]'"]
    assert not (warroom.home / "server").exists()


def test_no_secret_is_on_the_command_line_or_in_the_log_of_a_server(warroom, serving):
    it = serving("--port", "0")
    url = it.url()
    secret = warroom.ok("token", "create", "ana", "--grant", "observe").line
    asked(url + "/v1/info", secret)
    asked(url + "/v1/incidents?token=" + secret, secret)
    asked(url + "/" + secret)
    it.end()
    assert secret not in it.said + it.out
    assert '"path":"/v1/info"' in it.said


def test_a_pager_without_channels_is_told_of(serving):
    it = serving("--port", "0", "--pager")
    assert "channels.toml" in it.wait_for("reaches nobody yet")
    it.url()
    assert it.end() == 0


def test_tokens_of_the_folder_are_those_that_the_server_reads(warroom, serving):
    """Made before it starts, read once it runs."""
    secret = warroom.ok("token", "create", "ana", "--grant", "respond").line
    url = serving("--port", "0").url()
    assert json.loads(asked(url + "/v1/info", secret)[1])["name"] == "ana"

    async def all_of_them():
        store = EmbeddedStore(str(warroom.home / "server"))
        await store.open()
        found = await Tokens(store).all()
        await store.close()
        return found

    assert [token.name for token in asyncio.run(all_of_them())] == ["ana"]
