"""A folder of its own for every test of the command line."""

import pytest

from cli_kit import Program


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("pycache")


@pytest.fixture
def warroom(tmp_path, cache):
    return Program(tmp_path / "home", cache)


@pytest.fixture
def incident(warroom):
    """The program with one incident open."""
    warroom.inc = warroom.ok("declare", "Checkout returns 500s", "-s", "SEV2", "--service", "payments-db").line
    return warroom
