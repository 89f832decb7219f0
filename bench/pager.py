"""What it costs to page for 1,000 open incidents, and how soon a page leaves once it is due."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from .corpus import WARROOM, Corpus
from .row import Row

_CHANNELS = '[channel.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/page"\n'
_CONTACTS = '[contact.sre1]\nname = "Primary"\nreach = ["hook"]\n'
_POLICY = (
    'id = "quick"\nrepeat = 5\n[[level]]\nafter = "{after}"\nnotify = ["contact:sre1"]\n'
    '[[level]]\nafter = "PT{more}S"\nnotify = ["contact:sre1"]\n'
)


class Sink:
    """A far side that notes when each page arrived, by the key."""

    def __init__(self) -> None:
        arrived: dict[str, float] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                now = time.time()
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                arrived.setdefault(body["key"], now)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.arrived = arrived
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


def rows(corpus: Corpus, quick: bool) -> Iterator[Row]:
    count = 100 if quick else 1_000
    stretch = 10.0 if quick else 40.0
    sink = Sink()
    home = corpus.env["WARROOM_HOME"]
    os.makedirs(os.path.join(home, "policies"), exist_ok=True)
    _write(home, "channels.toml", _CHANNELS.format(port=sink.port))
    _write(home, "contacts.toml", _CONTACTS)
    _write(home, "policies/quick.toml", _POLICY.format(after="PT2H", more=3 * 3600))
    _write(home, "policies/soon.toml", _POLICY.format(after="PT2S", more=3600).replace('"quick"', '"soon"'))
    env = corpus.env | {"WARROOM_WATCH": "off"}
    _many(home, count)
    watch = subprocess.Popen([WARROOM, "watch", "--json"], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert watch.stdout is not None
        held = 0
        while held < count:
            held += json.loads(watch.stdout.readline())["what"] == "pager"
        Thread(target=_drain, args=(watch,), daemon=True).start()
        time.sleep(6)  # what follows a start is over
        begin = _cpu(watch.pid)
        time.sleep(stretch)
        percent = 100 * (_cpu(watch.pid) - begin) / stretch
        yield Row(
            f"the clock of {count} open incidents, % of a core", percent, 1.0, 0.5, f"over {stretch:g} s", unit="%"
        )
        late = [_lateness(env, sink, n) for n in range(5 if quick else 15)]
        late.sort()
        note = f"median {late[len(late) // 2]:.3f} s, with {count} open; from the due time on the log to the far side"
        yield Row("a page that is due → at the far side, the slowest, s", late[-1], 1.0, 0.3, note, unit="s")
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.wait(20)
        sink.close()


def _drain(watch: "subprocess.Popen[bytes]") -> None:
    assert watch.stdout is not None
    for _ in watch.stdout:
        pass


def _many(home: str, count: int) -> None:
    """So many open incidents, each with an escalation that counts down."""
    from warroom.config.load import Library
    from warroom.config.paths import Paths
    from warroom.core.acts.lifecycle import Declare
    from warroom.core.values import By
    from warroom.room.desk import Desk
    from warroom.store.access import ready
    from warroom.store.replica import current

    paths = Paths(home, home, home)
    ready(paths.incidents)
    policy = Library(paths).policy("quick")
    desk = Desk(paths.incidents, current(paths.data), By("bench"), lambda: time.time_ns() // 1_000_000)
    for n in range(count):
        made = desk.declare(Declare(title=f"incident {n}", severity="SEV2", attach=(policy,)))
        made.log.close()  # type: ignore[union-attr]  # this declaration is always possible


def _write(home: str, name: str, text: str) -> None:
    with open(os.path.join(home, name), "w", encoding="utf-8") as file:
        file.write(text)


def _cpu(pid: int) -> float:
    """The processor time of a process so far, in seconds."""
    with open(f"/proc/{pid}/stat") as file:
        words = file.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _lateness(env: dict[str, str], sink: Sink, n: int) -> float:
    """Seconds from when a page was due to when it arrived."""
    before = set(sink.arrived)
    declare = [WARROOM, "declare", f"soon {n}", "-s", "SEV2", "--policy", "soon", "--json"]
    inc = json.loads(subprocess.run(declare, env=env, capture_output=True, check=True).stdout)["handle"]
    end = time.monotonic() + 30
    while not set(sink.arrived) - before and time.monotonic() < end:
        time.sleep(0.01)
    shown = subprocess.run([WARROOM, "status", inc, "--json"], env=env, capture_output=True, check=True).stdout
    escalation = json.loads(shown)["escalation"]
    due = next(each["due_at"] for each in escalation["deliveries"])
    from datetime import datetime

    key = escalation["deliveries"][0]["key"]
    return sink.arrived[key] - datetime.fromisoformat(due.replace("Z", "+00:00")).timestamp()
