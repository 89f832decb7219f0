"""`warroom watch` that kills itself with -9 at its n-th point: see `doomed_points`."""

import doomed_points

doomed_points.watch()
