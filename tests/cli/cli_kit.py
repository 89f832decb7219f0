"""The real program, as a process, in a folder of its own."""

import json
import os
import subprocess
import sys
import threading

FIXED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


class Done:
    """What a call left: exit code, both outputs as text and as bytes."""

    def __init__(self, done):
        self.code = done.returncode
        self.raw, self.raw_err = done.stdout, done.stderr
        self.out, self.err = done.stdout.decode(), done.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def line(self):
        return self.out.strip()


class Program:
    def __init__(self, home, cache):
        self.home = home
        self.env = {name: os.environ[name] for name in FIXED if name in os.environ}
        self.env |= {
            "WARROOM_WATCH": "off",
            "WARROOM_HOME": str(home),
            "WARROOM_ACTOR": "ana",
            "PYTHONPYCACHEPREFIX": str(cache),
        }

    def command(self, *words):
        return [sys.executable, "-m", "warroom", *words]

    def __call__(self, *words, input=None, **env):
        done = subprocess.run(
            self.command(*words),
            input=input if isinstance(input, bytes | None) else input.encode(),
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            env=self.env | env,
            timeout=60,
            check=False,
        )
        return Done(done)

    def ok(self, *words, input=None, **env):
        done = self(*words, input=input, **env)
        assert done.code == 0, (words, done.out, done.err)
        return done

    def start(self, *words, **options):
        program = subprocess.Popen(
            self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, **options
        )
        # A test that waits for a line that never comes fails instead of waiting for ever.
        watchdog = threading.Timer(60, program.kill)
        watchdog.daemon = True
        watchdog.start()
        return program
