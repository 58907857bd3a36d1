"""What ConnectOps costs a month: calls, series, bytes and units counted on the functions, times list prices.

`python -m benchmarks.cost docs/cost.md` writes the page; with `--check` it only says whether the page is up to date.
What is counted is the same in every run. Seconds are not: those that are billed stand here as numbers, taken high.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.looking import ROOT, deployed, fleet_of, quiet_round
from benchmarks.repairing import an_incident
from tests.template.stack import properties, template

PRICES = json.loads((Path(__file__).parent / "prices.json").read_text())
TICKS = 60 * 24 * 365 // 12
"""Looks a month."""
INCIDENTS_A_CONNECTOR = 1
"""A month; each with one restart."""
POLLERS, RECEIVES_A_MINUTE = 5, 3
"""How Lambda asks an empty queue, by its documentation: five long polls of twenty seconds. Two queues are asked."""
INVOCATION_LOG = 420
"""Bytes that Lambda writes to a function's log about each invocation (START, END, REPORT)."""
NOTICE_PUBLISHES = 2
"""A message when an incident opens, and when it ends."""
LOOK_SECONDS, LOOK_SECONDS_A_CONNECTOR, RESPONSE_SECONDS = 1.0, 0.003, 1.0
"""Billed, at 512 MB and taken high: counted calls at 50 ms each, and processor time as `make bench` prints it."""
LOG_MEGABYTES_A_CONNECTOR, READ_SECONDS_A_MEGABYTE = 30, 0.1
"""Worker lines a month, and how long reading takes at 1,024 MB, taken high: a busy connector writes more."""
GOALS = {"false": 5, "true": 25}
"""US dollars for 50 connectors, by HealthSeries."""


@dataclass(frozen=True)
class Case:
    """A fleet whose month is computed; `series` is the parameter HealthSeries."""

    connectors: int
    series: str = "true"
    heartbeats: bool = True
    logs_delivered: bool = True


@dataclass(frozen=True)
class Quiet:
    """Of one look, on average over a round."""

    series: float
    read_units: float
    write_units: float
    logged: float
    charted: int
    metrics: int
    """Series of the fleet that have a point at each look."""


@cache
def quiet(case: Case) -> Quiet:
    cloud = fleet_of(case.connectors, heartbeats=case.heartbeats, logs_delivered=case.logs_delivered)
    with deployed(cloud, HealthSeries=case.series):
        ticks = quiet_round(cloud)
    said = ticks[-1].said.splitlines()
    points = [json.loads(line) for line in said if '"_aws"' in line]
    charted = sum("connector" in each for each in points)
    fleet = [metric for each in points if "connector" not in each for metric in _metrics(each)]
    return Quiet(
        series=mean(each.counted.series for each in ticks),
        read_units=mean(each.counted.read_units for each in ticks),
        write_units=mean(each.counted.write_units for each in ticks),
        logged=round(mean(len(each.said.encode()) for each in ticks), -2),
        charted=charted,
        metrics=len(fleet),
    )


def _metrics(point: Mapping[str, Any]) -> list[Any]:
    return list(point["_aws"]["CloudWatchMetrics"][0]["Metrics"])


@cache
def _incident() -> tuple[int, float, int]:
    """Responses, read units and write units of one."""
    lived = an_incident()
    return lived.responses, lived.ledger.read_units, lived.ledger.write_units


