"""E-mail against real servers: what a mail says, who refuses it and what that means, and when nobody can know."""

import logging
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from mail_side import DRIP, DROP, FLOOD, HALF, HANG, MailServer, RudeServer
from warroom.channels.base import Failed, Later, Message, Outcome, Sent, Unknown, Words
from warroom.channels.letter import addresses, identity, subject
from warroom.channels.mail import Mail
from warroom.channels.secrets import Secret
from warroom.config.channels import Email

Make = Callable[..., Message]
Rude = Callable[..., RudeServer]
PASSWORD = "hush-hush-77"
SOON_S = 0.6


@pytest.fixture
def server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def rude() -> Iterator[Rude]:
    made: list[RudeServer] = []

    def make(**says: bytes) -> RudeServer:
        made.append(RudeServer(**says))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts `authority`."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def account(port: int, within_s: float = 15.0, **changed: object) -> Mail:
    about: dict[str, object] = {
        "kind": "email",
        "host": "127.0.0.1",
        "port": port,
        "sender": "War room <room@example.org>",
        "to": "ops@example.org",
        "tls": "none",
    }
    form = Email(**(about | changed))  # type: ignore[arg-type]  # a test may put anything in
    secrets = {"password": Secret(PASSWORD)} if form.user else {}
    return Mail("mail", form, secrets, within_s=within_s)


def why(outcome: Outcome) -> str:
    assert isinstance(outcome, (Later, Failed, Unknown)), outcome
    return outcome.why


# ── what a mail says ──


def test_a_mail_carries_the_brief_and_says_in_its_subject_what_it_is(server: MailServer, page: Make) -> None:
    assert isinstance(account(server.port).send(page()), Sent)
    mail = server.mail()
    assert mail["Subject"] == "[INC-K3F9 SEV1] L1 page: Checkout returns 500s"
    assert mail["From"] == "War room <room@example.org>"
    assert "half of all orders fail" in mail.get_content()
    assert mail.get_content_type() == "text/plain"


def test_a_mail_tells_machines_that_none_of_them_should_answer(server: MailServer, page: Make) -> None:
    account(server.port).send(page())
    assert server.mail()["Auto-Submitted"] == "auto-generated"
    assert server.mail()["X-Priority"] == "1"
    assert server.mail()["Date"]


def test_a_mail_goes_to_the_address_of_the_page_before_that_of_the_form(server: MailServer, page: Make) -> None:
    mail = account(server.port)
    mail.send(page(address="ana@example.org"))
    mail.send(page())
    assert [envelope.rcpt_tos for envelope in server.got] == [["ana@example.org"], ["ops@example.org"]]


def test_the_same_key_is_the_same_mail_and_another_is_another(server: MailServer, page: Make) -> None:
    mail = account(server.port)
    first, again, other = (mail.send(page(key=key)) for key in ("one", "one", "two"))
    assert first == again == Sent("<one@example.org>")
    assert first != other
    assert server.mail(1)["Message-ID"] == "<one@example.org>"


def test_a_later_mail_answers_the_first_one_whatever_the_length_of_its_identity(server: MailServer, page: Make) -> None:
    first = f"<{'k' * 120}@example.org>"
    account(server.port).send(page(thread=first))
    assert server.mail()["In-Reply-To"] == server.mail()["References"] == first


def test_a_thread_that_is_no_identity_becomes_no_header(server: MailServer, page: Make) -> None:
    account(server.port).send(page(thread="<a@b>\r\nBcc: eve@example.org"))
    assert server.mail()["In-Reply-To"] is None
    assert server.mail()["Bcc"] is None


def test_a_mail_that_may_come_twice_says_so_in_a_header_and_first(server: MailServer, page: Make) -> None:
    account(server.port).send(page(twice=True))
    assert server.mail()["X-Warroom-Possibly-Twice"] == "yes"
    assert server.mail().get_content().startswith("This page may have reached you before")


def test_no_title_becomes_a_header_or_an_escape(server: MailServer, page: Make) -> None:
    account(server.port).send(page(title="Down\r\nBcc: eve@example.org\r\n\r\n\x1b[2J <!channel> *b*"))
    mail = server.mail()
    assert mail["Bcc"] is None
    assert server.got[0].rcpt_tos == ["ops@example.org"]
    assert "Down⏎Bcc: eve@example.org" in mail["Subject"]
    assert "\x1b" not in mail["Subject"]


