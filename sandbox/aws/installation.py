"""Puts all plug-ins into moto, in an order in which none misses another."""

from __future__ import annotations

from collections import deque

from moto.awslambda.models import LambdaFunction
from moto.logs.models import LogEvent
from moto.sqs.models import Message

from sandbox.aws import calls, cloudwatch, kafkaconnect, tables
from sandbox.aws.cloudformation import installation as cloudformation
from sandbox.aws.delivery import alarms, log_events, notifications, queues
from sandbox.aws.delivery.event_source_mappings import Pollers
from sandbox.aws.delivery.schedules import Schedules
from sandbox.aws.kafkaconnect.work import ImaginaryWorkers, Workers
from sandbox.aws.lambdas import execution
from sandbox.aws.threads import repeat
from sandbox.aws.world import World

_TRACKED = "instances_tracked"
"""Where moto would keep every object that it ever made."""


def install(world: World, workers: Workers | None = None) -> None:
    """Patch moto; once per process. Without `workers` connectors are states in memory."""
    for tracked in (LogEvent, Message, LambdaFunction):
        setattr(tracked, _TRACKED, deque(maxlen=10))
    kafkaconnect.register()
    kafkaconnect.models.switches = world.switches
    kafkaconnect.models.workers = workers or ImaginaryWorkers(world.switches)
    calls.install(world)
    cloudwatch.install(world)
    tables.install(world)
    execution.install(world)
    queues.install(world)
    notifications.install(world)
    log_events.install(world)
    alarms.install(world)
    cloudformation.install(world)


def start(world: World) -> Schedules:
    """Begin everything that goes on by itself; it ends with `world.stopping`."""
    schedules = Schedules(world)
    schedules.start()
    Pollers(world).start()
    repeat(queues.publish_metrics, min(world.clock.real(60.0), 1.0), world.stopping)
    repeat(lambda: alarms.evaluate(world), alarms.ROUND, world.stopping)
    return schedules
