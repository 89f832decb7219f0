"""War room: run an incident from a terminal. Every fact is on disk before anybody sees it."""

__version__ = "0.1.0"
