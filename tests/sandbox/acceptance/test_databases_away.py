"""The real artifacts with a function in the databases' network, which here is this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectops.model import Mode
from sandbox import deployment
from sandbox.demo.observation import Observer
from sandbox.demo.stage import Stage
from sandbox.playback.recording import load
from tests.sandbox.acceptance.conftest import SAMPLES, Theatre, ignore
from tests.sandbox.acceptance.test_restarts import TWO_RESTARTS_CURE


@pytest.fixture
def theatre() -> Iterator[Theatre]:
    deployment.build(ignore)
    with Stage(DatabaseSubnetIds="subnet-1", DatabaseSecurityGroupIds="sg-1") as stage:
        stage.deploy(Mode.REPAIR, ignore)
        yield Theatre(stage, Observer(stage.session, stage.outputs, stage.restarts_by_rest))


def test_a_restart_waits_until_its_database_accepts_connections(theatre):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    recording = load(SAMPLES / TWO_RESTARTS_CURE)
    settings = recording.configuration | {"connection.url": f"jdbc:postgresql://127.0.0.1:{port}/sk"}
    away = theatre.play(replace(recording, scenario=recording.scenario | {"config": settings}))

    def is_held(sight):
        incident = sight.record.incident
        return incident is not None and incident.database_away_since is not None

    held = theatre.await_sight(away, is_held)
    assert f"127.0.0.1:{port} refuses connections" in held.record.incident.decision.reason
    assert held.seen.restarts == 0

    with socket.create_server(("127.0.0.1", port)):
        theatre.await_sight(away, lambda sight: sight.seen.restarts == 1)
    asked = theatre.sandbox.invocations(function="connectops-reach-database")
    assert len(asked) >= 2
    assert not any(invocation.error for invocation in asked)
