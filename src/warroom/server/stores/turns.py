"""Which token brought the facts of a replica, where it was not always its owner. Pure.

A turn is the number of a fact and the token that brought it and what follows, up to the next turn; before the first
turn it was the owner. So one who brings a thousand facts of somebody else's costs no more than one who brings one.
"""

from typing import TypeAlias

Turns: TypeAlias = tuple[tuple[int, str], ...]

MOST = 64  # of one replica; of what came before them it is not known any more who brought it


def noted(turns: Turns, owner: str, seq: int, token: str) -> Turns:
    """With fact `seq`, the next of its replica, brought by this token; the empty one, a copy's, changes nothing."""
    if not token:
        return turns
    # A turn at or after this fact was noted for a push that was not kept in the end.
    before = tuple(turn for turn in turns if turn[0] < seq)
    if (before[-1][1] if before else owner) != token:
        before = (*before, (seq, token))
    return before if len(before) <= MOST else ((before[0][0], ""), *before[2:])


def spelled(turns: Turns) -> str:
    """The turns in a header of a message."""
    return " ".join(f"{seq}:{token}" for seq, token in turns)


def read(text: str) -> Turns:
    """The turns of such a header; what is none is left out."""
    parts = (word.partition(":") for word in text.split(" "))
    return tuple((int(seq), token) for seq, colon, token in parts if colon and seq.isascii() and seq.isdigit())
