"""Deliveries that no honest sender makes, each with the answer that is right for it; and who sends them all at once."""

import hmac
import http.client
import json
import os
import random
import socket
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from alerts_together import group
from server_kit import InProcess, read_answer, status_of
from serving_hooks import KEY

LARGEST = 1024 * 1024
AUTH = frozenset((401, 429))
"""What is wrong once too often is not looked at for a while."""


class Call(NamedTuple):
    """One delivery. `slow`: it never comes to an end; `bare`: these bytes instead of a request."""

    what: str
    right: frozenset[int]
    hook: str = "alertmanager"
    body: bytes = b""
    headers: dict[str, str] = {}  # nobody changes it
    method: str = "POST"
    slow: bool = False
    bare: bytes = b""


class Patient(InProcess):
    """The server that is called."""

    program = Path(__file__).with_name("serving_hooks.py")

    def rss(self) -> int:
        assert self.process is not None
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Hostile:
    """Makes calls from a seed. `replayed` are the keys of what was sent once in honesty, and is sent again."""

    def __init__(self, server: Patient, seed: int) -> None:
        self.chance = random.Random(seed)
        self._intake = {"Authorization": f"Bearer {server.make_token('am', 'intake')}"}
        self._reads = {"Authorization": f"Bearer {server.make_token('ana', 'respond')}"}
        self._caught = [self._signed(b'{"rule":"Caught","key":"caught"}', "msg_1")]
        self._kinds: list[Callable[[], Call]] = [
            self.malformed, self.unreadable, self.large, self.no_token, self.other_grant, self.nowhere, self.verb,
            self.unsigned, self.forged, self.tampered, self.old, self.replayed, self.packed, self.broken,
        ]  # fmt: skip

    def calls(self, count: int, slow: int) -> Iterator[Call]:
        """So many of every kind, in no order."""
        found = [self._kinds[number % len(self._kinds)]() for number in range(count - slow)]
        found += [self.slow() for _ in range(slow)]
        self.chance.shuffle(found)
        yield from found

    def _noise(self, most: int = 400) -> bytes:
        return self.chance.randbytes(self.chance.randrange(1, most))

    # ── each kind ──

    def malformed(self) -> Call:
        whole = group(*(f"m{n}" for n in range(5)))
        body = self.chance.choice(
            (
                b"",
                b"\xff" + self._noise(),
                whole[: self.chance.randrange(1, len(whole) - 1)],
                b"[" * 100_000,
                b'{"alerts":' * 5_000,
                b"[]",
                b"null",
                b'{"alerts":7}',
                b'{"alerts":[{"labels":' + b"1" * 5_000 + b"}]",
            )
        )
        return Call("malformed", frozenset((400,)), body=body, headers=self._intake)

    def unreadable(self) -> Call:
        row = self.chance.choice(('{"labels":7}', '{"labels":{"alertname":["x"]}}', "[]", '{"fingerprint":"\\u0000"}'))
        body = f'{{"alerts":[{row}]}}'.encode()
        if self.chance.random() < 0.2:
            body = group("u").replace(b"firing", b"fir\xffing")
        return Call("unreadable", frozenset((422,)), body=body, headers=self._intake)

    def large(self) -> Call:
        said = str(LARGEST + self.chance.randrange(1, 10**9))
        bare = _head("POST", "alertmanager", self._intake | {"Content-Length": said})
        if self.chance.random() < 0.03:  # one that does not say so before
            bare = _head("POST", "alertmanager", self._intake | {"Transfer-Encoding": "chunked"})
            bare += b"%x\r\n%b\r\n" % (LARGEST + 1, b" " * (LARGEST + 1))
        return Call("large", frozenset((413,)), bare=bare)

    def no_token(self) -> Call:
        wrong = self.chance.choice(
            ({}, {"Authorization": f"Bearer {self._noise().hex()}"}, {"Authorization": "Basic ="})
        )
        return Call("no token", AUTH, body=group("n"), headers=wrong)

    def other_grant(self) -> Call:
        return Call("a token that reads", frozenset((403,)), body=group("o"), headers=self._reads)

    def nowhere(self) -> Call:
        hook = self.chance.choice(("nobody", "%2e%2e", "pd2", "x" * 300, "alertmanager/x", "%00"))
        return Call("no such hook", frozenset((404,)), hook, group("w"), self._intake)

    def verb(self) -> Call:
        method = self.chance.choice(("GET", "PUT", "DELETE", "PATCH", "OPTIONS"))
        return Call("another method", frozenset((405,)), headers=self._intake, method=method)

    def unsigned(self) -> Call:
        hook = self.chance.choice(("pd", "chat", "signed"))
        return Call("unsigned", AUTH, hook, b'{"event":{}}', self.chance.choice(({}, self._intake)))

    def forged(self) -> Call:
        signature = self._noise(32).hex()
        headers = {
            "X-PagerDuty-Signature": f"v1={signature}",
            "X-Slack-Signature": f"v0={signature}",
            "X-Slack-Request-Timestamp": str(int(time.time())),
            "webhook-id": "msg_2",
            "webhook-timestamp": str(int(time.time())),
            "webhook-signature": f"v1,{signature}",
        }
        return Call("forged", AUTH, self.chance.choice(("pd", "chat", "signed")), b'{"event":{}}', headers)

    def tampered(self) -> Call:
        body, headers = self._caught[0]
        return Call("tampered", AUTH, "signed", body.replace(b"Caught", b"Forged"), headers)

    def old(self) -> Call:
        body, headers = self._signed(b'{"rule":"Old","key":"old"}', "msg_3", ago=600)
        return Call("old", AUTH, "signed", body, headers)

    def replayed(self) -> Call:
        body, headers = self._caught[0]
        return Call("replayed", frozenset((200, 204)), "signed", body, headers)

    def packed(self) -> Call:
        headers = self._intake | {"Content-Encoding": self.chance.choice(("gzip", "br", "deflate", "zstd"))}
        return Call("packed", frozenset((415,)), body=self._noise(), headers=headers)

    def broken(self) -> Call:
        bare = self.chance.choice(
            (
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                b"POST /v1/hooks/alertmanager HTTP/9.9\r\n\r\n",
                b"POST /v1/hooks/alertmanager HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                b"GET \r\n\r\n",
            )
        )
        return Call("no HTTP", frozenset((400,)), bare=bare)

    def slow(self) -> Call:
        said = {"Content-Length": str(self.chance.choice((100, 5_000, LARGEST)))}
        bare = _head("POST", "alertmanager", self._intake | said) + b'{"alerts":'
        return Call("slow", frozenset((408,)), bare=bare, slow=True)

    @staticmethod
    def _signed(body: bytes, id: str, ago: int = 0) -> tuple[bytes, dict[str, str]]:
        stamp = str(int(time.time()) - ago)
        said = hmac.new(KEY, f"{id}.{stamp}.".encode() + body, "sha256").digest()
        signature = "v1," + b64encode(said).decode()
        return body, {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature}


