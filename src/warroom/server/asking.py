"""The form of the stakeholder page: read from its bytes, and proven to come from the page. Pure but for the token.

There is no cookie, so nobody's browser carries a right to another's page. A token all the same: made from the link's
secret, it lets in what this page sent, and the same words sent twice by it are one question.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs

import msgspec

from ..core.text import keepable
from ..core.values import DAY, SECOND, Ms, fact_id
from .tokens import Token

HOLDS = DAY
LARGEST = 64 * 1024  # bytes of a form: a question that is too long is told so, and comes back
_MOST_FIELDS = 10


class Asked(msgspec.Struct, frozen=True):
    """What somebody typed, and the token that came with it."""

    who: str = ""
    what: str = ""
    token: str = ""


def read(data: bytes) -> Asked:
    """What the form says; of what is no form, nothing."""
    try:
        fields = parse_qs(data.decode("ascii", "replace"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        return Asked()

    def field(name: str) -> str:
        return keepable(fields.get(name, [""])[0].replace("\r\n", "\n"))

    return Asked(field("who"), field("what"), field("token"))


def made(link: Token, now: Ms) -> str:
    """A new token for the form of this link's page."""
    return _signed(link, f"{now // SECOND}.{secrets.token_urlsafe(12)}")


def holds(link: Token, token: str, now: Ms) -> bool:
    """Whether this page made the token, not too long ago."""
    said, _, _ = token.rpartition(".")
    when = said.partition(".")[0]
    if not (when.isascii() and when.isdigit() and len(when) < 12):
        return False
    return hmac.compare_digest(token.encode(), _signed(link, said).encode()) and now - int(when) * SECOND < HOLDS


def question_id(link: Token, said: Asked) -> str:
    """The fact that this form makes with this question: the same however often it is sent."""
    return fact_id(sha256(f"question.{link.id}.{said.token}.{said.what.strip()}".encode()).digest()[:12])


def _signed(link: Token, said: str) -> str:
    mark = hmac.digest(link.sha.encode(), b"ask." + said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(mark[:18]).decode()}"
