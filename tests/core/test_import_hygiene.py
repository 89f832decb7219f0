"""What the core imports: the standard library and msgspec, and nothing of it that costs a start-up."""

import pkgutil
import subprocess
import sys

import pytest

import warroom.core

MODULES = [m.name for m in pkgutil.walk_packages(warroom.core.__path__, "warroom.core.")]

# Each of these costs milliseconds at every call of the command line, or would let the core read the world.
# `re`, `datetime` and others come with msgspec and are paid for.
DEAR = {
    "asyncio",
    "dataclasses",
    "tomllib",
    "json",
    "socket",
    "subprocess",
    "threading",
    "tempfile",
    "logging",
    "random",
}


def loaded_by(*modules):
    """What a fresh Python has loaded after importing these."""
    script = "import sys; before = set(sys.modules)\n" + "".join(f"import {m}\n" for m in modules)
    script += "print(*sorted(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.fixture(scope="module")
def loaded():
    return loaded_by(*MODULES)


def test_the_core_imports_the_standard_library_and_msgspec_only(loaded):
    # typing_extensions comes with msgspec where it is installed.
    others = {m.partition(".")[0] for m in loaded} - set(sys.stdlib_module_names)
    assert others <= {"warroom", "msgspec", "typing_extensions"}


def test_the_core_imports_nothing_else_of_this_project(loaded):
    mine = {m for m in loaded if m.startswith("warroom.")}
    assert all(m.startswith("warroom.core") for m in mine)
    assert set(MODULES) <= mine


def test_nothing_dear_is_loaded(loaded):
    assert not loaded & DEAR


def test_msgspec_itself_brings_what_is_allowed():
    assert not loaded_by("msgspec") & DEAR
