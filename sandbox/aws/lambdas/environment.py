"""One execution environment: a process that runs one function, one event at a time."""

from __future__ import annotations

import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from sandbox.aws.lambdas.artifacts import unpack
from sandbox.aws.lambdas.output import Output
from sandbox.aws.lambdas.runtime_api import Answer, Job, RuntimeApi
from sandbox.aws.lambdas.spec import FunctionSpec, RunResult
from sandbox.aws.threads import background

INIT_LIMIT = 10.0
"""Seconds that Lambda gives the initialisation of a function."""


class Environment:
    """`access_key` is this environment's own: it tells whose calls are whose."""

    def __init__(self, spec: FunctionSpec, python: Path, endpoint: str, state_dir: Path) -> None:
        self.spec = spec
        self.access_key = "ASIA" + secrets.token_hex(8).upper()
        self.log_stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{spec.version}]{uuid.uuid4().hex}"
        self._api = RuntimeApi()
        self._tmp = tempfile.mkdtemp(prefix="tmp-", dir=state_dir)
        self._started = time.perf_counter()
        self._warm = False
        self._process, self._output = self._start(python, endpoint, state_dir / "artifacts")
        background(self._await_exit)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def group(self) -> int:
        """The process group, for whoever has to clean up after a crash of the server."""
        return self._process.pid

    def _start(self, python: Path, endpoint: str, artifacts: Path) -> tuple[subprocess.Popen[bytes], Output]:
        spec = self.spec
        task = unpack((spec.code,), artifacts)
        opt = unpack(spec.layers, artifacts) if spec.layers else None
        framed, framed_end = os.pipe()
        printed, printed_end = os.pipe()
        process = subprocess.Popen(
            [python, "-m", "awslambdaric", spec.handler],
            cwd=task,  # `-m` puts it first on sys.path, as the managed runtime does with /var/task
            env=self._variables(task, opt, endpoint) | {"_LAMBDA_TELEMETRY_LOG_FD": str(framed_end)},
            pass_fds=[framed_end],
            stdin=subprocess.DEVNULL,
            stdout=printed_end,
            stderr=printed_end,
            start_new_session=True,
        )
        os.close(framed_end)
        os.close(printed_end)
        return process, Output(printed, framed)

    def _variables(self, task: Path, opt: Path | None, endpoint: str) -> dict[str, str]:
        """Source: "Defined runtime environment variables" in the Lambda developer guide."""
        spec = self.spec
        layer = [f"{opt}/python/lib/{spec.runtime}/site-packages", f"{opt}/python"] if opt else []
        return {
            "PATH": f"/usr/local/bin:/usr/bin:/bin:{opt}/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "TMPDIR": self._tmp,
            "LAMBDA_TASK_ROOT": str(task),
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "_HANDLER": spec.handler,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_FUNCTION_NAME": spec.name,
            "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
            "AWS_REGION": spec.region,
            "AWS_DEFAULT_REGION": spec.region,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_SESSION_TOKEN": "sandbox",
            "AWS_ENDPOINT_URL": endpoint,
            "PYTHONPATH": os.pathsep.join(layer),
            "PYTHONDONTWRITEBYTECODE": "1",  # /var/task and /opt are read-only on Lambda
        } | spec.environment

    def run(self, payload: bytes) -> RunResult:
        """Deliver one event and wait for its end. An environment that timed out or died is not `alive` afterwards."""
        request_id = str(uuid.uuid4())
        spec, cold = self.spec, not self._warm
        if cold:
            self._await_init()
        begun = time.perf_counter()
        deadline_ms = int((time.time() + spec.timeout) * 1000)
        self._api.jobs.put(Job(request_id, payload, deadline_ms, spec.arn))
        answer, extra = self._await_answer(request_id)
        duration_ms = (time.perf_counter() - begun) * 1000
        init_ms = (self._api.ready_at - self._started) * 1000 if cold and self._api.ready_at else None
        lines = [f"INIT_START Runtime Version: {spec.runtime}"] if cold else []
        lines += [f"START RequestId: {request_id} Version: {spec.version}", *self._output.drain(), *extra]
        lines += [f"END RequestId: {request_id}", self._report(request_id, duration_ms, init_ms)]
        error = "Unhandled" if answer.failed else None
        return RunResult(request_id, answer.payload, error, tuple(lines), self.log_stream, duration_ms, init_ms)

    def _await_init(self) -> None:
        ends = time.perf_counter() + INIT_LIMIT
        while not self._api.ready.wait(0.01) and self.alive and time.perf_counter() < ends:
            pass
        self._warm = True

    def _await_answer(self, request_id: str) -> tuple[Answer, list[str]]:
        try:
            return self._api.answers.get(timeout=self.spec.timeout), []
        except queue.Empty:
            self.kill()
            text = f"Task timed out after {self.spec.timeout:.2f} seconds"
            told = {"errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {request_id} Error: {text}"}
            line = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())}.000Z {request_id} {text}"
            return Answer(json.dumps(told).encode(), failed=True), [line]

    def _report(self, request_id: str, duration_ms: float, init_ms: float | None) -> str:
        init = f"\tInit Duration: {init_ms:.2f} ms" if init_ms is not None else ""
        return (
            f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\t"
            f"Billed Duration: {int(duration_ms) + 1} ms\tMemory Size: {self.spec.memory} MB\t"
            f"Max Memory Used: {self._resident_mb()} MB{init}"
        )

    def _resident_mb(self) -> int:
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)

    def _await_exit(self) -> None:
        code = self._process.wait()
        how = f"signal: {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        told = {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: - Error: Runtime exited with {how}"}
        self._api.answers.put(Answer(self._api.init_error or json.dumps(told).encode(), failed=True))
        self._api.close()
        shutil.rmtree(self._tmp, ignore_errors=True)

    def kill(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
