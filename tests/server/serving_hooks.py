"""A server with senders that sign and little patience: `python serving_hooks.py FOLDER PORT` says its URL."""

import sys

from warroom.config.intake import Generic, PagerDuty, Slack
from warroom.intake.base import Hook
from warroom.server.house import default_hooks
from warroom.server.options import Options
from warroom.server.run import Serving, serve
from warroom.server.stores.embedded import EmbeddedStore

KEY = b"a-secret-of-theirs"
SIGNED = {
    "pd": Hook("pd", PagerDuty(kind="pagerduty", secret_env="X"), KEY),
    "chat": Hook("chat", Slack(kind="slack", secret_env="X"), KEY),
    "signed": Hook("signed", Generic(kind="generic", secret_env="X"), KEY),
}

if __name__ == "__main__":
    folder, port, failures = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 20
    serving = Serving(
        EmbeddedStore(folder),
        port=port,
        options=Options(body=1.0, headers=1.0, failures=failures),
        listening=lambda url: print(url, flush=True),
        senders={**default_hooks(), **SIGNED},
    )
    sys.exit(serve(serving))
