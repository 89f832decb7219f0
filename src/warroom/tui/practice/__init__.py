"""The practice of command at the console: updates, questions, tasks, hypotheses, handovers, the deputy's line."""