def _head(method: str, hook: str, headers: dict[str, str]) -> bytes:
    rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} /v1/hooks/{hook} HTTP/1.1\r\nHost: 127.0.0.1\r\n{rows}\r\n".encode()


class Crowd:
    """Sends calls, many at a time. `wrong` holds what was answered otherwise than right, `answers` all of it."""

    def __init__(self, server: Patient, at_once: int = 8) -> None:
        self._server, self._at_once = server, at_once
        self.answers: Counter[tuple[str, int]] = Counter()
        self.wrong: list[tuple[Call, int]] = []

    def send(self, calls: list[Call]) -> None:
        slow, others = [each for each in calls if each.slow], [each for each in calls if not each.slow]
        threads = [Thread(target=self._all, args=(others[n :: self._at_once],)) for n in range(self._at_once)]
        threads.append(Thread(target=self._wait_for, args=(slow,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _all(self, calls: list[Call]) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        for call in calls:
            if call.bare:
                with self._server.connection() as bare:
                    self._send_bare(bare, call)
                    self._note(call, status_of(_first_of(bare)))
                continue
            for again in (False, True):
                try:
                    line.request(call.method, f"/v1/hooks/{call.hook}", call.body, call.headers)
                    answer = line.getresponse()
                    answer.read()
                    break
                except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                    line.close()  # a kept connection may end between two requests
                    if again:
                        raise
            self._note(call, answer.status)
        line.close()

    @staticmethod
    def _send_bare(line: socket.socket, call: Call) -> None:
        try:
            line.sendall(call.bare)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was answered before all of it was there

    def _wait_for(self, calls: list[Call]) -> None:
        """A hundred of those that never come to an end, all at once."""
        for start in range(0, len(calls), 100):
            part = calls[start : start + 100]
            lines = [self._server.connection() for _ in part]
            for line, call in zip(lines, part, strict=True):
                line.sendall(call.bare)
            for line, call in zip(lines, part, strict=True):
                self._note(call, status_of(read_answer(line)))
                line.close()

    def _note(self, call: Call, status: int) -> None:
        self.answers[call.what, status] += 1
        if status not in call.right:
            self.wrong.append((call, status))


def _first_of(line: socket.socket) -> bytes:
    """As much of the answer as says its status."""
    found = b""
    while b"\r\n" not in found:
        part = line.recv(4_096)
        if not part:
            break
        found += part
    return found


class Honest:
    """A sender and a reader who go on meanwhile. `took`: seconds for each delivery; `failed`: what went wrong."""

    def __init__(self, server: Patient) -> None:
        self._server, self._token = server, server.make_token("honest", "intake")
        self.keys: list[str] = []
        self.took: list[float] = []
        self.failed: list[str] = []
        self._over = False
        self._thread = Thread(target=self._run)

    def __enter__(self) -> "Honest":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._thread.join()

    def _run(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        headers = {"Authorization": f"Bearer {self._token}"}
        while not self._over or not self.keys:
            key = f"honest-{'abcdefghij'[len(self.keys) // 15 % 10]}{len(self.keys)}"
            began = time.monotonic()
            line.request("POST", "/v1/hooks/alertmanager", group(key), headers)
            answer = line.getresponse()
            said = answer.read()
            self.took.append(time.monotonic() - began)
            self.keys.append(key)
            if answer.status != 204:
                self.failed.append(f"{answer.status}: {json.loads(said or b'null')}")
            time.sleep(0.1)
        line.close()
