"""schemathesis asks the running server everything that its own description allows, and much that it does not."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server_kit import InThread, facts_of, written
from warroom.server.options import Options

# Streams are asked by other tests: this one would wait for their end.
_STREAMS = ("/v1/live", "/v1/incidents/{inc}/live")
_SURELY_S = 900


def _asked(server: InThread, examples: int) -> int:
    """How many cases it tried, all of which the server answered as it says; the run is the same each time."""
    program = Path(sys.executable).with_name("schemathesis")
    words = [str(program), "run", f"{server.url}/v1/openapi.json", "--url", server.url, "--no-color"]
    words += ["--header", f"Authorization: Bearer {server.token}", "--seed", "7", "--max-examples", str(examples)]
    words += ["--phases", "examples,coverage,fuzzing", "--mode", "all", "--request-timeout", "40"]
    for path in _STREAMS:
        words += ["--exclude-path", path]
    env = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": f"{server.folder}.hypothesis"}
    done = subprocess.run(
        words, capture_output=True, timeout=_SURELY_S, env=env, cwd=os.path.dirname(server.folder), check=False
    )
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    assert "Selected: 23/25" in said, said  # an address that the description leaves out would not be tried
    (tried,) = re.findall(r"(\d+) generated", said)
    return int(tried)


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[InThread]:
    """A server that minds neither how often nor how wrongly it is asked: what it then answers is another test's."""
    made = InThread(str(tmp_path / "server"), Options(rate=1e6, burst=10**6, failures=10**6))
    made.create()
    made.push(facts_of(written()))
    yield made
    made.stop()


def test_the_api_is_as_it_describes_itself(patient: InThread) -> None:
    assert _asked(patient, examples=6) > 300


@pytest.mark.torture
def test_the_api_is_as_it_describes_itself_however_long_one_asks(patient: InThread) -> None:
    assert _asked(patient, examples=200) > 1_000
