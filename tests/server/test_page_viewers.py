"""A thousand readers of one stakeholder page on one server: all get every change, and nobody waits for the slow;
and a question that survives a kill.
"""

import asyncio
import re
import socket
from pathlib import Path
from time import perf_counter

import pytest

from page_kit import Shown
from server_kit import SURELY_S, InProcess, InThread, until
from warroom.core.acts.talk import PostUpdate
from warroom.room.process import more_files
from warroom.server import asking
from warroom.server.options import Options

READERS = 1_000
SLOW = 20  # who take nothing


class Viewer:
    """One reader's stream over a bare connection."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path
        self.got = b""

    async def come(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        self.writer.write(f"GET {self.path}/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        await self.until(b"event: page")

    async def until(self, words: bytes) -> float:
        """When these words came."""
        while words not in self.got:
            part = await asyncio.wait_for(self.reader.read(1 << 16), SURELY_S)
            assert part, "the stream ended"
            self.got = (self.got + part)[-65_536:]
        return perf_counter()

    def leave(self) -> None:
        self.writer.transport.abort()


def resident(process: InProcess) -> int:
    """The server's memory in MiB."""
    assert process.process is not None
    text = Path(f"/proc/{process.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found
    return int(found[1]) // 1024


def processor(process: InProcess) -> float:
    """The seconds of CPU that the server has used."""
    assert process.process is not None
    fields = Path(f"/proc/{process.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_thousand_readers_get_every_change(process: InProcess, capsys: pytest.CaptureFixture[str]) -> None:
    more_files()
    shown = Shown(process)
    before = resident(process)

    async def watched() -> list[str]:
        said = []
        viewers = [Viewer(process.port, shown.path) for _ in range(READERS)]
        began = perf_counter()
        for at in range(0, READERS, 50):
            await asyncio.gather(*(viewer.come() for viewer in viewers[at : at + 50]))
        said.append(
            f"{READERS} readers came in {perf_counter() - began:.1f} s; {resident(process) - before} MiB for them"
        )
        for number in range(5):
            used, began = processor(process), perf_counter()
            words = f"update number {number} of five"
            await asyncio.to_thread(shown.do, PostUpdate(what=words, audience="public"))
            durable = perf_counter()
            came = sorted(await asyncio.gather(*(viewer.until(words.encode()) for viewer in viewers[SLOW:])))
            said.append(
                f"{words}: durable after {durable - began:.2f} s, the first has it {came[0] - durable:.2f} s later, "
                f"half of them after {came[len(came) // 2] - durable:.2f} s, all after {came[-1] - durable:.2f} s; "
                f"{processor(process) - used:.2f} s of CPU"
            )
            assert await asyncio.to_thread(shown.load) is not None
        assert process.ask("GET", "/v1/info").status_code == 200
        said.append(f"memory at the end: {resident(process)} MiB, {before} before")
        for viewer in viewers:
            viewer.leave()
        return said

    said = asyncio.run(watched())
    with capsys.disabled():
        print("", *said, sep="\n")
    assert resident(process) - before < 400, "memory grows with what readers do not take"
    assert shown.load().status_code == 200


def test_a_reader_who_takes_nothing_is_dropped_and_the_others_read_on(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(stalled=0.5, tick=0.05))
    shown = Shown(server)
    with server.connection() as slow, server.live(shown.path + "/live", token="") as live:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # else the kernel takes megabytes for it
        slow.sendall(f"GET {shown.path}/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        live.next("page")
        until(lambda: server.made.house.measures.streams == 2)
        for number in range(24):
            shown.do(PostUpdate(what=f"update {number} " + "x" * 40_000, audience="public"))
            while f"update {number} " not in live.next("page")["html"]:
                pass
            if server.made.house.measures.streams == 1:
                break
        until(lambda: server.made.house.measures.streams == 1)
        shown.do(PostUpdate(what="and on it goes", audience="public"))
        while "and on it goes" not in live.next("page")["html"]:
            pass
    server.stop()


def test_forms_that_come_slowly_hold_only_so_much_memory(tmp_path: Path) -> None:
    server = InThread(str(tmp_path / "server"), Options(bodies=16 * asking.LARGEST, questions=10_000))
    shown = Shown(server)
    token = shown.token()
    lines = []
    for _ in range(server.made.house.strangers._each // asking.LARGEST):
        lines.append(server.connection())
        head = server.head("POST", shown.path, f"Content-Length: {asking.LARGEST}")
        lines[-1].sendall(head + b"what=".ljust(asking.LARGEST - 1, b"x"))
    until(lambda: shown.ask("Is data lost?", token=token).status_code == 429)
    for line in lines:
        line.close()
    until(lambda: shown.ask("Is data lost?", token=token).status_code == 303)
    server.stop()


def test_a_question_that_was_confirmed_survives_a_kill(process: InProcess) -> None:
    shown = Shown(process)
    assert shown.ask("Is data lost?").status_code == 303
    token = shown.token()
    process.kill()
    process.start()
    assert [each.what for each in shown.questions()] == ["Is data lost?"]
    assert shown.ask("And now?", token=token).status_code == 303, "a form that was open goes on"
    assert len({event.rep for event in shown.learn().questions}) == 2
