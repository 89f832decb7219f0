"""Two whole incidents, run as a commander and a scribe would have run them: in the console and on the command line.

Both must end with the same facts. The public incidents are used where they lie beside this checkout, else two of ours.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pty_screen import PtyScreen
from warroom.core import events as ev
from warroom.store.folder import entries
from warroom.store.log import Log

SHARED = Path(__file__).parents[3] / "shared" / "incidents"
OURS = Path(__file__).parents[1] / "data" / "incidents-of-our-own.json"
MARKS = {"detection": "*", "observation": "*", "decision": "!", "action": ">"}
KINDS = {"*": "observed", "!": "decision", ">": "action"}
WARROOM = [sys.executable, "-m", "warroom"]


def two_incidents():
    found = [SHARED / name for name in ("gitlab-2017-01-31.json", "facebook-2021-10-04.json")]
    if all(path.exists() for path in found):
        return [json.loads(path.read_text()) for path in found]
    return json.loads(OURS.read_text())


INCIDENTS = two_incidents()


def story(incident):
    """(what is typed in the console, the same on the command line), step by step."""
    yield "/assign commander dana", ["assign", "commander", "dana"]
    yield "/assign scribe lee", ["assign", "scribe", "lee"]
    yield "/join dana, ivo, mei", ["join", "dana,", "ivo,", "mei"]
    for event in incident["events"]:
        yield entry(event)
    first = incident["events"][0]["text"].lstrip("~ ")
    yield f"/impact {first}", ["impact", first]
    yield "? the last change did it", ["log", "the last change did it", "-k", "hypothesis"]
    yield "/sev 1 very many users", ["severity", "SEV1", "--why", "very many users"]
    yield "@ivo undo the last change in 10m", ["task", "give", "ivo", "undo the last change", "--in", "10m"]
    yield "/readback @ivo undo it, ten minutes", ["task", "read-back", "@ivo", "undo it, ten minutes"]
    yield "/can ivo: load falls | watching | ten minutes", [
        "can", "ivo", "--condition", "load falls", "--actions", "watching", "--needs", "ten minutes",
    ]  # fmt: skip
    yield "/done @ivo undone, no change", ["task", "done", "@ivo", "undone, no change"]
    yield "/ruledout 1 undone, and nothing changed", ["hypothesis", "rule-out", "1", "undone, and nothing changed"]
    yield "/poll fail over", ["poll", "open", "fail over"]
    yield "/object mei: the replica is rebuilding", ["poll", "object", "the replica is rebuilding", "--who", "mei"]
    yield "/agreed", ["poll", "close", "agreed"]
    yield (
        "/draft public Users see errors. We work on it.",
        ["update", "draft", "public", "Users see errors. We work on it."],
    )
    yield "/approve public dana", ["update", "approve", "public", "--who", "dana"]
    yield "/post public", ["update", "post", "public"]
    yield "/ask support: when is it back?", ["ask", "when is it back?", "--who", "support"]
    yield "/answer 1 nobody knows yet", ["answer", "1", "nobody knows yet"]
    yield "/offer commander mei", ["handover", "offer", "commander", "mei"]
    yield "/accept commander", ["handover", "accept", "commander"]
    yield "/phase mitigating", ["phase", "mitigating"]
    yield "/leave ivo", ["leave", "ivo"]
    last = incident["events"][-1]["text"].lstrip("~ ")
    yield f"/resolve {last}", ["resolve", last]
    yield "/close", ["close"]


def entry(event):
    """A late entry, with the time it happened."""
    text, about = event["text"], ""
    if text.startswith("~"):
        text, about = text.lstrip("~ "), "~"
    time = f"{about}{event['at'].replace(':00Z', 'Z')}"
    mark = MARKS.get(event["kind"], "")
    words = ["log", text, "--at", time]
    if mark:
        return f"{time} {mark} {text}", [*words, "-k", KINDS[mark]]
    return f"{time} {text}", words


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WARROOM_WATCH", "off")
    monkeypatch.setenv("WARROOM_ACTOR", "lee")
    monkeypatch.delenv("WARROOM_INCIDENT", raising=False)

    def use(name):
        folder = tmp_path / name
        monkeypatch.setenv("WARROOM_HOME", str(folder))
        return folder

    return use


def cli(*words):
    done = subprocess.run([*WARROOM, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture
def declare(monkeypatch):
    def do(incident):
        handle = json.loads(cli("declare", incident["title"], "-s", "SEV2", "--json"))["handle"]
        monkeypatch.setenv("WARROOM_INCIDENT", handle)
        return handle

    return do


def facts(folder):
    """Every fact as it stands on the log, without what differs by nature: identities, and the moments of this run."""
    path = entries(str(folder / "incidents"))[0].path
    with Log.open(path, "", read_only=True) as log:
        events = log.load()
    names = {event.id: f"#{n}" for n, event in enumerate(events)}
    found = []
    for event in events:
        assert not isinstance(event.body, ev.Unknown)
        body = msgspec.json.encode(event.body, order="sorted").decode()
        for id, name in names.items():
            body = body.replace(id, name)
        body = re.sub(r'"(due|next|basis|sha|brief)":("(?:[^"\\]|\\.)*"|\d+)', r'"\1":…', body)
        explicit = (event.at.t, event.at.approx) if event.at.t != event.rec else None
        found.append((event.type, event.by.name, explicit, body))
    return found


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each["title"][:20])
def test_the_console_and_the_command_line_end_with_the_same_facts(incident, home, declare):
    by_hand = home("console")
    with PtyScreen([*WARROOM, declare(incident)], 120, 40) as room:
        room.wait_for("log as lee")
        room.wait_for("DECL")
        for line, _ in story(incident):
            before = count(by_hand)
            room.send(f"{line}\r")
            room.wait_for(lambda screen, before=before: count(by_hand) > before and is_empty(screen))
    by_words = home("words")
    declare(incident)
    for _, words in story(incident):
        cli(*words)
    assert facts(by_hand) == facts(by_words)
    assert "broken" not in cli("verify")


def is_empty(screen):
    """Whether the prompt is empty: what was typed has become facts that the console shows."""
    lines = screen.lines()
    top = next((n for n, line in enumerate(lines) if "─ log as lee" in line), None)
    return top is not None and not lines[top + 1].strip(" │")


def count(folder):
    """How many facts are on disk."""
    path = entries(str(folder / "incidents"))[0].path
    return Path(path).read_bytes().count(b'\n"')


def test_the_log_answers_what_a_reviewer_asks(home, declare):
    """Who knew what, when, who decided, on what grounds, who was told."""
    home("words")
    incident = INCIDENTS[0]
    declare(incident)
    for _, words in story(incident):
        cli(*words)
    rows = json.loads(cli("timeline", "--json"))
    text = {row["kind"]: row["text"] for row in rows}
    decided = next(row for row in rows if row["kind"] == "decision" and row["text"].startswith("fail over"))
    assert decided["who"] == "dana"
    assert "strong objection heard and kept: mei: the replica is rebuilding" in decided["text"]
    assert "undone, and nothing changed" in text["ruled out"]
    assert "Users see errors" in text["update"]
    assert "approved by dana" in text["approved"]
    assert any("nobody knows yet" in row["text"] for row in rows if row["kind"] == "answer")
    roles = [row["text"] for row in rows if row["kind"] == "role"]
    assert roles[-1] == "commander is mei, after dana; accepted aloud, heard by lee"
    late = [row for row in rows if row["at"] < "2026" and row["rec"] > "2026"]
    assert len(late) == len(incident["events"])