def test_a_title_of_5000_characters_is_cut_to_what_a_reader_shows(page: Make) -> None:
    assert len(subject(page(title="tö" * 2_500))) < 220


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"what": "test"}, "[INC-K3F9 SEV1] TEST page: x"),
        ({"topic": "db", "level": 0}, "[INC-K3F9 SEV1] db page: x"),
        ({"level": 0}, "[INC-K3F9 SEV1] page: x"),
        ({"what": "status"}, "[INC-K3F9 SEV1] status: x"),
        ({"drill": True, "severity": ""}, "[DRILL INC-K3F9] L1 page: x"),
    ],
)
def test_a_subject_tells_one_kind_of_page_from_another(page: Make, changed: dict[str, object], what: str) -> None:
    assert subject(page(title="x", **changed)) == what


def test_a_body_arrives_as_it_was_written_whatever_stands_in_it(server: MailServer, page: Make) -> None:
    text = ".\n..dots\nFrom here\nö 🔥 " + "l" * 3_000 + "\n.\nend\x1b[0m"
    account(server.port).send(page(words=Words("", "", "", text)))
    assert server.mail().get_content().splitlines() == text.replace("\x1b", "␛").split("\n")


def test_a_key_that_is_no_mail_identity_is_made_one() -> None:
    assert identity("a b>\r\nX: y", "room@example.org").count("\n") == 0
    assert identity("a b", "nobody") == identity("a b", "nobody")
    assert identity("k", "no domain").endswith("@warroom.invalid>")


@pytest.mark.parametrize("text", ["ana", "ana@x.org\r\nRCPT TO:<eve@x.org>", "a b@x.org", "ä@x.org", "<>", "@x.org"])
def test_what_is_no_address_is_never_told_to_a_server(page: Make, closed_port: int, text: str) -> None:
    assert addresses(text)[1]
    outcome = account(closed_port).send(page(address=text))
    assert isinstance(outcome, Failed)
    assert "is not an e-mail address" in outcome.why


def test_a_page_without_any_address_is_never_sent(page: Make, closed_port: int) -> None:
    assert "nobody to write to" in why(account(closed_port, to="").send(page()))


# ── who refuses it ──


def test_a_recipient_refused_for_good_is_named(server: MailServer, page: Make) -> None:
    server.refusals["ops@example.org"] = "550 5.1.1 no such user \x1b[31m"
    outcome = account(server.port).send(page())
    assert isinstance(outcome, Failed)
    assert "ops@example.org: 550 “5.1.1 no such user" in outcome.why
    assert "\x1b" not in outcome.why


def test_a_recipient_put_off_is_worth_another_try(server: MailServer, page: Make) -> None:
    server.refusals["ops@example.org"] = "450 greylisted"
    assert isinstance(account(server.port).send(page()), Later)


def test_who_can_have_the_mail_gets_it_and_who_cannot_is_named(server: MailServer, page: Make) -> None:
    server.refusals["gone@example.org"] = "550 gone"
    outcome = account(server.port, to="gone@example.org, ops@example.org").send(page())
    assert isinstance(outcome, Failed)
    assert "gone@example.org" in outcome.why
    assert "the others have it" in outcome.why
    assert server.got[0].rcpt_tos == ["ops@example.org"]


@pytest.mark.parametrize(("says", "kind"), [("452 full", Later), ("554 no", Failed), ("421 closing", Later)])
def test_a_whole_mail_refused_is_not_sent(server: MailServer, page: Make, says: str, kind: type[Outcome]) -> None:
    server.after_data = says
    assert isinstance(account(server.port).send(page()), kind)


@pytest.mark.parametrize("step", ["hello", "EHLO", "MAIL", "DATA"])
@pytest.mark.parametrize(("says", "kind"), [(b"421 later", Later), (b"554 never", Failed)])
def test_a_refusal_at_any_step_means_what_its_code_means(
    rude: Rude, page: Make, step: str, says: bytes, kind: type[Outcome]
) -> None:
    server = rude(**{step: says, "HELO": says})
    assert isinstance(account(server.port).send(page()), kind)


# ── when the line breaks ──


