"""One incident alive: do(command), follow what others wrote, tell those who watch; and the desk of all incidents."""

from ..store.errors import StoreError

__all__ = ["StoreError"]
