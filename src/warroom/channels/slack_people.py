"""Who somebody of Slack's is among the people whom the room knows, and the other way round.

First as the policy on the log knows them, then as `contacts.toml` does: by the id that stands in their `reach`, else by
their e-mail address.
"""

from collections.abc import Iterator, Mapping
from re import fullmatch

from ..config.people_forms import Contact
from ..core.events import Target
from ..core.incident import Incident
from ..core.run import is_called, on_duty

LOGIN = "slack"  # as whose login what is heard there stands on the log


class People:
    """`contacts` by id."""

    def __init__(self, contacts: Mapping[str, Contact]) -> None:
        self._contacts = {id: each for id, each in contacts.items() if not each.example}

    def address(self, state: Incident, who: str, channel: str) -> str:
        """The id of `who` on this channel, else their e-mail address; empty where neither is known."""
        for target in _targets(state):
            if is_called(target, who) and (found := user_in(target.reach, channel)):
                return found
        for id, each in self._contacts.items():
            if who.casefold() in (id.casefold(), each.name.casefold()):
                return user_in(each.reach, channel) or each.email
        return ""

    def name(self, state: Incident, user: str, email: str, channel: str) -> str:
        """The name of the contact that this user is; empty where it is nobody's."""
        way = f"{channel}:{user}"
        for target in _targets(state):
            if way in target.reach:
                return target.name
        for each in self._contacts.values():
            if way in each.reach or (email and each.email.casefold() == email.casefold()):
                return each.name
        return ""

    def is_taken(self, state: Incident, name: str) -> bool:
        """Whether this is the name of a contact, so that nobody else may go by it."""
        known = {each.casefold() for id, contact in self._contacts.items() for each in (id, contact.name)}
        return name.casefold() in known or any(is_called(target, name) for target in _targets(state))


def user_in(reach: tuple[str, ...], channel: str) -> str:
    """The person's id that these ways name on this channel."""
    for way in reach:
        name, _, address = way.partition(":")
        if name == channel and is_user(address):
            return address
    return ""


def is_user(text: str) -> bool:
    """Whether this is the id of a person of Slack's."""
    return fullmatch("[UW][A-Z0-9]{1,30}", text) is not None


def _targets(state: Incident) -> Iterator[Target]:
    """Everybody whom the policies in force know, each as the person who has the turn."""
    for run in state.runs.values():
        policy = run.policy
        targets = [target for level in policy.levels for target in (*level.notify, *level.backup)]
        targets += [target for each in policy.specialists for target in each.targets]
        for target in targets:
            if not target.example:
                yield target
                yield from (on_duty(target, shift.start) for shift in target.shifts)
