"""The real artifacts, built and deployed by SAM, once for all tests of a worker; tests keep apart by connector names."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectops.model import ConnectorId, Mode, Platform
from sandbox import deployment
from sandbox.demo.observation import Observer, Sight
from sandbox.demo.stage import Stage
from sandbox.playback.recording import Recording, load
from sandbox.player import Playing
from sandbox.records import Fault, Kind

SAMPLES = Path(__file__).parents[2] / "samples" / "recorded"
RESPONDER = "connectops-respond-to-findings"
PATIENCE = 60.0


def ignore(_line: str) -> None:
    """SAM's progress interests nobody here; its last words are in DeploymentFailed."""


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    deployment.build(ignore)
    # Tests play the same failures side by side: those are not one outage.
    with Stage(SharedFailures="100") as stage:
        stage.deploy(Mode.REPAIR, ignore)
        yield stage


@pytest.fixture(scope="session")
def observer(stage: Stage) -> Observer:
    return Observer(stage.session, stage.outputs, stage.restarts_by_rest)


class Theatre:
    """Plays recordings under names of their own, and waits for what ConnectOps makes of them."""

    def __init__(self, stage: Stage, observer: Observer) -> None:
        self.stage, self.sandbox = stage, stage.session
        self._observer = observer

    def name(self, stem: str) -> str:
        return f"{stem}-{uuid.uuid4().hex[:6]}"

    def play(
        self, sample: str | Recording, name: str | None = None, platform: Platform = Platform.MSK_CONNECT
    ) -> ConnectorId:
        recording = load(SAMPLES / sample) if isinstance(sample, str) else sample
        playing: Playing = self.stage.play(recording, platform, name or self.name(recording.connector))
        return ConnectorId(platform, "msk" if playing.arn else "onprem", playing.name)

    def strike(self, kind: Kind, operation: str, name: str) -> None:
        """One call that respond_to_findings makes for this connector goes wrong."""
        self.sandbox.order(Fault(kind, "kafkaconnect", operation, caller=RESPONDER, holds=name))

    def sight(self, connector: ConnectorId) -> Sight:
        return self._observer.look([connector])[connector]

    def await_sight(self, connector: ConnectorId, is_so: Callable[[Sight], bool], patience: float = PATIENCE) -> Sight:
        """The first sight of which something is true."""

        def look() -> Sight | None:
            sight = self.sight(connector)
            return sight if is_so(sight) else None

        found = self.sandbox.wait_for(look, patience, every=0.3)
        assert found is not None
        return found


@pytest.fixture
def theatre(stage: Stage, observer: Observer) -> Iterator[Theatre]:
    yield Theatre(stage, observer)
    stage.session.heal()
    stage.session.deliver_twice(sqs=False, sns=False)
