"""Where a server listens: on this machine only, unless what it says beyond is encrypted by it or by a proxy."""

import socket

from .pace import loopback

BACKLOG = 2048


class Unbound(Exception):
    """It cannot listen there. `str()` is a sentence."""


def refusal(host: str, encrypted: bool, behind_proxy: bool) -> str:
    """Why this server must not listen there; empty: it may."""
    if encrypted or behind_proxy or only_here(host):
        return ""
    return (
        f"{host} can be reached from other machines, and tokens would cross the network in the clear: give "
        "--cert and --key, or --behind-proxy where a proxy with TLS stands in front, or listen on 127.0.0.1."
    )


def only_here(host: str) -> bool:
    """Whether this name is that of this machine's loopback and of nothing else."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(loopback(str(address[0])) for *_, address in found)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises `Unbound`."""
    if not 0 <= port <= 65_535:
        raise Unbound(f"There is no port {port}: choose one from 1 to 65535.")
    made = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        # TCP by name: asyncio switches Nagle's delay off only where it sees that, and an answer is two writes.
        made = socket.socket(family, kind, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        if made is not None:
            made.close()
        why = error.strerror or str(error)
        raise Unbound(f"Nothing can listen on {host}:{port}: {why}. Choose another with --port.") from None
    return made


def url(bound: socket.socket, host: str, encrypted: bool) -> str:
    """How the server is reached from here."""
    port = bound.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if encrypted else 'http'}://{name}:{port}"
