"""A server as a process of its own: `python serving.py FOLDER PORT` says its URL once it listens."""

import sys

from warroom.server.run import Serving, serve
from warroom.server.stores.embedded import EmbeddedStore

if __name__ == "__main__":
    folder, port = sys.argv[1:]
    sys.exit(serve(Serving(EmbeddedStore(folder), port=int(port), listening=lambda url: print(url, flush=True))))
