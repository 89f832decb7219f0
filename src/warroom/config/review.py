"""When a review is owed, by severity, as a person's severities.toml has it."""

from warroom.core.review.deadlines import Rule

from .load import Library


def rules(library: Library) -> dict[str, Rule]:
    """The days of each severity; one that names none owes no review."""
    return {id: Rule(each.review_days, each.review_business_days) for id, each in library.severities.items()}
