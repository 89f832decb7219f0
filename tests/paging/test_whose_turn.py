"""Whose turn it is to page, by the clock: a laptop beside a server that pages, and the server's own pager."""

import os

import pytest

from facts import DECLARE, Desk
from warroom.channels import settling
from warroom.channels.whose import Whose
from warroom.core.acts.delivery import HandOverPager, LetGoOfPager, TakePager
from warroom.core.acts.lifecycle import Declare
from warroom.core.events import DeliveryChanged
from warroom.core.values import SECOND, Refused
from warroom.room import paged_there, syncing
from warroom.room.syncing import Here, Joined, Status
from warroom.store import holding, replica
from warroom.store.access import ready
from warroom.store.holding import Holder
from warroom.sync import joining

T0 = 1_790_000_000_000
MINUTE = 60 * SECOND


class Place:
    """A data folder that has joined a server, an incident in it, and a clock that the test turns."""

    def __init__(self, data, *, serves=False, pages=True):
        self.data, self.serves, self.now = str(data), serves, T0
        self.incidents = ready(os.path.join(self.data, "incidents"))
        self.rep = replica.current(self.data)
        joining.keep(self.data, Joined("http://127.0.0.1:1", pages=pages))
        self.sync = holding.take(os.path.join(self.data, syncing.LOCK), Holder(os.getpid(), "sync@here"))
        self.path = os.path.join(self.incidents, "2026-09-21-0000-checkout.json")
        open(self.path, "w").close()
        self.desk = Desk("zz")
        self.desk.do(DECLARE)
        self.whose = self.started()
        self.is_("online")

    def started(self, **how):
        """A watch that begins now."""
        return Whose(self.data, self.data, self.rep, serves=self.serves, **how)

    def is_(self, state, *here, since=None):
        there = tuple(Here(f"watch@{rep}", "host", rep, self.now) for rep in here)
        assert syncing.save(self.path, Status(state=state, since=since or self.now, here=there))

    def held_by(self, rep):
        self.desk.do(TakePager(token=f"t-{rep}", where=f"watch@{rep}", rep=rep))

    def let_go(self):
        self.desk.do(LetGoOfPager(token=self.desk.state.pager.token))

    def after(self, ms):
        """What it does `ms` later, having looked each second until then; True: it takes."""
        claim = self.claim()
        until = self.now + ms
        while not claim.take and self.now < until:
            self.now += SECOND
            self.whose.turned(self.now)
            claim = self.claim()
        return claim.take

    def claim(self):
        return self.whose.claim(self.path, self.desk.state, self.now)


@pytest.fixture
def laptop(tmp_path):
    return Place(tmp_path / "laptop")


@pytest.fixture
def server(tmp_path):
    return Place(tmp_path / "server", serves=True)


# ── a laptop ──


def test_a_laptop_leaves_what_nobody_pages_for_to_the_server_for_ten_seconds(laptop):
    assert not laptop.after(9 * SECOND)
    assert laptop.after(2 * SECOND)
    assert "did not begin" in laptop.claim().why


def test_a_laptop_whose_server_is_long_gone_takes_at_once(laptop):
    laptop.is_("offline", since=T0 - MINUTE)
    assert laptop.claim().take


def test_a_laptop_leaves_the_server_what_it_holds_while_it_is_heard_of(laptop):
    laptop.held_by("server")
    laptop.is_("online", "server")
    assert not laptop.after(10 * MINUTE)


def test_a_laptop_takes_over_after_a_minute_without_a_sign_of_who_holds_it(laptop):
    laptop.held_by("server")
    assert not laptop.after(59 * SECOND)
    assert laptop.after(2 * SECOND)
    assert "nothing was heard of watch@server for 60 s" in laptop.claim().why


def test_a_sign_of_life_begins_the_minute_anew(laptop):
    laptop.held_by("server")
    assert not laptop.after(50 * SECOND)
    laptop.is_("online", "server")
    laptop.now += SECOND
    assert not laptop.claim().take
    laptop.is_("online")
    assert not laptop.after(58 * SECOND)
    assert laptop.after(5 * SECOND)


def test_time_that_the_server_was_gone_before_counts(laptop):
    laptop.held_by("server")
    laptop.is_("offline", since=T0 - 40 * SECOND)
    assert not laptop.after(19 * SECOND)
    assert laptop.after(2 * SECOND)


def test_whoever_is_not_let_in_takes_nothing_from_another(laptop):
    laptop.held_by("server")
    laptop.is_("denied", since=T0 - MINUTE)
    assert not laptop.after(10 * MINUTE)


def test_a_status_that_a_dead_process_left_is_no_sign_of_life(laptop):
    laptop.held_by("server")
    laptop.is_("online", "server")
    laptop.sync.release()
    assert not laptop.after(59 * SECOND)
    assert laptop.after(2 * SECOND)


def test_what_this_folder_pages_for_by_its_log_it_takes_at_once(laptop):
    laptop.held_by(laptop.rep)
    assert laptop.claim().take


