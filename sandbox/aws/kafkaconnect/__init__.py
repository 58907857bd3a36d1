"""Amazon MSK Connect as a moto backend: all 21 operations of botocore's model of 2021-09-14.

moto finds it as `moto.kafkaconnect`: see `register`.
"""

from __future__ import annotations

import re
import sys

from moto import backend_index

from sandbox.aws.kafkaconnect import models, responses, urls
from sandbox.aws.kafkaconnect.models import KafkaConnectBackend, kafkaconnect_backends

__all__ = ["KafkaConnectBackend", "kafkaconnect_backends", "register"]


def register() -> None:
    """Make it one of moto's services; to be called before the server answers its first request."""
    for name, module in {"": sys.modules[__name__], ".models": models, ".responses": responses, ".urls": urls}.items():
        sys.modules[f"moto.kafkaconnect{name}"] = module
    pattern = re.compile(r"https?://kafkaconnect\.(.+)\.amazonaws\.com")
    if all(service != "kafkaconnect" for service, _ in backend_index.backend_url_patterns):
        backend_index.backend_url_patterns.append(("kafkaconnect", pattern))
