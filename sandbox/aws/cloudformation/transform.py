"""From the template that was sent to the one that moto gets: parameters resolved, SAM translated, offline."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack

from sandbox.aws.cloudformation.resolution import resolved
from sandbox.aws.world import ACCOUNT

SERVERLESS = "AWS::Serverless-2016-10-31"


class _NoManagedPolicies:
    """The translator would ask IAM for the ARNs of AWS's managed policies; templates here name them by ARN."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(template: str, parameters: dict[str, Any], region: str) -> str:
    """The template as JSON. Raises moto's ValidationError."""
    document = Stack.parse_template(template)
    if not document.get("Resources"):
        raise ValidationError(message="Template format error: At least one Resources member must be defined.")
    pseudo = {
        "AWS::Region": region,
        "AWS::Partition": "aws",
        "AWS::AccountId": ACCOUNT,
        "AWS::URLSuffix": "amazonaws.com",
    }
    document = resolved(document, parameters, pseudo)
    wanted = document.pop("Transform", None)
    if SERVERLESS in (wanted if isinstance(wanted, list) else [wanted]):
        document = _translated(document, region)
    for resource in document["Resources"].values():
        # else moto adds it to its own copy, and the next deployment "changes" the resource
        resource.setdefault("Properties", {})
    return json.dumps(document, default=str)


def _translated(document: dict[str, Any], region: str) -> dict[str, Any]:
    os.environ.setdefault("AWS_DEFAULT_REGION", region)  # the translator asks boto3 for the partition
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns that nobody collects its usage metrics
    try:
        translated: dict[str, Any] = transform(document, {"AWS::Region": region}, _NoManagedPolicies())
    except InvalidDocumentException as err:
        causes = "; ".join(cause.message for cause in err.causes)
        raise ValidationError(message=f"Transform {SERVERLESS} failed: {causes}") from err
    translated.pop("Transform", None)
    return translated
