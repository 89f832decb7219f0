"""Secrets are masked before anything is stored, and ordinary text stays as it is."""

import random
import string
import uuid
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warroom.core import masking
from warroom.core.acts.entries import Amend, Log
from warroom.core.acts.lifecycle import SetBridge
from warroom.core.masking import HINTS, Lines, hinted
from warroom.core.telltales import ACCOUNT, CARD, HEADER, KEY, MASK, NAMED, PASSWORD, PRIVATE_KEY, RULES, TOKEN

# Put together here, so that no scanner takes this file for a leak.
LETTERS = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3A"
SECRETS = [
    (KEY, "", "AKIA" + "IOSFODNN7EXAMPLE", ""),
    (KEY, "", "sk_" + "live_" + LETTERS[:24], ""),
    (KEY, "set ", "sk-" + "proj-" + LETTERS[:30].replace("-", ""), " now"),
    (TOKEN, "", "gh" + "p_" + LETTERS[:36], ""),
    (TOKEN, "", "glpat" + "-" + LETTERS[:20], " is the one"),
    (TOKEN, "", "xox" + "b-" + "123456789012-" + LETTERS[:12], ""),
    (TOKEN, "", "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.c2lnbmF0dXJl", ""),
    (HEADER, "Authorization: ", "Basic dXNlcjpodW50ZXIy", ""),
    (HEADER, 'curl -H "Authorization: ', "Bearer abcdef123456", '" https://x'),
    (HEADER, "Cookie: ", "session=8f14e45fceea; theme=dark", ""),
    (TOKEN, "it sent Bearer ", "abcdef123456", ""),
    (NAMED, "password=", "hunter2secret", "&next=1"),
    (NAMED, "password: ", "hunter2", ""),
    (NAMED, "the password is ", "hunter2", " for now"),
    (NAMED, "aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""),
    (NAMED, '{"db_password": "', "hunter two", '", "port": 5432}'),
    (NAMED, r"{\"password\":\"", "hunter2", r"\"}"),
    (NAMED, "export API_KEY='", "hunter2secret", "'"),
    (NAMED, "<password>", "hunter2", "</password>"),
    (NAMED, "- name: DB_PASSWORD\n  value: ", "hunter2", "\n- name: PORT"),
    (NAMED, "token: ", "9f2c1e7b9f2c1e7b", ""),
    (NAMED, "https://zoom.example/j/1?pwd=", "QmFzZTY0", ""),
    (PASSWORD, "postgres://app:", "hunter2secret", "@db:5432/shop"),
    (PASSWORD, "mysqldump --password ", "hunter2", " shop"),
    (PASSWORD, "curl -u ana:", "Hunter2", " https://x"),
    (PASSWORD, "CREATE USER app IDENTIFIED BY '", "correct horse", "'"),
    (KEY, "https://hooks.slack.com/services/", "T000/B000/" + LETTERS[:24], ""),
    (KEY, "https://blob.example/x?sv=2022&sig=", "a%2Bb" + LETTERS[:20], ""),
    (CARD, "card ", "4111 1111 1111 1111", ", declined"),
    (CARD, "", "378282246310005", ""),
    (CARD, "", "5555-5555-5555-4444", ""),
    (ACCOUNT, "refund to ", "DE89 3704 0044 0532 0130 00", "."),
]
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2secret\n-----END RSA PRIVATE KEY-----"
PLAIN = [
    "14:02 checkout returns 500s for 40 % of users · ½",
    "The token bucket was empty",
    "no password was needed",
    "the password is wrong, says support",
    "password: nobody knows it",
    "password: required",
    "PasswordAuthentication no",
    "reset the secret: restart it twice",
    "token: expired",
    "ExpiredTokenException: token: ExpiredTokenException",
    "max_tokens=4096, tokens: 12000/min",
    "secretName: db-credentials-v2",
    "imagePullSecrets: regcred-v1",
    "primary_key=20261121a, cache_key=abc123def456",
    "bearer authentication failed",
    "authorization: the payments team decides",
    "https://status.example.org/incident/5",
    "https://medium.example/@ana/post:1",
    "arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-AbC123",
    "docker run -u 1000:1000 app",
    "ring +44 20 7946 0009 or +49 30 901820000",
    "2026-11-21T14:01:22.123456Z p99 912 ms",
    "at 1700000000000 and 1700000000000000000",
    "order 4111111111111112 failed",  # Luhn fails
    "PWD=/srv/app",
    "the compass: north123abc",
    "key: value",
    "password=",
    "s/9f2c/9f2d/",
]
WORDS = st.text(st.sampled_from(string.ascii_lowercase), min_size=1, max_size=9)


@pytest.mark.parametrize(("kind", "before", "secret", "after"), SECRETS)
def test_what_looks_like_a_secret_is_masked_and_nothing_around_it(
    kind: str, before: str, secret: str, after: str
) -> None:
    found = masking.text(f"said {before}{secret}{after}")
    assert found.text == f"said {before}{MASK}{after}"
    assert (found.count, found.kinds) == (1, (kind,))


def test_a_private_key_goes_whole_also_where_it_was_cut() -> None:
    assert masking.text(f"before\n{PEM}\nafter").text == f"before\n{MASK}\nafter"
    cut = masking.text("before\n-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\nhunter3")
    assert (cut.text, cut.kinds) == (f"before\n{MASK}", (PRIVATE_KEY,))


def test_a_private_key_that_comes_line_by_line_goes_whole() -> None:
    lines = Lines()
    kept = [lines.mask(line) for line in ["before", *PEM.split("\n"), "after"]]
    assert kept == ["before", MASK, MASK, MASK, "after"]
    assert (lines.count, lines.kinds) == (1, (PRIVATE_KEY,))


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert masking.text(text) == masking.Masked(text)


@given(st.randoms(use_true_random=False), st.lists(WORDS, max_size=5))
def test_hashes_ids_and_times_are_no_secrets(chance: random.Random, words: list[str]) -> None:
    seed = chance.randbytes(16)
    some = [
        sha256(seed).hexdigest(),
        sha256(seed).hexdigest()[:40],
        sha256(seed).hexdigest()[:7],
        str(uuid.UUID(bytes=seed)),
        str(1_600_000_000_000 + chance.randrange(10**11)),
        f"2026-11-{1 + chance.randrange(28):02}T14:01:22.{chance.randrange(10**6):06}Z",
        f"10.0.{seed[0]}.{seed[1]}:{chance.randrange(65536)}",
        f"v{seed[0]}.{seed[1]}.{seed[2]}-rc{seed[3]}",
        f"pod-{seed.hex()[:10]}-{seed.hex()[10:15]}",
    ]
    chance.shuffle(some)
    text = " ".join([*words, *some])
    assert masking.text(text) == masking.Masked(text)


@given(st.from_regex(r"[0-9]{13,19}", fullmatch=True))
def test_a_long_number_is_a_card_only_with_the_right_check_digit(number: str) -> None:
    doubled = [int(c) * (1 + n % 2) for n, c in enumerate(reversed(number))]
    if sum(d // 10 + d % 10 for d in doubled) % 10:
        assert masking.text(f"order {number}").count == 0


@given(st.text(max_size=300), st.sampled_from(SECRETS))
@example("password=password=", SECRETS[0])
def test_masking_again_changes_nothing_more(text: str, secret: tuple[str, str, str, str]) -> None:
    once = masking.text(text + " " + "".join(secret[1:]))
    again = masking.text(once.text)
    assert (again.text, again.count) == (once.text, 0)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_masked(data: bytes) -> None:
    kept, found = masking.data(data)
    assert (kept == data) == (found.count == 0)


@pytest.mark.parametrize("code", ["utf-8", "latin-1", "utf-16"])
def test_bytes_are_masked_in_every_encoding_that_text_comes_in(code: str) -> None:
    kept, found = masking.data("é password=hunter2secret\n".encode(code))
    assert found.count == 1
    assert b"h\0u" not in kept
    assert b"hunter2" not in kept
    assert kept.startswith("é password=".encode(code))


def test_what_is_no_text_stays_as_it_is() -> None:
    data = b"\x89PNG\0password=hunter2"
    assert masking.data(data)[0] == data


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "token=", "token:", 'password="', "-----BEGIN ", "-----BEGIN PRIVATE KEY", "eyJaaaaaaaa-",
     "eyJaaaaaaaa.", "://a:b", "sk-aaaaaaaaaaa", "bearer ", "cookie: a=", " -u a:", "--password x", "password\\\\",
     "GB29 AAAA ", "token value: "],
)  # fmt: skip
def test_a_hostile_megabyte_is_looked_through_in_one_go(piece: str) -> None:
    # What took time with the square of the length would not end before anybody gives up.
    assert masking.text(piece * (1_000_000 // len(piece))).count >= 0


def test_no_rule_finds_what_nothing_hints_at() -> None:
    for rule in RULES:
        assert all(any(known in hint for known in HINTS) for hint in rule.hints), rule.kind
    assert all(hinted("".join(secret[1:]).lower()) for secret in SECRETS)


def test_a_command_loses_the_secrets_in_its_words_and_nothing_else() -> None:
    log, found = masking.command(Log(text="password=hunter2", who="ana"))
    assert (log.text, log.who, found.count) == (f"password={MASK}", "ana", 1)
    assert found.sentence == "Masked 1 secret (a password or a key)"
    fix, _ = masking.command(Amend(of="X", text="password=hunter2"))
    assert fix.text == f"password={MASK}"
    bridge = SetBridge(where="https://zoom.example/j/1?pwd=QmFzZTY0", passcode="4711")
    assert masking.command(bridge)[0] is bridge
