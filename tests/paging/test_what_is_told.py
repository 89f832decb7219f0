"""Updates go where their audience is, a handover's brief to its person, and an update that is late calls somebody."""

import pytest

from farside import FarSide, resets, says
from hand_kit import MINUTE, hook
from warroom.core import cadence
from warroom.core import events as ev
from warroom.core.acts.lifecycle import Attach
from warroom.core.acts.people import AcceptRole, AssignRole, OfferRole
from warroom.core.acts.updates import ApproveUpdate, CorrectUpdate, DraftUpdate, PostDraft, PostSame

ONE = (
    'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:sre1"]\n'
    '[[level]]\nafter = "PT5H"\nnotify = ["contact:db1"]\n'
)
RHYTHM = ev.CadenceAttached((ev.Rhythm("public", ("SEV2",), {"investigating": 20 * MINUTE}, first=5 * MINUTE),))


@pytest.fixture
def room(pager, far):
    """A pager whose contacts are reached by `hook`, and a second place, `news`, for updates."""
    it = pager(policy=ONE)
    news = FarSide()
    it.house.write("channels.toml", hook("hook", far.port) + hook("news", news.port))
    it.close()
    again = pager(it.house).declare()
    again.news = news
    again.until(lambda: again.states() == [("sre1", "hook", "sent")])
    yield again
    news.close()


def told(room):
    return [(d.what, d.channel, d.state) for d in room.state.deliveries if d.what not in ("page", "acknowledge")]


def post(room, ways=("news",)):
    room.do(DraftUpdate(what="Card payments fail. Next update at 14:20 UTC."))
    room.do(ApproveUpdate())
    room.do(PostDraft(ways=ways))


def test_an_approved_update_goes_out_once_by_each_of_its_ways_and_its_text_is_the_one_on_the_log(room):
    post(room, ("news", "news:list@x.org"))
    room.until(lambda: told(room) == [("update", "news", "sent")] * 2)
    room.settled()
    assert len(room.news.requests) == 2
    body = room.news.requests[0].json()
    assert (body["what"], body["brief"]) == ("update", "Card payments fail. Next update at 14:20 UTC.")
    [posted] = [e.body for e in room.state.updates]
    assert posted.sha


def test_no_news_and_a_correction_go_out_too(room):
    room.do(PostSame(what="Still investigating.", ways=("news",)))
    room.do(CorrectUpdate(what="It is 3 %, not 30 %.", ways=("news",)))
    room.until(lambda: len(room.news.requests) == 2)
    said = sorted(str(request.json()["summary"]) for request in room.news.requests)
    assert ["correction" in each for each in said] == [True, False]


def test_what_may_be_public_already_is_not_said_twice_by_itself(room, hand):
    room.news.answers(resets, says(200))
    post(room)
    room.until(lambda: told(room) == [("update", "news", "unknown")])
    hand.passes(MINUTE)
    room.settled()
    assert len(room.news.requests) == 1


def test_a_way_that_is_not_there_is_said(room):
    post(room, ("nowhere",))
    room.until(lambda: told(room) == [("update", "nowhere", "failed")])
    room.settled()
    assert len(told(room)) == 1


def test_the_brief_of_a_handover_reaches_whoever_is_offered_the_role(room, far):
    room.do(AssignRole(role="commander", who="ana"))
    room.do(OfferRole(role="commander", who="sre1", brief="Situation: checkout fails since 13:58."))
    room.until(lambda: told(room) == [("handover", "hook", "sent")])
    body = far.requests[-1].json()
    assert (body["what"], body["to"]) == ("handover", "sre1")
    assert "checkout fails since 13:58" in str(body["brief"])


def test_a_handover_that_was_answered_is_not_sent_any_more(room, far, hand):
    far.answers(says(503))
    room.do(AssignRole(role="commander", who="ana"))
    room.do(OfferRole(role="commander", who="sre1", brief="Situation: …"))
    room.until(lambda: told(room) == [("handover", "hook", "queued")])
    room.do(AcceptRole(), by="sre1")
    hand.passes(MINUTE)
    room.until(lambda: told(room) == [("handover", "hook", "dropped")])


def test_an_update_that_is_overdue_calls_whoever_has_the_communications_once(room, hand, far):
    room.do(Attach(body=RHYTHM))
    room.do(AssignRole(role="comms", who="db1"))
    assert cadence.next_due(room.state, "public") is not None
    hand.passes(8 * MINUTE)
    room.until(lambda: ("db1", "hook", "sent") in room.states())
    assert "public update #1 is overdue" in str(far.requests[-1].json()["brief"])
    hand.passes(MINUTE)
    room.settled()
    assert [who for who, _, _ in room.states()].count("db1") == 1
