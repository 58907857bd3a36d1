"""Every exception that a Kafka client may throw: what it means for the task that dies of it, decided and not left over."""

import zipfile
from pathlib import Path

import pytest

from connectops.decide.catalogue import BY_ID
from connectops.model import UNKNOWN_CLASS, Verdict
from tests.decide.labelled import Labelled

TABLE = Path(__file__).parents[1] / "samples" / "kafka_exceptions.tsv"
PACKAGE = "org/apache/kafka/common/errors/"
DIED = (
    "[2024-01-01 00:00:00,000] ERROR [orders|task-0] WorkerSourceTask{{id=orders-0}} Task threw an uncaught and unrecoverable exception."
    " Task is being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:230)\n"
    "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer send callback\n"
    "Caused by: org.apache.kafka.common.errors.{name}: x\n"
)


def rows() -> list[tuple[str, str, str, str]]:
    lines = [line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return [(name, kind, failure_class, verdict) for name, kind, failure_class, verdict in lines]


@pytest.mark.parametrize(("name", "kind", "failure_class", "verdict"), rows(), ids=[row[0] for row in rows()])
def test_an_exception_that_kills_a_task_has_its_class(name: str, kind: str, failure_class: str, verdict: str) -> None:
    sample = Labelled(name, DIED.format(name=name), (failure_class,), (verdict,))
    (found,) = sample.reading().diagnoses
    assert (found.failure_class, str(found.verdict)) == (failure_class, verdict)


LASTING = {
    "CorruptRecordException",  # the client reads again; what still fails after that is damaged on the disk
    "InvalidShareSessionEpochException",  # of share groups, which Connect has none of
    "UnknownTopicIdException", "UnknownTopicOrPartitionException",  # the topic is gone
}  # fmt: skip


def test_what_the_client_itself_would_try_again_may_be_restarted() -> None:
    refused = {name for name, kind, _, verdict in rows() if kind == "retriable" and verdict == Verdict.DO_NOT_RESTART}
    assert refused == LASTING


def test_a_refusal_of_brokers_is_never_answered_with_a_restart() -> None:
    named = {
        name: verdict
        for name, _, _, verdict in rows()
        if name.endswith(("AuthorizationException", "AuthenticationException"))
    }
    assert len(named) == 10
    assert set(named.values()) == {str(Verdict.DO_NOT_RESTART)}


def test_the_table_names_classes_that_exist() -> None:
    assert {failure_class for _, _, failure_class, _ in rows()} <= {*BY_ID, UNKNOWN_CLASS}


@pytest.mark.live
def test_the_table_has_every_exception_of_the_real_clients() -> None:
    from sandbox.live import parts

    names: set[str] = set()
    for jars in parts.CONNECT.values():
        for jar in parts.fetch(jars).glob("kafka-clients-*.jar"):
            classes = [Path(file) for file in zipfile.ZipFile(jar).namelist() if file.startswith(PACKAGE)]
            names |= {file.stem for file in classes if file.suffix == ".class" and "$" not in file.stem}
    assert names == {row[0] for row in rows()}
