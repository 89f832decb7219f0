"""What the files about whom to call say about each other: contacts, on-call, channels, roles, time zones."""

from collections.abc import Iterator
from os.path import join

from .channels import Channels, Opsgenie, PagerDuty
from .load import Library
from .local import is_zone
from .people_forms import CONTACT, ONCALL, OnCall
from .policy_forms import Policy
from .problem import Fault, Problem, one_of, shown

_NO_PHONE = "The level stands, without a number to ring."
# What an example contact may give as its way to be reached: an address for people to read.
_FOR_PEOPLE = ("mailto:", "https:")


def of_people(library: Library) -> Iterator[Problem]:
    """What contacts and on-call say about other things."""
    for id, contact in library.contacts.items():
        file = join(library.data if contact.example else library.own or library.data, "contacts.toml")
        at = f"contact.{shown(id)}"
        if contact.tz and not is_zone(contact.tz):
            yield Problem(file, f"{at}.tz", f"“{shown(contact.tz)}” is not a time zone")
        for way in contact.reach:
            if not (contact.example and way.startswith(_FOR_PEOPLE)) and library.channels.way(way) is None:
                yield Problem(file, f"{at}.reach", no_channel(way, library.channels), "This way is passed over.")
            elif library.channels.opens_issues(way):
                reason = f"“{shown(way)}” opens issues, and reaches nobody"
                yield Problem(file, f"{at}.reach", reason, "This way is passed over.")
    file = join(library.own or library.data, "oncall.toml")
    for id, form in library.oncall.items():
        for fault in _of_turn(library, id, form):
            yield Problem(file, fault.path, fault.reason)


def of_policy(library: Library, policy: Policy, own: bool) -> Iterator[tuple[Fault, str]]:
    """What this policy says about contacts, on-call and roles that are not there, and what is done instead."""
    places = [(f"level[{n}]", (*each.notify, *each.backup)) for n, each in enumerate(policy.level, 1)]
    places += [(f"specialist[{n}]", (*each.notify, *each.backup)) for n, each in enumerate(policy.specialist, 1)]
    for at, named in places:
        for ref in dict.fromkeys(named):
            if fault := _of_ref(library, ref, own):
                yield Fault(at, fault), "" if fault.endswith("nobody") else _NO_PHONE
    for number, level in enumerate(policy.level, 1):
        if level.quiet_tz and not is_zone(level.quiet_tz):
            reason = f"“{shown(level.quiet_tz)}” is not a time zone"
            yield Fault(f"level[{number}].quiet_tz", reason), "The level has no quiet hours."
    roles = tuple(library.roles_by_id)
    for number, trigger in enumerate(policy.trigger, 1):
        if trigger.missing and trigger.missing not in roles:
            reason = f"“{shown(trigger.missing)}” is not a role: {one_of(roles)}"
            yield Fault(f"trigger[{number}].missing", reason), "It counts as missing always."


def no_channel(way: str, channels: Channels) -> str:
    """Says that nothing is known by which `way` could go."""
    name = shown(way)
    there = f"there is {one_of(tuple(channels.by_name))}" if channels.by_name else "there is none at all"
    return f"there is no channel “{name}” in channels.toml; {there}"


def _of_ref(library: Library, ref: str, own: bool) -> str:
    if ref.startswith(ONCALL):
        known = ref.removeprefix(ONCALL) in library.oncall
        return "" if known else f"there is no “{shown(ref)}” in oncall.toml"
    contact = library.contacts.get(ref.removeprefix(CONTACT))
    if contact is None:
        return f"there is no “{shown(ref)}” in contacts.toml"
    return f"“{shown(ref)}” is an example, and reaches nobody" if contact.example and own else ""


def _of_turn(library: Library, id: str, form: OnCall) -> Iterator[Fault]:
    at = f"oncall.{shown(id)}"
    if form.tz and not is_zone(form.tz):
        yield Fault(f"{at}.tz", f"“{shown(form.tz)}” is not a time zone, and UTC is used instead")
    for key, named in (("people", form.people), ("overrides", tuple(each.who for each in form.overrides))):
        for ref in dict.fromkeys(named):
            if reason := _of_ref(library, ref, True):
                yield Fault(f"{at}.{key}", reason)
    for way in form.reach:
        if library.channels.way(way) is None:
            yield Fault(f"{at}.reach", no_channel(way, library.channels))
    if not form.schedule:
        return
    channel = library.channels.by_name.get(form.channel)
    wanted = PagerDuty if form.schedule.startswith("pagerduty:") else Opsgenie
    if not form.channel:
        yield Fault(at, "names no channel: the schedule is never asked")
    elif channel is None:
        yield Fault(f"{at}.channel", no_channel(form.channel, library.channels))
    elif not isinstance(channel, wanted):
        yield Fault(f"{at}.channel", f"“{shown(form.channel)}” is of kind {channel.kind}, and has no such schedule")