def alarms() -> int:
    """Those that stand without CloudTrail and without a policy file."""
    found = [each for each in template()["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    return sum("Condition" not in each for each in found)


def amounts(case: Case) -> Iterator[tuple[str, str, float]]:
    """What a month takes: (line of the bill, price, amount)."""
    look, (responses, read, written) = quiet(case), _incident()
    incidents = INCIDENTS_A_CONNECTOR * case.connectors
    yield "metrics read", "metric_read", look.series * TICKS
    yield "fleet metrics", "custom_metric", look.metrics
    yield "health series", "custom_metric", look.charted
    yield "alarms", "alarm", alarms()
    seconds = LOOK_SECONDS + LOOK_SECONDS_A_CONNECTOR * case.connectors
    looked = _gigabytes("PollConnectors") * seconds * TICKS
    answered = _gigabytes("RespondToFindings") * RESPONSE_SECONDS * responses * incidents
    megabytes = LOG_MEGABYTES_A_CONNECTOR * case.connectors * case.logs_delivered
    heard = _gigabytes("ReadWorkerLogs") * READ_SECONDS_A_MEGABYTE * megabytes
    yield "functions: looking", "lambda_gb_second", looked
    yield "functions: looking", "lambda_request", TICKS
    yield "functions: reading logs, repairing", "lambda_gb_second", heard + answered
    yield "functions: reading logs, repairing", "lambda_request", 10 * megabytes + responses * incidents
    yield "table", "dynamodb_read_unit", look.read_units * TICKS + read * incidents
    yield "table", "dynamodb_write_unit", look.write_units * TICKS + written * incidents
    polls = POLLERS * RECEIVES_A_MINUTE * TICKS
    yield "queues", "sqs_fifo_request", polls + 3 * responses * incidents
    yield "queues", "sqs_request", polls + 3 * NOTICE_PUBLISHES * incidents
    yield "schedule, topic", "scheduler_invocation", TICKS
    yield "schedule, topic", "sns_publish", NOTICE_PUBLISHES * incidents
    yield "own logs", "log_gb", (look.logged + INVOCATION_LOG) * TICKS / 1e9


def _gigabytes(function: str) -> float:
    return float(properties(function)["MemorySize"]) / 1024


def bill(case: Case) -> dict[str, float]:
    """US dollars by line, at list prices."""
    lines: dict[str, float] = {}
    for line, price, amount in amounts(case):
        lines[line] = lines.get(line, 0) + amount * PRICES["prices"][price]["usd"]
    return lines


def allowance(case: Case) -> float:
    """US dollars that an account saves which uses what AWS always gives for nothing for this alone."""
    needed: dict[str, float] = {}
    for _, price, amount in amounts(case):
        needed[price] = needed.get(price, 0) + amount
    free: dict[str, float] = PRICES["always_free"]
    return sum(min(needed[price], free[price]) * float(PRICES["prices"][price]["usd"]) for price in free)


PAGE = """# What ConnectOps costs a month

Written by `make cost`: calls, series, bytes and request units are counted on the functions as they are deployed, and
multiplied by the list prices of {region} ({as_of}), in US dollars. Every connector writes to a log group that is read,
is a source of one task with a heartbeat and has one incident a month that a restart cures.

| connectors | {names} |
|---|{rules}|
{rows}
| **all** | {totals} |
| less what AWS always gives for nothing | {lasting} |

## Goals

{goals}

Fleet metrics are paid for by the hour in which they have a point: those that only an incident moves cost next to
nothing. What is left is the price of looking: metrics read, the counts of each look, and alarms on ConnectOps itself.

## Connectors whose lines do not reach us

CloudWatch is then the only sight of their tasks, so they are read every minute:

| 50 connectors | metrics read | more, for each connector |
|---|---:|---:|
{unheard}

Turn on log delivery to CloudWatch and name the group in `WorkerLogGroup1`, or in `OtherWorkerLogGroups`.

## What is assumed

- An incident takes {responses} findings, {reads} read units and {writes} write units of the table (counted).
- {delivered} MB of worker lines a connector and month. Their storage in CloudWatch Logs is not in this bill: it is MSK
  Connect's log delivery, with or without ConnectOps. A subscription delivers to a function for nothing.
- Billed seconds are not measured on AWS: the calls counted at 50 ms each and the processor's time, taken high.
- Lambda asks each of two queues with five long polls of twenty seconds, all the time.
- The Slack webhook is in a parameter, which costs nothing; in Secrets Manager it is ${secret:.2f} more.
- Alarms without CloudTrail and policy file. No VPC: interface endpoints cost more than all of this together.
- Not in it: e-mail, storage of the table and of own logs (cents), taxes, discounts.

## Prices

The source is AWS's page, whose tables are filled in by a script; so a price was compared with another page that quotes
it, where one stands here. Those with a dash were compared with none: check them before you rely on them.

| for each | US dollars | source | also quoted by |
|---|---:|---|---|
{prices}
"""

CASES = {
    "50, fleet metrics": Case(50, "false"),
    "50, health series": Case(50),
    "1,000, fleet metrics": Case(1_000, "false"),
    "1,000, health series": Case(1_000),
}


def page() -> str:
    """The whole of docs/cost.md."""
    bills = {name: bill(case) for name, case in CASES.items()}
    lines = list(next(iter(bills.values())))
    rows = [f"| {line} | " + " | ".join(f"{each[line]:.2f}" for each in bills.values()) + " |" for line in lines]
    totals = [sum(each.values()) for each in bills.values()]
    lasting = [total - allowance(case) for total, case in zip(totals, CASES.values(), strict=True)]
    return PAGE.format(
        names=" | ".join(CASES),
        rules="|".join("---:" for _ in CASES),
        rows="\n".join(rows),
        totals=" | ".join(f"**{total:.2f}**" for total in totals),
        lasting=" | ".join(f"{total:.2f}" for total in lasting),
        goals="\n".join(_goals()),
        unheard="\n".join(_unheard()),
        responses=_incident()[0],
        reads=f"{_incident()[1]:.0f}",
        writes=_incident()[2],
        delivered=f"{LOG_MEGABYTES_A_CONNECTOR}",
        secret=PRICES["prices"]["secret"]["usd"],
        as_of=PRICES["as_of"],
        region=PRICES["region"],
        prices="\n".join(
            f"| {each['per']} | {each['usd']:.10f}".rstrip("0").rstrip(".")
            + f" | <{each['source']}> | {_quoted(each)} |"
            for each in PRICES["prices"].values()
        ),
    )


def _quoted(price: Mapping[str, Any]) -> str:
    return f"<{price['quoted_by']}>" if "quoted_by" in price else "-"


def _goals() -> Iterator[str]:
    for series, goal in GOALS.items():
        case = Case(50, series)
        listed = sum(bill(case).values())
        verdict = "met" if listed <= goal else f"**missed** by ${listed - goal:.2f}"
        yield (
            f"- 50 connectors, `HealthSeries={series}`: at most ${goal}. ${listed:.2f}: {verdict};"
            f" ${listed - allowance(case):.2f} where AWS's lasting allowances are used for nothing else."
        )


def _unheard() -> Iterator[str]:
    for beats, what in ((False, "without a heartbeat"), (True, "with a heartbeat")):
        heard, unheard = (Case(50, "false", heartbeats=beats, logs_delivered=each) for each in (True, False))
        paid = bill(unheard)["metrics read"]
        yield f"| {what} | {paid:.2f} | {(paid - bill(heard)['metrics read']) / 50:.2f} |"


def main() -> int:
    """Write the page, or say whether it is up to date."""
    target = ROOT / "docs" / "cost.md"
    if "--check" in sys.argv:
        is_current = target.read_text() == page()
        print("docs/cost.md is up to date" if is_current else "docs/cost.md is not what `make cost` writes")
        return 0 if is_current else 1
    Path(sys.argv[1]).write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
