"""Severity, impact, phase, milestones, resolve, close: steering the incident."""

from typing import ClassVar

from ..core.acts import lifecycle as act
from ..core.acts.entries import Log
from ..core.commands import Command
from ..core.values import ACTIVE, ENDED, IMPACT_STATES, LINK_KINDS, MILESTONES, SEVERITIES, Refused
from .base import Context, Intent, Screen, split


class Severity(Intent):
    name = "severity"
    verb = "sev"
    key = "v"
    words = "change the severity"
    usage = "SEV1..SEV5 why"
    example = "/sev 1 checkout fails for everybody"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        severity, why = split(args, "/sev SEV1 and why")
        return act.ChangeSeverity(severity=severity, why=why)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [s for s in SEVERITIES if s != ctx.state.severity]


class Impact(Intent):
    name = "impact"
    verb = "impact"
    key = "m"
    words = "say what users see"
    usage = "what [(who is affected, and who is not)] [since TIME] [ongoing|reduced|ended]"
    example = "/impact 38 % of checkouts fail (cards only; transfers work) since 13:58"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        what, how, since = args.strip(), "ongoing", None
        head, _, last = what.rpartition(" ")
        if head and last.casefold() in IMPACT_STATES:
            what, how = head, last.casefold()
        head, found, time = what.rpartition(" since ")
        if found and head and " " not in time.strip():
            try:
                since, what = ctx.when(time.strip()).t, head
            except Refused:
                pass  # "since yesterday" is part of the sentence
        what, scope = what.strip(), ""
        head, found, inside = what.removesuffix(")").rpartition("(")
        if found and what.endswith(")") and head.strip() and ")" not in inside:
            what, scope = head.strip(), inside.strip()
        return act.StateImpact(what=what, scope=scope, since=since, state=how)


class Phase(Intent):
    name = "phase"
    verb = "phase"
    words = "move to another phase"
    usage = "investigating|identified|mitigating|monitoring [why]"
    example = "/phase mitigating roll-back is running"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        phase, why = split(args, "/phase " + "|".join(ACTIVE))
        if phase.casefold() in ENDED:
            raise Refused(f"`/{'close' if phase.casefold() == 'closed' else 'resolve'}` in full ends an incident.")
        return act.ChangePhase(phase=phase, why=why)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return [p for p in ACTIVE if p != ctx.state.phase]


class Mark(Intent):
    name = "mark"
    verb = "mark"
    words = "set when a milestone was reached"
    usage = "MILESTONE [TIME]"
    example = "/mark detected 14:01"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        text = " ".join(args.split())
        if not text:
            raise Refused("Which milestone? " + ", ".join(MILESTONES) + ".")
        head, _, time = text.rpartition(" ")
        if head and any(c.isdigit() for c in time):
            return act.MarkMilestone(milestone=head, at=ctx.when(time))
        return act.MarkMilestone(milestone=text)

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(MILESTONES)


class Service(Intent):
    name = "service"
    verb = "service"
    words = "name an affected service, or take one off with -"
    usage = "[-]NAME"
    example = "/service payments"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        name = args.strip()
        return act.NameService(service=name.lstrip("-").strip(), affected=not name.startswith("-"))


class Bridge(Intent):
    name = "bridge"
    verb = "bridge"
    words = "say where people talk: a link, a number to dial, the code to get in"
    usage = "[LINK] [dial NUMBER] [code CODE]"
    example = "/bridge meet/k3f9 dial +44 20 7946 0001 code 4711"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        where, dial, code = way_in(args)
        was = ctx.state.call
        if where is None:  # only the number or the code is said: the rest stays as it is
            return act.SetBridge(
                where=was.where,
                dial=was.dial if dial is None else dial,
                passcode=was.passcode if code is None else code,
            )
        return act.SetBridge(where=where, dial=dial or "", passcode=code or "")


