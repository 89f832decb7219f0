"""Where a server keeps facts: embedded files, or a NATS JetStream cluster, behind one interface."""
