"""Roles: who has which. A held role changes hands by a handover or said plainly, never by accident.

"A commander change reverted by itself" (Netflix/dispatch#1230) is what the strictness prevents.
"""

from .. import events as ev
from .. import handover
from ..commands import Command, Draft, Stamp
from ..incident import Held, Incident
from ..values import Refused
from .repeated import repeated


def role_of(state: Incident, text: str) -> Held:
    """The role that `text` names by id, name, short name or only beginning; else a new one. Raises `Refused`."""
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        raise Refused("Which role? For instance: `/assign scribe lee`.")
    names = [(r, {r.role.casefold(), r.name.casefold(), r.short.casefold()}) for r in state.roles]
    hits = [r for r, known in names if wanted in known]
    hits = hits or [r for r, known in names if any(n.startswith(wanted) for n in known) and len(wanted) > 2]
    if len(hits) > 1:
        raise Refused(f"“{text}” fits {', '.join(r.role for r in hits)}; say which.")
    return hits[0] if hits else Held(wanted, wanted, wanted, "", None)


class AssignRole(Command, frozen=True, kw_only=True):
    """Give a free role to a person; `replace` takes it from whoever has it. An empty `who` frees it.

    Given again to whoever has it, it takes back an offer that was not accepted.
    """

    role: str
    who: str
    replace: bool = False
    heard_by: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        held = role_of(state, self.role)
        who = " ".join(self.who.split())
        settled = len(state.visible((ev.RoleAssigned.type, held.role))) < 2
        if who == held.who and settled and not held.offered_to:
            raise Refused(f"{who} is {held.name} already." if who else f"{held.name} is free already.")
        mine = stamp.by.name == held.who
        if held.who and who not in ("", held.who) and settled and not (self.replace or mine):
            raise Refused(
                f"{held.who} is {held.name}. To hand it over: `/offer {held.role} {who}`; "
                f"to take it at once: `/assign {held.role} {who} !` or `warroom assign --replace`."
            )
        return [self.draft(state, stamp, ev.RoleAssigned(held.role, who, held.who, self.heard_by))]


class OfferRole(Command, frozen=True, kw_only=True):
    """Begin a handover, with the brief that goes with it. Until the other person accepts, nothing has changed."""

    role: str
    who: str
    brief: str = ""
    why: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        held = role_of(state, self.role)
        who = " ".join(self.who.split())
        if not who:
            raise Refused("Offer it to whom? For instance: `/offer commander ana`.")
        if held.role not in {known.role for known in state.roles}:
            names = ", ".join(known.role for known in state.roles)
            raise Refused(f"There is no role “{held.name}” to hand over. Known: {names or 'none'}.")
        if who == held.who:
            raise Refused(f"{who} is {held.name} already.")
        if held.offered_to == who:
            raise Refused(f"{held.name} is offered to {who} already; `/accept {held.role}` completes it.")
        brief = self.brief or handover.text(state, held.role, stamp.now, to=who)
        return [self.draft(state, stamp, ev.RoleOffered(held.role, who, brief, self.why))]


class AcceptRole(Command, frozen=True, kw_only=True):
    """Complete a handover: by the person it was offered to, or by whoever heard them accept on the bridge."""

    role: str = ""

    def drafts(self, state: Incident, stamp: Stamp) -> list[Draft]:
        offered = [r for r in state.roles if r.offered_to]
        if self.role:
            held = role_of(state, self.role)
            offered = [r for r in offered if r.role == held.role]
        mine = [r for r in offered if r.offered_to == stamp.by.name] or offered
        if not mine:
            raise self._not_offered(state, stamp)
        if len(mine) > 1:
            raise Refused(f"Several are offered: {', '.join(r.role for r in mine)}; say which.")
        role = mine[0]
        heard = "" if role.offered_to == stamp.by.name else stamp.by.name
        return [self.draft(state, stamp, ev.RoleAssigned(role.role, role.offered_to, role.who, heard))]

    def _not_offered(self, state: Incident, stamp: Stamp) -> Refused:
        """Why there is nothing to accept: nothing was offered, or somebody has accepted or declined it already."""
        done, offer = just_accepted(state, self.role), last_offer(state, self.role)
        declined = offer is not None and (done is None or offer.order > done.order)
        if offer is not None and declined and isinstance(offer.body, ev.RoleOffered) and not offer.body.who:
            told = f"No role is being handed over any more: {offer.body.text()}, noted by {offer.by.name}."
            return repeated(self, state, stamp, offer.by.name, f"accepted {offer.body.role}, too late", told)
        if done is not None and isinstance(done.body, ev.RoleAssigned):
            told = f"{done.body.who} is {done.body.role} already: {done.by.name} noted it."
            return repeated(self, state, stamp, done.by.name, f"accepted {done.body.role} too", told)
        return Refused("No role is being handed over. `/offer commander ana` begins a handover.")


def last_offer(state: Incident, role: str) -> ev.Event | None:
    """What was last said about handing this role over, or any where none is named."""
    found = [e for (_, name), e in state.under(ev.RoleOffered.type) if name.startswith(role.casefold())]
    return max(found, key=lambda event: event.order, default=None)


def just_accepted(state: Incident, role: str) -> ev.Event | None:
    """The acceptance of a handover that somebody else has noted already."""
    found = []
    for (_, name), event in state.under(ev.RoleAssigned.type):
        offer = state.value((ev.RoleOffered.type, name))
        who = event.body.who if isinstance(event.body, ev.RoleAssigned) else ""
        if offer and who and offer.who == who and (not role or name.startswith(role.casefold())):
            found.append(event)
    return max(found, key=lambda event: event.order, default=None)
