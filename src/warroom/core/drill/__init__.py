"""Drills: a scenario, the simulated world that plays it, and the score. Pure, as all of the core."""
