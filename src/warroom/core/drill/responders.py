"""The simulated people: how they answer pages, tasks, proposals and roles that they are offered."""

from collections.abc import Iterator

from .. import events as ev
from .. import outbox
from ..acts import drill as act
from ..acts.paging import Acknowledge, ReportNoAnswer
from ..acts.people import AcceptRole
from ..acts.practice import ReadBack
from ..acts.talk import open_polls
from ..commands import Command
from ..events.delivery import ARRIVED
from ..incident import Incident, TaskView
from ..run import advance, called_at, is_called, said_by
from ..values import MINUTE, SECOND, Ms
from .condition import fits, names
from .moments import of_type, simulated, since
from .seeded import pick

Answer = tuple[Ms, str, Command, str]
"""When (UTC ms), under which key, what, and by whom."""

NOTHING = "Nothing to report yet; I keep looking."


def answers(state: Incident, played: ev.Scenario) -> Iterator[Answer]:
    """Everything that simulated people do about what is asked of them, now and later."""
    from .world import unreachable

    gone = unreachable(state, played)
    people = {p.name.casefold(): p for p in played.people if not p.observer and p.id not in gone}
    started = state.value((ev.DrillStarted.type,))
    seed = started.seed if isinstance(started, ev.DrillStarted) else 0
    if state.open:
        yield from _pages(state, people)
    for task in state.tasks:
        who = people.get(task.who.casefold()) or next((p for p in people.values() if p.id == task.who), None)
        if task.state == "open" and who:
            yield from _task(state, played, task, who, seed)
    yield from _roles(state, people, seed)
    yield from _polls(state, played, people)


# ── pages ──


def _pages(state: Incident, people: dict[str, ev.Person]) -> Iterator[Answer]:
    for _, event in state.under(ev.DeliveryChanged.type):
        page = event.body
        if not isinstance(page, ev.DeliveryChanged) or page.what != "page" or page.state not in ARRIVED:
            continue
        who = people.get(page.who.casefold())
        if who is None or who.page == "silent":
            continue
        at = event.at.t + who.after
        if not _is_open(state, page, at):
            continue
        command: Command = Acknowledge(who=who.name, topic=page.topic)
        if who.page == "declines":
            command = ReportNoAnswer(who=who.name, declined=True, topic=page.topic, why="cannot take it now")
        yield at, f"page:{page.delivery}", command, who.name
    for event in of_type(state, ev.Acknowledged):
        body = event.body
        who = people.get(body.who.casefold()) if isinstance(body, ev.Acknowledged) else None
        if who and simulated(event) and who.name not in state.attendance:
            yield event.at.t + 20 * SECOND, f"join:{who.id}", act.Arrive(who=who.name), who.name


def _is_open(state: Incident, page: ev.DeliveryChanged, at: Ms) -> bool:
    """Whether this page still waits for this person: nobody has it, and they have said nothing."""
    run = state.runs.get(page.topic)
    if run is None:
        return False
    now = advance(run, at)
    if now.halted or now.ack or outbox.closed(state, page, at):
        return False
    call = next((c for c in now.called if (c.level, c.backup) == (page.level, page.backup)), None)
    target = call and next((t for t in called_at(now, call) if is_called(t, page.who)), None)
    return bool(call and target and said_by(now, call, target) is None)


# ── tasks ──


def _task(state: Incident, played: ev.Scenario, task: TaskView, who: ev.Person, seed: int) -> Iterator[Answer]:
    if task.read_back is None:
        begun = task.given if who.task == "reads back" else _asked_again(state, task, who)
        if begun is not None:
            wait = (12 + pick(seed, f"read:{task.number}", 24)) * SECOND
            words = f"understood: {task.what}"[:120]
            yield begun + wait, f"read:{task.number}", ReadBack(task=task.id, words=words), who.name
    fitting = [each for each in played.replies if each.to and _answers(state, each, task, who)]
    for each in fitting:
        key = f"answer:{each.id}:{task.number}"
        if (ev.DrillInjected.type, key) not in state.values:
            said = act.Reply(key=key, says=each.says, task=task.id, done=each.done, flags=(*each.flags,))
            yield task.given + each.takes, key, said, who.name
        if each.done:
            return
    key = f"answer:-:{task.number}"
    if not fitting or all(not each.done for each in fitting):
        said = act.Reply(key=key, says=who.otherwise or NOTHING, task=task.id)
        longest = max((each.takes for each in fitting), default=0)
        yield task.given + max(who.takes, longest + MINUTE), key, said, who.name


def _answers(state: Incident, each: ev.Reply, task: TaskView, who: ev.Person) -> bool:
    if each.who and each.who != who.id:
        return False
    if not fits(each.to, task.what):
        return False
    if each.once and any(
        key[1].startswith(f"answer:{each.id}:") and key[1] != f"answer:{each.id}:{task.number}"
        for key in state.values
        if key[0] == ev.DrillInjected.type
    ):
        return False
    if not each.when:
        return True
    return since(each.when, state, state.declared_at, until=task.given) is not None


def _asked_again(state: Incident, task: TaskView, who: ev.Person) -> Ms | None:
    """When somebody asked a quiet person by name, after the task was given: only then do they say it back."""
    for event in of_type(state, ev.Logged, ev.TaskGiven, ev.TaskChanged):
        body = event.body
        if event.rec <= task.given or simulated(event):
            continue
        text = body.text_ if isinstance(body, ev.Logged) else f"{getattr(body, 'who', '')} {getattr(body, 'what', '')}"
        if names(who.name, text):
            return event.rec
    return None


# ── roles and proposals ──


def _roles(state: Incident, people: dict[str, ev.Person], seed: int) -> Iterator[Answer]:
    for held in state.roles:
        who = people.get(held.offered_to.casefold()) if held.offered_to else None
        offer = state.visible((ev.RoleOffered.type, held.role))
        if who and who.accepts and offer:
            wait = (20 + pick(seed, f"accept:{held.role}", 30)) * SECOND
            yield offer[-1].at.t + wait, f"accept:{held.role}", AcceptRole(role=held.role), who.name


def _polls(state: Incident, played: ev.Scenario, people: dict[str, ev.Person]) -> Iterator[Answer]:
    names = {p.id: p.name for p in people.values()}
    for poll in open_polls(state):
        proposal = poll.body.proposal if isinstance(poll.body, ev.PollOpened) else ""
        for each in played.replies:
            if not each.to_poll or each.who not in names or not fits(each.to_poll, proposal):
                continue
            if each.when and since(each.when, state, state.declared_at) is None:
                continue
            key = f"answer:{each.id}:{poll.id}"
            if (ev.DrillInjected.type, key) not in state.values:
                said = act.ObjectTo(key=key, poll=poll.id, says=each.says, flags=each.flags)
                yield poll.at.t + min(each.takes, 30 * SECOND), key, said, names[each.who]
