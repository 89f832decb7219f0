"""Where a step of a checklist comes from, in words."""

from ..events import Step

_OURS = "INC-"  # an incident of one's own, where the shipped steps name published ones


def origin(step: Step) -> str:
    """`added after INC-K3F9`; empty where the step names nothing that it was learned from."""
    return f"added after {step.origin}" if step.origin else ""


def is_ours(step: Step) -> bool:
    """Whether it was learned from an incident of one's own."""
    return step.origin.startswith(_OURS)
