"""The server side of Lambda's Runtime API (2018-06-01) for one execution environment.

Written on sockets: `http.server` costs 42 ms per warm invocation (Nagle's algorithm and delayed acknowledgements).
"""

from __future__ import annotations

import queue
import socket
import threading
import time
import uuid
from dataclasses import dataclass

from sandbox.aws.threads import background


@dataclass(frozen=True, slots=True)
class Job:
    """One event for the function; `deadline_ms` is in milliseconds since the epoch."""

    request_id: str
    payload: bytes
    deadline_ms: int
    arn: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a result, or the error that the runtime client reported."""

    payload: bytes
    failed: bool


class RuntimeApi:
    """Hands out jobs and takes answers. `ready` is set when the function has finished its initialisation."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.ready = threading.Event()
        self.ready_at: float | None = None
        self.init_error: bytes | None = None
        background(self._accept)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def close(self) -> None:
        self.jobs.put(None)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            background(self._serve, _Http(connection))

    def _serve(self, http: _Http) -> None:
        try:
            while (request := http.read()) is not None:
                if not self._answer(http, *request):
                    return
        except OSError:
            return
        finally:
            http.close()

    def _answer(self, http: _Http, path: str, body: bytes) -> bool:
        """False ends the connection."""
        kind = path.rpartition("/")[2]
        if kind == "next":
            return self._hand_out(http)
        if path.endswith("/init/error"):
            self.init_error = body
            http.send("202 Accepted", {}, b"")
        elif kind in ("response", "error"):
            http.send("202 Accepted", {}, b"")
            self.answers.put(Answer(body, failed=kind == "error"))
        else:
            http.send("404 Not Found", {}, b"")
        return True

    def _hand_out(self, http: _Http) -> bool:
        if self.ready_at is None:
            self.ready_at = time.perf_counter()
            self.ready.set()
        job = self.jobs.get()
        if job is None:
            return False
        trace = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": job.request_id,
            "Lambda-Runtime-Deadline-Ms": str(job.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": job.arn,
            "Lambda-Runtime-Trace-Id": trace,
        }
        http.send("200 OK", headers, job.payload)
        return True


class _Http:
    """Reads requests from and writes answers to one keep-alive connection of the runtime client."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._buffer = b""

    def close(self) -> None:
        self._connection.close()

    def read(self) -> tuple[str, bytes] | None:
        """Path and body of the next request; None when the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._receive():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        body = self._chunks() if chunked else self._exactly(int(headers.get("content-length", 0)))
        return first.split(" ")[1], body

    def send(self, status: str, headers: dict[str, str], body: bytes) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._connection.sendall(f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _receive(self) -> bool:
        data = self._connection.recv(1 << 20)
        self._buffer += data
        return bool(data)

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not self._receive():
                raise ConnectionResetError("the runtime client went away in the middle of a request")
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                if not self._receive():
                    raise ConnectionResetError("the runtime client went away in the middle of a request")
            head, _, self._buffer = self._buffer.partition(b"\r\n")
            size = int(head, 16)
            body += self._exactly(size + 2)[:size]
            if size == 0:
                return body
