"""TinyDB's own tests, with our storage and table in the place of its own."""

import re
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest

pytestmark = pytest.mark.torture

# Both pin the name of TinyDB's own class in a repr.
MAY_FAIL = {"test_table_repr[json]", "test_table_repr[memory]"}

PLUGIN = """
import tinydb, tinydb.storages, tinydb.database, tinydb.table
from warroom.store.storage import AppendStorage, AppendTable

tinydb.storages.JSONStorage = tinydb.JSONStorage = tinydb.database.JSONStorage = AppendStorage
tinydb.TinyDB.default_storage_class = AppendStorage
tinydb.TinyDB.table_class = AppendTable
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("tinydb")
    wanted = f"tinydb=={version('tinydb')}"
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
    subprocess.run([*pip, wanted, "-d", str(folder)], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (tests,) = folder.glob("tinydb-*/tests")
    # Away from TinyDB's sources, so that the installed one is tested.
    moved = tests.rename(folder / "tests")
    (folder / "ours.py").write_text(PLUGIN)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "ours", "-p", "no:cacheprovider", "-q", "-rfE", str(moved)],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_only_the_name_of_the_class_differs(outcome: str) -> None:
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S+?::(\S+)", outcome, re.MULTILINE))
    assert int(re.search(r"(\d+) passed", outcome)[1]) > 150, outcome
    assert failed <= MAY_FAIL, outcome


def test_our_classes_were_tested(tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text(PLUGIN)
    code = "import ours, tinydb; db = tinydb.TinyDB('x.json'); db.insert({'a': 1}); print(open('x.json', 'rb').read())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.stdout.strip() == repr(b'{\n"_default": {\n"1": {"a":1}\n}}'), done.stderr
