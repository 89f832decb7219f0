"""A whole incident as one file: the same bytes for the same incident, and every damage is refused with a sentence."""

import io
import stat
import struct
import zipfile
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from facts import INC, MINUTE, T0, declared, sealed
from warroom.core import codec
from warroom.core import events as ev
from warroom.core.acts.entries import AttachEvidence, Log
from warroom.core.values import incident_id
from warroom.exchange import bundle, write
from warroom.exchange.problem import BadInput

LOGS = (b"14:02 lock wait\n" * 40, b"\0\xff binary")
SHAS = {sha256(data).hexdigest(): data for data in LOGS}
GONE = sha256(b"never seen").hexdigest()


def an_incident(missing=False):
    desk = declared()
    entry = desk.do(Log(text="locks \u202e everywhere"), after=MINUTE)[0]
    for n, sha in enumerate([*SHAS, *([GONE] if missing else [])]):
        desk.do(AttachEvidence(sha=sha, size=3, name=f"locks{n}.txt", of=entry.id))
    return [(codec.encode(event)[0], event.hash) for event in desk.state.facts]


ROWS = an_incident()


def about(rows=ROWS, evidence=SHAS, **more):
    told = bundle.About(bundle.FORMAT, INC, "checkout", len(rows), bundle.heads(rows), tuple(sorted(evidence)))
    return replace(told, **more)


def packed(rows=ROWS, evidence=SHAS, **more):
    return bundle.pack(about(rows, evidence, **more), write.as_log(rows), evidence)


WHOLE = packed()


def refused(data):
    """Why it is refused, as sentences."""
    with pytest.raises(BadInput) as bad:
        bundle.unpack(data, "b.zip")
    lines = bad.value.lines()
    assert lines
    assert all(line.startswith("b.zip") for line in lines)
    return "\n".join(lines)


