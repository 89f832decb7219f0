"""How a server judges a fact that is pushed: what it takes, what it keeps without its words, and what it refuses."""

import msgspec
import pytest

from facts import INC, T0, sealed
from warroom.core import codec
from warroom.core import events as ev
from warroom.core.events import Event
from warroom.core.values import At, incident_id
from warroom.server.stores.index import LEAP, Index, loaded, refusal_of
from warroom.sync.wire import Fact

_fact = msgspec.json.Decoder(Fact)


def chain(rep: str, *texts: str, lam: int = 0) -> list[Event]:
    """So many entries of one replica, one after the other."""
    found: list[Event] = []
    for seq, text in enumerate(texts, 1):
        prev = found[-1].hash if found else ""
        found.append(sealed(ev.Logged(text_=text), rep=rep, seq=seq, lam=lam + seq, prev=prev))
    return found


def again(event: Event, **changed: object) -> tuple[bytes, str]:
    """The fact with something else in it, sealed as if it were right."""
    return codec.encode(msgspec.structs.replace(event, **changed))


def push(index: Index, event: Event) -> str:
    return give(index, *codec.encode(event))


def give(index: Index, data: bytes, hash: str) -> str:
    """Judges and keeps, as a store does; the status, and `kept` where only its place was."""
    verdict = index.judge(data, hash)
    if verdict.event is not None:
        index.add(verdict.event, verdict.data, hash)
    return verdict.result.status + (" kept" if verdict.result.kept else "")


def whole(*events: Event) -> Index:
    index = Index(INC)
    assert [push(index, event) for event in events] == ["ok"] * len(events)
    return index


def row(index: Index, n: int) -> bytes:
    return bytes(_fact.decode(index.rows[n - 1]).e)


# ── the chain ──


def test_the_fact_after_a_replicas_last_one_is_taken():
    index = whole(*chain("a", "one", "two"))
    assert index.heads["a"][0] == 2
    assert [bytes(r.data) for r in index.after(1, 9)] == index.rows[1:]


def test_the_same_fact_again_is_a_duplicate_and_changes_nothing():
    facts = chain("a", "one", "two")
    index = whole(*facts)
    assert [push(index, fact) for fact in facts] == ["duplicate", "duplicate"]
    assert len(index.rows) == 2


def test_a_fact_with_one_missing_before_it_is_a_gap():
    index = whole(*chain("a", "one"))
    third = chain("a", "one", "two", "three")[2]
    assert push(index, third) == "gap"
    assert "number 2 of replica a is missing" in index.judge(*codec.encode(third)).result.why


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_another_fact_where_one_is_already_is_a_fork(seq):
    index = whole(*chain("a", "one", "two"))
    other = chain("a", "uno", "dos", "tres")[seq - 1]
    assert push(index, other) == "fork"
    assert len(index.rows) == 2


def test_a_first_fact_that_names_one_before_it_is_a_fork():
    assert give(Index(INC), *again(chain("a", "one")[0], prev="0" * 64)) == "fork"


def test_a_number_below_one_is_a_gap():
    assert give(Index(INC), *again(chain("a", "one")[0], seq=0)) == "gap"
    assert give(Index(INC), *again(chain("a", "one")[0], seq=-1)) == "gap"


def test_a_chain_begins_with_every_replica_anew():
    index = whole(*chain("a", "one"), *chain("b", "uno"))
    assert index.heads.keys() == {"a", "b"}


# ── what is no fact of this incident ──


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inc": incident_id(bytes(16), False)}, "another incident"),
        ({"id": "../../etc"}, "no name"),
        ({"id": ""}, "no name"),
        ({"rep": "x" * 41}, "no name"),
        ({"rep": "é"}, "no name"),
        ({"lam": 0}, "too far"),
        ({"lam": -1}, "too far"),
        ({"lam": LEAP + 1}, "too far"),
        ({"lam": 2**53 - 1}, "too far"),
        ({"at": At(-1)}, "outside the years"),
        ({"at": At(T0, to=2**53 - 1)}, "outside the years"),
        ({"rec": 2**53 - 1}, "outside the years"),
    ],
)
def test_what_cannot_stand_in_this_incident_leaves_no_place(change, words):
    index = Index(INC)
    fact = chain("a", "one")[0]
    data, hash = again(fact, **change)
    verdict = index.judge(data, hash)
    assert (verdict.result.status, verdict.result.kept, verdict.event) == ("invalid", False, None)
    assert words in verdict.result.why


