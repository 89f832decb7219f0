"""What one incident exchanges with its server, decided step by step; no file, no socket, no clock."""

import pytest

from warroom.sync import wire
from warroom.sync.engine import Adopt, AskHeads, Backoff, Create, Engine, Held, Pull, PushFacts
from warroom.sync.wire import Page, Pushed, Result, Standing

OK, TWICE, GAP, FORK = Result("ok"), Result("duplicate"), Result("gap"), Result("fork")


def chain(rep: str, count: int, *, lam: int = 0, branch: str = "", after: str = "", first: int = 1) -> list[Held]:
    """So many facts of a replica, one after the other."""
    found: list[Held] = []
    for seq in range(first, first + count):
        prev = found[-1].hash if found else after
        hash, id = f"{rep}{seq}{branch}", f"ID{rep}{seq}{branch}"
        found.append(Held(rep, seq, hash, prev, id, lam + seq, 1000 + seq, 300))
    return found


def copy(of: Held, rep: str, seq: int, prev: str) -> Held:
    return Held(rep, seq, f"{rep}{seq}of{of.hash}", prev, of.id, of.lam, of.rec, of.size)


def heads(*last: Held) -> dict[str, tuple[int, str]]:
    return {row.rep: (row.seq, row.hash) for row in last}


def begun(rows: list[Held], there: dict[str, tuple[int, str]], n: int = 0, epoch: str = "E") -> Engine:
    """An engine with these facts in its file, that has just heard how far the server is."""
    engine = Engine("INC")
    engine.wrote(rows)
    engine.created()
    engine.told_heads(Standing(there, f"{epoch}.{n}"))
    return engine


def pushes(engine: Engine) -> tuple[str, ...]:
    ask = engine.next()
    assert isinstance(ask, PushFacts), ask
    return tuple(row.hash for row in ask.facts)


def pushed(engine: Engine, *results: Result, epoch: str = "E") -> None:
    ask = engine.next()
    assert isinstance(ask, PushFacts), ask
    engine.pushed(ask, Pushed(results, f"{epoch}.9"))


def page(cursor: str, more: bool = False) -> Page:
    return Page((), cursor, more)


def test_it_makes_the_incident_known_then_asks_how_far_the_server_is():
    engine = Engine("INC")
    assert engine.next() == Create()
    engine.created()
    assert engine.next() == AskHeads()


def test_it_sends_what_the_server_lacks_of_every_replica_causes_before_effects():
    engine = begun([*chain("a", 2), *chain("b", 2, lam=1)], {})
    assert pushes(engine) == ("a1", "a2", "b1", "b2")
    assert begun(chain("b", 2, lam=-1) + chain("a", 1, lam=0), heads(*chain("b", 1))).next() is not None


def test_it_is_in_step_once_all_of_it_is_acknowledged():
    engine = begun(chain("a", 2), {})
    assert not engine.in_step
    assert engine.unsent == {"IDa1": 1001, "IDa2": 1002}
    pushed(engine, OK, OK)
    assert engine.next() is None
    assert engine.in_step
    assert engine.unsent == {}


def test_a_push_holds_so_many_facts_and_so_many_bytes_at_the_most(monkeypatch):
    monkeypatch.setattr(wire, "MOST_EVENTS", 3)
    assert len(pushes(begun(chain("a", 9), {}))) == 3
    monkeypatch.setattr(wire, "LARGEST_PUSH", 1000)
    assert len(pushes(begun(chain("a", 9), {}))) == 2


def test_a_fact_that_no_push_can_carry_is_refused_here_and_what_follows_goes_on_without_it():
    rows = chain("a", 3)
    huge = Held("a", 2, "a2", "a1", "IDa2", 2, 1002, wire.LARGEST_PUSH)
    engine = begun([rows[0], huge, rows[2]], {})
    pushed(engine, OK)
    assert "larger" in engine.refused["IDa2"]
    assert engine.next() == Adopt((rows[2],), (("a", 3),))


def test_a_lost_acknowledgement_costs_a_question_and_nothing_is_sent_twice():
    rows = chain("a", 2)
    engine = begun(rows, {})
    assert pushes(engine) == ("a1", "a2")
    engine.failed()
    assert engine.next() == AskHeads()
    engine.told_heads(Standing(heads(rows[-1]), "E.2"))
    assert engine.next() is None
    assert engine.in_step


def test_a_fact_that_is_there_already_counts_as_sent():
    engine = begun(chain("a", 1), {})
    pushed(engine, TWICE)
    assert engine.in_step


