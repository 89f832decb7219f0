"""Whether a cluster keeps what it acknowledges. By its defaults NATS does not: it syncs to disk every two minutes.

Asked are the monitors of the nodes (version, `sync_always`), and the stream for its configuration.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

import msgspec

from ....core.text import clean
from ....net import Http, NetError
from ..base import StoreTrouble
from .words import ALL, LARGEST, STREAM

OLDEST = (2, 12, 3)
REPLICAS = 3
_ASKING = 3.0


class Unsafe(StoreTrouble):
    """The cluster answers, and must not be trusted with facts."""


class Node(msgspec.Struct, frozen=True):
    """What a monitor says of its node; `fault` is empty where the node may be trusted."""

    name: str
    id: str
    fault: str


# ── nodes ───────────────────────────────────────────────────────────────────────────────────────


async def nodes(monitors: Sequence[str], tls: ssl.SSLContext | None = None) -> tuple[list[Node], list[str]]:
    """The nodes that answered, and for each of the others why not."""
    told = await asyncio.gather(*(asyncio.to_thread(_node, monitor, tls) for monitor in monitors))
    return [one for one in told if isinstance(one, Node)], [one for one in told if isinstance(one, str)]


def _node(monitor: str, tls: ssl.SSLContext | None) -> Node | str:
    http = Http(timeout_s=_ASKING, verify=tls or True)
    try:
        varz = http.request("GET", monitor.rstrip("/") + "/varz").json()
    except NetError as problem:
        return f"the monitor {clean(monitor)} does not answer: {problem}"
    finally:
        http.close()
    if not isinstance(varz, dict) or "server_name" not in varz:
        return f"what answers at {clean(monitor)} is no monitor of NATS"
    name = clean(str(varz["server_name"]))
    return Node(name, str(varz.get("server_id", "")), _fault(name, varz))


def _fault(name: str, varz: dict[str, Any]) -> str:
    version = str(varz.get("version", ""))
    if not new_enough(version):
        return f"{name} runs nats-server {clean(version)}; 2.12.3 or newer is needed"
    config = (varz.get("jetstream") or {}).get("config")
    if not config:
        return f"{name} runs without JetStream"
    if config.get("sync_always") is not True:
        return (
            f"{name} acknowledges before its disk has it: "
            "a power cut would lose what people wrote. Set `sync_interval: always` in its jetstream { } block"
        )
    return ""


def new_enough(version: str) -> bool:
    numbers = version.partition("-")[0].split(".")
    return all(n.isdigit() for n in numbers) and tuple(map(int, numbers)) >= OLDEST


def fault_of(found: Sequence[Node]) -> str:
    """Why one of these nodes must not be trusted; empty: all may."""
    return next((f"{node.fault}." for node in found if node.fault), "")


def judged(found: Sequence[Node], silent: Sequence[str], peers: Sequence[str], connected: str) -> str:
    """Why too little is known of the nodes; empty: enough. `peers`: the names of those that hold the stream.

    One that does not answer may be down, which a cluster survives: it is asked again until it answers. But a majority
    must have been asked, or what was acknowledged would hang on nodes of which nothing is known.
    """
    names = {node.name for node in found}
    missing = [peer for peer in peers if peer not in names]
    if peers and len(peers) - len(missing) <= len(peers) // 2:
        others = "; ".join(silent) or "no monitor was given for " + ", ".join(sorted(missing))
        return f"That the NATS nodes sync every write cannot be proven: {others}. Give the monitor of each node."
    if not peers and connected not in {node.id for node in found}:
        others = "; ".join(silent) or "the monitor that was given is that of another node"
        return f"That the NATS node syncs every write cannot be proven: {others}."
    return ""


# ── the stream ──────────────────────────────────────────────────────────────────────────────────


def wanted(replicas: int) -> dict[str, object]:
    """The configuration of a stream that keeps everything, in order, and gives nothing out that a leader lacks."""
    return {
        "name": STREAM,
        "subjects": [ALL],
        "storage": "file",
        "retention": "limits",
        "discard": "new",  # a full stream refuses; it never makes room by forgetting
        "num_replicas": replicas,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msgs_per_subject": -1,
        "max_msg_size": -1,
        "max_consumers": -1,
        "allow_direct": False,  # reads from the leader only
        "allow_atomic": True,  # a push is one batch
        "allow_rollup_hdrs": False,
        "deny_purge": True,
        "deny_delete": False,  # a redaction deletes; the API's user is kept from it by its permissions
    }


def stream_fault(config: dict[str, Any], replicas: int) -> str:
    """What is unsafe about a stream that somebody else made; empty: nothing."""
    told: list[tuple[bool, str]] = [
        (config.get("subjects") == [ALL], f"its subjects must be {ALL} alone"),
        (config.get("storage") == "file", "it keeps facts in memory only: storage must be file"),
        (config.get("retention") == "limits", "retention must be limits"),
        (config.get("discard") == "new", "when it is full it forgets the oldest facts: discard must be new"),
        (
            int(config.get("num_replicas", 1)) >= replicas,
            f"{config.get('num_replicas', 1)} of {replicas} nodes keep it: num_replicas must be {replicas}",
        ),
        (config.get("max_age", 0) == 0, "facts would go after a time: max_age must be 0"),
        (config.get("max_msgs_per_subject", -1) <= 0, "facts would go: max_msgs_per_subject must be -1"),
        (not config.get("allow_direct"), "a node that lags may answer: allow_direct must be off"),
        (not config.get("allow_rollup_hdrs"), "one message could replace all: allow_rollup_hdrs must be off"),
        (not config.get("no_ack"), "it acknowledges nothing: no_ack must be off"),
        (not config.get("sealed"), "it is sealed"),
        (bool(config.get("allow_atomic")), "a push has to be taken whole or not at all: allow_atomic must be on"),
        (not config.get("deny_delete"), "a redaction could not be carried out: deny_delete must be off"),
        (not config.get("allow_msg_ttl"), "a message could say when it goes: allow_msg_ttl must be off"),
        (not config.get("mirror") and not config.get("sources"), "it copies another stream"),
        (not config.get("subject_transform") and not config.get("republish"), "it rewrites or repeats subjects"),
        (
            config.get("persist_mode", "default") in ("", "default"),
            "it acknowledges before it has written: persist_mode",
        ),
        (not 0 < config.get("max_msg_size", -1) < LARGEST + 4096, "max_msg_size is too small for a fact"),
    ]
    faults = [words for fine, words in told if not fine]
    return f"The stream {STREAM} is not safe for facts: {'; '.join(faults)}." if faults else ""


def peers_of(info: dict[str, Any]) -> list[str]:
    """The names of the nodes that hold the stream; none where the node is alone."""
    cluster = info.get("cluster") or {}
    others = [str(peer.get("name", "")) for peer in cluster.get("replicas") or []]
    return [name for name in (str(cluster.get("leader", "")), *others) if name] if others else []


def quorum_fault(info: dict[str, Any]) -> str:
    """Why this stream cannot take a fact now; empty: it can."""
    cluster = info.get("cluster") or {}
    others = cluster.get("replicas") or []
    if not others:
        return ""
    if not cluster.get("leader"):
        return "The NATS cluster has no leader for the stream."
    there = 1 + sum(1 for peer in others if not peer.get("offline"))
    if there <= (len(others) + 1) // 2:
        return f"Only {there} of {len(others) + 1} NATS nodes are there: nothing can be kept safely."
    return ""