def test_a_clock_may_be_ahead_of_all_others_by_so_much_and_no_more():
    index = whole(*chain("a", "one", lam=LEAP - 1))
    assert push(index, chain("b", "uno", lam=2 * LEAP - 1)[0]) == "ok"
    assert push(index, chain("c", "eins", lam=3 * LEAP)[0]) == "invalid"


def test_a_wall_clock_that_is_a_day_wrong_is_nobodys_business():
    index = Index(INC)
    assert push(index, sealed(ev.Logged(text_="x"), at=T0 - 86_400_000, rec=T0 + 86_400_000)) == "ok"


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"[" * 100_000, b"\xff", b'{"a":NaN}', b'{"e":1}'])
def test_bytes_that_are_no_fact_are_invalid(data):
    assert give(Index(INC), data, "0" * 64) == "invalid"


def test_bytes_in_another_form_take_no_place_so_that_the_fact_itself_is_taken_afterwards():
    data, hash = codec.encode(chain("a", "one")[0])
    index = Index(INC)
    assert give(index, data.replace(b'"id"', b' "id"'), hash) == "invalid"
    assert give(index, data.replace(b'"id"', b' "id"'), "0" * 64) == "invalid"
    assert give(index, data, hash) == "ok"


def test_a_drills_facts_stay_where_they_are_played():
    declared = sealed(ev.Declared("t", "SEV2", (), drill=True))
    assert push(Index(INC), declared) == "invalid"
    assert refusal_of(incident_id(bytes(16), True))
    assert refusal_of("../etc/passwd")
    assert not refusal_of(INC)


# ── what only keeps its place ──


@pytest.fixture
def large() -> Event:
    return sealed(ev.Logged(text_="x" * 70_000), rep="a", seq=1, lam=1)


def test_a_fact_that_is_too_large_keeps_its_place_and_the_chain_goes_on(large):
    index = Index(INC)
    data, hash = codec.encode(large)
    verdict = index.judge(data, hash)
    assert (verdict.result.status, verdict.result.kept) == ("invalid", True)
    assert "larger than" in verdict.result.why
    assert give(index, data, hash) == "invalid kept"
    assert codec.accept(row(index, 1), hash).body.type == "entry.logged"
    assert b"xxx" not in row(index, 1)
    assert push(index, sealed(ev.Logged(text_="next"), rep="a", seq=2, lam=2, prev=hash)) == "ok"


def test_a_fact_with_a_sound_envelope_and_a_body_of_another_form_keeps_its_place():
    fact = sealed(ev.Unknown("moon.phase", b'{"phase":0.5}'))
    index = Index(INC)
    assert push(index, fact) == "invalid kept"
    assert b"0.5" not in row(index, 1)


def test_the_same_once_more_is_answered_the_same_and_stands_there_once(large):
    index = Index(INC)
    assert push(index, large) == "invalid kept"
    assert push(index, large) == "invalid kept"
    assert len(index.rows) == 1


def test_a_copy_of_it_in_another_chain_keeps_its_place_too(large):
    index = Index(INC)
    push(index, large)
    assert give(index, *codec.readdressed(codec.encode(large)[0], "b", 1, "")) == "invalid kept"
    assert index.heads["b"][0] == 1


def test_one_that_is_too_large_and_does_not_follow_is_no_fact_of_the_chain(large):
    index = whole(*chain("a", "one"))
    assert push(index, large) == "fork"
    assert give(index, *again(large, seq=3, prev="0" * 64)) == "gap"


def test_one_that_is_too_large_under_anothers_id_leaves_no_place(large):
    index = whole(*chain("b", "uno"))
    taken = chain("b", "uno")[0].id
    assert give(index, *again(large, id=taken)) == "invalid"


# ── one fact in several chains ──


def test_a_copy_of_a_fact_under_another_replica_is_taken():
    fact = chain("a", "one")[0]
    index = whole(fact)
    assert give(index, *codec.readdressed(codec.encode(fact)[0], "b", 1, "")) == "ok"


