"""What an incident begins with, by its severity and services: roles, checklists, whose clock, how often whom hears."""

import msgspec

from warroom.core.events import CadenceAttached, PolicyAttached, Value
from warroom.core.values import Ms

from .forms import Playbook
from .load import Library
from .settings import Settings


class Opening(msgspec.Struct, frozen=True, eq=False):
    """What is in force from the declaration on; `policy` is None where nobody is called."""

    severity: str
    playbooks: tuple[Playbook, ...]
    policy: PolicyAttached | None
    cadence: CadenceAttached
    values: tuple[Value, ...]  # all of it, as the declaration attaches it


def opening(
    library: Library, settings: Settings, severity: str, services: tuple[str, ...] = (), now: Ms | None = None
) -> Opening:
    """What an incident of this severity (`SEV1`), on these services, begins with at `now` (UTC ms; None: now)."""
    fitting = library.choose_playbooks(severity, services)
    # The general one is always offered, but it may be written for graver severities than this.
    meant = [each for each in fitting if not each.when.severity or severity in each.when.severity]
    playbooks = tuple(meant or fitting)
    name = library.choose_policy(severity, settings.default_policy)
    policy = library.policy(name, now) if name else None
    cadence = library.cadence()
    values: list[Value] = [library.roles(), *(library.checklist(each) for each in playbooks), cadence]
    if policy is not None:
        values.append(policy)
    return Opening(severity, playbooks, policy, cadence, tuple(values))