def test_a_restricted_incident_is_taken_at_once(laptop):
    laptop.desk = Desk("zz")
    laptop.desk.do(Declare(title="secret", severity="SEV2", restricted=True))
    assert laptop.claim().take


def test_beside_a_server_that_does_not_page_everything_is_as_without_one(tmp_path):
    alone = Place(tmp_path / "alone", pages=False)
    assert alone.claim().take
    alone.held_by("other")
    assert not alone.after(10 * MINUTE)
    assert "--take" in alone.claim().why


def test_take_takes_from_the_server_once_and_leaves_what_it_begins_later(laptop, monkeypatch):
    monkeypatch.setenv(syncing.OFF, "")
    laptop.whose = laptop.started(takes=True)
    laptop.held_by("server")
    laptop.is_("online", "server")
    assert laptop.claim().take
    laptop.whose.looked_at_all()
    assert not laptop.claim().take


# ── the server's own pager ──


def test_the_server_begins_at_once_where_nobody_pages(server):
    assert server.claim().take


def test_the_server_begins_at_once_where_somebody_let_go(server):
    server.held_by("laptop")
    assert not server.claim().take
    server.let_go()
    assert server.claim().take


def test_the_server_leaves_a_laptop_that_is_heard_of_and_takes_over_after_a_minute_of_silence(server):
    server.held_by("laptop")
    server.is_("online", "laptop")
    assert not server.after(10 * MINUTE)
    server.is_("online", "somebody", "else")
    assert not server.after(54 * SECOND)
    assert server.after(7 * SECOND)


def test_a_server_that_is_deaf_itself_takes_nothing(server):
    server.held_by("laptop")
    server.is_("offline", since=T0 - 10 * MINUTE)
    assert not server.after(10 * MINUTE)
    server.is_("online")
    assert not server.after(59 * SECOND)
    assert server.after(2 * SECOND)


# ── after a gap ──


def test_after_a_gap_nothing_is_done_for_what_was_there_until_others_had_time_to_tell(laptop):
    laptop.held_by(laptop.rep)
    laptop.whose.turned(laptop.now)
    laptop.now += 30 * SECOND
    laptop.whose.turned(laptop.now)
    assert laptop.whose.waits(laptop.path, laptop.now)
    assert not laptop.after(settling.HERE - SECOND)
    assert laptop.after(2 * SECOND)
    assert not laptop.whose.waits(laptop.path, laptop.now)


def test_a_gap_that_is_too_short_for_others_to_take_over_is_none(server):
    server.held_by(server.rep)
    server.whose.turned(server.now)
    server.now += paged_there.BEGINS - SECOND
    server.whose = server.started()  # the process died, and was started again
    server.whose.turned(server.now)
    assert server.claim().take


def test_a_server_that_was_gone_for_longer_waits_for_those_who_took_over(server):
    server.held_by(server.rep)
    server.whose.turned(server.now)
    server.now += 5 * MINUTE
    server.whose = server.started()
    server.whose.turned(server.now)
    assert not server.after(settling.SERVER - SECOND)
    assert server.after(2 * SECOND)


def test_what_begins_after_the_gap_is_not_held_up(server):
    server.whose.turned(server.now)
    server.now += 5 * MINUTE
    server.whose.turned(server.now)
    new = os.path.join(server.incidents, "2026-09-21-1111-new.json")
    open(new, "w").close()
    assert server.whose.claim(new, server.desk.state, server.now).take
    assert not server.claim().take


def test_the_silence_of_others_during_a_gap_is_none(laptop):
    laptop.held_by("server")
    assert not laptop.after(30 * SECOND)
    laptop.now += 10 * MINUTE  # it slept
    laptop.whose.turned(laptop.now)
    assert not laptop.after(60 * SECOND)
    assert laptop.after(15 * SECOND)


# ── handing over ──


def delivery(state):
    return DeliveryChanged("k", state, channel="hook", ref="contact:dana", level=1, cause="c", due=T0, pager="t-me")


def test_nothing_is_handed_over_while_a_page_is_on_its_way():
    desk = Desk("zz")
    desk.do(DECLARE)
    desk.do(TakePager(token="t-me", where="watch@me", rep="me"))
    desk.write([desk_draft(delivery("sending"))])
    assert "being sent" in desk.refusal(HandOverPager(token="t-me", why="the server goes on"))
    desk.write([desk_draft(delivery("sent"))])
    desk.do(HandOverPager(token="t-me", why="the server goes on"))
    assert desk.state.pager is None


def test_only_who_holds_the_pager_hands_it_over():
    desk = Desk("zz")
    desk.do(DECLARE)
    desk.do(TakePager(token="t-me", where="watch@me", rep="me"))
    assert isinstance(desk.ask(HandOverPager(token="t-other", why="")), Refused)


def desk_draft(body):
    from warroom.core.commands import Draft
    from warroom.core.values import At

    return Draft(body, At(T0))
