"""A folder that was copied: two wrote on under the same numbers. What a file of that holds is whole, and no more."""

from pathlib import Path

import msgspec
import pytest

from store_kit import DANA, INC, NOW, OTHER, REP, note, texts, write
from warroom.core import codec
from warroom.core.commands import Draft
from warroom.core.events import Event, FactRedacted, Logged, ReplicaForked
from warroom.core.order import Replay
from warroom.core.values import At
from warroom.exchange import bundle
from warroom.exchange import write as writing_out
from warroom.exchange.facts import read_facts
from warroom.exchange.problem import BadInput
from warroom.store import replica
from warroom.store.log import Log

NEW = "CCCCCCCCCC"


def bytes_of(event: Event) -> bytes:
    return codec.encode(event)[0]


def theirs(after: Event, text: str, **changed: object) -> tuple[Event, bytes, str]:
    """What the other copy of the folder wrote under the same number."""
    event = msgspec.structs.replace(after, id="T" * 20, body=Logged(text_=text), **changed)
    data, hash = codec.encode(event)
    return codec.decode(data, hash), data, hash


def meet(log: Log, mine: Event, *, says: bool = True, copies: bool = True, old: bool = True) -> None:
    """The other branch comes in beside `mine`, which goes on under a new replica."""
    with log.writing() as writing:
        if old:
            writing.keep(*theirs(mine, "theirs"))
        writing.renew(NEW)
        if says:
            writing.seal(Draft(ReplicaForked(REP, mine.seq), At(NOW)), at_now=NOW, by=DANA)
        if copies:
            writing.adopt(bytes_of(mine))
        writing.write()


def troubles(log: Log) -> list[str]:
    return [trouble.text for trouble in log.verify()]


def test_a_branch_that_was_given_up_and_its_copies_are_no_trouble(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine)
    assert troubles(log) == []
    write(log, "four")
    assert troubles(log) == []
    assert log.load()[-1].rep == NEW


def test_every_fact_is_shown_once_and_where_it_stood(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine)
    state = Replay().receive(log.load())
    shown = [event.body.text() for event in state.facts if isinstance(event.body, Logged)]
    assert sorted(shown) == ["one", "theirs", "three", "two"]
    assert texts(log.load()).count("three") == 2


def test_copies_alone_explain_a_branch(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine, says=False)
    assert [text for text in troubles(log) if "twice" in text] == []


def test_a_fact_that_says_so_explains_a_branch_of_facts_that_no_server_takes(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine, copies=False)
    assert troubles(log) == []


def test_a_branch_that_nothing_explains_is_named(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine, says=False, copies=False)
    assert troubles(log) == [f"its number of replica {REP} is there twice, also in row 3"]


def test_a_branch_before_the_number_that_was_given_up_is_named(log: Log) -> None:
    facts = write(log, "one", "two", "three")
    with log.writing() as writing:
        writing.keep(*theirs(facts[1], "theirs"))
        writing.renew(NEW)
        writing.seal(Draft(ReplicaForked(REP, 3), At(NOW)), at_now=NOW, by=DANA)
        writing.write()
    assert troubles(log) == [f"its number of replica {REP} is there twice, also in row 2"]


def test_another_fact_under_a_known_id_is_named(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    forged = msgspec.structs.replace(mine, body=Logged(text_="forged"))
    with log.writing() as writing:
        writing.renew(NEW)
        writing.seal(Draft(ReplicaForked(REP, 3), At(NOW)), at_now=NOW, by=DANA)
        writing.adopt(bytes_of(forged))
        writing.write()
    assert troubles(log) == ["row 3 has another fact with its id"]


def test_only_a_replica_that_goes_on_for_another_may_write_what_is_older(log: Log) -> None:
    write(log, "one", "two", "three")
    with log.writing() as writing:
        writing.renew(NEW)
        first = writing.seal(note("mine"), at_now=NOW, by=DANA)
        older, hash = codec.encode(
            msgspec.structs.replace(first, id="O" * 20, seq=2, prev=first.hash, lam=1, body=Logged(text_="older"))
        )
        writing.keep(codec.decode(older, hash), older, hash)
        writing.write()
    assert troubles(log) == ["its clock runs backwards"]


def test_a_redacted_fact_and_its_copy_lose_their_words_and_still_verify(log: Log, path: Path) -> None:
    mine = write(log, "one", "two", "hunter2")[2]
    meet(log, mine)
    with log.writing() as writing:
        writing.seal(Draft(FactRedacted(mine.id, "a password"), At(NOW)), at_now=NOW, by=DANA)
        writing.write()
    assert b"hunter2" not in path.read_bytes()
    assert troubles(log) == []


def test_another_process_of_a_folder_that_became_another_replica_writes_as_that(path: Path) -> None:
    folder = path.parent.parent
    old = replica.current(folder)
    with Log.create(path, INC, old) as log, Log.open(path, old) as other:
        mine = write(log, "one", "two")[1]
        other.load()
        with log.writing() as writing:
            writing.renew(replica.renew(folder, old))
            writing.seal(Draft(ReplicaForked(old, 2), At(NOW)), at_now=NOW, by=DANA)
            writing.adopt(bytes_of(mine))
            writing.write()
        (event,) = write(other, "three")
        assert (event.rep, event.seq) == (replica.current(folder), 3)
        assert other.verify() == []


def test_a_replica_is_renewed_once_however_many_ask(path: Path) -> None:
    folder = path.parent.parent
    old = replica.current(folder)
    first = replica.renew(folder, old)
    assert first != old
    assert replica.renew(folder, old) == first == replica.current(folder)


# ── out and in ──


@pytest.fixture
def exported(log: Log) -> str:
    """The whole log of such a file, as another warroom reads it."""
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine)
    return writing_out.as_log(log.rows())


def problems(text: str) -> str:
    with pytest.raises(BadInput) as bad:
        read_facts(text.encode(), "log.jsonl")
    return "\n".join(bad.value.lines())


def test_an_export_of_it_lacks_its_declaration_and_nothing_else(exported: str) -> None:
    assert problems(exported) == "log.jsonl: the incident's declaration is missing"


def test_an_export_without_the_fact_that_explains_a_branch_and_without_its_copies_is_refused(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine, says=False, copies=False)
    said = problems(writing_out.as_log(log.rows()))
    assert "line 4: has the number of another fact of replica “AAAAAAAAAA”, that of line 3" in said


def test_a_copy_that_says_something_else_is_refused(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    forged = msgspec.structs.replace(mine, body=Logged(text_="forged"))
    with log.writing() as writing:
        writing.renew(NEW)
        writing.adopt(bytes_of(forged))
        writing.write()
    assert "line 4: has the id of another fact, that of line 3" in problems(writing_out.as_log(log.rows()))


def test_a_bundle_ends_each_chain_where_its_largest_number_is(log: Log) -> None:
    mine = write(log, "one", "two", "three")[2]
    meet(log, mine)
    heads = bundle.heads(log.rows())
    assert heads.keys() == {REP, NEW}
    assert OTHER not in heads
