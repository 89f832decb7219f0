"""A NATS node for all tests of a session, and a fresh place for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from chains import INC
from places import Folder, Place, Stream

from nats_kit import Cluster
from warroom.server.stores.base import Meta, Store


@pytest.fixture(scope="session")
def nats_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One node that syncs every write, with the users and permissions of the design."""
    alone = Cluster(tmp_path_factory.mktemp("nats"), 1)
    alone.start()
    yield alone
    alone.kill()


@pytest.fixture
async def stream(nats_node: Cluster) -> AsyncIterator[Stream]:
    place = Stream(nats_node)
    await place.begin()
    yield place
    await place.end()


@pytest.fixture(params=["embedded", "jetstream"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """A folder, or a stream."""
    if request.param == "embedded":
        folder = Folder(tmp_path / "server")
        yield folder
        await folder.end()
    else:
        found = Stream(request.getfixturevalue("nats_node"))
        await found.begin()
        yield found
        await found.end()


@pytest.fixture
async def store(place: Place) -> Store:
    """An open store."""
    return await place.open()


@pytest.fixture
async def other(store: Store, place: Place) -> Store:
    """A second node where there can be one, else the same."""
    return await place.other()


@pytest.fixture
async def incident(store: Store) -> None:
    """The incident of the tests is known to the store."""
    await store.put_meta(Meta(INC, 1))
