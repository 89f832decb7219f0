"""Which open incident an alert may belong to: every suggestion says why, and their order is always the same."""

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.alerts.facts import Alert
from warroom.core.alerts.inbox import Line, Mark
from warroom.core.alerts.match import Open, Suggestion, suggest, words
from warroom.core.values import HOUR, MINUTE, Ms

T: Ms = 1_795_308_600_000


def line(service: str = "checkout", rule: str = "HighErrorRate", summary: str = "", at: Ms = T, **labels: str) -> Line:
    alert = Alert("k", rule, since=at, service=service, summary=summary, labels=labels)
    return Line("am:k", "am", alert, first=at, last=at, fired=1, times=(at,))


def incident(inc: str = "A", title: str = "something", began: Ms = T - 4 * MINUTE, **more: object) -> Open:
    return Open(inc, title, began=began, declared=began, **more)  # type: ignore[arg-type]  # one of its fields


def only(found: list[Suggestion]) -> Suggestion:
    [one] = found
    return one


def test_the_same_service_soon_after_it_began() -> None:
    found = only(suggest(line(), [incident(services=("Checkout",))]))
    assert found.text() == "same service (checkout), 4 min after it began"


def test_an_alert_before_it_was_declared_fits_as_well() -> None:
    found = only(suggest(line(), [incident(services=("checkout",), began=T + 12 * MINUTE)]))
    assert found.text() == "same service (checkout), 12 min before it began"


def test_that_it_is_near_in_time_is_no_reason_alone() -> None:
    assert suggest(line(), [incident(), incident("B", began=T)]) == []


def test_an_alert_of_the_same_rule_is_there_already() -> None:
    found = only(suggest(line(), [incident(alerts=frozenset({("checkout", "HighErrorRate")}), began=T - 5 * HOUR)]))
    assert found.reasons == ("HighErrorRate is attached to it already",)


def test_where_it_belonged_before() -> None:
    before = Line("am:k", "am", line().alert, T, T, attached=(Mark("A", "ana", T - HOUR, "f"),), times=(T,))
    assert only(suggest(before, [incident(began=T - 5 * HOUR)])).reasons == ("it belonged to it before",)


def test_a_label_names_a_service_of_the_incident() -> None:
    found = only(suggest(line("web", namespace="orders"), [incident(services=("orders",), began=0)]))
    assert found.reasons == ("its label namespace is orders",)


def test_words_that_both_use() -> None:
    found = only(
        suggest(line("", "ReplicationLag", "replica db-2 is late"), [incident(title="replica of orders is late")])
    )
    assert found.reasons[1:] == ("its title says “late”, “replica” too",) or found.reasons[0].startswith(
        "its title says"
    )
    said = words(["ana: db-2 replication is slow since the migration", "replica promoted"])
    found = only(
        suggest(line("", "ReplicationLag", "replica behind: replication stopped"), [incident(words=said, began=0)])
    )
    assert found.reasons == ("its entries say “replica”, “replication” too",)


def test_one_common_word_is_no_reason() -> None:
    assert suggest(line("", "HighErrorRate", "errors are high"), [incident(title="high error rate of login")]) == []
    assert suggest(line("", "Replication"), [incident(words=frozenset({"replication"}))]) == []


def test_the_best_comes_first_and_there_are_three_at_most() -> None:
    each = [
        incident("D", services=("checkout",), began=T - 3 * HOUR),
        incident("C", services=("checkout",)),
        incident("B", services=("checkout",), alerts=frozenset({("checkout", "HighErrorRate")})),
        incident("A", services=("checkout",), began=T - 5 * HOUR),
        incident("E", services=("login",)),
    ]
    found = [one.inc for one in suggest(line(), each)]
    assert found == ["B", "C", "D"]
    assert [one.inc for one in suggest(line(), each[::-1])] == found


_texts = st.lists(st.sampled_from(["replica", "orders", "checkout", "late", "login"]), max_size=4).map(" ".join)
_open = st.builds(
    Open,
    inc=st.sampled_from("ABCDEFGH"),
    title=_texts,
    services=st.lists(st.sampled_from(["checkout", "orders", "login"]), max_size=2).map(tuple),
    began=st.integers(0, 2 * T),
    words=_texts.map(lambda said: words([said])),
    alerts=st.frozensets(st.just(("checkout", "r")), max_size=1),
)


@given(
    st.lists(_open, max_size=8, unique_by=lambda each: each.inc),
    st.sampled_from(["checkout", "", "login"]),
    _texts,
    st.randoms(),
)
def test_never_without_a_reason_and_in_one_order(each: list[Open], service: str, said: str, random: object) -> None:
    asked = line(service, "r", said)
    found = suggest(asked, each)
    assert len(found) <= 3
    assert all(one.reasons and all(one.reasons) and one.score > 0 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    shuffled = list(each)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' random
    assert suggest(asked, shuffled) == found


def test_any_text_gives_words() -> None:
    assert words(["HighErrorRate of db-2", "\x1b[2J", "1234 5678", ""]) == {"higherrorrate"}
