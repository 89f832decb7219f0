"""A token that was revoked is replaced by another one, and the process that joining started goes on with that."""

from pathlib import Path

from sync_kit import Home, until
from warroom.room import syncing

from server_kit import InThread  # isort: skip  # found by the kit above


def of_process(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def test_the_process_that_joining_starts_has_no_token_in_its_environment(server: InThread, ana: Home) -> None:
    ana.env["WARROOM_SYNC"] = "on"
    ana.declare()
    secret = server.make_token("ana")
    ana.join(server.url, secret)
    running = until(lambda: syncing.running(ana.data), "the process began")
    assert b"WARROOM_TOKEN" not in of_process(running.pid)
    assert secret.encode() not in of_process(running.pid)


def test_it_goes_on_with_the_token_that_was_joined_with_last(server: InThread, ana: Home) -> None:
    ana.env["WARROOM_SYNC"] = "on"
    ana.declare()
    token, secret = server.made_token("ana")
    ana.join(server.url, secret)
    until(lambda: ana.status.state == "online" and not ana.status.unsent, "it is in step")
    assert server.revoke(token.id)
    ana.ok("log", "the token is gone")
    until(lambda: ana.status.state == "denied", "the token is refused")
    ana.join(server.url, server.make_token("ana anew"), "--replace")
    ana.ok("log", "with another token")
    until(lambda: ana.status.state == "online" and not ana.status.unsent, "it is in step with the other token")
