"""How hard the properties look: a few hundred examples at a desk, ten thousand for convergence where CI is set."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("desk", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("desk"), max_examples=300, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
