"""Signatures over the raw body, compared in constant time; what is signed with a time holds for five minutes."""

import hmac
from base64 import b64decode, b64encode

from ..core.values import Ms
from .base import Headers, No

WINDOW = 300  # seconds that a signed time may differ from ours
_PREFIX = "whsec_"


class BadSecret(ValueError):
    """A secret that signs nothing. `str()` says what to do; never the secret."""


def key_of(secret: str) -> bytes:
    """The bytes that sign: what stands in base64 behind `whsec_`, else the secret's own. Raises `BadSecret`."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise BadSecret("the secret begins with whsec_, and what stands behind it is no base64; copy it again")
    return key


def hexed(key: bytes, *parts: bytes) -> str:
    """HMAC-SHA256 of the parts, one after the other, in small hexadecimal letters."""
    return hmac.digest(key, b"".join(parts), "sha256").hex()


def any_of(given: list[str], right: str) -> bool:
    """Whether one of the signatures is the right one; how long it takes says nothing of how near a wrong one was."""
    wanted = right.encode()
    found = False
    for each in given[:20]:
        found |= hmac.compare_digest(each.strip().encode(errors="replace"), wanted)
    return found


def fresh(stamp: str, now: Ms) -> bool:
    """Whether `stamp` (seconds since 1970) is within five minutes of now."""
    stamp = stamp.strip()
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    return abs(now // 1000 - int(stamp)) <= WINDOW


def standard(headers: Headers, body: bytes, key: bytes, now: Ms) -> No | None:
    """The refusal of what is not signed as Standard Webhooks are; None: it is."""
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (id and stamp and "webhook-signature" in headers):
        return unsigned("webhook-id, webhook-timestamp or webhook-signature is missing")
    if not fresh(stamp, now):
        return stale("webhook-timestamp")
    content = f"{id}.{stamp}.".encode(errors="replace") + body
    right = "v1," + b64encode(hmac.digest(key, content, "sha256")).decode()
    return None if any_of(headers["webhook-signature"].split(), right) else wrong()


def plain(headers: Headers, body: bytes, key: bytes, header: str) -> No | None:
    """The same for HMAC-SHA256 over the body alone, in hexadecimal, behind `sha256=` or not."""
    given = headers.get(header.lower(), "")
    if not given:
        return unsigned(f"the header {header} is missing")
    return None if any_of([given.strip().removeprefix("sha256=").lower()], hexed(key, body)) else wrong()


def unsigned(why: str) -> No:
    return No(401, "unsigned", f"The delivery is not signed: {why}.")


def stale(header: str) -> No:
    return No(401, "stale", f"The time in {header} is more than {WINDOW // 60} minutes from ours; look at both clocks.")


def wrong() -> No:
    return No(401, "signature", "The signature does not fit the body; look whether both sides have the same secret.")