def way_in(text: str) -> tuple[str | None, str | None, str | None]:
    """Link, number to dial and code of `LINK dial NUMBER code CODE`; None for each that is not said."""
    parts: dict[str, list[str]] = {"where": []}
    now = "where"
    for word in text.split():
        name = {"dial": "dial", "code": "code", "passcode": "code", "pin": "code"}.get(word.casefold().rstrip(":"))
        if name and name not in parts:
            parts[name] = []
            now = name
        else:
            parts[now].append(word)
    for name in ("dial", "code"):
        if name in parts and not parts[name]:
            raise Refused(f"Behind “{name}” nothing is said: `/bridge meet/k3f9 dial +44 20 7946 0001 code 4711`.")
    where = " ".join(parts["where"])
    said = {name: " ".join(words) for name, words in parts.items()}
    alone = not where and len(parts) > 1
    return None if alone else where, said.get("dial"), said.get("code")


class CopyBridge(Intent):
    name = "copybridge"
    verb = "copybridge"
    words = "copy the bridge: link, number and code"
    group = "see"
    quick = True


class Attach(Intent):
    name = "attach"
    verb = "attach"
    words = "keep a file or a link as evidence, of the selected entry if one is selected"
    usage = "FILE or URL"
    example = "/attach ~/pods.txt"
    group = "write"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        if not args.strip():
            raise Refused("Which file or link? `/attach ~/pods.txt` keeps it as evidence.")
        return Screen(cls.name, args.strip())


class Insist(Intent):
    name = "insist"
    verb = "insist"
    words = "write it as it was typed, though it looked like a secret and was masked"
    usage = "[TEXT]"
    group = "write"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return Log(text=args.strip()) if args.strip() else Screen(cls.name)


class Rename(Intent):
    name = "rename"
    verb = "rename"
    words = "give the incident a better title"
    usage = "TITLE"
    example = "/rename Checkout returns 500s"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return act.Rename(title=args)


class Link(Intent):
    name = "link"
    verb = "link"
    words = "link to another incident"
    usage = "duplicate of|caused by|related to INC"
    example = "/link caused by K3F9"
    group = "steer"

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        low = " ".join(args.split())
        for link in LINK_KINDS:
            if low.casefold().startswith(link + " "):
                inc, title = ctx.find(low[len(link) + 1 :])
                return act.Link(link=link, to=inc, title=title)
        raise Refused("How are they linked? `/link duplicate of K3F9`, `/link caused by …` or `/link related to …`.")

    @classmethod
    def candidates(cls, args: str, ctx: Context) -> list[str]:
        return list(LINK_KINDS)


class Resolve(Intent):
    name = "resolve"
    verb = "resolve"
    words = "resolve the incident"
    usage = "[what resolved it]"
    example = "/resolve locks gone, error rate back to 0.1 %"
    group = "steer"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return act.ChangePhase(phase="resolved", why=args.strip())


class Close(Intent):
    name = "close"
    verb = "close"
    words = "close the resolved incident"
    usage = "[why]"
    group = "steer"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return act.ChangePhase(phase="closed", why=args.strip())


class Cancel(Intent):
    name = "cancel"
    verb = "cancel"
    words = "cancel: it was no incident"
    usage = "why"
    group = "steer"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        if not args.strip():
            raise Refused("Why is it cancelled? A few words: `/cancel false alarm, a test was running`.")
        return act.ChangePhase(phase="cancelled", why=args.strip())


class Reopen(Intent):
    name = "reopen"
    verb = "reopen"
    words = "open it again"
    usage = "[why]"
    group = "steer"
    whole: ClassVar = True

    @classmethod
    def command(cls, args: str, ctx: Context) -> Command | Screen:
        return act.Reopen(why=args.strip())


INTENTS: tuple[type[Intent], ...] = (
    Severity,
    Impact,
    Phase,
    Mark,
    Service,
    Bridge,
    CopyBridge,
    Attach,
    Insist,
    Rename,
    Link,
    Resolve,
    Close,
    Reopen,
    Cancel,
)
