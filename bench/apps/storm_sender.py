"""Delivers a storm of alerts as Alertmanager does: `storm_sender.py PORT ALERTS SECONDS`, the token in the environment.

A new group whenever its time has come, whatever became of the one before. At its end it prints what became of all.
"""

import http.client
import json
import os
import queue
import sys
import threading
import time
from collections import Counter

GROUP = 100
SENDERS = 4
RULES, SERVICES = 40, 25


def group(first: int) -> bytes:
    alerts = [
        {
            "status": "firing",
            "labels": {
                "alertname": f"Rule{number % RULES}", "service": f"service-{number % SERVICES}", "severity": "critical",
                "instance": f"10.0.{number // 250 % 250}.{number % 250}:9100", "job": "node", "region": "eu-west-1",
            },
            "annotations": {"summary": f"5xx at {number % 100} % of requests for 5 minutes on node {number}"},
            "startsAt": "2026-11-22T00:49:02.131Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "https://prometheus.example.org/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
            "fingerprint": f"{number:016x}",
        }
        for number in range(first, first + GROUP)
    ]  # fmt: skip
    return json.dumps({"version": "4", "status": "firing", "receiver": "warroom", "alerts": alerts}).encode()


def deliver(port: int, bodies: "queue.SimpleQueue[bytes | None]", statuses: Counter[int]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {os.environ['WARROOM_TOKEN']}", "Content-Type": "application/json"}
    while (body := bodies.get()) is not None:
        line.request("POST", "/v1/hooks/alertmanager", body, headers)
        answer = line.getresponse()
        answer.read()
        statuses[answer.status] += 1


def main() -> None:
    port, alerts, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    made = [group(first) for first in range(0, alerts, GROUP)]
    bodies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    statuses: Counter[int] = Counter()
    threads = [threading.Thread(target=deliver, args=(port, bodies, statuses)) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    for number, body in enumerate(made):
        time.sleep(max(0.0, began + number * seconds / len(made) - time.monotonic()))
        bodies.put(body)
    for _ in threads:
        bodies.put(None)
    for thread in threads:
        thread.join()
    print(json.dumps({"seconds": round(time.monotonic() - began, 2), "statuses": statuses}), flush=True)


if __name__ == "__main__":
    main()
