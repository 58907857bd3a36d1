"""What database servers and drivers say, in the words that they must print: a class for each, and never a restart into a refusal."""

from pathlib import Path

import pytest

from connectops.decide.catalogue import BY_ID
from connectops.model import Verdict
from tests.decide.labelled import Labelled

TABLE = Path(__file__).parents[1] / "samples" / "database_messages.tsv"
THROWN = {
    "oracle": ("java.sql.SQLException: ", "oracle.jdbc.driver.T4CTTIoer11.processError", "oracle.OracleStreamingChangeEventSource"),
    "sqlserver": ("com.microsoft.sqlserver.jdbc.SQLServerException: ", "com.microsoft.sqlserver.jdbc.SQLServerException.makeFromDatabaseError",
                  "sqlserver.SqlServerStreamingChangeEventSource"),
    "postgresql": ("org.postgresql.util.PSQLException: ", "org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse",
                   "postgresql.PostgresStreamingChangeEventSource"),
    "mysql": ("java.sql.SQLException: ", "com.mysql.cj.jdbc.exceptions.SQLError.createSQLException", "mysql.MySqlSnapshotChangeEventSource"),
    "binlog": ("com.github.shyiko.mysql.binlog.network.ServerException: ", "com.github.shyiko.mysql.binlog.BinaryLogClient.connect",
               "binlog.BinlogStreamingChangeEventSource"),
    "mongodb": ("", "com.mongodb.internal.connection.ProtocolHelper.getCommandFailureException", "mongodb.MongoDbStreamingChangeEventSource"),
    "db2": ("com.ibm.db2.jcc.am.SqlException: ", "com.ibm.db2.jcc.am.b6.a", "db2.Db2StreamingChangeEventSource"),
    "vitess": ("", "io.grpc.Status.asRuntimeException", "vitess.connection.VitessReplicationConnection"),
}  # fmt: skip
REFUSALS = ("AUTH_FAILED", "PERMISSION", "PRIVILEGES_MISSING", "CONFIG", "LOST", "MISSING", "REMOVED")


def rows() -> list[tuple[str, str, str, str]]:
    lines = [line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return [(database, failure_class, verdict, message) for database, failure_class, verdict, message in lines]


def died_of(database: str, message: str) -> str:
    name, thrown_in, read_in = THROWN[database]
    return (
        "[2024-01-01 00:00:00,000] ERROR [orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception."
        " Task is being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:196)\n"
        "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.\n"
        "\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:50)\n"
        f"Caused by: {name}{message.replace('\\n', '\n')}\n"
        f"\tat {thrown_in}(Unknown Source)\n\tat io.debezium.connector.{read_in}.execute(Unknown Source)\n"
    )


@pytest.mark.parametrize(
    ("database", "failure_class", "verdict", "message"), rows(), ids=[row[3][:60] for row in rows()]
)
def test_a_task_that_dies_of_it_has_its_class(database: str, failure_class: str, verdict: str, message: str) -> None:
    sample = Labelled(message[:60], died_of(database, message), (failure_class,), (verdict,))
    (found,) = sample.reading().diagnoses
    assert (found.failure_class, str(found.verdict)) == (failure_class, verdict)


def test_what_a_server_refuses_or_has_no_more_is_never_restarted() -> None:
    refused = {row for row in rows() if row[1].endswith(REFUSALS) and not row[1].endswith("CONN_LOST")}
    assert len(refused) > 80
    assert {verdict for _, _, verdict, _ in refused} == {str(Verdict.DO_NOT_RESTART)}


def test_the_table_names_classes_that_exist() -> None:
    assert {failure_class for _, failure_class, _, _ in rows()} <= {*BY_ID}