@pytest.mark.parametrize("step", ["hello", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("says", [DROP, HALF, HANG, FLOOD, b"\x1b]0;hi\x07 garbage", b"x" * 20_000])
def test_a_line_that_breaks_before_the_mail_was_sent_is_worth_another_try(
    rude: Rude, page: Make, step: str, says: bytes
) -> None:
    server = rude(**{step: says})
    outcome = account(server.port, within_s=SOON_S if says == HANG else 15.0).send(page())
    assert isinstance(outcome, Later)
    assert "\x1b" not in outcome.why


@pytest.mark.parametrize("says", [DROP, HALF, HANG, FLOOD, b"what?", b"x" * 20_000])
def test_a_line_that_breaks_after_the_mail_was_sent_leaves_open_whether_it_arrived(
    rude: Rude, page: Make, says: bytes
) -> None:
    server = rude(end=says)
    outcome = account(server.port, within_s=SOON_S if says == HANG else 15.0).send(page())
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("says", [DROP, HANG, b"500 what?"])
def test_a_goodbye_that_fails_takes_nothing_back(rude: Rude, page: Make, says: bytes) -> None:
    assert isinstance(account(rude(QUIT=says).port).send(page()), Sent)


def test_a_server_that_talks_without_end_is_not_listened_to(rude: Rude, page: Make) -> None:
    server = rude(hello=FLOOD)
    assert isinstance(account(server.port).send(page()), Later)
    assert server.flooded < 30_000_000


def test_a_server_that_drips_is_given_up_in_time(rude: Rude, page: Make) -> None:
    server = rude(hello=DRIP)
    outcome = account(server.port, within_s=SOON_S).send(page())
    assert isinstance(outcome, Later)
    assert "did not answer within 0.6 s" in outcome.why


def test_a_port_that_nobody_listens_on_is_worth_another_try(page: Make, closed_port: int) -> None:
    outcome = account(closed_port).send(page())
    assert isinstance(outcome, Later)
    assert "takes no connections" in outcome.why


def test_a_name_that_no_server_can_have_is_final(page: Make) -> None:
    assert isinstance(account(25, host="x" * 80 + ".org").send(page()), Failed)


# ── TLS and login ──


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_mail_is_encrypted_and_its_sender_logs_in(page: Make, tls: ssl.SSLContext, way: str) -> None:
    given = (
        {"ssl_context": tls, "auth_require_tls": False}
        if way == "tls"
        else {"tls_context": tls, "require_starttls": True}
    )
    server = MailServer(users={"room": PASSWORD}, **given)
    try:
        outcome = account(server.port, tls=way, user="room").send(page())
        assert isinstance(outcome, Sent), outcome
        assert server.got
    finally:
        server.close()


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_certificate_that_does_not_verify_ends_it_before_anything_is_said(
    page: Make, tls: ssl.SSLContext, way: str
) -> None:
    server = MailServer(**({"ssl_context": tls} if way == "tls" else {"tls_context": tls}))
    try:
        outcome = account(server.port, tls=way).send(page())
        assert isinstance(outcome, Failed)
        assert "does not verify" in outcome.why
        assert not server.got
    finally:
        server.close()


def test_a_server_without_starttls_gets_nothing_in_the_clear(server: MailServer, page: Make) -> None:
    outcome = account(server.port, tls="starttls").send(page())
    assert isinstance(outcome, Failed)
    assert "STARTTLS" in outcome.why
    assert not server.got


def test_a_server_that_speaks_no_tls_gets_nothing(server: MailServer, page: Make) -> None:
    outcome = account(server.port, within_s=SOON_S, tls="tls").send(page())
    assert isinstance(outcome, Later)
    assert not server.got


def test_a_wrong_password_is_final_and_shows_nowhere(page: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = MailServer(users={"room": "another"}, auth_require_tls=False)
    try:
        mail = account(server.port, user="room")
        outcome = mail.send(page())
        assert isinstance(outcome, Failed)
        assert "refuses the user or the password (535)" in outcome.why
        assert PASSWORD not in outcome.why + caplog.text + repr(mail.__dict__) + mail.probe().says
    finally:
        server.close()


def test_a_server_that_says_the_password_back_is_not_quoted(rude: Rude, page: Make) -> None:
    server = rude(EHLO=b"250-hi\r\n250 AUTH PLAIN", AUTH=b"235 in", MAIL=f"554 I know {PASSWORD}".encode())
    said = why(account(server.port, user="room").send(page()))
    assert "I know •••" in said


def test_a_login_that_cannot_be_checked_now_is_worth_another_try(rude: Rude, page: Make) -> None:
    server = rude(EHLO=b"250-hi\r\n250 AUTH PLAIN", AUTH=b"454 later")
    assert isinstance(account(server.port, user="room").send(page()), Later)


def test_a_server_that_takes_no_login_gets_no_mail(server: MailServer, page: Make) -> None:
    outcome = account(server.port, user="room").send(page())
    assert isinstance(outcome, Failed)
    assert not server.got


# ── a look without a mail ──


def test_a_probe_sends_no_mail_and_says_what_is_in_the_clear(server: MailServer) -> None:
    found = account(server.port).probe()
    assert found.state == "look"
    assert "anybody on the way can read" in found.says
    assert not server.got


@pytest.mark.usefixtures("trusted")
def test_a_probe_of_an_account_in_order_is_ok(tls: ssl.SSLContext) -> None:
    server = MailServer(users={"room": PASSWORD}, tls_context=tls, require_starttls=True)
    try:
        found = account(server.port, tls="starttls", user="room").probe()
        assert found.state == "ok", found.says
        assert not server.got
    finally:
        server.close()


def test_a_probe_of_a_server_that_hangs_is_bad(rude: Rude) -> None:
    assert account(rude(NOOP=HANG).port, within_s=SOON_S).probe().state == "bad"
