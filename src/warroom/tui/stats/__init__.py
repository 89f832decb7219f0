"""The stats screen: what all incidents of this home say together, as plots in the terminal."""

from .screen import StatsScreen

__all__ = ["StatsScreen"]
