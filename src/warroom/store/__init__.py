"""Facts on disk: the append file, the log on it, and what lies beside it. Durable before anybody acts on it."""
