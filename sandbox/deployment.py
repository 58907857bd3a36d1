"""Builds and deploys the product to a sandbox with the unmodified SAM CLI, into a folder of the sandbox's own."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import subprocess
import tomllib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.session import REGION, SandboxSession

ROOT = Path(__file__).parent.parent
SAM = ROOT / ".venv-sam" / "bin" / "sam"
HOME = ROOT / ".sandbox"
STACK = "connectops"
LINES_TOLD = 40
"""The last lines of the SAM CLI that an error repeats."""

_ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Of util-linux. It follows the thread that starts a process, which here waits for its end."""

type Listener = Callable[[str], None]
"""Is told each line that the SAM CLI prints."""


class DeploymentFailed(Exception):
    """The SAM CLI ended with an error; the text holds its last lines."""


def build(listener: Listener) -> None:
    """`sam build` for this machine; what has not changed is taken from the cache. Raises DeploymentFailed."""
    folders = ["--build-dir", str(HOME / "build"), "--cache-dir", str(HOME / "build-cache")]
    with _alone():
        _sam("build", [*folders, "--parameter-overrides", "Architecture=x86_64"], _environment({}), listener)


def deploy(session: SandboxSession, parameters: Mapping[str, str], listener: Listener) -> dict[str, str]:
    """`sam deploy --config-env sandbox` of what was built, with some of its parameters changed; the stack's outputs.

    Raises DeploymentFailed.
    """
    chosen = {**sandbox_parameters(), **parameters}
    return deploy_template(session, HOME / "build" / "template.yaml", STACK, chosen, listener)


def deploy_template(
    session: SandboxSession, template: Path, stack: str, parameters: Mapping[str, str], listener: Listener
) -> dict[str, str]:
    """`sam deploy` of any template; the stack's outputs. Raises DeploymentFailed."""
    overrides = [f"{name}={json.dumps(value)}" for name, value in parameters.items()]
    options = ["--template-file", str(template), "--stack-name", stack, "--parameter-overrides", *overrides]
    with _alone():
        _sam("deploy", options, _environment(session.environment()), listener)
    told = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in told["Outputs"]}


def sandbox_parameters() -> dict[str, str]:
    """The template's parameters as samconfig.toml has them for the sandbox."""
    config: dict[str, Any] = tomllib.loads((ROOT / "samconfig.toml").read_text())
    given: list[str] = config["sandbox"]["deploy"]["parameters"]["parameter_overrides"]
    return {name: shlex.split(value)[0] for name, value in (pair.split("=", 1) for pair in given)}


def _sam(command: str, options: list[str], environment: dict[str, str], listener: Listener) -> None:
    if not SAM.exists():
        raise DeploymentFailed(f"there is no {SAM}: run `make setup` first")
    config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "sandbox"]
    template = ["--template", str(ROOT / "template.yaml")] if command == "build" else []
    scratch = HOME / "sam"
    shutil.rmtree(scratch, ignore_errors=True)  # what a SAM CLI that was killed left there
    scratch.mkdir(parents=True)
    last: deque[str] = deque(maxlen=LINES_TOLD)
    with subprocess.Popen(
        [*_ENDS_WITH_US, SAM, command, *config, *template, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**environment, "TMPDIR": str(scratch)},
    ) as process:
        try:
            for line in process.stdout or ():
                last.append(line.rstrip())
                listener(line.rstrip())
        except BaseException:  # interrupted: whoever waits for it here would wait for the end of its work
            process.kill()
            raise
    if process.returncode:
        raise DeploymentFailed("\n".join([f"sam {command} ended with {process.returncode}:", *last]))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """SAM wants a python3.13 on the PATH; the layer's make must not take itself for a part of ours."""
    environment = {**os.environ, "AWS_DEFAULT_REGION": REGION, **given}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        environment.pop(name, None)
    return environment | {
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{environment.get('PATH', '')}",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",
    }


@contextmanager
def _alone() -> Iterator[None]:
    """Two at a time would build into the same folder."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
