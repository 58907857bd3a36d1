"""The connectors of the demo: which recording each one plays, where it runs and what its owner wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectops.model import MSK_CLUSTER, ConnectorId, Platform
from sandbox.demo.expectation import Expectation, Intent, expect
from sandbox.demo.labels import Label

CLUSTER = "onprem"
"""The self-managed cluster; its name and log group are those of samconfig.toml."""


@dataclass(frozen=True, slots=True)
class Part:
    """One recording's part in the demo."""

    sample: str
    platform: Platform = Platform.MSK_CONNECT
    intent: Intent = Intent.NONE


CAST = (
    Part("a-db-restart"),
    Part("pg-db-down-60s-d"),
    Part("sink-deadlock-d"),
    Part("a-binlog-purged"),
    Part("pg-password-changed-d"),
    Part("a-unparseable-ddl"),
    Part("cn-smt-cast-d"),
    Part("cn-json-not-json-d"),
    Part("a-noise-quiet"),
    Part("a-noise-worker-restart"),
    Part("a-noise-pause"),
    Part("a-db-down", intent=Intent.NO_RESTARTS),
    Part("a-snapshot-lock-timeout", intent=Intent.PAUSED),
    Part("sink-db-down-60s-e", Platform.KAFKA_CONNECT),
    Part("pg-slot-dropped-e", Platform.KAFKA_CONNECT),
    Part("pg-terminate-walsender-e", Platform.KAFKA_CONNECT),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A connector of the demo's fleet, with the truth about what it plays."""

    part: Part
    folder: Path
    label: Label

    @property
    def connector(self) -> ConnectorId:
        cluster = MSK_CLUSTER if self.part.platform is Platform.MSK_CONNECT else CLUSTER
        return ConnectorId(self.part.platform, cluster, self.label.connector)

    @property
    def expectation(self) -> Expectation:
        return expect(self.label, self.part.intent)

    @property
    def tags(self) -> Mapping[str, str]:
        return {"connectops:restart": "off"} if self.part.intent is Intent.NO_RESTARTS else {}


class UnknownMember(ValueError):
    """The text names what was asked for and what there is."""


def assemble(samples: Path, only: Iterable[str] = (), flip: Iterable[str] = ()) -> list[Member]:
    """The fleet, or those members that `only` names by sample or connector; `flip` falsifies labels.

    Raises UnknownMember, and OSError where a recording is missing.
    """
    members = [Member(part, samples / part.sample, Label.read(samples / part.sample)) for part in CAST]
    known = {name for member in members for name in (member.part.sample, member.label.connector)}
    wanted, false = set(only), set(flip)
    if strange := (wanted | false) - known:
        raise UnknownMember(f"no connector of the demo is called {sorted(strange)}; there are {sorted(known)}")
    chosen = [member for member in members if not wanted or wanted & {member.part.sample, member.label.connector}]
    return [_flipped(m) if false & {m.part.sample, m.label.connector} else m for m in chosen]


def _flipped(member: Member) -> Member:
    return Member(member.part, member.folder, member.label.flipped())
