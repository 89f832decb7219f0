"""Action items on their way to GitHub and Jira: one issue each, whatever breaks, and closed there is done here."""

import pytest

from farside import FarSide
from hand_kit import MINUTE
from stand_ins import serves
from trackers import GitHubThere, JiraThere
from warroom.channels.filing import EVERY, SURELY
from warroom.core.acts.items import ChangeItem, FileItem, RaiseItem
from warroom.core.acts.lifecycle import ChangePhase
from warroom.core.review.items import items
from warroom.core.values import DAY, SECOND
from warroom.room import pager as room_pager

QUIET = 'id = "quick"\n[[level]]\nafter = "PT0S"\nnotify = ["contact:nobody"]\n'
CONTACTS = '[contact.nobody]\nname = "Nobody"\n'


class Elsewhere:
    """A house with GitHub and Jira in it, and a pager for it that moves by hand."""

    def __init__(self, house, pager) -> None:
        self.hub, self.jira = GitHubThere(), JiraThere()
        self.sides = [FarSide(), FarSide()]
        for side, there in zip(self.sides, (self.hub, self.jira), strict=True):
            side.answers(serves(there))
        self.house = house(watch="off", policy=QUIET)
        self.house.write("contacts.toml", CONTACTS)
        self.house.write("channels.toml", self.toml())
        self._pager = pager
        self.it = None

    def toml(self, shared: str = "") -> str:
        hub, jira = (side.url for side in self.sides)
        return (
            f'[channel.github]\nkind = "github"\ntoken_env = "HUB"\nurl = "{hub}"\n{shared}'
            f'[channel.jira]\nkind = "jira"\ntoken_env = "HUB"\nuser = "ana@example.org"\nurl = "{jira}"\n{shared}'
        )

    def begin(self, **how):
        self.it = self._pager(self.house).declare(**how)
        return self

    def again(self, token: str = "t2"):
        """Another process, after the first one died without a word."""
        path, self.it = self.it.path, self._pager(self.house, token=token, take=True)
        self.it.path = path
        return self

    def raised(self, what: str = "Alert on replica lag", **more):
        self.it.do(RaiseItem(what=what, **more))
        return self

    def filed(self, way: str = "github:acme/shop", item: str = "1"):
        self.it.do(FileItem(item=item, way=way))
        return self

    @property
    def item(self):
        return items(self.it.state)[0]

    @property
    def kinds(self):
        return [e.body.text() for e in self.it.state.facts if e.body.kind in ("item", "sent", "not sent")]

    def until(self, filing: str):
        self.it.until(lambda: self.item.filing == filing)
        return self

    def passes(self, ms: int):
        self.it.settled()  # what was asked before this time has passed is answered before it
        self.it.hand.passes(ms)
        self.it.settled()
        self.it.turn()
        self.it.settled()

    def close(self):
        for side in self.sides:
            side.close()
        self.hub.far.clean()
        self.jira.far.clean()


@pytest.fixture
def there(house, pager, monkeypatch):
    monkeypatch.setenv("HUB", "a-token-of-nobody")
    made = Elsewhere(house, lambda it, **how: pager(it, **how))
    yield made
    made.close()


# ── opened once ──


def test_an_item_becomes_one_issue_and_says_where(there):
    there.begin().raised(owner="ivo", what_for="detect").filed().until("filed")
    assert there.item.link == "https://github.com/acme/shop/issues/1"
    assert there.item.there == "open"
    [issue] = there.hub.opened
    assert issue["title"] == "Alert on replica lag"
    assert issue["labels"] == ["action item", "detect"]
    assert "From: incident INC-" in issue["body"]
    assert "Owner: ivo" in issue["body"]


def test_in_jira_too(there):
    there.begin().raised().filed("jira:OPS").until("filed")
    assert there.item.remote == "OPS-1"
    assert there.item.link.endswith("/browse/OPS-1")
    assert len(there.jira.opened) == 1


def test_an_incident_that_is_closed_long_ago_still_sends_its_items(there):
    there.begin().it.do(ChangePhase(phase="resolved"))
    there.it.do(ChangePhase(phase="closed"))
    there.passes(30 * DAY)
    there.raised().filed().until("filed")


def test_what_nobody_asked_for_goes_nowhere(there):
    there.begin().raised()
    there.passes(MINUTE)
    assert not there.hub.far.requests


def test_what_looks_like_a_secret_does_not_leave(there):
    there.begin().raised("rotate AKIAIOSFODNN7EXAMPLE at once").filed().until("filed")
    assert "AKIAIOSFODNN7EXAMPLE" not in str(there.hub.opened)


