"""From what single records mean to incidents: one failure that prints four blocks is one, and the root is named.

The rules, in order: a later failure of the same class is the same incident; a class that explains another is its root;
a stricter verdict replaces a milder one (first the connection is lost, then access is denied); among equals the last
counts. What heals before the end of the records was none: Debezium's own restarts, reconnects, passing warnings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectops.decide.catalogue import BY_ID
from connectops.decide.catalogue.entry import FailureClass, Role, Signature, Weight
from connectops.decide.diagnosis_lines import KEEP_ALIVE, Event, Kind
from connectops.decide.diagnosis_matching import Match
from connectops.decide.diagnosis_unknown import UNKNOWN, root_of, verdict_of
from connectops.model import Life, LogRecord, Silence, Verdict

SAME_INCIDENT = timedelta(minutes=5)
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
BESIDE = timedelta(seconds=5)
SHUTDOWN = timedelta(seconds=30)
SILENT_STOP_AFTER = timedelta(seconds=150)
COUNTS_AGAIN_AFTER = timedelta(seconds=75)
"""A commit tells of records up to offset.flush.interval.ms (60 s) ago: only later ones show life after a stop."""
EMPTY_ASSIGNMENT_AFTER = timedelta(seconds=330)
PASSED_AFTER = timedelta(seconds=60)
"""A client that cannot connect says so at least once a second to once a minute: after this it has got through."""

_STRICTNESS = [Verdict.IGNORE, Verdict.RESTART_NOW, Verdict.RESTART_WITH_BACKOFF, Verdict.DO_NOT_RESTART]


@dataclass(slots=True)
class Incident:
    """One failure of one connector while the records are read."""

    connector: str | None
    entry: FailureClass
    verdict: Verdict
    weight: Weight
    record: LogRecord
    text: str
    first: datetime
    last: datetime
    task: int | None = None
    count: int = 1
    killed: bool = False
    refused: bool = False
    soft: bool = False
    """Nothing was logged at ERROR and nothing died: the connector tries again by itself."""
    retrying: bool = False
    keeps_alive: bool = False
    """A client says by itself, again and again, that it cannot connect: that is no silence."""
    silence: Silence | None = None
    healed_at: datetime | None = None
    resumed_at: datetime | None = None
    """When it last started again, with nothing to show yet that this time it is well."""
    relapses: int = 0
    """How often it failed again after it had started again."""
    records: list[LogRecord] = field(default_factory=list)
    consequences: list[str] = field(default_factory=list)

    def absorb(self, other: Incident) -> None:
        """Take another failure in as a repetition or a consequence."""
        later = max(self.last, other.last)
        if self.resumed_at and later > self.resumed_at:
            self.relapses, self.resumed_at = self.relapses + 1, None
        self.relapses += other.relapses
        self.last = later
        self.first = min(self.first, other.first)
        self.killed, self.refused = self.killed or other.killed, self.refused or other.refused
        self.retrying, self.soft = self.retrying or other.retrying, self.soft and other.soft
        self.keeps_alive = self.keeps_alive or other.keeps_alive
        self.task = self.task if self.task is not None else other.task
        self.records += other.records
        if other.entry is self.entry:
            self.count += other.count
            self.verdict = strictest(self.verdict, other.verdict)
            self.consequences += other.consequences
        else:
            self.consequences += [other.entry.id, *other.consequences]
        self.healed_at = None

    def show_life(self, at: datetime, *, started: bool) -> None:
        if started:
            self.resumed_at = at
        else:
            self.healed_at = self.healed_at or at

    def has_healed(self, now: datetime, *, whole: bool) -> bool:
        """Whether it went by without anybody's help: not a death, not a refusal, nothing that a restart would harm.

        A start shows no delivery. Where more records may come they tell; in a file it counts, unless one was in vain.
        """
        if self.killed or self.refused or not self.verdict.restarts:
            return False
        if self.healed_at is not None and self.healed_at >= self.last:
            return True
        if self.resumed_at is None or self.resumed_at < self.last:
            return False
        goes_on_trying = self.retrying or self.soft
        if not whole:
            return not goes_on_trying
        return not self.relapses or now - self.resumed_at > SAME_INCIDENT


def strictest(*verdicts: Verdict) -> Verdict:
    return max(verdicts, key=_STRICTNESS.index)


@dataclass(slots=True)
class _Connector:
    """What is known of one connector (None: of no connector in particular)."""

    open: list[Incident] = field(default_factory=list)
    silent: Event | None = None
    stopped_at: datetime | None = None
    failed_at: datetime | None = None
    hint: Event | None = None
    empty: Event | None = None


@dataclass(slots=True)
class _Repeated:
    entry: FailureClass
    event: Event
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    times: int = 1


class Reader:
    """Reads events in order; `incidents` tells what is left of them at the end."""

    def __init__(self) -> None:
        self._connectors: dict[str | None, _Connector] = {}
        self._repeated: dict[tuple[str | None, str], _Repeated] = {}
        self._closed: list[Incident] = []
        self.noise: Counter[str] = Counter()
        self.alive = False
        """Whether anything good was seen at all."""
        self.lacks_a_hint = False
        """Whether an earlier line could say what a death or a proof means."""
        self._told_calmly: Event | None = None
        """The first trace of a known failure at a level that fails nothing: in a paste it may be all there is."""

    def read(self, events: Iterable[Event]) -> None:
        for event in events:
            state = self._connectors.setdefault(event.connector, _Connector())
            if event.kind is Kind.LIFE:
                self._on_life(state, event)
            elif event.kind is Kind.SILENT_STOP:
                self._on_silent_stop(state, event)
            elif event.kind is Kind.EMPTY_ASSIGNMENT:
                state.empty = state.empty or event
            elif event.kind is Kind.ASSIGNMENT:
                state.empty = None
            elif event.kind is Kind.RETRY:
                self._on_retry(state, event)
            elif event.kind is Kind.FAILURE:
                self._on_failure(state, event)
            elif event.kind is Kind.NOTHING and event.match and event.match.depth > 0:
                self._told_calmly = self._told_calmly or event
            elif event.kind is Kind.NOISE and event.match:
                self.noise[event.match.entry.id] += event.record.repeats

    # ── failures ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _on_failure(self, state: _Connector, event: Event) -> None:
        record, match = event.record, event.match
        if match and match.entry.is_noise:
            if not event.killed or _near(state.stopped_at, record.at, SHUTDOWN):
                self.noise[match.entry.id] += record.repeats
                return
            event.match = match = _death_of(match)
        role = match.role if match else Role.CAUSE
        if role is Role.HINT and not event.killed:
            state.hint = event
            return
        if role is Role.PROOF:
            if not (match and state.hint and state.hint.match and state.hint.match.entry is match.entry):
                self.lacks_a_hint = True
                return
            event = state.hint
        if role in (Role.REPEATED, Role.CONSEQUENCE) and not event.killed:
            self._count(event)
            return
        incident = _incident_of(event, state.hint)
        if incident is not None:
            self.lacks_a_hint |= event.killed and incident.weight is Weight.FALLBACK
            state.failed_at = record.at
            if state.silent and record.at - state.silent.record.at <= 2 * BESIDE:
                state.silent = None
            self._merge(state, self._root_of(incident))

    def _root_of(self, incident: Incident) -> Incident:
        """A warning that went on until now, and explains the failure, is its root, unless others warn of the same."""
        if any((each, incident.entry.id) in self._repeated for each in (incident.connector, None)):
            return incident
        for (connector, _), seen in self._repeated.items():
            explains = incident.entry.id in seen.entry.explains and connector in (incident.connector, None)
            if explains and seen.count >= seen.times and _near(seen.last, incident.first, PASSED_AFTER):
                root = _incident_of(seen.event, None)
                if root is not None:
                    root.count, root.first = seen.count, seen.first or root.first
                    root.absorb(incident)
                    return root
        return incident

    def _count(self, event: Event) -> None:
        if event.match is None:
            return
        signature, record = event.match.signature, event.record
        if any((each, signature.unless_counted) in self._repeated for each in (event.connector, None)):
            return
        key = (event.connector, event.match.entry.id)
        seen = self._repeated.setdefault(key, _Repeated(event.match.entry, event))
        seen.count += record.repeats
        seen.first, seen.last = seen.first or record.at, record.last_at or record.at
        seen.times = signature.times if signature.role is Role.REPEATED else 1_000_000
        seen.event = event

    def _merge(self, state: _Connector, new: Incident) -> None:
        if not state.open:
            state.open.append(new)
            return
        old = state.open[-1]
        apart = _apart(old.last, new.first)
        if apart > SAME_INCIDENT and (old.healed_at or old.resumed_at or new.entry is not old.entry):
            state.open.append(new)
            return
        root, other = (new, old) if _outranks(new, old) else (old, new)
        root.absorb(other)
        state.open[-1] = root

    # ── life and silence ──────────────────────────────────────────────────────────────────────────────────────────────

    def _on_life(self, state: _Connector, event: Event) -> None:
        at, life = event.record.at, event.life
        if life is Life.ORDERLY_STOP:
            state.stopped_at = at
            if state.silent and at - state.silent.record.at <= BESIDE:
                state.silent = None
        else:
            self.alive = True
            for incident in state.open:
                if at >= incident.last:
                    incident.show_life(at, started=life is Life.STARTED)
            self._quiet(event)
        self._end_silence(state, event)
        self._end_silence(self._connectors.get(None), event)

    def _end_silence(self, state: _Connector | None, event: Event) -> None:
        if state is None:
            return
        at = event.record.at
        if state.silent and event.life is not Life.ORDERLY_STOP:
            silent_for = at - state.silent.record.at
            counts = event.life is not Life.RECORDS or silent_for >= COUNTS_AGAIN_AFTER
            if counts and (state.silent.connector == event.connector or state.silent.connector is None):
                if silent_for > SILENT_STOP_AFTER:
                    self._closed.append(silent_stop(state.silent))
                state.silent = None
        elif state.silent and at - state.silent.record.at > BESIDE:
            if at - state.silent.record.at > SILENT_STOP_AFTER:
                self._closed.append(silent_stop(state.silent))
            state.silent = None

    def _quiet(self, event: Event) -> None:
        """It lives: warnings of this connector and of its worker that were counted so far have passed."""
        for connector, failure_class in list(self._repeated):
            if connector in (event.connector, None) and failure_class != "KAFKA_RECORD_TOO_LARGE":
                del self._repeated[connector, failure_class]

    def _on_silent_stop(self, state: _Connector, event: Event) -> None:
        at = event.record.at
        if _near(state.stopped_at, at, BESIDE) or _near(state.failed_at, at, 2 * BESIDE):
            return
        others = [self._connectors.get(None)] if event.connector else self._connectors.values()
        if any(
            each and (_near(each.stopped_at, at, BESIDE) or _near(each.failed_at, at, 2 * BESIDE)) for each in others
        ):
            return
        state.silent = event

    def _on_retry(self, state: _Connector, event: Event) -> None:
        if event.match is not None and event.match.role is Role.CAUSE and not event.match.entry.is_noise:
            incident = _incident_of(event, state.hint)
            if incident is not None:
                incident.soft = True
                if KEEP_ALIVE in event.record.message:
                    incident.keeps_alive = True
                    self._end_silent_stop(state, incident)
                state.failed_at = event.record.at
                self._merge(state, incident)
        for incident in state.open[-1:]:
            if event.record.at - incident.last <= SAME_INCIDENT:
                incident.retrying = True

    def _end_silent_stop(self, state: _Connector, incident: Incident) -> None:
        """A reader that stopped without a word, and whose client has found it now: both are one outage."""
        for each in (state, self._connectors.get(None)):
            if each and each.silent:
                incident.absorb(silent_stop(each.silent))
                each.silent = None

    # ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def incidents(self, now: datetime, *, snippet: bool = False) -> list[Incident]:
        """Everything that failed and did not heal. `snippet`: a paste, in which single warnings are all there is."""
        for connector, state in self._connectors.items():
            if state.silent:
                self._closed.append(silent_stop(state.silent))
            if state.empty:
                self._closed.append(_empty_assignment(state.empty, now, waits=snippet))
            if snippet and not (state.open or self.alive) and state.hint and (named := _incident_of(state.hint, None)):
                self._closed.append(named)
            for incident in state.open:
                incident.connector = incident.connector or connector
                if not incident.has_healed(now, whole=snippet):
                    self._closed.append(incident)
                else:
                    self.noise["NOISE_RETRIABLE_HANDLED"] += incident.count
        self._add_repeated(now, snippet=snippet)
        calm = self._told_calmly if snippet and not (self._closed or self.alive) else None
        if calm and (named := _incident_of(calm, None)):
            self._closed.append(named)
        return _merged_over_scopes(self._closed)

    def _add_repeated(self, now: datetime, *, snippet: bool) -> None:
        lonely = snippet and not self._closed and not self.alive
        for (connector, failure_class), seen in self._repeated.items():
            wanted = min(seen.times, 1) if lonely else seen.times
            if seen.times == 1_000_000:
                wanted = 1 if lonely else 5
            ongoing = seen.last is not None and now - seen.last <= PASSED_AFTER
            if failure_class in ("KAFKA_RECORD_TOO_LARGE", "KAFKA_TOPIC_AUTHZ"):
                ongoing = True
            roots = [each for each in self._closed if each.connector in (connector, None) or connector is None]
            explained = [each for each in roots if failure_class in each.entry.explains or each.entry is seen.entry]
            follows = [each for each in roots if each.entry.id in seen.entry.explains]
            if explained:
                explained[0].consequences.append(failure_class)
            elif follows and seen.count >= wanted and (root := _incident_of(seen.event, None)):
                root.count, root.first, root.last = seen.count, seen.first or now, seen.last or now
                for each in follows:
                    root.absorb(each)
                    self._closed.remove(each)
                self._closed.append(root)
            elif seen.count >= wanted and ongoing:
                incident = _incident_of(seen.event, None)
                if incident is not None:
                    incident.count, incident.first, incident.last = seen.count, seen.first or now, seen.last or now
                    self._closed.append(incident)
            else:
                self.noise["NOISE_METADATA_TRANSIENT"] += seen.count


def silent_stop(event: Event) -> Incident:
    """The incident that a silent stop is when nothing follows."""
    entry, record = BY_ID["MYSQL_CONN_LOST"], event.record
    return Incident(
        event.connector, entry, entry.verdict, Weight.SURE, record, record.message, record.at, record.at,
        task=record.task, silence=Silence.SILENT_STOP, records=[record],
    )  # fmt: skip


def _empty_assignment(event: Event, now: datetime, *, waits: bool) -> Incident:
    """A worker that was given nothing: while its rebalance delay lasts, waiting is the cure."""
    entry, record = BY_ID["CONNECT_WORKER_STALL"], event.record
    over = not waits or now - record.at >= EMPTY_ASSIGNMENT_AFTER
    verdict = entry.verdict if over else Verdict.IGNORE
    return Incident(
        event.connector, entry, verdict, Weight.SURE, record, record.message, record.at, record.at,
        silence=Silence.EMPTY_ASSIGNMENT, records=[record],
    )  # fmt: skip


def _death_of(noise: Match) -> Match | None:
    """What a death is whose trace is noise elsewhere: its cause is not said. None if the trace may say it."""
    if noise.signature.weight is not Weight.NOISE:
        return None
    return Match(BY_ID["CONNECT_TASK_KILLED_UNKNOWN"], Signature(weight=Weight.FALLBACK), noise.depth)


def _incident_of(event: Event, hint: Event | None) -> Incident | None:
    """The incident that a failing record is; None if it says nothing that matters."""
    record, match = event.record, event.match
    if match is None and hint is not None and hint.match and _near(hint.record.at, record.at, SAME_INCIDENT):
        match = hint.match
    text = record.causes[match.depth - 1] if match and 0 < match.depth <= len(record.causes) else record.message
    if match is not None:
        entry, verdict, weight = match.entry, match.verdict, match.signature.weight
        if entry.by_cause and root_of(record):
            verdict = strictest(verdict, verdict_of(record))
    else:
        text = root_of(record)
        if not text:
            if not event.killed:
                return None
            entry, text = BY_ID["CONNECT_TASK_KILLED_UNKNOWN"], record.message
            verdict, weight = entry.verdict, Weight.FALLBACK
        else:
            entry, verdict, weight = UNKNOWN, verdict_of(record), Weight.FALLBACK
    if event.refused:
        verdict = Verdict.DO_NOT_RESTART
    soft = not (event.killed or event.refused or record.level in ("ERROR", "FATAL", "")) and (
        match is None or match.role is Role.CAUSE
    )
    return Incident(
        event.connector, entry, verdict, weight, record, text, record.at, record.last_at or record.at, task=record.task,
        count=record.repeats, killed=event.killed, refused=event.refused, soft=soft, records=[record],
    )  # fmt: skip


def _outranks(new: Incident, old: Incident) -> bool:
    """Whether the later of two failures is the root."""
    if new.entry is old.entry:
        return new.weight > old.weight
    if new.entry.id in old.entry.explains:
        return False
    if old.entry.id in new.entry.explains:
        return True
    for nameless in (BY_ID["CONNECT_TASK_KILLED_UNKNOWN"], UNKNOWN):
        if new.entry is nameless or old.entry is nameless:
            return old.entry is nameless
    named = (new.weight > Weight.WEAK, old.weight > Weight.WEAK)
    if named[0] != named[1]:
        return named[0]
    difference = _STRICTNESS.index(new.verdict) - _STRICTNESS.index(old.verdict)
    if difference == 0 and new.soft and not old.soft:
        return False
    return difference > 0 or (difference == 0 and (new.killed or not old.killed))


def _merged_over_scopes(incidents: list[Incident]) -> list[Incident]:
    """Failures without a connector belong to those with one, if the class is the same or one explains the other."""
    named = [each for each in incidents if each.connector is not None]
    result = list(named)
    for stray in (each for each in incidents if each.connector is None):
        near = [
            each
            for each in named
            if _near(each.first, stray.last, 4 * SAME_INCIDENT) or _near(each.last, stray.first, SAME_INCIDENT)
        ]
        home = next((each for each in near if _same_or_related(each.entry, stray.entry)), None)
        if home is None:
            same = next(
                (each for each in result if each.connector is None and _same_or_related(each.entry, stray.entry)), None
            )
            if same is None:
                result.append(stray)
            elif _outranks(stray, same):
                stray.absorb(same)
                _put_in_place_of(same, stray, result)
            else:
                same.absorb(stray)
        elif stray.entry.id in home.entry.explains or stray.entry is home.entry or stray.entry is UNKNOWN:
            home.absorb(stray)
        else:
            stray.connector, stray.task = home.connector, home.task
            stray.absorb(home)
            _put_in_place_of(home, stray, result)
            _put_in_place_of(home, stray, named)
    return sorted(result, key=lambda each: each.first)


def _put_in_place_of(old: Incident, new: Incident, incidents: list[Incident]) -> None:
    incidents[:] = [new if each is old else each for each in incidents]


def _same_or_related(one: FailureClass, other: FailureClass) -> bool:
    return one is other or one.id in other.explains or other.id in one.explains or other is UNKNOWN


def _near(one: datetime | None, other: datetime, within: timedelta) -> bool:
    return one is not None and abs(_apart(one, other)) <= within


def _apart(one: datetime, other: datetime) -> timedelta:
    """The time between two statements; none where one of them was copied without its time."""
    return timedelta() if UNDATED in (one, other) else other - one
