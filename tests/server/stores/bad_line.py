"""A line between a node and its NATS server on which answers get lost, everything stands still, or that breaks off."""

import asyncio
import contextlib


class BadLine:
    """Passes everything on until it is told otherwise."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._deaf = False
        self._open = asyncio.Event()
        self._open.set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer, False), self._pass(far_reader, writer, True))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                if not (answers and self._deaf):
                    writer.write(data)
                    await writer.drain()
        writer.close()

    def lose_answers(self) -> None:
        """What is sent arrives; nothing comes back. What was lost stays lost: break the line off afterwards."""
        self._deaf = True

    def stall(self) -> None:
        self._open.clear()

    def break_off(self) -> None:
        """Every connection ends; a new one may be made."""
        self._deaf = False
        self._open.set()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.break_off()