def test_of_the_incident_the_issue_says_no_more_than_its_handle(there):
    there.begin(title="Customer Initech cannot pay").raised().filed().until("filed")
    assert "Initech" not in str(there.hub.opened)


# ── never twice ──


def test_an_issue_that_was_opened_without_an_answer_is_found_and_not_opened_again(there):
    there.hub.loses = 1
    there.begin().raised().filed().until("unknown")
    there.passes(SURELY)
    there.until("filed")
    assert len(there.hub.issues) == 1
    assert there.item.remote == "acme/shop#1"


def test_one_that_did_not_arrive_is_looked_for_and_then_opened(there):
    from httpx import Response

    there.hub.first = [Response(502)]
    there.begin().raised().filed().until("unknown")
    assert not there.hub.issues
    there.passes(SURELY)
    there.until("filed")
    assert len(there.hub.issues) == 1


def test_it_is_not_looked_for_before_an_index_can_know_it(there):
    there.hub.loses = 1
    there.begin().raised().filed().until("unknown")
    there.passes(SURELY - SECOND)
    assert not there.hub.asked("issues")


def test_while_nobody_can_say_whether_it_arrived_it_is_not_opened_again(there):
    from httpx import Response

    there.hub.loses = 1
    there.begin().raised().filed().until("unknown")
    there.hub.first = [Response(503)] * 20
    for _ in range(20):
        there.passes(2 * MINUTE)
    assert len(there.hub.issues) == 1
    assert there.item.filing == "unknown"
    assert len([text for text in there.kinds if "nobody could say" in text]) == 1
    there.hub.first = []
    there.passes(6 * MINUTE)
    there.until("filed")
    assert len(there.hub.issues) == 1


def test_a_process_that_died_after_sending_is_followed_by_one_that_looks_it_up(there, monkeypatch):
    there.begin().raised().filed()
    died = there.it
    monkeypatch.setattr(died.watch._hands, "back", lambda: iter(()))  # what came back never reached the log
    died.turn()
    died.until(lambda: there.hub.issues)
    assert there.item.filing == "sending"
    for kept in died.watch._kept.values():
        kept.lock.release()
        kept.room.log.close()
    died.watch._kept.clear()
    there.again().until("unknown")
    there.passes(SURELY)
    there.until("filed")
    assert len(there.hub.issues) == 1


def test_one_process_that_died_between_the_two_notes_is_finished_by_the_next(there):
    there.begin().raised().filed().until("filed")
    [sent] = [d for d in there.it.state.deliveries if d.what == "item"]
    assert sent.remote == "acme/shop#1 https://github.com/acme/shop/issues/1"
    from warroom.channels.filing import noted
    from warroom.core.fold import fold
    from warroom.core.incident import Incident

    state = Incident()
    for event in there.it.state.facts:
        if getattr(event.body, "remote", "") and event.body.kind == "item":
            break
        state = fold(state, event)
    [note] = noted(state, "t9")
    assert (note.remote, note.link) == ("acme/shop#1", "https://github.com/acme/shop/issues/1")


# ── what is in the way ──


def test_a_rate_limit_is_waited_for_and_then_it_goes_out_once(there):
    from httpx import Response

    there.hub.first = [Response(403, headers={"Retry-After": "120"}, json={"message": "secondary rate limit"})]
    there.begin().raised().filed().until("queued")
    there.passes(119 * SECOND)
    assert not there.hub.issues
    there.passes(2 * SECOND)
    there.until("filed")
    assert len(there.hub.issues) == 1


def test_a_wrong_token_is_said_and_it_can_be_filed_again(there):
    from httpx import Response

    there.hub.first = [Response(401, json={"message": "Bad credentials"})]
    there.begin().raised().filed().until("failed")
    assert "does not take the token" in there.item.trouble
    there.filed().until("filed")
    assert len(there.hub.issues) == 1


def test_a_repository_that_is_not_there_is_said_and_another_can_be_named(there):
    there.begin().raised().filed("github:acme/shpo").until("failed")
    assert "no repository acme/shpo" in there.item.trouble
    there.filed("github:acme/shop").until("filed")


def test_a_channel_that_opens_no_issues_is_said(there):
    there.house.write("channels.toml", there.toml() + '[channel.here]\nkind = "bell"\n')
    there.begin().raised().filed("here").until("failed")
    assert "opens no issues" in there.item.trouble


def test_a_channel_that_is_not_there_is_said(there):
    there.begin().raised().filed("gitlab:x").until("failed")
    assert "no such channel" in there.item.trouble