def test_what_the_server_has_and_the_file_lacks_is_read_from_the_cursor_on():
    mine, theirs = chain("a", 1), chain("b", 2)
    engine = begun(mine, heads(*mine), 1)
    engine.told_heads(Standing(heads(mine[0], theirs[-1]), "E.3"))
    assert engine.next() == Pull("E.1")
    engine.pulled(page("E.2", more=True), theirs[:1])
    assert engine.next() == Pull("E.2")
    engine.pulled(page("E.3"), theirs[1:])
    assert engine.in_step


def test_whoever_knows_no_cursor_reads_from_the_first_fact_on():
    engine = begun([], heads(*chain("b", 1)))
    assert engine.next() == Pull("")


def test_a_file_that_is_behind_its_cursor_is_read_from_the_start():
    rows = chain("b", 2)
    engine = Engine("INC", "E.2", heads(rows[-1]))
    engine.wrote(rows[:1])
    engine.created()
    engine.told_heads(Standing(heads(rows[-1]), "E.2"))
    assert engine.next() == Pull("E.2")
    engine.pulled(page("E.2"), [])
    assert engine.next() == Pull("")
    engine.pulled(page("E.2"), rows)
    assert engine.in_step


def test_a_server_whose_pages_never_hold_what_its_heads_say_is_not_asked_for_ever():
    engine = begun([], heads(*chain("b", 1)))
    asked = 0
    while (ask := engine.next()) is not None:
        asked += 1
        assert asked < 20
        if isinstance(ask, AskHeads):
            engine.told_heads(Standing(heads(*chain("b", 1)), "E.1"))
        else:
            engine.pulled(page("E.1"), [])
    assert "contradict" in engine.trouble
    assert not engine.in_step


def test_a_new_epoch_means_that_nothing_it_once_held_counts():
    rows = chain("a", 2)
    engine = begun(rows, {})
    pushed(engine, OK, OK)
    engine.doubt()
    engine.told_heads(Standing({}, "F.0"))
    assert engine.unsent.keys() == {"IDa1", "IDa2"}
    assert pushes(engine) == ("a1", "a2")


@pytest.mark.parametrize("what", ["push", "pull", "stream"])
def test_an_answer_under_another_epoch_is_not_believed(what):
    rows = chain("a", 1)
    engine = begun(rows, {})
    if what == "push":
        pushed(engine, OK, epoch="F")
    if what == "pull":
        engine.pulled(page("F.1"), rows)
    if what == "stream":
        engine.live("F.1", rows[0])
    assert engine.next() == AskHeads()
    assert engine.unsent


def test_what_came_under_another_epoch_is_in_the_file_all_the_same_and_goes_to_whoever_lacks_it():
    theirs = chain("b", 1)
    engine = begun([], heads(*theirs))
    engine.pulled(page("OLD.1"), theirs)
    engine.told_heads(Standing({}, "F.0"))
    assert pushes(engine) == ("b1",)


def test_heads_that_a_proxy_kept_do_not_take_back_what_was_acknowledged():
    rows = chain("a", 2)
    engine = begun(rows, {})
    pushed(engine, OK, OK)
    engine.told_heads(Standing(heads(rows[0]), "E.1"))
    assert engine.heads == heads(rows[1])
    assert engine.in_step


def test_what_is_remembered_of_the_server_is_not_unsent_while_it_cannot_be_asked():
    rows = chain("a", 3)
    engine = Engine("INC", "E.2", heads(rows[1]))
    engine.wrote(rows)
    assert engine.unsent.keys() == {"IDa3"}


def test_a_fact_from_the_stream_moves_the_cursor():
    mine, theirs = chain("a", 1), chain("b", 1)
    engine = begun(mine, heads(*mine), 1)
    engine.live("E.2", theirs[0])
    assert engine.cursor == "E.2"
    assert engine.in_step


def test_a_hole_in_the_stream_is_noticed():
    mine, theirs = chain("a", 1), chain("b", 2)
    engine = begun(mine, heads(*mine), 1)
    engine.live("E.3", theirs[1])
    assert engine.next() == AskHeads()


# ── facts that the server does not take ──


def test_a_refused_fact_that_left_its_place_does_not_stop_those_behind_it():
    engine = begun(chain("a", 3), {})
    pushed(engine, OK, Result("invalid", "too large", kept=True), OK)
    assert engine.refused == {"IDa2": "too large"}
    assert engine.next() is None
    assert engine.in_step


