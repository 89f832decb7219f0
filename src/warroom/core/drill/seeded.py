"""Choices that a seed makes: the same for the same seed and the same thing, whatever else happens."""

from hashlib import sha256


def pick(seed: int, what: str, many: int) -> int:
    """A number from 0 to `many` - 1."""
    return int.from_bytes(sha256(f"{seed}\0{what}".encode()).digest()[:8], "big") % max(1, many)
