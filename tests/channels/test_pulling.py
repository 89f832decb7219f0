"""What fires at a source is asked for on a rhythm, and taken in once; what ended there ends, what is quiet there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts_kit import Senders, alert
from carrying_kit import T0, Folder, Stand, turns
from warroom.channels.back import Pulled, Quiet
from warroom.channels.base import Later
from warroom.core.alerts import acts
from warroom.core.alerts.facts import RESOLVED, AlertsSilenced
from warroom.core.alerts.storm import TOLD
from warroom.core.values import HOUR, MINUTE, SECOND
from warroom.room.alerts_in import Receiver


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path)
    yield made
    made.close()


def test_what_fires_there_is_taken_in_on_a_rhythm_and_nothing_twice(folder: Folder) -> None:
    far = Stand()
    far.fires = Pulled((alert("a", since=T0), alert("b", since=T0)), frozenset("ab"), whole=True)
    carrier = folder.carrier(far, pulls={"prom": 1})
    turns(carrier, lambda: set(folder.senders.inbox().lines) == {"prom:a", "prom:b"})
    before = far.asked
    turns(carrier, lambda: far.asked > before + 2)
    lines = folder.senders.inbox().lines.values()
    assert [line.fired for line in lines] == [1, 1]
    assert sum(line.get("what") == "pulled" for line in folder.lines) == 1


def test_a_storm_is_asked_for_until_all_of_it_is_told_and_nothing_of_it_is_counted_again_and_again(
    folder: Folder,
) -> None:
    far = Stand()
    keys = [f"k{n}" for n in range(50)]
    far.fires = Pulled(tuple(alert(key, since=T0) for key in keys), frozenset(keys))
    carrier = folder.carrier(far, pulls={"prom": 1})
    asked = far.asked
    turns(carrier, lambda: far.asked > asked + 3)
    assert len(folder.senders.inbox().lines) == TOLD

    def later() -> bool:
        folder.senders.now += MINUTE
        return len(folder.senders.inbox().lines) == 50

    turns(carrier, later)
    assert folder.senders.inbox().counted == {}


def test_what_a_source_has_no_longer_has_ended_once_it_knows_of_everything(folder: Folder) -> None:
    far = Stand()
    folder.fire("a", "b")
    far.fires = Pulled((), frozenset("b"), whole=False)
    carrier = folder.carrier(far, pulls={"prom": 1})
    turns(carrier, lambda: far.asked > 2)
    assert {line.alert.state for line in folder.senders.inbox().lines.values()} == {"firing"}
    folder.senders.now += MINUTE
    far.fires = Pulled((), frozenset("b"), whole=True)
    turns(carrier, lambda: folder.senders.inbox().lines["prom:a"].alert.state == RESOLVED)
    assert folder.senders.inbox().lines["prom:b"].alert.state == "firing"
    assert folder.senders.inbox().lines["prom:a"].alert.ended == T0 + MINUTE


def test_what_is_silenced_there_is_silenced_here_until_it_is_loud_there_or_ended_here(folder: Folder) -> None:
    far = Stand()
    folder.fire("a", "b")
    quiet = Quiet("a", T0 + 2 * HOUR, "deploying", "eve")
    far.fires = Pulled((alert("b", since=T0),), frozenset("ab"), silenced=(quiet,))
    carrier = folder.carrier(far, pulls={"prom": 1})

    def holding() -> list[tuple[str, str, str]]:
        inbox = folder.senders.inbox()
        found = ((line, inbox.silenced(line, T0)) for line in inbox.lines.values())
        return [(line.alert.key, each.by, each.why) for line, each in found if each is not None]

    turns(carrier, lambda: holding() == [("a", "eve", "deploying")])
    asked = far.asked
    turns(carrier, lambda: far.asked > asked + 2)
    assert len(folder.senders.inbox().silences) == 1
    assert far.told == [], "what is theirs is carried nowhere"

    far.fires = Pulled((alert("a", since=T0), alert("b", since=T0)), frozenset("ab"))
    folder.senders.now += SECOND
    turns(carrier, lambda: [each for each in folder.senders.inbox().silences.values() if each.ended])
    far.fires = Pulled((alert("b", since=T0),), frozenset("ab"), silenced=(quiet,))
    turns(carrier, lambda: len(folder.senders.inbox().silences) == 2)
    [again] = [each for each in folder.senders.inbox().silences.values() if each.ended is None]
    folder.senders.room.do(lambda inbox, stamp: acts.unsilence(inbox.silences[again.id], stamp))
    asked = far.asked
    turns(carrier, lambda: far.asked > asked + 2)
    assert len(folder.senders.inbox().silences) == 2, "whoever ended it here hears of it"
    assert far.told == []


def test_a_silence_of_one_source_silences_no_other(folder: Folder) -> None:
    folder.fire("a")
    others = Senders(folder.home, T0, "other")
    others.fire(alert("a", since=T0, labels={"instance": "a"}))
    others.close()
    receiver = Receiver(folder.senders.room, "box")
    receiver.write(
        "eve", lambda inbox: [AlertsSilenced(inbox.lines["prom:a"].labels, T0 + HOUR, "x", "prom:a", "prom")]
    )
    inbox = folder.senders.inbox()
    assert [line.source for line in inbox.lines.values() if inbox.silenced(line, T0)] == ["prom"]


def test_a_source_that_does_not_answer_is_said_once(folder: Folder) -> None:
    far = Stand()
    far.fires = Later("nobody answers at am:9093")
    folder.fire()
    carrier = folder.carrier(far, pulls={"prom": 1})
    turns(carrier, lambda: far.asked > 4)
    said = [line["text"] for line in folder.lines if line.get("what") == "trouble"]
    assert said == ["prom cannot be asked: nobody answers at am:9093"]
