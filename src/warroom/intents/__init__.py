"""Every act of a person, once: the prompt's verbs, the keys, the palette and the help all derive from these."""

from . import desk, drill, items, learn, lifecycle, paging, people, practice, review, talk, update, view
from .base import Context, Intent, Screen

ALL: tuple[type[Intent], ...] = (
    *talk.INTENTS,
    *items.INTENTS,
    *update.INTENTS,
    *desk.INTENTS,
    *people.INTENTS,
    *practice.INTENTS,
    *paging.INTENTS,
    *lifecycle.INTENTS,
    *drill.INTENTS,
    *review.INTENTS,
    *learn.INTENTS,
    *view.INTENTS,
)
BY_NAME: dict[str, type[Intent]] = {i.name: i for i in ALL}
BY_VERB: dict[str, type[Intent]] = {i.verb: i for i in ALL if i.verb}
BY_KEY: dict[str, type[Intent]] = {i.key: i for i in ALL if i.key}
BY_FKEY: dict[str, type[Intent]] = {i.fkey: i for i in ALL if i.fkey}

__all__ = ["ALL", "BY_FKEY", "BY_KEY", "BY_NAME", "BY_VERB", "Context", "Intent", "Screen"]
