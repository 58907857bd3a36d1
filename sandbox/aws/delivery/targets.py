"""Hands a message to whatever an ARN names."""

from __future__ import annotations

import logging

from moto.awslambda.exceptions import UnknownFunctionException
from moto.sns.models import sns_backends
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from sandbox.aws.lambdas import asynchronous, execution
from sandbox.aws.world import World

log = logging.getLogger("sandbox")


def deliver(world: World, arn: str, body: str, subject: str | None = None, group_id: str | None = None) -> None:
    """A function is invoked asynchronously. A target that is gone is logged and the message lost, as on AWS."""
    _, _, service, region, account, name, *_ = arn.split(":")
    try:
        if service == "lambda":
            asynchronous.accept(world, execution.function_at(arn), body.encode())
        elif service == "sqs":
            sqs_backends[account][region].send_message(name, body, group_id=group_id)
        elif service == "sns":
            sns_backends[account][region].publish(body, arn=arn, subject=subject)
        else:
            raise NotImplementedError(f"the sandbox delivers nothing to {arn}")
    except (UnknownFunctionException, QueueDoesNotExist):
        log.error("nothing is there to deliver to: %s", arn)
