"""A short drill of the tests' own, its commander's script, and how both come into a folder of the real program."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from warroom.config.drill_begin import declaration
from warroom.config.drill_making import Played
from warroom.config.drills import load
from warroom.config.load import Library
from warroom.config.paths import Paths
from warroom.config.settings import Settings
from warroom.core.drill.memory import BASE
from warroom.core.values import By, Ms
from warroom.room.desk import Desk
from warroom.room.room import Room
from warroom.store.access import ready
from warroom.store.replica import current

DRILL = """
title = "The shelf of {city} is empty"
level = "easy"
minutes = 6
trains = ["escalation", "updates"]
about = "Customers see an empty shelf."
severity = "SEV2"
services = ["shelf"]
ends = "resolved()"
truth = "The import of the night stopped half way."
sources = ["https://example.org/shelf"]
questions = ["What would have told us sooner?"]

[vars]
city = ["Lyon", "Graz", "Bergen"]

[[variant]]
id = "import"
[[variant]]
id = "cache"

[[person]]
id = "first"
name = "Nora"
knows = "on call"
phone = "+49 30 5550 101"
page = "silent"
[[person]]
id = "second"
name = "Ivo"
knows = "the import"
after = "10s..20s"
takes = "40s"
otherwise = "I see nothing unusual."

[[tier]]
after = "PT0S"
notify = ["first"]
backup = ["second"]

[[specialist]]
topic = "import"
notify = ["second"]

[[inject]]
id = "alert"
kind = "alert"
at = "0s"
who = "monitoring"
text = "shelf: 40 % of the lists are empty"
[[inject]]
id = "talk"
kind = "voices"
at = "40s"
lines = [["0s", "second", "the import looks short"], ["4s", "Dora", "who has this?"]]
[[inject]]
id = "asked"
kind = "questions"
at = "70s"
lines = [["0s", "Dora", "how many customers?"], ["15s", "Lin", "what do I tell them?"]]
[[inject]]
id = "back"
kind = "observation"
after = "talk"
delay = "20s..40s"
when = 'tasked("second", "")'
who = "second"
text = "the lists fill again"

[[answer]]
who = "second"
to = "import|run"
takes = "30s..50s"
says = "The import is whole again"

[[expect]]
id = "import-asked"
what = "Whoever knows the import is asked"
check = 'tasked("second", "") or called("import")'
since = "talk"
by = "1m"
group = "escalation"
why = "Only they can see that it is short."
better = "Call the specialist."
"""

SCRIPT = """\
# a commander who does what there is to do
PT0S assign commander ana
PT10S impact "lists are empty" --users 900
PT15S noanswer --tried phone
PT50S task give Ivo "run the import again" --in 2m

PT55S log -k decision "we run the import again" --who ana
PT60S update draft public "The shelf is empty. We are on it." --next 3m
PT60S update approve public
PT60S update post public
PT90S answer 1 "about 900"
PT2M tick 99
PT2M log --at 02:01 "seen in the log of the import"
PT2M10S hypothesis add "the import stopped"
PT2M20S handover offer commander lee
PT2M30S handover accept commander --by lee
PT4M resolve "the lists are full again" --by lee
"""


class Folder:
    """One WARROOM_HOME, with the drill `shelf` in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "drills").mkdir(parents=True, exist_ok=True)
        self.file = home / "drills" / "shelf.toml"
        self.file.write_text(DRILL)
        self.script = home / "script"
        self.script.write_text(SCRIPT)
        self.paths = Paths(str(home), str(home), str(home))

    def played(self, seed: int = 1) -> Played:
        return load(Library(self.paths), str(self.file), seed)

    def declare(
        self, *, headless: bool, length: Ms = 0, script: str = "", now: Ms = BASE, who: str = "ana", seed: int = 1
    ) -> Room:
        """The drill as it begins, on disk and played by nobody yet; `length`: another one than its file's, in ms."""
        ready(self.paths.incidents)
        played = self.played(seed)
        if length:
            played = msgspec.structs.replace(played, scenario=msgspec.structs.replace(played.scenario, length=length))
        lines = tuple(script.splitlines())
        command = declaration(
            Library(self.paths), Settings(), played, seed, now, who=who, headless=headless, script=lines
        )
        desk = Desk(self.paths.incidents, current(self.paths.data), By(who), lambda: now)
        made = desk.declare(command, drill=True)
        assert isinstance(made, Room), made
        return made


# Read by the interpreter before the program: what is slow or wrong in the machine, and not in the program.
SLOW = """
import os, time
def slow(inner):
    def call(fd):
        time.sleep(0.004)
        return inner(fd)
    return call
for name in ("fdatasync", "fsync"):
    setattr(os, name, slow(getattr(os, name)))
"""
ANOTHER_DAY = """
import time
inner, inner_ns = time.time, time.time_ns
BY = 86_400 * 400
time.time = lambda: inner() + BY
time.time_ns = lambda: inner_ns() + BY * 10**9
"""
DOOMED = """
import os, signal
left = [int(os.environ.get("DIES_AT", "1000000000"))]
def doomed(inner):
    def call(*args, **more):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return inner(*args, **more)
    return call
for name in ("pwrite", "fdatasync", "fsync", "link", "unlink"):
    setattr(os, name, doomed(getattr(os, name)))
"""


class Run:
    """The real program in a folder of its own. `shim`: what the interpreter does first."""

    def __init__(self, home: Path, shim: str = "", **env: str) -> None:
        self.folder = Folder(home)
        kept = ("PATH", "LANG", "LC_ALL", "PYTHONPYCACHEPREFIX")
        self.env = {name: os.environ[name] for name in kept if name in os.environ}
        self.env |= {"WARROOM_HOME": str(home), "WARROOM_ACTOR": "ana", "WARROOM_WATCH": "off"} | env
        if shim:
            place = home / "shim"
            place.mkdir()
            (place / "sitecustomize.py").write_text(shim)
            self.env["PYTHONPATH"] = str(place)

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "warroom", "drill", *words]

    def headless(self, *words: str) -> list[str]:
        script = ("--actor-script", str(self.folder.script))
        return self.words("run", "shelf", "--headless", "--seed", "1", *script, "--json", *words)

    def report(self, *words: str) -> bytes:
        return self.out(self.headless(*words))

    def incidents(self) -> list[str]:
        folder = self.folder.home / "incidents"
        return os.listdir(folder) if folder.exists() else []

    def out(self, command: list[str]) -> bytes:
        done = subprocess.run(command, env=self.env, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def inc(self) -> str:
        """The only incident here; empty where there is none yet."""
        names = [each.split("-")[3] for each in self.incidents() if each.endswith(".json")]
        return f"INC-{names[0].upper()}" if names else ""

    def killed(self, after: float, *words: str) -> str:
        """Begins a run, kills it with -9 after that time (s), and says which incident it is."""
        self.cut(self.headless(*words), after)
        return self.inc

    def cut(self, command: list[str], after: float) -> None:
        """Begins this, and kills it with -9 after that time (s)."""
        with subprocess.Popen(
            command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        ) as process:
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.kill()

    def dies_at(self, number: int) -> bool:
        """Begins a run that kills itself before its `number`-th act on the disk; whether it came to that."""
        done = subprocess.run(
            self.headless(), env=self.env | {"DIES_AT": str(number)}, capture_output=True, stdin=subprocess.DEVNULL
        )
        return done.returncode == -signal.SIGKILL
