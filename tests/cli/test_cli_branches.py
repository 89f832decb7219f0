"""Two copies of one folder wrote on, met again and agreed: verify, export and import take that for what it is."""

import msgspec
import pytest

from warroom.core import codec
from warroom.core.commands import Draft
from warroom.core.events import Logged, ReplicaForked
from warroom.core.values import At, By
from warroom.store import replica
from warroom.store.log import Log

NOW = 1_795_312_800_000


@pytest.fixture
def met(incident):
    """An incident whose folder was copied; what the copy wrote is in its file, its own last fact stands there twice."""
    incident.ok("log", "mine")
    (path,) = (incident.home / "incidents").glob("*.json")
    old = replica.known(incident.home)
    with Log.open(path, old) as log:
        mine = log.load()[-1]
        data, hash = codec.encode(msgspec.structs.replace(mine, id="T" * 20, body=Logged(text_="theirs")))
        with log.writing() as writing:
            writing.keep(codec.decode(data, hash), data, hash)
            writing.renew(replica.renew(incident.home, old))
            writing.seal(Draft(ReplicaForked(old, mine.seq), At(NOW)), at_now=NOW, by=By("ana"))
            writing.adopt(codec.encode(mine)[0])
            writing.write()
    incident.old = old
    return incident


def test_verify_finds_it_whole_and_counts_every_chain(met):
    found = met.ok("verify", "--json").json
    assert (found["ok"], found["facts"], found["troubles"]) == (True, 10, [])
    assert {chain["replica"]: chain["facts"] for chain in found["chains"]} == {
        met.old: 8,
        replica.known(met.home): 2,
    }
    assert "a folder was copied" in met.ok("verify", "--explain").err


def test_every_entry_is_shown_once_and_what_is_written_next_is_of_the_new_replica(met):
    met.ok("log", "after")
    texts = [entry["text"] for entry in met.ok("timeline", "--json").json]
    assert [texts.count(text) for text in ("mine", "theirs", "after")] == [1, 1, 1]
    chains = {chain["replica"]: chain["facts"] for chain in met.ok("verify", "--json").json["chains"]}
    assert chains[replica.known(met.home)] == 3


@pytest.mark.parametrize("form", ["bundle", "log"])
def test_it_moves_to_another_machine_whole(met, tmp_path, form):
    file = tmp_path / f"moved.{'zip' if form == 'bundle' else 'jsonl'}"
    if form == "bundle":
        met.ok("export", "--bundle", str(file))
    else:
        file.write_bytes(met.ok("export", "--format", "log").raw)
    other = {"WARROOM_HOME": str(tmp_path / "other")}
    met.ok("import", str(file), **other)
    assert met.ok("verify", "--json", **other).json["chains"] == met.ok("verify", "--json").json["chains"]
    assert met.ok("timeline", "--json", **other).out == met.ok("timeline", "--json").out
