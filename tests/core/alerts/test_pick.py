"""Where values stand in somebody else's JSON: what is there is found, what is not is None, whatever the JSON is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.alerts.pick import first, mistake, value

TREE = {"a": {"b": [{"c": 7}, "two"]}, "x.y": {"z": True}, "n": None, "e": ""}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("a.b.0.c", 7),
        ("a.b.-1", "two"),
        ("a.b.2", None),
        ("a.b.c", None),
        ("x.y.z", True),
        ("n", None),
        ("=checkout", "checkout"),
        ("{a.b.0.c}/{x.y.z}", "7/true"),
        ("{a.b.0.c} on {nowhere}", "7 on "),
        ("{nowhere}", None),
        ("{a}", ""),
        ("/a.b.1", "two"),
        ("a.b.0.c.d", None),
        ("a.b.٣", None),
    ],
)
def test_places(where: str, found: object) -> None:
    assert value(TREE, where, TREE) == found


def test_the_first_that_is_there() -> None:
    assert first(TREE, ("n", "e", "a.b.1", "a.b.0.c")) == "two"
    assert first(TREE, "a.b.1") == "two"
    assert first(TREE, ("/a.b.1",), {"a": 1}) is None


@pytest.mark.parametrize(
    ("where", "said"),
    [("", "is empty"), ("a..b", "empty name"), ("{a", "brace"), ("a}", "brace"), ("{}", "empty name"),
     (".".join("a" * 13), "deeper than 12"), ("a" * 201, "longer than 200"),
     ("a.b", ""), ("{a} {b.c}", ""), ("=", ""), ("/a", "")],
)  # fmt: skip
def test_mistakes_are_told(where: str, said: str) -> None:
    assert said in mistake(where)
    assert bool(said) == bool(mistake(where))


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "a.b", "0", ""]), inner, max_size=3)
    ),
)


@given(_json, st.text("ab0.-{}/=", max_size=12))
def test_any_place_in_any_json(tree: object, where: str) -> None:
    value(tree, where, tree)
    mistake(where)
