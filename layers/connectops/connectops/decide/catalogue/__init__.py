"""The knowledge: every known failure as data. One module a group; the order within a group is the reader's."""

from __future__ import annotations

from connectops.decide.catalogue.aws import AWS_CLASSES
from connectops.decide.catalogue.connect import CONNECT_CLASSES
from connectops.decide.catalogue.debezium import DEBEZIUM_CLASSES
from connectops.decide.catalogue.entry import FailureClass
from connectops.decide.catalogue.kafka import KAFKA_CLASSES
from connectops.decide.catalogue.msk_connect import MSK_CONNECT_CLASSES
from connectops.decide.catalogue.mysql import MYSQL_CLASSES
from connectops.decide.catalogue.noise import NOISE_CLASSES
from connectops.decide.catalogue.other_databases import OTHER_DATABASE_CLASSES
from connectops.decide.catalogue.postgresql import POSTGRESQL_CLASSES
from connectops.decide.catalogue.sinks import SINK_CLASSES

CATALOGUE: tuple[FailureClass, ...] = (
    *MYSQL_CLASSES,
    *DEBEZIUM_CLASSES,
    *POSTGRESQL_CLASSES,
    *OTHER_DATABASE_CLASSES,
    *KAFKA_CLASSES,
    *CONNECT_CLASSES,
    *SINK_CLASSES,
    *AWS_CLASSES,
    *MSK_CONNECT_CLASSES,
    *NOISE_CLASSES,
)

BY_ID: dict[str, FailureClass] = {entry.id: entry for entry in CATALOGUE}
