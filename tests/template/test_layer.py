"""The layer, as `sam build` makes it: for both processors, with bytecode, and with no client that nobody asks for."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.api_calls import clients
from tests.template.stack import ROOT

SOURCE = ROOT / "layers" / "connectops"
SERVICES = set(re.search(r"^SERVICES := (.*)$", (SOURCE / "Makefile").read_text(), re.MULTILINE)[1].split())  # type: ignore[index]
PYTHON_FIRST = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda mounts as /opt. Built the way SAM does it, in a copy."""
    here = tmp_path_factory.mktemp("layer")
    subprocess.run(["cp", "-R", f"{SOURCE}/.", here / "source"], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    subprocess.run(
        ["make", "build-ConnectOpsLayer"],
        cwd=here / "source",
        env=environment | PYTHON_FIRST | {"ARTIFACTS_DIR": str(here / "opt")},
        check=True,
    )
    return here / "opt"


def test_every_compiled_module_is_there_for_both_processors(layer):
    compiled = {path.name for path in layer.rglob("*.so")}
    here = {name.replace("aarch64", "x86_64") for name in compiled if "aarch64" in name}
    assert here == {name for name in compiled if "x86_64" in name}
    assert len(compiled) == 2 * len(here)
    assert any(name.startswith("_isal.") for name in here)


def test_every_source_has_bytecode_that_is_never_checked_against_it(layer):
    for source in layer.rglob("*.py"):
        code = Path(importlib.util.cache_from_source(str(source)))
        unchecked_hash = code.read_bytes()[4:8] == b"\x01\x00\x00\x00"
        assert unchecked_hash, source


def test_the_layer_is_small(layer):
    size = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    assert size < 30_000_000


def test_there_is_a_model_for_every_client_that_is_asked_for_and_for_no_other(layer):
    asked_for = {
        service
        for folder in (SOURCE / "connectops", ROOT / "functions")
        for path in folder.rglob("*.py")
        for service in clients(path)
    }
    assert asked_for <= SERVICES
    assert {path.name for path in (layer / "python" / "botocore" / "data").iterdir() if path.is_dir()} == SERVICES


def test_the_layer_alone_can_run_what_the_functions_need(layer):
    script = (
        "import sys, json\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import boto3, isal, msgspec, requests, aws_lambda_powertools.metrics, connectops.settings\n"
        f"built = [boto3.client(name, region_name='us-east-1').meta for name in {sorted(SERVICES)}]\n"
        "print(json.dumps([[meta.service_model.service_name for meta in built], connectops.settings.__file__]))\n"
    )
    # -I -S: nothing of this environment, the layer only
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, layer / "python"], check=True, capture_output=True, text=True
    )
    built, settings = json.loads(done.stdout)
    assert set(built) == SERVICES
    assert Path(settings) == layer / "python" / "connectops" / "settings.py"