@pytest.mark.parametrize(
    "change", [{"body": ev.Logged(text_="forged")}, {"lam": 7}, {"rec": 7}, {"salt": "00" * 16}, {"over": ("X",)}]
)
def test_another_fact_under_a_known_id_is_refused(change):
    fact = chain("a", "one")[0]
    index = whole(fact)
    data, hash = again(fact, rep="b", **change)
    assert give(index, data, hash) == "invalid"
    assert "another fact" in index.judge(data, hash).result.why


def test_a_copy_without_its_words_gets_them_back():
    """Else whoever may write could take a text out without a redaction, which says who and why."""
    fact = chain("a", "the truth")[0]
    index = whole(fact)
    bare, _ = codec.redact(codec.encode(fact)[0])
    moved, hash = codec.readdressed(bare, "b", 1, "")
    assert give(index, moved, hash) == "ok"
    assert b"the truth" in row(index, 2)
    assert codec.accept(row(index, 2), hash)


def test_a_tombstone_whose_words_nobody_has_is_taken_as_it_is():
    bare, _ = codec.redact(codec.encode(chain("a", "gone")[0])[0])
    assert give(Index(INC), bare, chain("a", "gone")[0].hash) == "ok"


def test_a_copy_with_words_after_a_tombstone_keeps_them_and_gives_them_to_the_next():
    fact = chain("a", "the truth")[0]
    data = codec.encode(fact)[0]
    index = Index(INC)
    assert give(index, codec.redact(data)[0], fact.hash) == "ok"
    assert give(index, *codec.readdressed(data, "b", 1, "")) == "ok"
    assert b"the truth" in row(index, 2)
    assert give(index, *codec.readdressed(codec.redact(data)[0], "c", 1, "")) == "ok"
    assert b"the truth" in row(index, 3)


# ── redactions ──


def redaction(of: Event, rep: str = "z") -> Event:
    return sealed(ev.FactRedacted(of.id, "a password"), rep=rep, lam=of.lam + 1)


def test_a_redaction_takes_the_words_out_of_every_copy():
    fact = chain("a", "hunter2")[0]
    index = whole(fact)
    give(index, *codec.readdressed(codec.encode(fact)[0], "b", 1, ""))
    assert push(index, redaction(fact)) == "ok"
    assert not any(b"hunter2" in data for data in index.rows)
    assert [codec.accept(row(index, n), _fact.decode(index.rows[n - 1]).h).id for n in (1, 2)] == [fact.id] * 2


def test_it_holds_for_what_comes_later_too():
    fact = chain("a", "hunter2")[0]
    index = whole(redaction(fact))
    assert push(index, fact) == "ok"
    assert give(index, *codec.readdressed(codec.encode(fact)[0], "b", 1, "")) == "ok"
    assert not any(b"hunter2" in data for data in index.rows)


def test_it_still_holds_after_the_server_read_its_facts_anew():
    fact = chain("a", "hunter2")[0]
    index = whole(fact, redaction(fact))
    rows = [(row(index, n), _fact.decode(index.rows[n - 1]).h) for n in range(1, 3)]
    fresh = loaded(INC, rows)
    assert fresh.heads == index.heads
    give(fresh, *codec.readdressed(codec.encode(fact)[0], "b", 1, ""))
    assert not any(b"hunter2" in data for data in fresh.rows)


def test_evidence_is_nobodys_once_the_fact_that_names_it_is_redacted():
    sha = "ab" * 32
    fact = sealed(ev.EvidenceAttached(sha, 3, "x.png"))
    index = whole(fact)
    assert index.names(sha)
    assert push(index, redaction(fact)) == "ok"
    assert not index.names(sha)
    assert index.unnamed() == [sha]
    assert index.unnamed() == []


# ── what a newer warroom writes ──


def test_a_kind_that_is_not_known_is_kept_whole():
    fact = sealed(ev.Unknown("moon.phase", b'{"phase":[9]}'))
    index = whole(fact)
    assert row(index, 1) == codec.encode(fact)[0]


def test_a_newer_envelope_with_the_same_fields_is_kept_and_one_with_more_is_refused():
    fact = chain("a", "one")[0]
    index = Index(INC)
    data, hash = again(fact, v=2)
    assert give(index, data, hash) == "ok"
    assert give(index, data[:-1] + b',"zone":"x"}', "0" * 64) == "invalid"
