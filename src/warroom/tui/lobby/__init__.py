"""The lobby: what is open, what was, what was practised, and one line that finds or declares."""

from .screen import Lobby

__all__ = ["Lobby"]
