"""What stands in the stream: its name, its subjects, and the headers of its messages.

war.INC.REPLICA         one fact, or the tombstone that takes the place of one (`FOR`)
war.m_INC.meta          what is known of an incident beside its facts; the last one counts
war.t_.NAME             a table that all nodes share; the last one counts; NAME_1, NAME_2 … what did not fit into it
war.b_INC.SHA_N         a piece of evidence, in pieces; SHA_end is written last and says how many they are
war.x_INC.MARK          what is to be deleted from the stream after a redaction; gone when it is done
"""

import msgspec

STREAM = "WAR"
ALL = "war.*.*"
META = "meta"
PIECE = 64 * 1024  # bytes of a message: with its headers, and as base64 in an answer, under max_payload 128KB
LARGEST = 96 * 1024

HEAD = "War-Head"  # number and hash of the replica's last fact, as of this message, so that heads need no facts read
BY = "War-By"  # the token that first pushed a fact of this replica
TURNS = "War-Turns"  # all turns of this replica so far, where others than its owner brought facts of it
FOR = "War-For"  # the number of the message whose place this one takes
PARTS = "War-Parts"  # how many messages before this one belong to the table
EXPECTED = "Nats-Expected-Last-Subject-Sequence"


class Got(msgspec.Struct, frozen=True, gc=False):
    """A message of the stream. `pending`: how many were there behind it when it was sent."""

    subject: str
    seq: int
    data: bytes
    headers: dict[str, str]
    pending: int = 0


class Message(msgspec.Struct):
    """A message for the stream. `expected`: the number of the last one on its subject; None: whatever it is."""

    subject: str
    data: bytes
    headers: dict[str, str]
    expected: int | None = None


class Mark(msgspec.Struct, frozen=True):
    """Messages and evidence that are to be deleted."""

    rows: tuple[int, ...] = ()
    blobs: tuple[str, ...] = ()


def fact_subject(inc: str, rep: str) -> str:
    return f"war.{inc}.{rep}"


def meta_subject(inc: str) -> str:
    return f"war.m_{inc}.{META}"


def table_subject(name: str, part: int = 0) -> str:
    return f"war.t_.{name}_{part}" if part else f"war.t_.{name}"


def blob_subject(inc: str, sha: str, piece: int | None) -> str:
    return f"war.b_{inc}.{sha}_{'end' if piece is None else piece}"


def mark_subject(inc: str, name: str) -> str:
    return f"war.x_{inc}.{name}"