def forged(members, comment=True):
    """A zip file of `(name, data)` or of `ZipInfo`s, with a seal that fits: only what is inside can give it away."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
        archive.comment = b"x" * 87 if comment else b""
    return sealed_again(target.getvalue()) if comment else target.getvalue()


def sealed_again(data):
    body = data[:-87]
    return body + b"warroom bundle, sha256 " + sha256(body).hexdigest().encode()


def parts(data=WHOLE):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_parts(**changed):
    """The good bundle with some parts exchanged; None takes one away."""
    found = {**parts(), **{name.replace("__", "."): data for name, data in changed.items()}}
    return forged([(name, data) for name, data in found.items() if data is not None])


# ── there and back ──


def test_what_comes_out_is_what_went_in():
    found = bundle.unpack(WHOLE, "b.zip")
    assert found.whole.facts == tuple(ROWS)
    assert found.evidence == SHAS
    assert (found.about, found.whole.inc) == (about(), INC)


def test_the_same_incident_makes_the_same_bytes():
    assert packed() == WHOLE


def test_any_program_for_zip_files_reads_it():
    found = parts()
    assert list(found) == ["bundle.json", "log.jsonl", *(f"evidence/{sha}" for sha in sorted(SHAS))]
    assert json.decode(found["bundle.json"])["inc"] == INC


def test_evidence_that_was_gone_is_named_and_not_missed():
    rows = an_incident(missing=True)
    found = bundle.unpack(packed(rows, missing=(GONE,)), "b.zip")
    assert found.about.missing == (GONE,)
    assert set(found.evidence) == set(SHAS)


def test_the_helpers_of_this_test_forge_well():
    assert bundle.unpack(with_parts(), "b.zip").evidence == SHAS


# ── damage ──


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@example(0, 1)
@example(10, 1)
@example(len(WHOLE) - 1, 1)
def test_one_byte_flipped_anywhere_is_refused(place, by):
    data = bytearray(WHOLE)
    data[place] ^= by
    refused(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_one_that_was_cut_anywhere_is_refused(end):
    refused(WHOLE[:end])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=9))
def test_bytes_put_in_anywhere_are_refused(place, more):
    refused(WHOLE[:place] + more + WHOLE[place:])
    refused(WHOLE + more)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 88), st.integers(1, 255))
def test_one_byte_changed_by_somebody_who_seals_it_again_changes_nothing_that_counts(place, by):
    data = bytearray(WHOLE)
    data[place] ^= by
    try:
        found = bundle.unpack(sealed_again(bytes(data)), "b.zip")
    except BadInput:
        return
    assert (found.whole.facts, found.evidence) == (tuple(ROWS), SHAS)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_refused_with_a_sentence(data):
    refused(b"PK\x03\x04" + data)


def test_what_is_no_zip_file_or_no_bundle_says_so():
    assert "is no whole bundle" in refused(b"not a zip")
    assert "is a zip file, but no bundle: it has no bundle.json in it" in refused(forged([("holiday.jpg", b"x")]))
    assert "is a zip file, but no bundle" in refused(forged([]))


def test_one_that_was_packed_anew_says_so():
    assert "changed, cut off or packed anew" in refused(forged(parts().items(), comment=False))


def test_facts_cut_off_the_end_are_missed():
    shorter = ROWS[:-1]
    lines = refused(bundle.pack(about(evidence=SHAS), write.as_log(shorter), SHAS))
    assert f"says that it has {len(ROWS)} facts, and its log has {len(ROWS) - 1}" in lines
    assert "a log that does not end where the bundle says" in lines


@pytest.mark.parametrize("change", ["changed", "missing", "swapped", "doubled"])
def test_a_log_that_is_not_whole_is_refused(change):
    lines = write.as_log(ROWS).splitlines(keepends=True)
    match change:
        case "changed":
            lines[-3] = lines[-3].replace("locks", "l0cks")
        case "missing":
            del lines[-3]
        case "swapped":
            lines[-2:] = lines[:-3:-1]
        case "doubled":
            lines.append(lines[-1])
    assert "log.jsonl, line " in refused(with_parts(log__jsonl="".join(lines)))


def test_evidence_that_was_changed_is_refused():
    sha = next(iter(SHAS))
    assert f"holds evidence {sha[:12]} whose bytes were changed" in refused(with_parts(**{f"evidence/{sha}": b"x"}))


def test_evidence_that_is_missing_is_refused():
    sha = next(iter(SHAS))
    assert f"lacks evidence {sha[:12]}, which it names" in refused(with_parts(**{f"evidence/{sha}": None}))
    kept_quiet = bundle.pack(about(evidence=[]), write.as_log(ROWS), {})
    assert f"lacks evidence {sha[:12]}, and does not say so" in refused(kept_quiet)


def test_evidence_that_nothing_names_is_refused():
    more = sha256(b"smuggled").hexdigest()
    assert f"holds evidence {more[:12]} that its log does not name" in refused(
        packed(evidence={**SHAS, more: b"smuggled"})
    )
    assert f"holds evidence {more[:12]}" in refused(with_parts(**{f"evidence/{more}": b"smuggled"}))


def test_evidence_that_is_there_and_called_missing_is_refused():
    sha = next(iter(SHAS))
    assert "says of evidence that it is missing" in refused(packed(missing=(sha,)))
    assert "says of evidence that it is missing" in refused(packed(missing=("no hash",)))


def test_the_bundle_of_another_incident_is_refused():
    assert "another incident than its log" in refused(packed(inc="0" * 26))


def test_a_drill_is_refused():
    drill = incident_id(bytes(16), drill=True)
    event = replace(sealed(ev.Declared("t", "SEV2", drill=True)), inc=drill)
    data, hash = codec.encode(event)
    rows = [(data, hash)]
    assert "is a drill" in refused(packed(rows, {}, inc=drill))


# ── what is made to hurt ──


def info(name, data, mode=stat.S_IFREG | 0o600, **more):
    found = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    found.external_attr = mode << 16
    found.compress_type = zipfile.ZIP_DEFLATED
    for field, value in more.items():
        setattr(found, field, value)
    return found, data


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.sh",
        "/etc/cron.d/evil",
        "evidence/../../../evil",
        "evidence/",
        "evidence/x",
        f"evidence/{'a' * 63}",
        f"evidence/{'A' * 64}",
        f"evidence/{'a' * 64}/x",
        "C:\\evil.exe",
        "\\\\server\\share",
        "log.jsonl.new",
        "bundle.json\u202e",
        "\x1b[31m",
    ],
)
def test_a_name_that_no_bundle_has_is_refused(name):
    said = refused(forged([*parts().items(), (name, b"x")]))
    assert "which no bundle has" in said
    assert "\x1b" not in said


def test_a_name_that_ends_before_its_end_is_refused():
    data = forged([*parts().items(), ("log.jsonl\x01evil", b"x")]).replace(b"log.jsonl\x01", b"log.jsonl\0")
    assert "which no bundle has" in refused(sealed_again(data))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused():
    assert "holds “log.jsonl” twice" in refused(forged([*parts().items(), ("log.jsonl", b"x")]))
    assert "holds “bundle.json” twice" in refused(forged([*parts().items(), ("bundle.json", parts()["bundle.json"])]))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_a_folder_or_a_device_is_refused(kind):
    found = parts()
    sha = next(iter(SHAS))
    members = [(name, data) for name, data in found.items() if name != f"evidence/{sha}"]
    assert "as something else than a file" in refused(
        forged([*members, info(f"evidence/{sha}", b"/etc/passwd", kind | 0o777)])
    )


def test_one_with_a_password_is_refused():
    data = bytearray(forged(parts().items()))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1  # of the first member, in the directory
    assert "take the password off" in refused(sealed_again(bytes(data)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_of_packing_is_refused(method):
    found = parts()
    members = [*((n, d) for n, d in found.items() if n != "log.jsonl")]
    assert "packed in a way that no bundle has" in refused(
        forged([*members, info("log.jsonl", found["log.jsonl"], compress_type=method)])
    )


def test_a_newer_format_says_that_it_needs_a_newer_warroom():
    newer = json.encode({"format": 2, "anything": "else"})
    assert "bundle format 2; this one reads 1); update warroom" in refused(
        forged([("bundle.json", newer), ("new", b"")])
    )


@pytest.mark.parametrize("about_it", [b"", b"[]", b'{"format": "one"}', b'{"format": 1}', b"\xff", b"[" * 10_000])
def test_a_broken_head_is_refused(about_it):
    assert "bundle.json cannot be read" in refused(with_parts(bundle__json=about_it))


@pytest.mark.parametrize(
    ("name", "megabytes", "says"),
    [("bundle.json", 2, "bundle.json is larger than 1 MiB"), ("log.jsonl", 70, "log.jsonl is larger than 64 MiB")],
)
def test_a_part_that_grows_when_it_is_unpacked_is_refused(name, megabytes, says):
    found = {**parts(), name: b" " * (megabytes << 20)}
    said = refused(forged(found.items()))
    assert says in said or "cannot be read" in said


def test_evidence_larger_than_evidence_can_be_is_refused():
    data = bytes(11 << 20)
    sha = sha256(data).hexdigest()
    assert "is larger than 10 MiB" in refused(with_parts(**{f"evidence/{sha}": data}))


def test_a_bomb_of_many_pieces_is_refused_before_it_is_unpacked(monkeypatch):
    read = []
    monkeypatch.setattr(bundle, "_read", _counted(bundle._read, read))
    bomb = forged([*parts().items(), *((f"evidence/{n:064x}", b"x") for n in range(2_001))])
    assert "files, and a bundle has at most 2002" in refused(bomb)
    assert read == []


def test_a_bomb_of_large_pieces_is_refused_before_it_is_unpacked(monkeypatch):
    read = []
    monkeypatch.setattr(bundle, "_read", _counted(bundle._read, read))
    data = bytearray(forged(parts().items()))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 2_000_000_000)  # what the last member says that it unpacks to
    assert "holds more than a bundle can, 512 MiB" in refused(sealed_again(bytes(data)))
    assert read == ["bundle.json"]


def test_a_piece_that_unpacks_to_more_than_it_says_is_refused():
    data = bytearray(forged(parts().items()))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 3)
    assert refused(sealed_again(bytes(data)))


def _counted(real, read):
    def counted(archive, member, most):
        read.append(member)
        return real(archive, member, most)

    return counted


# ── what cannot become one ──


@pytest.mark.parametrize(
    ("given_it", "says"),
    [
        ((incident_id(bytes(16), drill=True), 1, 0, 0), "A drill stays where it was played"),
        ((INC, 65 << 20, 0, 0), "Its log has 65 MiB, and a bundle holds 64."),
        ((INC, 1, 2_001, 0), "It has 2001 pieces of evidence, and a bundle holds 2000."),
        ((INC, 1 << 20, 60, 511 << 20), "It has 512 MiB with its evidence, and a bundle holds 512."),
        ((INC, 1 << 20, 60, 400 << 20), ""),
    ],
)
def test_what_could_not_be_read_again_is_not_written(given_it, says):
    assert bundle.too_much(*given_it).startswith(says)
    assert bool(bundle.too_much(*given_it)) == bool(says)


def test_a_moment_of_it_all_is_utc():
    assert bundle.unpack(WHOLE, "b.zip").whole.at == T0
