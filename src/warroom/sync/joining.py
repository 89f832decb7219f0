"""Which server a data folder has joined: its address checked, and kept beside the incidents."""

import ipaddress
import os
from urllib.parse import urlsplit

import msgspec

from ..room.syncing import JOINED, Joined
from ..store import access, disk


class BadAddress(ValueError):
    """An address that is none, or not safe. `str()` says what to do."""


def address(text: str) -> str:
    """The server's address as it is kept: without a slash at its end. Raises `BadAddress`."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        _ = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise BadAddress("This is no address of a server: https://warroom.example.org") from None
    if parts.scheme not in ("http", "https") or not host or not text.isascii() or not text.isprintable():
        raise BadAddress("This is no address of a server: https://warroom.example.org")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("No name and no password stand in the address: the token is asked for.")
    if parts.query or parts.fragment:
        raise BadAddress("The address ends before any ? or #.")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadAddress(
            f"http:// sends every word and the token readable by all on the way; say https://{parts.netloc}."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether this name means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def keep(data: str, joined: Joined) -> None:
    """From now on this server. Raises `OSError`, also as a `StoreError`."""
    disk.replace(os.path.join(access.ready(data), JOINED), msgspec.json.encode(joined) + b"\n")


def forget(data: str) -> None:
    """From now on none."""
    disk.forget(os.path.join(data, JOINED))
    disk.sync_folder(data)
