"""One form for every fact: what is read back is what was written, and what is not in that form is not taken."""

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from facts import INC, T0, declared, sealed
from laws import bytes_keep_facts, holds
from warroom.core import codec
from warroom.core import events as ev
from warroom.core.acts.entries import Log
from warroom.core.order import tombstone
from warroom.core.values import At, By

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBERS = st.integers(-codec.MAX_INT, codec.MAX_INT)
AT = st.builds(At, NUMBERS, st.none() | NUMBERS, st.booleans())
st.register_type_strategy(At, AT)
st.register_type_strategy(str, WORDS)
st.register_type_strategy(int, NUMBERS)
KINDS = sorted(ev.BODIES)


def one_of_each(kind):
    """Any fact of this kind, its fields as its class says."""
    body = st.builds(ev.BODIES[kind], **_fields(ev.BODIES[kind]))
    by = st.builds(By, WORDS, WORDS, WORDS)
    return st.builds(_sealed, body, AT, NUMBERS, by, st.lists(WORDS, max_size=3).map(tuple))


def _fields(cls):
    return {f.name: _of(f.type) for f in msgspec.structs.fields(cls)}


def _of(type_):
    """A strategy for a field: structs inside it by their own fields, so that what has a default is drawn too."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return st.builds(type_, **_fields(type_))
    arguments = getattr(type_, "__args__", ())
    if getattr(type_, "__origin__", None) is tuple and arguments[-1] is not ...:
        return st.tuples(*(_of(each) for each in arguments))
    if getattr(type_, "__origin__", None) is tuple:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    if getattr(type_, "__origin__", None) is dict:
        return st.dictionaries(WORDS, NUMBERS, max_size=3)
    return st.from_type(type_)


def _sealed(body, at, number, by, over):
    event = msgspec.structs.replace(
        sealed(ev.Logged(text_="")), body=body, at=at, rec=number or 1, lam=abs(number), by=by, over=over
    )
    data, hash = codec.encode(event)
    return codec.decode(data, hash)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data(), rec=st.integers(0, 2**53 - 1), prev=st.text(max_size=64), inc=st.text(max_size=26))
def test_a_fact_that_is_made_here_has_the_bytes_of_any_other(kind, data, rec, prev, inc):
    event = msgspec.structs.replace(data.draw(one_of_each(kind)), rec=rec, prev=prev, inc=inc)
    assert codec.seal(event) == codec.encode(event)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_kind_of_fact_is_read_back_as_it_was_written(kind, data):
    event = data.draw(one_of_each(kind))
    text, hash = codec.encode(event)
    assert event.type == kind
    assert codec.accept(text, hash) == event == codec.decode(text, hash)
    assert event.hash == hash == codec.hash_of(text)
    assert codec.canonical(msgspec.json.decode(text)) == text
    assert isinstance(event.body.text(), str)
    assert isinstance(event.body.kind, str)
    row = msgspec.json.encode({"1": {"e": msgspec.Raw(text), "h": hash}})
    assert codec.decode_rows(row) == [event]
    rest, same = codec.redact(text)
    assert same == hash == codec.hash_of(rest)
    buried = codec.accept(rest, hash)
    assert (buried.id, buried.order, buried.at, buried.over) == (event.id, event.order, event.at, event.over)
    assert (buried.type, buried.body.text(), buried.by, buried.salt) == (kind, "redacted", By(""), "")


def test_histories_survive_their_bytes():
    holds(bytes_keep_facts, 60)


def test_every_field_has_its_place_in_the_form():
    event = sealed(ev.Logged(text_="é\n"), at=At(T0, T0 + 1, True), over=("A",), prev="p")
    text, hash = codec.encode(event)
    assert text.decode() == (
        '{"at":{"approx":true,"t":1700000000000,"to":1700000000001},"body":{"text":"é\\n"},'
        '"by":{"host":"host","login":"login","name":"ana"},'
        f'"id":"{event.id}","inc":"{INC}","lam":1,"over":["A"],"prev":"p","rec":1700000000000,"rep":"r1",'
        f'"salt":"{event.salt}","seq":1,"type":"entry.logged","v":1}}'
    )
    assert len(hash) == 64


def test_the_hash_hangs_on_everything_but_the_words_themselves():
    event = sealed(ev.Logged(text_="x"), over=("A",), prev="p")
    changes = {
        "id": "B", "inc": "Z", "rep": "r9", "seq": 9, "lam": 9, "at": At(1), "rec": 1, "over": (), "prev": "",
        "by": By("ivo"), "body": ev.Logged(text_="y"), "salt": "00", "v": 2,
    }  # fmt: skip
    hashes = {codec.encode(msgspec.structs.replace(event, **{name: value}))[1] for name, value in changes.items()}
    assert len(hashes | {event.hash}) == len(changes) + 1


def test_the_salt_hides_which_of_a_few_texts_it_was():
    one, two = (codec.redact(codec.encode(sealed(ev.Logged(text_="yes"), seq=n))[0])[0] for n in (1, 2))
    assert msgspec.json.decode(one)["body"] != msgspec.json.decode(two)["body"]


def test_the_facts_of_a_replica_are_a_chain():
    desk = declared()
    desk.do(Log(text="a"))
    desk.do(Log(text="b"))
    facts = list(desk.state.facts)
    assert [e.prev for e in facts] == ["", *(e.hash for e in facts[:-1])]


def test_a_kind_that_is_not_known_is_kept_byte_for_byte():
    raw = b'{"deep":[1,{"a":"\xc3\xa9"}],"over":"?"}'
    event = sealed(ev.Unknown("moon.phase", raw))
    text, hash = codec.encode(event)
    assert raw in text
    again = codec.accept(text, hash)
    assert again.body == ev.Unknown("moon.phase", raw)
    assert codec.encode(again) == (text, hash)
    assert "newer warroom" in again.body.text()


@pytest.mark.parametrize("body", [b'{"severity":7}', b"[]", b"null", b'"x"', b"7"])
def test_a_known_kind_of_an_unknown_shape_is_kept_too(body):
    event = sealed(ev.Unknown("severity.changed", body))
    assert event.body == ev.Unknown("severity.changed", body)
    assert codec.accept(*codec.encode(event)) == event


def test_a_field_that_a_newer_version_added_does_not_make_a_fact_unreadable():
    text, hash = codec.encode(sealed(ev.Unknown("entry.logged", b'{"mood":"calm","text":"x"}')))
    assert codec.accept(text, hash).body == ev.Logged(text_="x")
    assert codec.hash_of(text) == hash


def test_the_tombstone_of_an_unknown_kind_keeps_its_hash():
    event = sealed(ev.Unknown("moon.phase", b'{"a":1}'))
    assert codec.encode(tombstone(event))[1] == event.hash


# ── what is not taken ──

GOOD, HASH = codec.encode(sealed(ev.Logged(text_="A/é\u2028", who="ivo"), over=("A", "B")))


def variant(old, new):
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


BAD = {
    "nothing": b"",
    "half": GOOD[:-9],
    "not json": b"hello",
    "no object": b"[1]",
    "space at the end": GOOD + b" ",
    "line at the end": GOOD + b"\n",
    "space at the start": b" " + GOOD,
    "space inside": variant(b'"lam":1', b'"lam": 1'),
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "a fraction": variant(b'"lam":1', b'"lam":1.0'),
    "an exponent": variant(b'"lam":1', b'"lam":1e0'),
    "minus zero": variant(b'"lam":1', b'"lam":-0'),
    "a leading zero": variant(b'"lam":1', b'"lam":01'),
    "NaN": variant(b'"lam":1', b'"lam":NaN'),
    "infinity": variant(b'"lam":1', b'"lam":Infinity'),
    "2^53": variant(b'"lam":1', b'"lam":9007199254740992'),
    "-2^53": variant(b'"lam":1', b'"lam":-9007199254740992'),
    "2^64": variant(b'"lam":1', b'"lam":18446744073709551616'),
    "a huge number": variant(b'"lam":1', b'"lam":' + b"9" * 5000),
    "a number as text": variant(b'"lam":1', b'"lam":"1"'),
    "true as a number": variant(b'"lam":1', b'"lam":true'),
    "an escaped letter": variant(b'"A/', b'"\\u0041/'),
    "an escaped slash": variant(b'"A/', b'"A\\/'),
    "an escaped accent": variant("é".encode(), b"\\u00e9"),
    "an escaped line separator": variant("\u2028".encode(), b"\\u2028"),
    "a NUL": variant(b'"A/', b'"A\\u0000'),
    "a NUL in a key": variant(b'"who":', b'"\\u0000":1,"who":'),
    "a raw NUL": variant(b'"A/', b'"A\0'),
    "a raw newline": variant(b'"A/', b'"A\n'),
    "half a pair": variant(b'"A/', b'"\\ud800'),
    "half a pair in bytes": variant(b'"A/', b'"\xed\xa0\x80'),
    "not UTF-8": variant("é".encode(), b"\xff"),
    "an overlong letter": variant(b'"A/', b'"\xc1\x81'),
    "keys in another order": variant(b'"lam":1,"over":["A","B"]', b'"over":["A","B"],"lam":1'),
    "keys of the body in another order": variant(b'"text"', b'"zzz":1,"text"'),
    "a key twice": variant(b'"lam":1', b'"lam":1,"lam":1'),
    "a key of the body twice": variant(b'"who":"ivo"', b'"who":"x","who":"ivo"'),
    "a field too many": variant(b'"lam":1', b'"lam":1,"mood":1'),
    "an empty over": variant(b'"over":["A","B"],', b'"over":[],'),
    "an empty prev": variant(b'"rec":', b'"prev":"","rec":'),
    "no version": variant(b',"v":1', b""),
    "no identity": variant(b'"id":', b'"ie":'),
    "no salt": GOOD[: GOOD.index(b'"salt"')] + GOOD[GOOD.index(b'"seq"') :],
    "a writer who is a number": GOOD.replace(b'{"host":"host","login":"login","name":"ana"}', b"5"),
    "seventeen deep": variant(b'"who":"ivo"', b'"z":' + b"[" * 15 + b"]" * 15),
    "a million deep": b"[" * 60_000,
    "many deep inside": variant(b'"who":"ivo"', b'"z":' + b"[" * 20_000 + b"]" * 20_000),
    "over 64 KiB": variant(b'"A/', b'"' + b"A" * (codec.MAX_EVENT - len(GOOD) + 3)),
}


@pytest.mark.parametrize("name", BAD)
def test_bytes_in_another_form_are_refused_whatever_hash_they_come_with(name):
    data = BAD[name]
    hashes = [HASH]
    try:
        hashes.append(codec.hash_of(data))
    except codec.Bad:
        pass
    for hash in hashes:
        with pytest.raises(codec.Bad) as refused:
            codec.accept(data, hash)
        assert str(refused.value)


def test_what_is_good_is_taken():
    assert codec.accept(GOOD, HASH).body.text() == "A/é\u2028"


def test_exactly_64_kib_and_sixteen_deep_are_taken():
    big = variant(b'"A/', b'"' + b"A" * (codec.MAX_EVENT - len(GOOD) + 2))
    assert len(big) == codec.MAX_EVENT
    assert codec.accept(big, codec.hash_of(big))
    deep = variant(b'"who":"ivo"', b'"who":"ivo","z":' + b"[" * 14 + b"]" * 14)
    assert codec.accept(deep, codec.hash_of(deep))


@pytest.mark.parametrize("number", [codec.MAX_INT, -codec.MAX_INT])
def test_the_largest_numbers_are_taken(number):
    data = variant(b'"rec":1700000000000', b'"rec":%d' % number)
    assert codec.accept(data, codec.hash_of(data)).rec == number


def test_a_wrong_hash_is_refused():
    for hash in ("", "0" * 64, HASH.upper(), HASH[:-1]):
        with pytest.raises(codec.Bad, match="hash"):
            codec.accept(GOOD, hash)


def test_a_tombstone_holds_digests_and_nothing_else():
    rest, _ = codec.redact(GOOD)
    body = msgspec.json.decode(rest)["body"].encode()
    for words in (b"hello", body.upper(), body[:-1] + b"!"):
        data = rest.replace(body, words)
        with pytest.raises(codec.Bad, match="digests"):
            codec.accept(data, codec.hash_of(data))


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 60_000, b'{"a":1}', b"\xff", b"null", b'{"salt":"","body":1}'])
@pytest.mark.parametrize("read", [codec.decode, codec.hash_of, codec.redact])
def test_bytes_that_are_no_event_are_bad_and_nothing_worse(data, read):
    with pytest.raises(codec.Bad):
        read(data)


@given(st.binary(max_size=200), st.integers(0, len(GOOD)))
def test_no_byte_anywhere_makes_reading_fail_otherwise(junk, at):
    data = GOOD[:at] + junk + GOOD[at + len(junk) :]
    for read in (codec.decode, codec.hash_of, codec.redact, lambda d: codec.accept(d, HASH)):
        try:
            read(data)
        except codec.Bad:
            pass


def test_rows_that_are_not_plain_are_left_to_be_read_one_by_one():
    rest, hash = codec.redact(GOOD)
    row = msgspec.json.encode({"1": {"e": msgspec.Raw(rest), "h": hash}})
    assert codec.decode_rows(row) is None
    assert codec.decode_rows(b"{}") == []
    assert codec.decode_rows(b"[" * 60_000) is None


@example("\\u0000")
@example("\\\\u0000")
@example("\\\0")
@given(st.text(st.sampled_from('\\u0\0a"é'), max_size=12))
def test_a_nul_is_told_from_the_letters_that_spell_one(text):
    assert codec.has_nul(codec.canonical(ev.Logged(text_=text))) is ("\0" in text)
