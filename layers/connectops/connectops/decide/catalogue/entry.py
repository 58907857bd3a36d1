"""What an entry of the catalogue is: one failure class, how to recognise it, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from connectops.model import DataImpact, Severity, Verdict


class Party(StrEnum):
    """Who the failing code was talking to, seen in the packages of the trace; it decides what "connection refused" means."""

    MYSQL = "mysql"
    POSTGRESQL = "postgresql"
    OTHER_DATABASE = "other-database"
    SCHEMA_REGISTRY = "schema-registry"
    KAFKA = "kafka"
    AWS = "aws"
    ENDPOINT = "endpoint"
    """Anything else outside: what a sink writes to, what another source reads."""


class Weight(IntEnum):
    """How much a signature knows. Of several matches in one trace the heaviest wins, then the deepest cause."""

    FALLBACK = 0
    """Says only that something failed."""
    WEAK = 1
    """A consequence, or an outer exception whose cause tells more."""
    GENERIC = 2
    """A network exception of the JDK: the party decides."""
    SPECIFIC = 3
    """An exception class of one product, or wording with several meanings."""
    SURE = 4
    """Wording, error number or SQLState with one meaning."""
    ROOT = 5
    """Explains what other sure signatures in the same trace say."""
    NOISE = 9
    """The statement itself says that it is harmless, whatever its trace holds."""


class Role(StrEnum):
    """What a match means for the connector."""

    CAUSE = "cause"
    """Fails what logs it at ERROR, or what dies of it."""
    FACT = "fact"
    """True at any level, also where nothing dies."""
    REPEATED = "repeated"
    """A passing warning; a failure when it goes on (`times`) and nothing good follows."""
    CONSEQUENCE = "consequence"
    """Never a root while a root is near."""
    HINT = "hint"
    """Names the cause of a failure that other lines show."""
    PROOF = "proof"
    """Harmless alone; turns a hint of the same class, shortly before, into a fact."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to recognise a class. Everything that is given must hold; text pieces are parted by `*` and keep their order.

    `text` and `exception` are looked for in one place: the statement or one throwable of its trace. `exception` is a
    class name, simple or with its package. `also`, `unless` and `frames` look at the whole record; of `frames` one has to
    be there. Words of a text are whole words. `verdict` differs from the class's own where this wording says more; `times` belongs to Role.REPEATED.
    """

    text: str = ""
    exception: str = ""
    also: str = ""
    unless: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    logger: str = ""
    party: tuple[Party, ...] = ()
    weight: Weight = Weight.SURE
    role: Role = Role.CAUSE
    statement: bool = False
    """Only the statement itself is looked at, not the throwables of its trace."""
    verdict: Verdict | None = None
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureClass:
    """One failure class. `conditions` says in words when the verdict holds; `explains` names classes that follow from it."""

    id: str
    group: str
    cause: str
    verdict: Verdict
    severity: Severity
    data: DataImpact
    next_step: str
    commands: tuple[str, ...] = ()
    conditions: str = ""
    restart_cap: int = 7
    sources: tuple[str, ...] = ()
    versions: str = ""
    explains: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = field(default=())

    @property
    def is_noise(self) -> bool:
        return self.id.startswith("NOISE_")

    @property
    def cap(self) -> int:
        """How many restarts of one incident this cause is worth."""
        return self.restart_cap if self.verdict.restarts else 0


def texts(*pieces: str, **rest: object) -> tuple[Signature, ...]:
    """Signatures that differ in their text only."""
    return tuple(Signature(text=piece, **rest) for piece in pieces)  # type: ignore[arg-type]  # named by the caller


def exceptions(*names: str, **rest: object) -> tuple[Signature, ...]:
    """Signatures that differ in their exception only."""
    return tuple(Signature(exception=name, **rest) for name in names)  # type: ignore[arg-type]  # named by the caller
