"""Other tools' escalation policies, schedules and people → files of ours, and a plain list of what stays behind."""

from .files import read_file
from .imported import Imported
from .opsgenie import read_opsgenie
from .pagerduty import read_pagerduty
from .write import write

__all__ = ["Imported", "read_file", "read_opsgenie", "read_pagerduty", "write"]
