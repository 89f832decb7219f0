"""Apprise, through its own `json://` service to a real far side: what arrives, what a no means, no URL anywhere."""

import logging
from collections.abc import Callable

import pytest

from farside import FarSide, says
from warroom.channels.apprise_ import ONLY_NO, Apprise, inert
from warroom.channels.base import Failed, Later, Message, Sent, Words
from warroom.channels.secrets import Secret
from warroom.config.channels import Apprise as Form

Make = Callable[..., Message]
PASSWORD = "hush-hush-77"


def service(url: str) -> Apprise:
    return Apprise("anything", Form(kind="apprise", url_env="APPRISE_URL"), {"url": Secret(url)})


def at(far: FarSide) -> Apprise:
    return service(f"json://room:{PASSWORD}@127.0.0.1:{far.port}/{PASSWORD}")


def test_a_page_arrives_with_its_subject_and_brief(far: FarSide, page: Make) -> None:
    assert at(far).send(page()) == Sent()
    got = far.wait_for(1)[0].json()
    assert got["title"] == "[INC-K3F9 SEV1] L1 page: Checkout returns 500s"
    assert "half of all orders fail" in str(got["message"])


def test_a_refusal_is_worth_another_try_since_nobody_says_what_it_was(far: FarSide, page: Make) -> None:
    far.answers(says(500))
    assert at(far).send(page()) == Later(ONLY_NO)


def test_a_port_that_nobody_listens_on_is_worth_another_try(closed_port: int, page: Make) -> None:
    assert service(f"json://127.0.0.1:{closed_port}").send(page()) == Later(ONLY_NO)


@pytest.mark.parametrize("url", ["", "nonsense", f"http//{PASSWORD}", f"nosuch://{PASSWORD}", f"tgram://{PASSWORD}"])
def test_a_url_that_apprise_does_not_know_is_final_and_never_shown(page: Make, url: str) -> None:
    outcome = service(url).send(page())
    assert isinstance(outcome, Failed)
    found = service(url).probe()
    assert found.state == "bad"
    assert PASSWORD not in outcome.why + found.says


def test_the_url_stands_in_no_log_whatever_happens(
    far: FarSide, closed_port: int, page: Make, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    at(far).send(page())
    for url in (
        f"json://u:{PASSWORD}@127.0.0.1:{closed_port}/{PASSWORD}",
        f"nosuch://{PASSWORD}",
        f"slack://{PASSWORD}",
    ):
        service(url).send(page())
    out, err = capfd.readouterr()
    assert PASSWORD not in caplog.text + out + err


def test_a_probe_names_the_service_and_sends_nothing(far: FarSide) -> None:
    found = at(far).probe()
    assert found.state == "ok"
    assert "JSON" in found.says
    assert not far.requests


def test_what_people_wrote_calls_no_room_and_no_terminal(far: FarSide, page: Make) -> None:
    text = "<!channel> @everyone <@U7> *bold* <b>x</b>\r\nnext\x1b[31m"
    at(far).send(page(title=text, words=Words(text, text, text, text)))
    got = far.wait_for(1)[0].json()
    for part in (str(got["title"]), str(got["message"])):
        assert "<!" not in part
        assert "<@" not in part
        assert "@everyone" not in part
        assert "\x1b" not in part
    assert "\n" not in str(got["title"])


def test_text_that_calls_nobody_stays_as_it_is() -> None:
    assert inert("mail ana@example.org, 3 < 4, all@home, *b*") == "mail ana@example.org, 3 < 4, all@home, *b*"


def test_a_title_of_5000_characters_still_arrives(far: FarSide, page: Make) -> None:
    assert at(far).send(page(title="t" * 5_000)) == Sent()
    assert len(str(far.wait_for(1)[0].json()["title"])) < 300


def test_a_service_with_little_room_gets_the_short_brief(
    far: FarSide, page: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 160)
    at(far).send(page(words=Words("line", "s" * 160, "c" * 161, "")))
    assert far.wait_for(1)[0].json()["message"] == "s" * 160


def test_a_page_that_may_come_twice_says_so_first(far: FarSide, page: Make) -> None:
    at(far).send(page(twice=True))
    assert str(far.wait_for(1)[0].json()["message"]).startswith("This page may have reached you before")
