"""What every test of a channel stands on: a far side, a network edge that gives up soon, and one page to send."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
import trustme

from farside import SOON_S, SURELY_S, FarSide
from warroom.channels.base import Message, Words
from warroom.net import Http


@pytest.fixture(autouse=True)
def no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide()
    yield side
    side.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[FarSide]:
    """A far side whose certificate only `authority` vouches for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    side = FarSide(context)
    yield side
    side.close()


@pytest.fixture
def http() -> Iterator[Http]:
    edge = Http(timeout_s=SURELY_S)
    yield edge
    edge.close()


@pytest.fixture
def hasty() -> Iterator[Http]:
    edge = Http(timeout_s=SOON_S)
    yield edge
    edge.close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and nobody else can take."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def page() -> Callable[..., Message]:
    """A page with anything about it changed."""

    def make(**changed: object) -> Message:
        words = Words(
            "INC-K3F9 SEV1 Checkout returns 500s",
            "INC-K3F9 SEV1 Checkout returns 500s. Call the bridge.",
            "SEV1 Checkout returns 500s\nImpact: half of all orders fail",
            "SEV1 Checkout returns 500s\n\nImpact: half of all orders fail\nDone so far: nothing",
        )
        about: dict[str, object] = {
            "key": "page-0123456789abcdef",
            "words": words,
            "incident": "INC-K3F9",
            "inc": "3K9F0000000000000000000000",
            "title": "Checkout returns 500s",
            "severity": "SEV1",
            "phase": "investigating",
            "services": ("checkout", "payments"),
            "level": 1,
            "to": "sre1",
            "name": "Primary on call",
            "link": "https://meet.example/bridge",
            "at": 1_795_392_000_000,
        }
        return Message(**(about | changed))  # type: ignore[arg-type]  # a test may put anything in

    return make
