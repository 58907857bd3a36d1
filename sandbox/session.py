"""Starts the sandbox for as long as a test or the demo needs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from sandbox.admin import Sandbox

REGION = "us-east-1"
_PATIENCE = 120


class SandboxSession(Sandbox):
    """A running sandbox: its admin client, and AWS clients for it."""

    def __init__(self, endpoint: str, region: str = REGION) -> None:
        super().__init__(endpoint, region)
        self._session = boto3.Session()
        self._clients: dict[str, Any] = {}

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client; the same one again where no options are given."""
        if options:
            return self._made(service, options)
        if service not in self._clients:
            self._clients[service] = self._made(service, {})
        return self._clients[service]

    def _made(self, service: str, options: dict[str, Any]) -> Any:
        return self._session.client(service, **{**self.settings(), **options})  # type: ignore[call-overload]

    def settings(self) -> dict[str, str]:
        """Keyword arguments for boto3 clients."""
        return {
            "endpoint_url": self.endpoint,
            "region_name": self.region,
            "aws_access_key_id": "AKIASANDBOXTESTS0000",
            "aws_secret_access_key": "sandbox",
        }

    def environment(self) -> dict[str, str]:
        """Environment variables that send the AWS CLI, SAM CLI and boto3 of another process here."""
        return {
            **os.environ,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "AKIASANDBOXPEOPLE000",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1"))),
            "SAM_CLI_TELEMETRY": "0",
        }


@contextmanager
def start_sandbox(
    time_factor: float | None = None, state_dir: Path | None = None, port: int = 0, *, live: bool = False
) -> Iterator[SandboxSession]:
    """The server on a free port; it ends with the block, and with this process if that dies.

    `live` runs connectors of MSK Connect on real workers; without a factor, AWS is 20 times as fast, live 5 times.
    """
    command = [sys.executable, "-m", "sandbox.server", "--port", str(port)]
    command += ["--time-factor", str(time_factor)] if time_factor is not None else []
    command += ["--state-dir", str(state_dir)] if state_dir else []
    command += ["--live"] if live else []
    root = Path(__file__).parent.parent
    server = subprocess.Popen(
        [*command, "--end-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        start_new_session=True,
    )
    try:
        endpoint = _first_line(server)
        yield SandboxSession(endpoint, REGION)
    finally:
        server.communicate(timeout=_PATIENCE)  # closes its standard input, which ends it


def _first_line(server: subprocess.Popen[str]) -> str:
    line = server.stdout.readline().strip() if server.stdout else ""
    if not line:
        raise RuntimeError(f"the sandbox did not start: exit code {server.wait(_PATIENCE)}")
    return line