def test_what_follows_a_fact_that_left_no_place_goes_on_as_this_folders_own():
    rows = chain("a", 3)
    engine = begun(rows, {})
    pushed(engine, OK, Result("invalid", "no"), GAP)
    engine.told_heads(Standing(heads(rows[0]), "E.1"))
    ask = engine.next()
    assert ask == Adopt((rows[2],), (("a", 3),))
    marker = Held("n", 1, "n1", "", "IDn1", 9, 9, 300)
    engine.adopted([marker, copy(rows[2], "n", 2, "n1")])
    assert pushes(engine) == ("n1", "n2ofa3")
    pushed(engine, OK, OK)
    assert engine.next() is None
    assert engine.in_step
    assert engine.refused == {"IDa2": "no"}


def test_numbers_that_were_used_twice_are_given_up_and_their_facts_go_on_under_another_replica():
    common, mine, theirs = (
        chain("a", 1),
        chain("a", 2, branch="x", after="a1", first=2),
        chain("a", 1, after="a1", first=2),
    )
    engine = begun([*common, *mine], heads(common[0]), 1)
    pushed(engine, FORK, FORK)
    engine.told_heads(Standing(heads(theirs[0]), "E.2"))
    assert engine.next() == Pull("E.1")
    engine.pulled(page("E.2"), theirs)
    assert engine.next() == Adopt(tuple(mine), (("a", 2),))


def test_facts_of_others_that_cannot_follow_in_their_own_chain_are_adopted_too():
    theirs = chain("b", 2, branch="x")
    engine = begun(theirs, heads(*chain("b", 1)), 1)
    engine.pulled(page("E.1"), chain("b", 1))
    assert engine.next() == Adopt(tuple(theirs), (("b", 1),))


def test_each_lost_fact_is_adopted_once_however_many_copies_of_it_are_here():
    lost = chain("b", 1, branch="x")
    again = copy(lost[0], "c", 1, "")
    engine = begun([*lost, again], heads(*chain("b", 1), *chain("c", 1)), 2)
    engine.pulled(page("E.2"), [*chain("b", 1), *chain("c", 1)])
    ask = engine.next()
    assert isinstance(ask, Adopt)
    assert [row.id for row in ask.facts] == ["IDb1x"]
    assert ask.forks == (("b", 1), ("c", 1))


def test_a_fact_whose_copy_the_server_has_is_not_adopted():
    lost = chain("b", 1, branch="x")
    there = copy(lost[0], "c", 1, "")
    engine = begun(lost, heads(*chain("b", 1), there), 2)
    engine.pulled(page("E.2"), [*chain("b", 1), there])
    assert engine.next() is None
    assert engine.in_step


def test_where_a_chain_forked_here_the_branch_that_has_no_copies_goes_first():
    one, two = chain("a", 1), chain("a", 1, branch="x")
    engine = begun([*one, *two, copy(one[0], "c", 1, "")], {})
    assert "a1x" in pushes(engine)
    assert "a1" not in pushes(engine)


def test_a_server_that_takes_nothing_is_not_asked_for_ever():
    engine = begun(chain("a", 1), {})
    asked = 0
    while (ask := engine.next()) is not None:
        asked += 1
        assert asked < 20
        if isinstance(ask, AskHeads):
            engine.told_heads(Standing({}, "E.0"))
        else:
            assert isinstance(ask, PushFacts)
            engine.pushed(ask, Pushed((GAP,), "E.0"))
    assert "takes none" in engine.trouble
    engine.again()
    assert engine.next() == Create()


# ── no ──


def test_an_incident_that_the_server_lost_is_made_again():
    engine = begun(chain("a", 1), {})
    engine.absent()
    assert engine.next() == Create()
    engine.created()
    assert engine.next() == AskHeads()


def test_an_incident_that_is_made_and_never_there_is_given_up():
    engine = begun(chain("a", 1), {})
    for _ in range(3):
        engine.created()
        engine.absent()
    assert engine.next() is None
    assert engine.trouble


def test_what_is_denied_is_not_asked_again_until_somebody_says_so():
    engine = begun(chain("a", 1), {})
    engine.stop("The token has run out.")
    assert engine.next() is None
    assert engine.trouble == "The token has run out."
    engine.again()
    assert engine.next() == Create()


def test_waits_double_up_to_half_a_minute_and_never_all_at_once():
    backoff = Backoff()
    assert [backoff.next(1.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff.next(0.0) == 15
    backoff.reset()
    assert backoff.next(1.0) == 0.5
