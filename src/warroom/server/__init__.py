"""The remote API: one more place that keeps the facts, and passes them on."""
