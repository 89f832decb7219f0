"""What whoever runs a server may set: how much one token, one address and one reader may take. Seconds and bytes."""

import msgspec


class Options(msgspec.Struct, frozen=True):
    """`rate`, `burst`: requests of one token in a second, in the long run and at once.

    `failures`: tokens that one address may get wrong at once; then one more every `pardon` seconds. `streams`: streams
    and waiting pulls that one token may have open. `bodies`: bytes of one token's bodies and evidence that may be under
    way, and an eighth of what all may have. `waiting`: bytes that may wait for a reader before it is dropped.
    `pages`: this server's own pager pages for what it keeps, which clients are told. `viewers`: readers of stakeholder
    pages at once. `questions`: how many one address may ask there at once, then one more every `asking` seconds; all
    readers of one link together have six times that.
    """

    rate: float = 200.0
    burst: int = 1_000
    failures: int = 20
    pardon: float = 3.0
    streams: int = 250
    bodies: int = 64 * 1024 * 1024
    waiting: int = 1024 * 1024
    stalled: float = 30.0  # a reader that takes nothing for so long is dropped too
    body: float = 20.0  # for each MiB of a body
    headers: float = 10.0
    idle: float = 75.0  # longer than clients keep a connection, so that none is closed under a request
    connections: int = 4_000
    ping: float = 10.0
    tick: float = 2.0  # how soon a revoked token's streams end
    behind_proxy: bool = False
    pages: bool = False
    viewers: int = 2_000
    questions: int = 5
    asking: float = 30.0
