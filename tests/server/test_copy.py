"""From one store to another: all of it, also after it was broken off; and a difference is never passed over."""

import asyncio

import pytest

from cli.cli_kit import Program
from keeping_kit import everything, facts_of, filled, inc_of, with_store, written
from nats_kit import Cluster
from paging_server import in_cluster
from warroom.server import copying
from warroom.server.copying import copy
from warroom.server.stores.base import Meta
from warroom.server.stores.embedded import EmbeddedStore
from warroom.server.tokens import Tokens


def quiet(text):
    pass


@pytest.fixture
def warroom(tmp_path):
    return Program(tmp_path / "home", tmp_path / "pycache")


@pytest.fixture
def folders(tmp_path):
    """A folder with three incidents, and one with nothing."""
    with_store(tmp_path / "one", filled)
    return tmp_path / "one", tmp_path / "two"


def copied(one, two, **how):
    async def run():
        source, target = EmbeddedStore(str(one)), EmbeddedStore(str(two))
        await source.open()
        await target.open()
        try:
            return await copy(source, target, quiet, **how)
        finally:
            await source.close()
            await target.close()

    return asyncio.run(run())


def test_a_copy_holds_every_fact_meta_table_and_piece_of_evidence(folders):
    figures = copied(*folders)
    assert (figures.incidents, figures.facts_before, figures.evidence, figures.tables) == (3, 0, 1, 1)
    one, two = (with_store(folder, everything) for folder in folders)
    assert one == two
    assert figures.facts == sum(len(found[3]) for name, found in one.items() if name != "tokens") > 30


def test_copying_again_changes_nothing_and_says_what_was_there(folders):
    first, again = copied(*folders), copied(*folders)
    assert (again.facts, again.facts_before, again.evidence, again.tables) == (0, first.facts, 0, 0)
    assert again.digest == first.digest


def test_a_copy_that_was_broken_off_anywhere_goes_on_where_it_was(folders, monkeypatch):
    monkeypatch.setattr(copying, "MOST_EVENTS", 5)
    whole = with_store(folders[0], everything)
    done = 0
    for after in range(60):
        calls = 0
        original = EmbeddedStore.append_expected

        async def breaks(self, inc, facts, token, after=after, original=original):
            nonlocal calls
            calls += 1
            if calls > after:
                raise KeyboardInterrupt
            return await original(self, inc, facts, token)

        with monkeypatch.context() as patch:
            patch.setattr(EmbeddedStore, "append_expected", breaks)
            try:
                copied(*folders)
            except KeyboardInterrupt:
                continue
        done = after
        break
    assert done > 3
    assert with_store(folders[1], everything) == whole


def test_who_first_pushed_a_replica_is_known_at_the_target_too(folders):
    copied(*folders)

    async def owners(store):
        return {meta.inc: meta.owners for meta in await store.incidents()}

    one, two = (with_store(folder, owners) for folder in folders)
    assert one == two
    assert all(len(each) == 2 for each in one.values())


def test_a_target_whose_incident_went_another_way_is_refused_and_named(folders):
    async def another(store):
        inc = inc_of(1)
        await store.put_meta(Meta(inc, 1))
        await store.append_expected(inc, facts_of(written("a1", 2), inc), "x")

    with_store(folders[1], another)
    with pytest.raises(copying.Bad, match=r"does not take a fact.*fork"):
        copied(*folders)


def test_facts_that_only_the_target_has_are_a_difference_that_is_named(folders):
    copied(*folders)

    async def more(store):
        await store.append_expected(inc_of(2), facts_of(written("zz"), inc_of(2)), "x")

    with_store(folders[1], more)
    with pytest.raises(copying.Bad, match=f"{inc_of(2)} differs"):
        copied(*folders)


def test_other_tokens_at_the_target_stay_unless_they_are_to_be_replaced(folders):
    async def own_token(store):
        await Tokens(store).create("bo", "observe")

    async def names(store):
        return sorted((await Tokens(store).names()).values())

    with_store(folders[1], own_token)
    with pytest.raises(copying.Bad, match="--replace-tables"):
        copied(*folders)
    assert with_store(folders[1], names) == ["bo"]
    copied(*folders, replace=True)
    assert with_store(folders[1], names) == ["ana"]


# ── a cluster ──


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    alone = Cluster(tmp_path_factory.mktemp("nats"), 1)
    alone.start()
    yield alone
    alone.kill()


def test_from_a_folder_to_a_cluster_and_back_everything_is_the_same(folders, cluster, warroom):
    one, two = folders
    where, *more = in_cluster(cluster, warroom.env)[1:]
    there = warroom.ok("server", "copy", "--from", str(one), "--to", where, *more, "--json").json
    assert (there["incidents"], there["facts_before"], there["evidence"]) == (3, 0, 3)
    again = warroom.ok("server", "copy", "--from", str(one), "--to", where, *more, "--json").json
    assert (again["facts"], again["facts_before"], again["digest"]) == (0, there["facts"], there["digest"])
    back = warroom.ok("server", "copy", "--from", where, "--to", str(two), *more, "--json").json
    assert (back["facts"], back["digest"]) == (there["facts"], there["digest"])
    assert with_store(one, everything) == with_store(two, everything)


def test_the_command_refuses_a_folder_that_a_server_has(folders, warroom):
    from warroom.store import holding
    from warroom.store.holding import Holder

    held = holding.take(str(folders[0] / "server.lock"), Holder(1, "serve@there"))
    done = warroom("server", "copy", "--from", str(folders[0]), "--to", str(folders[1]))
    held.release()
    assert done.code == 4
    assert "serve@there" in done.err
    assert not (folders[1] / "incidents").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["copy"], 2),
        (["copy", "--from", "{one}", "--to", "{one}"], 2),
        (["copy", "--from", "{none}", "--to", "{one}"], 4),
        (["copy", "--from", "{one}", "--to", "redis://x"], 2),
        (["copy", "--from", "{one}", "--to", "nats://u:p@127.0.0.1:1"], 1),
        (["backup"], 2),
        (["backup", "{none}.tar", "--dir", "{none}"], 4),
        (["restore", "{none}.tar", "--dir", "{none}"], 4),
        (["restore", "{one}/tables/tokens", "--dir", "{none}"], 4),
        (["verify", "--dir", "{none}"], 4),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_an_exit_code(folders, warroom, tmp_path, words, code):
    places = {"one": folders[0], "none": tmp_path / "none"}
    done = warroom("server", *(word.format(**places) for word in words))
    assert (done.code, done.out) == (code, ""), done.err
    assert done.err.strip()
    assert "Traceback" not in done.err
    assert not (tmp_path / "none").exists()


def test_backup_restore_and_verify_say_what_they_did(folders, warroom, tmp_path):
    words = ("--dir", str(folders[0]), "--json")
    made = warroom.ok("server", "backup", str(tmp_path / "b.tar"), *words).json
    restored = warroom.ok("server", "restore", str(tmp_path / "b.tar"), "--dir", str(tmp_path / "r"), "--json").json
    assert made == restored
    assert (made["incidents"], made["evidence"]) == (3, 1)
    good = warroom.ok("server", "verify", "--dir", str(tmp_path / "r"), "--json").json
    assert (good["ok"], good["incidents"], good["evidence"]) == (True, 3, 1)
    path = tmp_path / "r" / "incidents" / f"{inc_of(1)}.json"
    path.write_bytes(path.read_bytes().replace(b"line 1 of", b"line 7 of", 1))
    bad = warroom("server", "verify", "--dir", str(tmp_path / "r"))
    assert bad.code == 1
    assert "this fact was changed" in bad.out
