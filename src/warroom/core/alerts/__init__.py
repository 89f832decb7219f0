"""Alerts: what came in, what people made of it, and how much of it was signal."""
