"""Whole programs that are killed with -9 while they write, and what must be there afterwards."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

from tinydb import TinyDB

from pty_screen import PtyScreen
from warroom.config.paths import find
from warroom.store.folder import entries
from warroom.store.log import Log
from warroom.store.replica import current

WARROOM = os.path.join(os.path.dirname(sys.executable), "warroom")
_LINES = "".join(f"line {n} of what somebody pipes in\n" for n in range(5_000)).encode()
_ROW = re.compile(r"\bnote\s+(k\d+x\d+)\b", re.IGNORECASE)  # a row of the timeline; in the prompt the text stands alone


class Scene:
    """One incident that programs write to until they are killed. `known`: what one of them has shown as saved."""

    def __init__(self, home: Path, seed: int) -> None:
        self.env = {**os.environ, "WARROOM_HOME": str(home), "WARROOM_ACTOR": "dana"}
        self.dice = random.Random(seed)
        self.known: set[str] = set()
        self.tries = 0
        self._warroom("declare", "Checkout returns 500s", "-s", "SEV2")
        self.paths = find(self.env)
        self.path = entries(self.paths.incidents)[0].path

    def kill_shell(self) -> None:
        """Two `warroom log -` at once, killed at two moments; the ids they printed are known."""
        self.tries += 1
        writers = [self._writer() for _ in range(self.dice.choice([1, 2]))]
        for writer in writers:
            assert writer.stdout is not None
            for _ in range(self.dice.randrange(4)):
                said = writer.stdout.readline()
                assert said
                self.known.add(said.decode().strip())
            _spin(self.dice.random() / 500)
            writer.kill()
        for writer in writers:
            with writer:
                assert writer.stdout is not None
                self.known |= set(writer.stdout.read().decode().split("\n")[:-1])  # a line that was cut is none

    def kill_console(self) -> None:
        """A console in which somebody types, killed at some moment; the rows of its timeline are known."""
        self.tries += 1
        lines = [f"k{self.tries}x{n}" for n in range(self.dice.randrange(1, 7))]
        patient = self.dice.randrange(len(lines) + 1)
        with PtyScreen([WARROOM, Path(self.path).name[11:15]], env=self.env) as screen:
            for n, line in enumerate(lines):
                screen.send(line + "\r")
                if n < patient:
                    screen.wait_for(lambda s, line=line: line in _ROW.findall(s.text()))
            if patient == len(lines) or not patient:
                screen.take(self.dice.random() / 3)
            for _ in range(self.dice.randrange(20)):
                screen.take(0.001)
            screen.kill()
            screen.wait_exit()
            self.known |= set(_ROW.findall(screen.text()))

    def check(self) -> None:
        """The next opening repairs; nothing known is lost, the chain is whole, and stock TinyDB reads the file."""
        with Log.open(self.path, current(self.paths.data)) as log:
            events = log.load()
            broken = [trouble for trouble in log.verify() if "set aside" not in trouble.text]
        held = {event.id for event in events} | {event.body.text() for event in events}
        assert self.known - held == set()
        assert broken == []
        with TinyDB(self.path, access_mode="r") as stock:
            assert len(stock.table("events")) == len(events)

    def verified(self) -> str:
        """What `warroom verify` says at the end; it must be content, but for what recovery has set aside."""
        for torn in Path(self.path).parent.glob("*.torn*"):
            torn.unlink()
        return self._warroom("verify", "--json")

    def _writer(self) -> "subprocess.Popen[bytes]":
        writer = subprocess.Popen(
            [WARROOM, "log", "-"],
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert writer.stdin is not None
        os.set_blocking(writer.stdin.fileno(), False)
        writer.stdin.write(_LINES[: self.dice.randrange(400, 8_000)])
        return writer

    def _warroom(self, *words: str) -> str:
        done = subprocess.run([WARROOM, *words], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _spin(seconds: float) -> None:
    """Waits more exactly than sleep does: the moment of the kill is what varies."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass
