"""On PYTHONPATH, this makes every War room process impatient: what takes a minute takes seconds."""

try:
    from warroom.channels import settling
    from warroom.core.values import SECOND
    from warroom.room import paged_there
    from warroom.server import presence
    from warroom.sync import errands
    from warroom.sync.engine import Backoff
except ImportError:  # another program
    pass
else:
    paged_there.SILENT = 6 * SECOND
    paged_there.BEGINS = 8 * SECOND
    settling.HERE = 3 * SECOND
    settling.SERVER = 6 * SECOND
    errands.EVERY_S = 0.5
    presence.GONE = 2 * SECOND
    Backoff.LONGEST = 1.0
