"""Roles change hands by a handover or said plainly, never by accident."""

import pytest

from facts import ROLES, T0, declared
from warroom.core.acts.people import AcceptRole, AssignRole, OfferRole
from warroom.core.values import MINUTE


def who(desk, role="commander"):
    held = next(r for r in desk.state.roles if r.role == role)
    return held.who, held.offered_to


def test_every_role_of_the_cards_is_shown_and_any_other_that_somebody_has():
    desk = declared()
    desk.do(AssignRole(role="vendor contact", who="bo"), after=MINUTE)
    assert [(r.role, r.name, r.who) for r in desk.state.roles] == [
        ("commander", "Commander", ""),
        ("scribe", "Scribe", ""),
        ("vendor contact", "Vendor contact", "bo"),
    ]
    assert desk.state.roles[2].since == T0 + MINUTE
    assert desk.state.cards == ROLES.roles


@pytest.mark.parametrize("typed", ["commander", "Commander", " COMMANDER ", "com"])
def test_a_role_goes_by_its_name_or_its_beginning(typed):
    desk = declared()
    desk.do(AssignRole(role=typed, who=" ana "))
    assert who(desk) == ("ana", "")


def test_a_held_role_is_not_taken_by_accident():
    desk = declared("lee")
    desk.do(AssignRole(role="commander", who="ana"))
    no = desk.refusal(AssignRole(role="commander", who="bo"))
    assert "ana is Commander" in no
    assert "/offer commander bo" in no
    desk.do(AssignRole(role="commander", who="bo", replace=True))
    assert who(desk) == ("bo", "")
    desk.name = "bo"
    desk.do(AssignRole(role="commander", who="ana"))
    assert who(desk) == ("ana", "")


def test_a_nameless_writer_takes_nothing():
    desk = declared("lee")
    desk.do(AssignRole(role="commander", who="ana"))
    desk.name = ""
    assert "ana is Commander" in desk.refusal(AssignRole(role="commander", who="bo"))


def test_a_role_is_freed_by_nobody():
    desk = declared()
    desk.do(AssignRole(role="scribe", who="lee"))
    desk.do(AssignRole(role="scribe", who=""))
    assert who(desk, "scribe") == ("", "")
    assert "free already" in desk.refusal(AssignRole(role="scribe", who=""))
    assert "Which role" in desk.refusal(AssignRole(role=" ", who="x"))


def test_a_handover_that_was_not_accepted_has_not_happened():
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    desk.do(OfferRole(role="commander", who="bo"))
    assert who(desk) == ("ana", "bo")
    assert "offered to bo already" in desk.refusal(OfferRole(role="commander", who="bo"))
    desk.name = "bo"
    (accepted,) = desk.do(AcceptRole())
    assert who(desk) == ("bo", "")
    assert (accepted.body.was, accepted.body.heard_by) == ("ana", "")


def test_an_acceptance_heard_on_the_bridge_names_who_heard_it():
    desk = declared("lee")
    desk.do(OfferRole(role="commander", who="bo"))
    assert desk.do(AcceptRole(role="commander"))[0].body.heard_by == "lee"


def test_an_offer_is_over_once_the_role_went_to_anybody():
    desk = declared("ana")
    desk.do(OfferRole(role="commander", who="bo"))
    desk.do(AcceptRole())
    desk.do(AssignRole(role="commander", who="ana", replace=True))
    assert who(desk) == ("ana", "")
    assert "No role is being handed over" in desk.refusal(AcceptRole())


def test_an_offer_is_taken_back_by_giving_the_role_to_whoever_has_it():
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    desk.do(OfferRole(role="commander", who="bo"))
    desk.do(AssignRole(role="commander", who="ana"))
    assert who(desk) == ("ana", "")
    assert "ana is Commander already" in desk.refusal(AssignRole(role="commander", who="ana"))


def test_of_several_offers_mine_is_meant_or_i_say_which():
    desk = declared("ana")
    desk.do(OfferRole(role="commander", who="bo"))
    desk.do(OfferRole(role="scribe", who="lee"))
    assert "say which" in desk.refusal(AcceptRole())
    desk.name = "lee"
    desk.do(AcceptRole())
    assert who(desk, "scribe") == ("lee", "")


@pytest.mark.parametrize(("to", "sentence"), [("", "to whom"), ("ana", "ana is Commander already")])
def test_an_offer_goes_to_somebody_else(to, sentence):
    desk = declared("ana")
    desk.do(AssignRole(role="commander", who="ana"))
    assert sentence in desk.refusal(OfferRole(role="commander", who=to))
