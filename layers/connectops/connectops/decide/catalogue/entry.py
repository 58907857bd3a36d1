"""What an entry of the catalogue is: one failure class, how to recognise it, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
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
    unless_counted: str = ""
    """A class whose repeated warnings, counted before, explain this one."""


class Fact(StrEnum):
    """What the ledger's record can tell about a connector, and a verdict may depend on."""

    FIRST_TIME = "first time"
    WORKED_BEFORE = "worked before"
    NOT_SAID = "not said"
    QUIET = "quiet"
    RESOLVED = "resolved"
    GAVE_UP = "gave up"


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be true before a restart for a class; `decide.conditions` weighs it, the runbook prints it.

    FIRST_TIME: no restart for the same class within `within`. WORKED_BEFORE: what is known to be younger than `within` and
    was never seen to work is worth one restart. NOT_SAID: no line of the incident names one of `classes`. QUIET: no line named it for as
    long as the first backoff; that postpones a restart and never refuses it. RESOLVED: no line named it for as long as
    `within`, which is how long the JVM remembers that a name did not resolve, and some seconds; whatever the policy says.
    GAVE_UP: it does not try again by itself.
    """

    fact: Fact
    within: timedelta = timedelta(0)
    classes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The condition in plain words."""
        match self.fact:
            case Fact.FIRST_TIME:
                return f"Only the first time within {_plain(self.within)}."
            case Fact.WORKED_BEFORE:
                return f"Once for a connector younger than {_plain(self.within)} that was never seen to work."
            case Fact.NOT_SAID:
                return f"Only while no line says {' or '.join(self.classes)}."
            case Fact.GAVE_UP:
                return "Not while it tries again by itself: a restart would be one more try."
            case Fact.QUIET:
                return "Not while lines still name it: the last one has to be as old as the first backoff (a minute)."
            case Fact.RESOLVED:
                return f"Never within {self.within.total_seconds():.0f} s of the last line about it, whatever the first backoff is."


def _plain(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


QUIET = (Condition(Fact.QUIET),)
"""Not into an outage: what starts while its source is away fails, and a silent RUNNING becomes FAILED."""
FIRST_TIME_IN_A_DAY = (Condition(Fact.FIRST_TIME, timedelta(hours=24)),)
RESOLVED = (Condition(Fact.RESOLVED, timedelta(seconds=15)),)
"""Measured: a restart within 10 s after the name resolves again fails still (networkaddress.cache.negative.ttl is 10)."""
WORKED_BEFORE = (Condition(Fact.WORKED_BEFORE, timedelta(hours=1)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureClass:
    """One failure class. `explains` names classes that follow from it.

    `only_if` are conditions of a restart that the ledger's record decides; `conditions` says what only a person can.
    `shown_by` is what shows it where no line of a worker does.
    `by_cause`: it only says what ended; a throwable that the catalogue does not know may make the verdict stricter.
    """

    id: str
    group: str
    cause: str
    verdict: Verdict
    severity: Severity
    data: DataImpact
    next_step: str
    commands: tuple[str, ...] = ()
    conditions: str = ""
    only_if: tuple[Condition, ...] = ()
    restart_cap: int = 7
    by_cause: bool = False
    shown_by: str = ""
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


def mongo_codes(*codes: int) -> tuple[str, ...]:
    """How MongoDB's Java driver prints a server's error by its number: with and without its name, and before version 4.8."""
    return tuple(
        text
        for code in codes
        for text in (
            f"Command failed with error {code}:",
            f"Command failed with error {code} (",
            f"Query failed with error code {code} ",
        )
    )
