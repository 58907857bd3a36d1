"""The file of `connectops simulate`, read: docs/simulate.md shows its form.

Nothing is guessed: a key or value that is not understood refuses the whole file, with all problems by line and key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cli.fleet_script import read_script
from cli.made_fleet import MadeConnector, MadeFleet
from cli.written import is_said, lasting, only, read, text_of, texts, unknown, whole
from connectops.decide.moments import A_MOMENT, moment
from connectops.decide.policy_yaml import Place, entries, items, read_mapping
from connectops.errors import SettingsError
from connectops.model import MSK_CLUSTER, ConnectorId, Platform, Shared, SharedSource
from connectops.observe.configuration import heartbeat
from connectops.observe.msk_connect import TAG_PREFIX
from connectops.observe.shared_sources import of_kafka_connect, of_msk_connect

BEGIN = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""Any time would do; with this one a simulation is the same every day."""
GOES_ON_FOR = timedelta(hours=1)
SOONEST = timedelta(seconds=1)
MOST_CONNECTORS = 2000
MOST_TASKS = 1000

_OF_ALL = ("begin", "lasts", "fleet-size", "look-every", "restart-takes", "connectors", "script")
_OF_CONNECTOR = ("name", "count", "configuration", "shares", "tags", "tasks", "idle")


def read_fleet(text: str, name: str) -> MadeFleet:
    """The fleet of a file called `name`. Raises SettingsError with every problem."""
    root = read_mapping(text, name, "connectors: [{name: msk/orders}]")
    if root is None:
        raise SettingsError((f"{name} is empty, expected connectors and a script",))
    problems: list[str] = []
    fleet = _fleet(root, problems)
    if problems:
        raise SettingsError(tuple(problems))
    return fleet


def _fleet(root: Place, problems: list[str]) -> MadeFleet:
    found = entries(root, problems)
    only(found, _OF_ALL, problems)
    connectors = tuple(_connectors(found.get("connectors"), root, problems))
    lasts = lasting(found.get("lasts"), problems)
    script = tuple(read_script(found.get("script"), connectors, lasts, problems))
    ends = max((each.at + (each.lasts or timedelta(0)) for each in script), default=timedelta(0))
    size = whole(found.get("fleet-size"), problems, least=len(connectors), most=1_000_000)
    return MadeFleet(
        begin=read(found.get("begin"), _begin, f"{A_MOMENT}, in this century", problems) or BEGIN,
        lasts=lasts or ends + GOES_ON_FOR,
        size=size or len(connectors),
        look_every=lasting(found.get("look-every"), problems, least=SOONEST) or timedelta(minutes=1),
        restart_takes=lasting(found.get("restart-takes"), problems) or timedelta(seconds=40),
        connectors=connectors,
        script=script,
    )


def _begin(text: str) -> datetime | None:
    found = moment(text)
    return found if found and found.year // 100 == BEGIN.year // 100 else None


def _connectors(listed: Place | None, root: Place, problems: list[str]) -> Iterator[MadeConnector]:
    if listed is None:
        problems.append(f"{root.file}: has no connectors, expected a list of entries with `name`")
        return
    known: dict[ConnectorId, MadeConnector] = {}
    for entry in items(listed, problems, "a list of entries with `name`"):
        for connector in _connector(entry, problems):
            if connector.id in known:
                problems.append(entry.problem(f"names {connector.id.key}, which stands there already"))
            known[connector.id] = connector
    if len(known) > MOST_CONNECTORS:
        problems.append(listed.problem(f"has {len(known)} connectors, expected {MOST_CONNECTORS} at most"))
    yield from known.values()


def _connector(entry: Place, problems: list[str]) -> Iterator[MadeConnector]:
    """One connector, or with `count` so many that differ in their number."""
    found = entries(entry, problems)
    only(found, _OF_CONNECTOR, problems)
    cluster, slash, name = (text_of(found.get("name")) or "").partition("/")
    if not (cluster and slash and name):
        problems.append((found.get("name") or entry).problem("is no cluster/name, such as msk/orders or onprem/orders"))
        return
    on_msk = cluster == MSK_CLUSTER
    platform = Platform.MSK_CONNECT if on_msk else Platform.KAFKA_CONNECT
    configuration = texts(found.get("configuration"), problems)
    shares = {*of_msk_connect({"connectorConfiguration": configuration})} if on_msk else set()
    shares |= set() if on_msk else {*of_kafka_connect(cluster, configuration)}
    count = whole(found.get("count"), problems, least=1, most=MOST_CONNECTORS)
    made = MadeConnector(
        ConnectorId(platform, cluster, name),
        tuple(sorted(shares | {*_shares(found.get("shares"), problems)})),
        _tags(found.get("tags"), problems, on_msk=on_msk),
        whole(found.get("tasks"), problems, least=1, most=MOST_TASKS) or 1,
        heartbeat(configuration),
        is_said(found.get("idle"), problems),
    )
    if count is None:
        yield made
        return
    for number in range(1, count + 1):
        yield replace(made, id=ConnectorId(platform, cluster, f"{name}-{number}"))


def _shares(place: Place | None, problems: list[str]) -> Iterator[SharedSource]:
    for key, value in entries(place, problems).items() if place else ():
        kind = Shared(key) if key in list(Shared) else None
        if kind is None:
            problems.append(value.problem(unknown(key, tuple(Shared))))
            continue
        for each in items(value, problems, "a name or a list of names") if value.is_list else (value,):
            if each.text:
                yield SharedSource(kind, each.text)
            else:
                problems.append(each.expected("a name or a list of names"))


def _tags(place: Place | None, problems: list[str], *, on_msk: bool) -> tuple[tuple[str, str], ...] | None:
    if place is None:
        return () if on_msk else None
    if not on_msk:
        problems.append(place.problem("is known of MSK Connect only: Kafka Connect has no tags"))
    tags = texts(place, problems)
    return tuple((key.removeprefix(TAG_PREFIX), tag) for key, tag in tags.items() if key.startswith(TAG_PREFIX))
