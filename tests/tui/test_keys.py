"""Keys: bytes become tokens, tokens become acts or typing, and nothing fires that was not meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.intents import ALL
from warroom.tui.esc import Act, EscLayer, Outcome, Press, Text
from warroom.tui.keys import FORBIDDEN, rebound, shipped, spoken
from warroom.tui.tokens import Alt, Escape, Pasted, Sequence, Token, Tokens, Typed

KEYS = shipped()


class Hands:
    """A keyboard with a clock of its own, in ms."""

    def __init__(self) -> None:
        self.layer = EscLayer(KEYS)
        self.t = 0.0
        self.out: list[Outcome] = []

    def press(self, *keys: str, every: float = 200, dialog: bool = False) -> "Hands":
        for key in keys:
            self.wait(every)
            char = key if len(key) == 1 else {"space": " ", "enter": "\r"}.get(key)
            self.out += self.layer.feed(key, char, self.t, dialog)
        return self

    def wait(self, ms: float) -> "Hands":
        end = self.t + ms
        while self.layer.deadline is not None and self.layer.deadline <= end:
            self.t = self.layer.deadline
            self.out += self.layer.tick(self.t)
        self.t = end
        return self

    def came_to(self) -> list[Outcome]:
        self.wait(10_000)
        return self.out

    def typed(self) -> str:
        """All that reached the prompt as text."""
        self.wait(10_000)
        texts = [o.text if isinstance(o, Text) else o.char or "" for o in self.out if not isinstance(o, Act)]
        return "".join(texts)

    def acts(self) -> list[str]:
        self.wait(10_000)
        return [o.name for o in self.out if isinstance(o, Act)]


# ── the Esc layer ───────────────────────────────────────────────────────────────────────────────


def test_alt_and_a_letter_is_an_act() -> None:
    assert Hands().press("alt+a").came_to() == [Act("acknowledge")]


def test_esc_then_a_letter_is_the_same_act() -> None:
    hands = Hands().press("escape")
    assert hands.layer.open
    assert hands.press("a").came_to() == [Act("acknowledge")]
    assert not hands.layer.open


def test_a_capital_is_its_letter() -> None:
    assert Hands().press("escape", "A").acts() == ["acknowledge"]
    assert Hands().press("alt+A").acts() == ["acknowledge"]


def test_a_second_esc_closes_the_layer() -> None:
    hands = Hands().press("escape", "escape", "a")
    assert hands.came_to() == [Press("a", "a")]


def test_an_unbound_letter_inserts_nothing_and_closes_the_layer() -> None:
    hands = Hands().press("escape", "c", "x", every=200)
    assert hands.acts() == []
    assert hands.typed() == "x"
    for key in ("c", "l", "t", "u", "y", "1", ".", "[", "space"):
        assert Hands().press("escape", key).came_to() == []
    for key in ("alt+c", "alt+1", "alt+[", "alt+ß"):
        assert Hands().press(key).came_to() == []


@pytest.mark.parametrize("letter", "bfd")
def test_alt_with_readlines_letters_stays_with_the_prompt(letter: str) -> None:
    assert Hands().press(f"alt+{letter}").came_to() == [Press(f"alt+{letter}")]
    assert Hands().press("escape", letter).came_to() == [Press(f"alt+{letter}")]


def test_a_burst_behind_esc_is_text() -> None:
    burst = Hands().press("alt+h").press("e", "l", "l", "o", every=0.1)
    assert burst.acts() == []
    assert burst.typed() == "hello"
    late = Hands().press("escape").press("h").press("e", "l", "l", "o", every=1)
    assert late.acts() == []
    assert late.typed() == "hello"


def test_esc_in_the_middle_of_a_burst_fires_nothing() -> None:
    burst = Hands().press("x").press("y", "alt+a", "z", every=0.1)
    assert burst.acts() == []
    assert burst.typed() == "xyaz"


def test_alt_right_behind_typing_is_an_act() -> None:
    assert Hands().press("x", "y", "alt+a", every=0.1).came_to() == [
        Press("x", "x"),
        Press("y", "y"),
        Act("acknowledge"),
    ]


def test_letters_at_the_pace_of_a_hand_behind_an_act_are_typing() -> None:
    hands = Hands().press("alt+v", "1", " ", "w", every=60)
    assert hands.came_to() == [Act("severity"), Press("1", "1"), Press(" ", " "), Press("w", "w")]


def test_acts_that_come_in_one_packet_all_fire_in_order() -> None:
    assert Hands().press("alt+k", "alt+j", "f4", every=0.1).acts() == ["tick", "jump", "update"]


def test_enter_right_behind_an_act_is_enter() -> None:
    assert Hands().press("alt+a").press("enter", every=0.1).came_to() == [Act("acknowledge"), Press("enter", "\r")]


@pytest.mark.parametrize("key", ["alt+k", "f2"])
def test_a_held_key_acts_once(key: str) -> None:
    assert Hands().press(key).press(key, every=500).press(*[key] * 40, every=33).acts() == ["tick"]


def test_a_held_letter_behind_esc_acts_once_and_types_nothing() -> None:
    hands = Hands().press("escape", "k").press("k", every=500).press(*["k"] * 40, every=33)
    assert hands.acts() == ["tick"]
    assert hands.typed() == ""


def test_the_same_act_again_after_a_while_or_after_another_key_acts_again() -> None:
    assert Hands().press("f2").press("f2", every=800).acts() == ["tick", "tick"]
    assert Hands().press("f2", "x", "f2").acts() == ["tick", "tick"]
    assert Hands().press("escape", "k", "escape", "k").acts() == ["tick", "tick"]


def test_what_is_typed_behind_an_act_is_never_lost() -> None:
    assert Hands().press("escape", "a").press("a", "n", "a").typed() == "ana"
    assert Hands().press("escape", "a", "a").typed() == "a"


def test_enter_held_down_answers_no_question() -> None:
    held = Hands().press("enter").press("enter", every=500).press(*["enter"] * 20, every=33)
    assert held.came_to() == [Press("enter", "\r")]


def test_enter_pressed_twice_is_enter_twice() -> None:
    assert Hands().press("enter").press("enter", every=400).came_to() == [Press("enter", "\r")] * 2
    assert Hands().press("enter").press("enter", every=2000).came_to() == [Press("enter", "\r")] * 2


def test_in_a_dialog_esc_is_its_cancel_and_letters_are_no_acts() -> None:
    assert Hands().press("escape", dialog=True).came_to() == [Press("escape")]
    assert Hands().press("alt+a", dialog=True).came_to() == []
    assert Hands().press("a", dialog=True).came_to() == [Press("a", "a")]


def test_ctrl_c_closes_the_layer_and_clears_nothing() -> None:
    hands = Hands().press("escape", "ctrl+c")
    assert hands.came_to() == []
    assert not hands.layer.open


@given(st.lists(st.sampled_from(["a", "k", "x", " ", "enter", "left", "é"])), st.floats(1, 600))
def test_without_esc_and_alt_nothing_ever_acts_and_all_text_arrives(keys: list[str], every: float) -> None:
    hands = Hands().press(*keys, every=every)
    assert hands.acts() == []
    assert hands.typed().replace("\r", "") == "".join(key for key in keys if len(key) == 1)


@given(st.text("abkxz éß", min_size=2, max_size=20))
def test_any_burst_behind_esc_arrives_whole(text: str) -> None:
    hands = Hands().press(f"alt+{text[0]}").press(*text[1:], every=0.2)
    assert hands.acts() == []
    assert hands.typed() == text


# ── bytes ───────────────────────────────────────────────────────────────────────────────────────


def tokens(*reads: str) -> list[Token]:
    reader = Tokens()
    out = [token for read in reads for token in reader.feed(read)]
    return out + (reader.late() if reader.waiting else [])


def test_what_a_terminal_sends_is_cut_into_tokens() -> None:
    assert tokens("hi\x1ba\x1bOP\x1b[1;5D\x1b") == [
        Typed("hi"),
        Alt("a"),
        Sequence("\x1bOP"),
        Sequence("\x1b[1;5D"),
        Escape(),
    ]
    assert tokens("\x1b\x1b") == [Escape(), Escape()]
    assert tokens("\x1b\x1ba") == [Escape(), Alt("a")]
    assert tokens("\x1b\r") == [Alt("\r")]
    assert tokens("\x1b[[A") == [Sequence("\x1b[[A")]


def test_a_sequence_that_came_in_two_reads_is_one() -> None:
    assert tokens("\x1b", "[A") == [Sequence("\x1b[A")]
    assert tokens("\x1b[1;", "5Dx") == [Sequence("\x1b[1;5D"), Typed("x")]


def test_the_rest_of_a_sequence_that_came_too_late_is_no_typing() -> None:
    reader = Tokens()
    assert reader.feed("\x1b") == []
    assert reader.late() == [Escape()]
    assert reader.feed("[A") == [Sequence("\x1b[A")]
    assert reader.feed("[A") == [Typed("[A")]


def test_a_paste_is_one_token_whatever_it_holds() -> None:
    text = "one\r\x1b[31mtwo\x1ba\x1b]0;title\x07\r\x00three\r"
    assert tokens(f"a\x1b[200~{text}\x1b[201~b") == [Typed("a"), Pasted(text), Typed("b")]


@given(st.text("ab\r\x1b[0~2;", max_size=30), st.integers(0, 60), st.integers(0, 60))
def test_a_paste_may_come_in_any_pieces(text: str, one: int, two: int) -> None:
    if "\x1b[201~" in text or text.endswith("\x1b"):
        return
    whole = f"x\x1b[200~{text}\x1b[201~y"
    a, b = sorted((one, two))
    assert tokens(whole[:a], whole[a:b], whole[b:]) == [Typed("x"), Pasted(text), Typed("y")]


@given(st.lists(st.text(st.sampled_from("\x1b[O~0129;Aab\r") | st.characters(), max_size=8), max_size=6))
def test_reading_is_total_and_typing_is_kept(reads: list[str]) -> None:
    for token in tokens(*reads):
        assert token
    plain = [read.replace("\x1b", "") for read in reads]
    assert "".join(t.text for t in tokens(*plain) if isinstance(t, Typed)) == "".join(plain)


# ── the map ─────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_map_uses_only_keys_that_are_free() -> None:
    assert not FORBIDDEN & {key[4:] for key in KEYS if key.startswith("alt+")}
    assert {key for key in KEYS if not key.startswith("alt+")} == {f"f{n}" for n in range(1, 10)}
    assert {key[4:] for key in KEYS if key.startswith("alt+")} == set("aensjkgwirvmhozxqp")


def test_every_act_of_the_map_is_an_intent() -> None:
    assert set(KEYS.values()) <= {intent.name for intent in ALL}


def test_a_key_can_be_rebound() -> None:
    keys = rebound({"acknowledge": "alt+p", "brief": "", "find": ""})
    assert keys.problems == ()
    assert keys.acts["alt+p"] == "acknowledge"
    assert keys.acts["f8"] == "acknowledge"
    assert "alt+a" not in keys.acts
    assert "f7" not in keys.acts
    assert keys.keys("acknowledge") == ("F8", "esc p")


def test_two_acts_can_trade_keys() -> None:
    keys = rebound({"acknowledge": "alt+e", "escalate": "alt+a"})
    assert keys.problems == ()
    assert (keys.acts["alt+e"], keys.acts["alt+a"]) == ("acknowledge", "escalate")


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"acknowlege": "alt+p"}, "no such act"),
        ({"acknowledge": "alt+b"}, "belongs to the terminal"),
        ({"acknowledge": "alt+1"}, "belongs to the terminal"),
        ({"acknowledge": "f10"}, "cannot be bound"),
        ({"acknowledge": "ctrl+a"}, "cannot be bound"),
        ({"acknowledge": "a"}, "cannot be bound"),
        ({"acknowledge": "alt+e"}, "give that one another key first"),
        ({"acknowledge": "alt+p", "tick": "alt+p", "brief": ""}, "already"),
    ],
)
def test_an_impossible_key_is_named_and_left_out(wanted: dict[str, str], why: str) -> None:
    keys = rebound(wanted)
    (problem,) = keys.problems
    assert why in problem
    assert keys.acts["alt+e"] == "escalate"
    assert keys.acts["f8"] == "acknowledge"


def test_keys_are_spoken_as_people_write_them() -> None:
    assert (spoken("alt+a"), spoken("f8")) == ("esc a", "F8")
