"""The store of teams that outgrow one machine: a NATS JetStream cluster, and as many API nodes before it as wanted."""

from .settings import Settings, settings_of
from .store import JetStreamStore

__all__ = ["JetStreamStore", "Settings", "settings_of"]
