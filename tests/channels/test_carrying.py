"""The carrier of a folder, on real files: what is done here is told there once, shown here, and outlives a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from carrying_kit import ALL, T0, Folder, Stand, turns
from paging_kit import until
from warroom.channels.back import Closed
from warroom.channels.base import Failed, Later, Unknown
from warroom.channels.carrying import LOCK
from warroom.core.alerts import acts
from warroom.core.alerts.facts import ACKNOWLEDGE, SILENCE, UNSILENCE
from warroom.core.events.delivery import DROPPED, FAILED, QUEUED, SENDING, SENT
from warroom.core.values import HOUR, MINUTE, SECOND, By
from warroom.room import syncing
from warroom.room.syncing import Joined
from warroom.store import replica
from warroom.sync import joining


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path)
    yield made
    made.close()


def test_an_acknowledgement_is_told_once_with_who_and_what_they_said(folder: Folder) -> None:
    far = Stand()
    folder.fire()
    folder.acknowledge()
    carrier = folder.carrier(far)
    turns(carrier, lambda: folder.states() == [SENT])
    for _ in range(3):
        carrier.turn()
    [told] = far.told
    assert (told.act, told.by, told.note) == (ACKNOWLEDGE, "ana", "mine")
    assert told.alert is not None
    assert told.alert.key == "a"
    [line] = folder.senders.inbox().lines.values()
    assert [(each.act, each.state, each.far) for each in line.carried] == [(ACKNOWLEDGE, SENT, "far-1")]
    assert carrier.idle
    assert {"incident": "", "what": "carried", "text": "acknowledge at prom: sent"} in folder.lines


def test_it_is_on_disk_before_it_leaves(folder: Folder) -> None:
    far = Stand()
    far.held.clear()
    folder.fire()
    folder.acknowledge()
    carrier = folder.carrier(far)
    turns(carrier, lambda: far.told)
    assert folder.states() == [SENDING]
    assert not carrier.idle
    far.held.set()
    turns(carrier, lambda: folder.states() == [SENT])


def test_what_was_under_way_when_its_process_ended_is_looked_up_and_not_sent_again(folder: Folder) -> None:
    far = Stand()
    far.held.clear()
    folder.fire()
    folder.acknowledge()
    first = folder.carrier(far, token="first")
    turns(first, lambda: far.told)
    (folder.home / LOCK).unlink()  # as it is for whoever comes after a process that was killed
    second = folder.carrier(far, token="second")
    turns(second, lambda: folder.states() == [SENT])
    assert len(far.told) == 1
    assert [each.key for each in far.looked] == [far.told[0].key]
    far.held.set()
    first.turn()  # and the one that wakes late says nothing more
    assert folder.states() == [SENT]
    assert {each.token for each in folder.carried()} == {"second"}


def test_what_never_arrived_is_sent_again_under_the_same_key(folder: Folder) -> None:
    far = Stand()
    far.answers = [Later("busy", 0.0), Unknown("no answer")]
    folder.fire()
    folder.acknowledge()
    carrier = folder.carrier(far)

    def passes() -> bool:
        folder.senders.now += MINUTE
        return folder.states() == [SENT]

    turns(carrier, passes)
    assert len({each.key for each in far.told}) == 1
    assert len(far.told) == 2, "the second may have arrived: it was looked up"
    assert far.looked


def test_a_refusal_is_shown_and_not_repeated(folder: Folder) -> None:
    far = Stand()
    far.answers = [Failed("the far side refuses the credentials (401)")]
    folder.fire()
    folder.acknowledge()
    carrier = folder.carrier(far)
    turns(carrier, lambda: folder.states() == [FAILED])
    folder.senders.now += HOUR
    carrier.turn()
    assert len(far.told) == 1
    assert folder.carried()[0].why == "the far side refuses the credentials (401)"


def test_it_is_given_up_once_it_is_not_needed_any_more(folder: Folder) -> None:
    far = Stand()
    far.answers = [Later("busy")]
    folder.fire()
    folder.acknowledge()
    carrier = folder.carrier(far)
    turns(carrier, lambda: folder.states() == [QUEUED])
    folder.senders.now += SECOND // 2
    folder.senders.end("a", since=T0)
    turns(carrier, lambda: folder.states() == [DROPPED])
    assert folder.carried()[0].why == "it is so there already"


def test_what_a_sender_says_is_carried_nowhere(folder: Folder) -> None:
    far = Stand()
    folder.fire()
    folder.senders.room.do(
        lambda inbox, stamp: acts.handle(inbox.lines["prom:a"], "acknowledged", "", stamp), By("prom", "intake")
    )
    folder.senders.end("a", since=T0)
    carrier = folder.carrier(far)
    for _ in range(3):
        carrier.turn()
    assert folder.carried() == []


def test_two_processes_of_one_folder_carry_once(folder: Folder) -> None:
    far = Stand()
    carriers = [folder.carrier(far, token=str(n), start=True) for n in range(3)]
    folder.fire("a", "b", "c")
    for key in "abc":
        folder.acknowledge(key)
    until(lambda: folder.states() == [SENT] * 3)
    for each in carriers:
        each.close()
        each.join()
    assert sorted(each.alert.key for each in far.told if each.alert) == ["a", "b", "c"]


def test_beside_a_server_that_pages_its_pager_carries(folder: Folder) -> None:
    far = Stand()
    folder.fire()
    folder.acknowledge()
    joining.keep(str(folder.home), Joined("http://127.0.0.1:1", "ana", "respond", pages=True))
    folder.carrier(far).turn()
    assert syncing.joined(str(folder.home)) is not None
    assert folder.carried() == []
    server = folder.carrier(far, serves=True)
    turns(server, lambda: folder.states() == [SENT])


def test_what_was_done_in_another_folder_is_carried_there(folder: Folder) -> None:
    far = Stand()
    folder.fire()
    folder.acknowledge()
    known = folder.senders.room
    assert known is not None
    path = folder.home / "replica.json"
    path.unlink()  # this folder is another replica now
    assert replica.current(folder.home) != known.replica
    carrier = folder.carrier(far)
    carrier.turn()
    assert folder.carried() == []


def test_where_a_secret_is_missing_it_waits_and_says_why(folder: Folder) -> None:
    folder.fire()
    folder.acknowledge()
    why = "the variable PD is not set or empty; put the secret there"
    shut = folder.carrier(Closed("prom", why, replace(ALL, closed=why)))
    turns(shut, lambda: folder.states() == [QUEUED])
    assert folder.carried()[0].why == why
    shut.close()
    (folder.home / LOCK).unlink(missing_ok=True)
    turns(folder.carrier(Stand()), lambda: folder.states() == [SENT])


def test_an_inbox_that_cannot_be_written_loses_nothing_of_what_came_back(folder: Folder) -> None:
    far = Stand()
    far.held.clear()
    folder.fire()
    folder.acknowledge()
    carrier = folder.carrier(far)
    turns(carrier, lambda: far.told)
    [week] = (folder.home / "alerts").glob("*.json")
    import fcntl

    with open(week, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        far.held.set()
        carrier._room.patience = 0.05  # type: ignore[union-attr]  # it was opened above; else the test waits for long
        until(lambda: carrier._guarded() > 1.0)
        assert folder.states() == [SENDING]
    turns(carrier, lambda: folder.states() == [SENT])
    assert len(far.told) == 1


# ── a silence of last month ──


def test_a_silence_of_three_weeks_ago_is_known_to_be_told_and_its_end_is_told_too(folder: Folder) -> None:
    far = Stand()
    folder.fire()
    made = folder.senders.silence({"instance": "a"}, 29 * 24 * HOUR)
    assert isinstance(made, list)
    first = folder.carrier(far)
    turns(first, lambda: folder.states() == [SENT])
    first.close()
    folder.senders.now += 21 * 24 * HOUR
    (folder.home / LOCK).unlink(missing_ok=True)
    later = folder.carrier(far)
    for _ in range(3):
        later.turn()
    assert len(far.told) == 1
    folder.senders.room.load()
    ended = folder.senders.room.do(lambda inbox, stamp: acts.unsilence(inbox.silences[made[0].id], stamp))
    assert isinstance(ended, list), ended
    turns(later, lambda: len(far.told) == 2)
    assert [each.act for each in far.told] == [SILENCE, UNSILENCE]
    assert far.told[0].key == far.told[1].key, "it is found there by the key under which it was made"


def test_many_acts_at_once_go_out_as_fast_as_their_source_takes_them(folder: Folder) -> None:
    far = Stand()
    far.pace = 50.0
    keys = [f"k{n}" for n in range(12)]
    folder.fire(*keys)
    for key in keys:
        folder.acknowledge(key)
    carrier = folder.carrier(far)
    carrier.turn()
    assert 0 < len(folder.states()) < 12
    turns(carrier, lambda: folder.states() == [SENT] * 12)
