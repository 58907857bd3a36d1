"""A stand-in for the REST API of a self-managed Kafka Connect cluster, driven by playbacks.

Answers have the shape and the status of Kafka Connect (org.apache.kafka.connect.runtime.rest.resources,
ConnectorsResource and RootResource, and the exceptions' texts in DistributedHerder); with real workers of 2.7.1, 3.7.2
and 4.1.0 they are compared in tests/sandbox/live/test_rest_contract.py.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.playback.playback import Playback
from sandbox.playback.recording import Status
from sandbox.stand_in import Answer, Request, StandIn

WORKER = "10.0.0.1:8083"
REBALANCING = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"
INCLUDE_TASKS_SINCE = (3, 0)
STOP_SINCE = (3, 5)
PLUGIN_VERSION_SINCE, PLUGIN_VERSION = (4, 1), "3.2.0.Final"
"""Of the connector's plugin, in each status (KIP-891)."""


class ConnectRest(StandIn):
    """One cluster. `authorization` is what the header must say (see `basic` and `bearer`); None lets everybody in.

    `rebalancing` makes everything that changes a connector answer 409; `down` makes nothing answer at all.
    `requests` holds method and target of every request, in their order.
    """

    def __init__(self, version: str = "3.7.2", port: int = 0, authorization: str | None = None) -> None:
        super().__init__(port)
        self.rebalancing = False
        self.down = False
        self.requests: list[tuple[str, str]] = []
        self._version, self._authorization = version, authorization
        self._lock = threading.Lock()
        self._playbacks: dict[str, Playback] = {}
        self._held: dict[str, str] = {}
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            ("GET", re.compile(r"/$"), self._root),
            ("GET", re.compile(r"/connectors/?$"), self._list),
            ("GET", re.compile(r"/connectors/([^/]+)/status$"), self._get_status),
            ("GET", re.compile(r"/connectors/([^/]+)$"), self._get_info),
            ("POST", re.compile(r"/connectors/([^/]+)/restart$"), self._restart),
            ("POST", re.compile(r"/connectors/([^/]+)/tasks/(\d+)/restart$"), self._restart_task),
            ("PUT", re.compile(r"/connectors/([^/]+)/(pause|resume|stop)$"), self._hold),
        ]

    def add(self, playback: Playback) -> None:
        """The cluster has this connector from now on."""
        with self._lock:
            self._playbacks[playback.name] = playback

    def restarts(self, name: str) -> int:
        """How often something of the connector was restarted."""
        return self._playbacks[name].restarts

    def answer(self, request: Request) -> Answer:
        if self.down:
            return Answer(0)
        split = urlsplit(request.target)
        with self._lock:
            self.requests.append((request.method, request.target))
            if self._authorization is not None and request.headers.get("authorization") != self._authorization:
                return Answer(401, b"User cannot access the resource.", "text/plain")
            for method, pattern, route in self._routes:
                found = pattern.match(split.path)
                if method == request.method and found:
                    if method != "GET" and self.rebalancing:
                        return _error(409, REBALANCING)
                    return route(*(unquote(part) for part in found.groups()), query=parse_qs(split.query))
        return _error(404, "HTTP 404 Not Found")

    def _root(self, *, query: dict[str, list[str]]) -> Answer:
        return _told(
            {"version": self._version, "commit": "79a8f2b5f44f9d5a", "kafka_cluster_id": "sandboxKafkaCluster001"}
        )

    def _list(self, *, query: dict[str, list[str]]) -> Answer:
        there = [name for name in self._playbacks if self._status(name) is not None]
        if "expand" not in query:
            return _told(there)
        parts = {"status": self._status, "info": self._info}
        wanted = [part for part in query["expand"] if part in parts]
        return _told({name: {part: parts[part](name) for part in wanted} for name in there})

    def _get_status(self, name: str, *, query: dict[str, list[str]]) -> Answer:
        status = self._status(name)
        return _error(404, f"No status found for connector {name}") if status is None else _told(status)

    def _get_info(self, name: str, *, query: dict[str, list[str]]) -> Answer:
        if self._status(name) is None:
            return _error(404, f"Connector {name} not found")
        return _told(self._info(name))

    def _restart(self, name: str, *, query: dict[str, list[str]]) -> Answer:
        """Without `includeTasks` and `onlyFailed` only the connector instance is restarted, and no task of it.

        Workers before 3.0 know neither (KIP-745).
        """
        if self._status(name) is None:
            return _error(404, f"Unknown connector: {name}")
        knows = _release(self._version) >= INCLUDE_TASKS_SINCE
        tasks, failed_only = (knows and query.get(key) == ["true"] for key in ("includeTasks", "onlyFailed"))
        playback = self._playbacks[name]
        shown = playback.status(time.time())
        if not tasks and not failed_only:
            if shown is not None and shown.connector == "FAILED":
                playback.restart(time.time())
            return Answer(204)
        hit = shown is not None and (not failed_only or "FAILED" in (*shown.tasks, shown.connector))
        plan = self._status(name) or {}
        for part in (plan["connector"], *plan["tasks"]):
            if not failed_only or part["state"] == "FAILED":
                part["state"] = "RESTARTING"
        if hit:
            playback.restart(time.time())
        return _told(plan, 202)

    def _restart_task(self, name: str, number: str, *, query: dict[str, list[str]]) -> Answer:
        status = self._status(name)
        if status is None:
            return _error(404, f"Unknown connector: {name}")
        if int(number) not in [task["id"] for task in status["tasks"]]:
            return _error(404, f"Unknown task: {name}-{number}")
        self._playbacks[name].restart(time.time())
        return Answer(204)

    def _hold(self, name: str, verb: str, *, query: dict[str, list[str]]) -> Answer:
        if verb == "stop" and _release(self._version) < STOP_SINCE:
            return _error(404, "HTTP 404 Not Found")
        if self._status(name) is None:
            return _error(404, f"Unknown connector {name}")
        if verb == "resume":
            self._held.pop(name, None)
        else:
            self._held[name] = "PAUSED" if verb == "pause" else "STOPPED"
        return Answer(204 if verb == "stop" else 202)

    def _status(self, name: str) -> dict[str, Any] | None:
        """ConnectorStateInfo; None if the connector is not there."""
        playback = self._playbacks.get(name)
        seen = playback.status(time.time()) if playback else None
        if playback is None or seen is None or seen.missing:
            return None
        state, tasks = seen.connector or "RUNNING", seen.tasks
        if name in self._held:
            state = self._held[name]
            tasks = () if state == "STOPPED" else (state,) * len(tasks)
        trace = playback.recording.trace_of(seen)
        plugin = {"version": PLUGIN_VERSION} if _release(self._version) >= PLUGIN_VERSION_SINCE else {}
        return {
            "name": name,
            "connector": {"state": state, "worker_id": WORKER, **plugin, **_trace_if(state, trace)},
            "tasks": [
                {"id": number, "state": task, "worker_id": WORKER, **plugin, **_trace_if(task, trace)}
                for number, task in enumerate(tasks)
            ],
            "type": "sink" if playback.recording.is_sink else "source",
        }

    def _info(self, name: str) -> dict[str, Any]:
        playback = self._playbacks[name]
        status: Status | None = playback.status(time.time())
        return {
            "name": name,
            "config": {**playback.recording.configuration, "name": name},
            "tasks": [{"connector": name, "task": number} for number in range(len(status.tasks) if status else 0)],
            "type": "sink" if playback.recording.is_sink else "source",
        }


def basic(user: str, password: str) -> str:
    """The Authorization header of HTTP basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def bearer(token: str) -> str:
    return f"Bearer {token}"


def _trace_if(state: str, trace: str | None) -> dict[str, str]:
    return {"trace": trace} if state == "FAILED" and trace else {}


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _told(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def _error(status: int, message: str) -> Answer:
    return _told({"error_code": status, "message": message}, status)
