"""Tokens from the command line: each secret is shown once, and nothing that is kept gives it away."""

import asyncio
import re

import pytest

from warroom.core.values import incident_id
from warroom.server.stores.base import Meta
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Tokens

INC = incident_id(bytes(range(16)), drill=False)
OTHER = incident_id(bytes(range(16, 32)), drill=False)


def with_tokens(home, act):
    async def run():
        store = EmbeddedStore(str(home / "server"))
        await store.open()
        try:
            return await act(store, Tokens(store))
        finally:
            await store.close()

    return asyncio.run(run())


def found(home, secret):
    return with_tokens(home, lambda store, tokens: tokens.find(secret))


def kept(home):
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.fixture
def with_incident(warroom):
    """The program, and a server's folder with one restricted incident."""
    with_tokens(warroom.home, lambda store, tokens: store.put_meta(Meta(INC, 1, restricted=True)))
    return warroom


def test_a_token_is_printed_once_as_json_and_holds(warroom):
    made = warroom.ok("token", "create", "ana", "--grant", "respond", "--json")
    assert set(made.json) == {"id", "token"}
    token = found(warroom.home, made.json["token"])
    assert (token.id, token.name, token.grant, token.expires) == (made.json["id"], "ana", "respond", None)


def test_without_json_the_secret_alone_is_on_standard_output(warroom):
    made = warroom.ok("token", "create", "ana", "--grant", "observe")
    assert found(warroom.home, made.line).name == "ana"
    assert made.line not in made.err
    assert "shown once" in made.err


def test_a_secret_has_256_random_bits_and_a_prefix_that_a_scanner_knows(warroom):
    secrets = {warroom.ok("token", "create", f"t{n}", "--grant", "observe").line for n in range(3)}
    assert len(secrets) == 3
    assert all(re.fullmatch(r"war_[A-Za-z0-9_-]{43}", secret) for secret in secrets)


def test_no_file_and_no_list_holds_a_secret_and_no_list_its_hash(warroom):
    made = warroom.ok("token", "create", "ana", "--grant", "administer").line
    shown = warroom.ok("token", "list").out + warroom.ok("token", "list", "--json").out
    sha = with_tokens(warroom.home, lambda store, tokens: tokens.all())[0].sha
    assert made.encode() not in kept(warroom.home)
    assert made not in shown
    assert sha not in shown
    assert "ana" in shown
    assert "administer" in shown


def test_the_list_says_what_each_may_and_until_when(warroom):
    warroom.ok("token", "create", "ana", "--grant", "respond", "--expires", "30d")
    warroom.ok("token", "create", "hook", "--grant", "intake")
    warroom.ok("token", "revoke", "hook")
    ana, hook = warroom.ok("token", "list", "--json").json
    assert (ana["grant"], ana["holds"], ana["revoked"]) == ("respond", True, None)
    assert ana["expires"] > ana["created"]
    assert (hook["grant"], hook["holds"], hook["expires"]) == ("intake", False, None)
    assert re.search("hook.*revoked", warroom.ok("token", "list").out)


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_token_is_revoked_by_its_id_or_name_and_holds_no_more(warroom, by):
    made = warroom.ok("token", "create", "ana", "--grant", "respond", "--json").json
    warroom.ok("token", "revoke", made["id"] if by == "id" else "ana")
    assert found(warroom.home, made["token"]) is None
    again = warroom("token", "revoke", "ana")
    assert again.code == 4
    assert "revoked already" in again.err


def test_a_name_is_unique_among_those_that_hold(warroom):
    warroom.ok("token", "create", "ana", "--grant", "respond")
    second = warroom("token", "create", "ana", "--grant", "observe")
    assert (second.code, second.out) == (4, "")
    assert "choose another name" in second.err
    warroom.ok("token", "revoke", "ana")
    warroom.ok("token", "create", "ana", "--grant", "observe")
    assert len(warroom.ok("token", "list", "--json").json) == 2


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[31m", "a\nb", "x" * 81, "‮a"])
def test_a_name_that_cannot_be_shown_is_refused_and_no_token_made(warroom, name):
    assert warroom("token", "create", name, "--grant", "respond").code == 4
    assert warroom.ok("token", "list", "--json").json == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["create", "ana"], 2),
        (["create", "ana", "--grant", "root"], 2),
        (["create", "--grant", "respond"], 2),
        (["create", "ana", "--grant", "respond", "--expires", "yesterday"], 2),
        (["create", "ana", "--grant", "respond", "--expires", "0s"], 2),
        (["create", "ana", "--grant", "respond", "--incident", "ZZZZ"], 3),
        (["create", "ana", "--grant", "respond", "--store", "http://x"], 2),
        (["revoke", "nobody"], 3),
        (["revoke"], 2),
        (["name", "nobody", INC], 3),
        (["list", "ana"], 2),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(warroom, words, code):
    done = warroom("token", *words)
    assert (done.code, done.out) == (code, "")
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_a_token_for_one_incident_takes_its_handle_or_all_its_letters(with_incident):
    warroom = with_incident
    words = ("token", "create", "ana", "--grant", "respond", "--json")
    made = warroom.ok(*words, "--incident", f"INC-{INC[:5]}", "--incident", OTHER).json
    assert found(warroom.home, made["token"]).incidents == (INC, OTHER)


def test_a_token_is_let_see_a_restricted_incident_without_being_limited_to_it(with_incident):
    from warroom.server.grants import sees

    warroom = with_incident
    made = warroom.ok("token", "create", "ana", "--grant", "observe", "--json").json
    restricted, open_ = Meta(INC, 1, restricted=True), Meta(OTHER, 1)
    token = found(warroom.home, made["token"])
    assert (sees(token, restricted), sees(token, open_)) == (False, True)
    warroom.ok("token", "name", "ana", INC[:6])
    token = found(warroom.home, made["token"])
    assert (sees(token, restricted), sees(token, open_)) == (True, True)


def test_two_that_make_tokens_at_once_both_get_theirs(warroom):
    started = [warroom.start("token", "create", f"t{n}", "--grant", "observe") for n in range(6)]
    secrets = [each.communicate()[0].decode().strip() for each in started]
    assert [each.returncode for each in started] == [0] * 6
    assert {found(warroom.home, secret).name for secret in secrets} == {f"t{n}" for n in range(6)}


def test_two_that_ask_for_the_same_name_at_once_get_one_token(warroom):
    started = [warroom.start("token", "create", "ana", "--grant", "observe") for _ in range(6)]
    for each in started:
        each.communicate()
    assert sorted(each.returncode for each in started) == [0, 4, 4, 4, 4, 4]
    assert len(warroom.ok("token", "list", "--json").json) == 1
