"""The least that streams: starlette and uvicorn, a queue for each reader. `python bare_stream.py PORT`."""

import asyncio
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

READERS: list[asyncio.Queue[bytes]] = []


async def live(request: Request) -> StreamingResponse:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    READERS.append(queue)

    async def frames() -> AsyncIterator[bytes]:
        yield b"event: hello\ndata: {}\n\n"
        while True:
            yield b"event: fact\ndata: " + await queue.get() + b"\n\n"

    return StreamingResponse(frames(), media_type="text/event-stream")


async def push(request: Request) -> Response:
    data = await request.body()
    for queue in READERS:
        queue.put_nowait(data)
    return Response(b"{}")


app = Starlette(routes=[Route("/live", live), Route("/push", push, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), http="httptools", ws="none", log_level="critical", access_log=False)
