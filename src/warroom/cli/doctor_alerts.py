"""What `warroom doctor` says of the places where alerts come from: each is asked, and nothing there is changed."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..core.text import clean
from .doctor_channels import WITHIN_S, at_once, guarded
from .doctor_finding import BAD, Finding
from .session import Session

if TYPE_CHECKING:
    from ..channels.back import Closed, Source
    from ..channels.base import Probe

_REQUEST_S = 8.0


def findings(session: Session) -> Iterator[Finding]:
    """One for each that an `intake.toml` says how to tell: this person's, and that of a server in this data folder."""
    yield from _in(session.paths.config, "alerts")
    yield from _in(os.path.join(session.paths.data, "server"), "server's alerts")


def _in(folder: str, what: str) -> Iterator[Finding]:
    from ..config import intake

    found, _ = intake.load(folder)
    if not found.told:
        return
    from ..channels.back import build
    from ..channels.base import Probe
    from ..net import Http

    sources = build(found, http=Http(timeout_s=_REQUEST_S))
    came = at_once({name: _probing(source) for name, source in sources.items()}, WITHIN_S)
    for name in sources:
        probe = came.get(name, Probe(BAD, f"says nothing within {WITHIN_S:.0f} s; look at the network and the address"))
        yield Finding(f"{what} {clean(name)}", probe.state, clean(probe.says))


def _probing(source: "Source | Closed") -> "Callable[[], Probe]":
    from ..channels.back import Source
    from ..channels.base import Probe

    return guarded(source.probe) if isinstance(source, Source) else lambda: Probe(BAD, source.why)
