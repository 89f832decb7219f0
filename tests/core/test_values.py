"""Identities and handles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.values import CROCKFORD, fact_id, handle, incident_id, is_drill, plain_handle


@given(st.binary(min_size=16, max_size=16), st.booleans())
def test_the_first_bit_of_an_identity_says_drill(random, drill):
    inc = incident_id(random, drill)
    assert is_drill(inc) is drill
    assert len(inc) == 26
    assert set(inc) <= set(CROCKFORD)


@given(st.sets(st.binary(min_size=16, max_size=16), min_size=2, max_size=2), st.booleans())
def test_two_identities_differ_in_more_than_their_first_bit(pair, drill):
    one, two = (incident_id(random, drill) for random in pair)
    first_bit_only = len({bytes([r[0] & 127]) + r[1:] for r in pair}) == 1
    assert (one == two) is first_bit_only


@given(st.sets(st.binary(min_size=12, max_size=12), min_size=2, max_size=2))
def test_two_facts_have_two_names(pair):
    one, two = (fact_id(random) for random in pair)
    assert one != two
    assert len(one) == len(two) == 20


def test_a_handle_is_as_long_as_it_must_be():
    inc = "K3F9AAAA" + "0" * 18
    assert handle(inc) == "INC-K3F9"
    assert handle(inc, [inc, "K3F9AB" + "0" * 20]) == "INC-K3F9AA"


@pytest.mark.parametrize("typed", ["INC-K3F0", "inc-k3fo", " k3F0 "])
def test_a_handle_as_people_type_it(typed):
    assert plain_handle(typed) == "K3F0"


@pytest.mark.parametrize("inc", ["", "ü", "k3f9", "!"])
def test_what_is_no_identity_is_no_drill(inc):
    assert not is_drill(inc)
