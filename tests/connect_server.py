"""A Kafka Connect REST server for tests: answers from a table, remembers every request line and its headers."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LIST = "GET /connectors?expand=status&expand=info"
ROOT = {"GET /": (200, {"version": "3.7.2", "commit": "79a8f2b5f44f9d5a", "kafka_cluster_id": "9x"})}
TRACE = "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.\n\tat io"


@dataclass
class ConnectServer:
    """`answers` maps "METHOD /path" to (status, body); a str body is sent as it is, anything else as JSON.

    A status of 0 hangs up without an answer; 1 never answers, until the server is closed.
    """

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    seen_headers: list[Message] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def connect_server(
    answers: dict[str, tuple[int, Any]] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[ConnectServer]:
    server = ConnectServer(answers=dict(answers or {}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            line = f"{self.command} {self.path}"
            server.requests.append(line)
            server.seen_headers.append(self.headers)
            status, body = server.answers.get(line, (404, {"error_code": 404, "message": "HTTP 404 Not Found"}))
            if status <= 1:
                if status == 1:
                    server.closing.wait(5)
                self.close_connection = True
                return
            content = b"" if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815  # the names are http.server's

        def log_message(self, *_args: object) -> None:
            """Quiet: what was asked is in `requests`."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    http.daemon_threads = True
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        http.server_close()
        thread.join(5)


def expanded(name: str, *tasks: str, state: str = "RUNNING", trace: str | None = None, **config: str) -> dict[str, Any]:
    """The entry of a connector as Kafka Connect gives it; failed tasks carry a trace of their own."""
    failed = {"trace": f"task {name}\n{TRACE}"}
    return {
        "status": {
            "name": name,
            "connector": {"state": state, "worker_id": "10.0.0.1:8083"} | ({"trace": trace} if trace else {}),
            "tasks": [
                {"id": number, "state": task, "worker_id": "10.0.0.1:8083"} | (failed if task == "FAILED" else {})
                for number, task in enumerate(tasks)
            ],
            "type": "source",
        },
        "info": {"name": name, "config": {"name": name, "database.password": "hunter2"} | config, "tasks": []},
    }