def test_of_a_restricted_incident_nothing_goes_where_many_read(there):
    there.begin(restricted=True).raised().filed().until("failed")
    assert "restricted" in there.item.trouble
    assert not there.hub.far.requests


def test_where_few_read_it_a_restricted_incident_s_item_goes(there):
    there.house.write("channels.toml", there.toml("shared = false\n"))
    there.begin(restricted=True).raised().filed().until("filed")


def test_a_drill_s_items_go_nowhere(there):
    there.begin(drill=True).raised()
    room = there.it.desk.open(there.it.path)
    with room.log:
        room.load()
        assert "drill" in str(room.do(FileItem(item="1", way="github:acme/shop")))
    there.passes(MINUTE)
    assert not there.hub.far.requests
    assert not room_pager.wanted(there.it.state)


def test_what_was_done_before_it_went_out_stays_here(there):
    from httpx import Response

    there.hub.first = [Response(429, headers={"Retry-After": "60"})]
    there.begin().raised().filed().until("queued")
    there.it.do(ChangeItem(item="1", state="done"))
    there.passes(2 * MINUTE)
    assert there.item.filing == "dropped"
    assert not there.hub.issues


# ── closed there, done here ──


def test_what_is_closed_there_is_done_here_with_the_reason(there):
    there.begin().raised(owner="ivo").filed().until("filed")
    there.hub.closes(1)
    there.passes(EVERY + SECOND)
    assert (there.item.state, there.item.why, there.item.there) == ("done", "closed there", "closed")
    assert there.item.owner == "ivo"


def test_in_jira_what_is_in_a_done_category_is_done(there):
    there.begin().raised().filed("jira:OPS").until("filed")
    there.jira.closes(1, "indeterminate")
    there.passes(EVERY + SECOND)
    assert there.item.open
    there.jira.closes(1)
    there.passes(EVERY + SECOND)
    assert (there.item.state, there.item.why) == ("done", "closed there")


def test_its_state_is_read_every_few_minutes_and_no_more_often(there):
    there.begin().raised().filed().until("filed")
    there.passes(SECOND)
    before = there.hub.asked("/issues/1")
    for _ in range(20):
        there.passes(MINUTE)
    assert 3 <= there.hub.asked("/issues/1") - before <= 5


def test_nothing_is_written_while_nothing_changes_there(there):
    there.begin().raised().filed().until("filed")
    there.passes(SECOND)
    before = len(there.it.state.facts)
    for _ in range(20):
        there.passes(MINUTE)
    assert len(there.it.state.facts) == before


def test_what_is_done_is_followed_no_more(there):
    there.begin().raised().filed().until("filed")
    assert room_pager.wanted(there.it.state)
    there.hub.closes(1)
    there.passes(EVERY + SECOND)
    assert not room_pager.wanted(there.it.state)
    before = there.hub.asked("/issues/1")
    there.passes(2 * EVERY)
    assert there.hub.asked("/issues/1") == before


def test_who_reopens_it_here_is_not_overruled_by_what_was_closed_there_before(there):
    there.begin().raised().filed().until("filed")
    there.hub.closes(1)
    there.passes(EVERY + SECOND)
    there.it.until(lambda: there.item.state == "done")
    there.it.do(ChangeItem(item="1", state="open", why="it came back"))
    there.passes(EVERY + SECOND)
    there.passes(EVERY + SECOND)
    assert there.item.open
    there.hub.closes(1, "open")
    there.passes(EVERY + SECOND)
    there.passes(EVERY + SECOND)
    there.hub.closes(1)
    there.passes(EVERY + SECOND)
    there.it.until(lambda: there.item.state == "done")


def test_an_issue_that_was_deleted_leaves_the_item_open_and_is_not_asked_for_again(there):
    from httpx import Response

    there.begin().raised().filed().until("filed")
    there.passes(SECOND)
    there.hub.first = [Response(410, json={"message": "This issue was deleted"})]
    there.passes(EVERY + SECOND)
    assert (there.item.state, there.item.there) == ("open", "gone")
    before = there.hub.asked("/issues/1")
    there.passes(2 * EVERY)
    assert there.hub.asked("/issues/1") == before


def test_a_pager_goes_on_for_a_closed_incident_as_long_as_an_item_is_followed(there):
    there.begin().raised().filed().until("filed")
    there.it.do(ChangePhase(phase="resolved"))
    there.it.do(ChangePhase(phase="closed"))
    there.passes(3 * DAY)
    assert not there.it.watch.idle
    there.hub.closes(1)
    there.passes(EVERY + SECOND)
    there.passes(SECOND)
    assert there.item.state == "done"
    assert there.it.watch.idle
