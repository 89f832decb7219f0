"""One room on many terminals: the wire, the engine that decides what to exchange, and the process that does it."""
