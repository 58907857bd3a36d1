"""A fleet that was made up, and its failures: the same rooms decide, and hands touch nothing but the made fleet."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "simulate.md"
EXAMPLE = DOCUMENTATION.parent / "examples" / "fleet.yaml"
DEATH = """
        [2020-01-01 00:00:00,000] ERROR [else|task-0] WorkerSourceTask{id=else-0} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted (org.apache.kafka.connect.runtime.WorkerTask:212)
        org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
        \u2002at io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
        Caused by: org.postgresql.util.PSQLException: This connection has been closed.
        \u2002at org.postgresql.jdbc.PgConnection.checkClosed(PgConnection.java:877)
""".replace("\u2002", "\t")


class Fleet:
    """A file that is simulated."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "fleet.yaml"

    def is_made(self, connectors: str, *script: str, more: str = "") -> Fleet:
        events = "".join(f"  - {each}\n" for each in script)
        self.file.write_text(f"{more}\nconnectors: {connectors}\nscript:\n{events}")
        return self

    def simulated(self, *options: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["simulate", str(self.file), "--json", *options])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)  # type: ignore[no-any-return]

    def refused(self) -> str:
        result = CliRunner().invoke(app, ["simulate", str(self.file)])
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


def restarts(simulated: dict[str, Any], connector: str | None = None) -> list[str]:
    """When, by the clock of the file's first day."""
    return [
        each["t"][11:19]
        for each in simulated["decisions"]
        if each["decision"].startswith("RESTART") and connector in (None, each["connector"])
    ]


def ends(simulated: dict[str, Any]) -> dict[str, str]:
    return {each["connector"]: each["state"] for each in simulated["final"]}


def told(simulated: dict[str, Any]) -> list[str]:
    return [notice["event"] for notice in simulated["notices"]]


def test_a_task_that_a_restart_cures_is_restarted_after_its_backoff_and_proven(fleet: Fleet) -> None:
    fleet.is_made(
        "[{name: onprem/orders}]", "{at: 5m, event: task-dies, connectors: onprem/orders, class: PG_CONN_LOST}"
    )
    simulated = fleet.simulated()
    assert restarts(simulated) == ["12:07:00"]
    assert simulated["final"] == [
        {
            "connector": "onprem/orders",
            "state": "HEALTHY",
            "class": "PG_CONN_LOST",
            "verdict": "RESTART_WITH_BACKOFF",
            "restarts": 1,
        }
    ]
    assert told(simulated) == ["opened", "resolved"]


def test_a_quiet_fleet_decides_nothing(fleet: Fleet) -> None:
    fleet.is_made("[{name: msk/orders}, {name: onprem/orders}]")
    fleet.file.write_text(fleet.file.read_text().replace("script:\n", ""))
    assert fleet.simulated()["decisions"] == []


@pytest.mark.parametrize(("helps", "count"), [("yes", 1), ("4m", 2), ("no", 7)])
def test_a_restart_has_the_effect_that_the_script_gives_it(fleet: Fleet, helps: str, count: int) -> None:
    event = f"{{at: 5m, event: task-dies, connectors: msk/a, class: PG_CONN_LOST, restart-helps: {helps}}}"
    simulated = fleet.is_made("[{name: msk/a}]", event, more="lasts: 10h").simulated()
    assert len(restarts(simulated)) == count
    assert ends(simulated) == {"msk/a": "QUARANTINED" if helps == "no" else "HEALTHY"}


def test_lines_are_read_as_those_of_the_connector_and_the_time_that_the_script_gives_them_to(fleet: Fleet) -> None:
    fleet.is_made(
        "[{name: onprem/orders}]", f"at: 5m\n    event: task-dies\n    connectors: onprem/orders\n    lines: |{DEATH}"
    )
    simulated = fleet.simulated()
    assert restarts(simulated) == ["12:07:00"]
    assert simulated["final"][0]["class"] == "PG_CONN_LOST"


def test_a_failure_that_nobody_logs_is_seen_by_looks_and_restarted_once(fleet: Fleet) -> None:
    event = "{at: 5m, event: task-dies, connectors: msk/a, restart-helps: no}"
    simulated = fleet.is_made("[{name: msk/a}]", event, more="lasts: 5h").simulated()
    assert len(restarts(simulated)) == 1
    assert ends(simulated) == {"msk/a": "QUARANTINED"}


@pytest.mark.parametrize(("heals", "count"), [("", 1), (", heals-after: 100s", 0)])
def test_a_silent_stop_is_restarted_unless_it_comes_back_in_time(fleet: Fleet, heals: str, count: int) -> None:
    event = f"{{at: 5m, event: falls-silent, connectors: msk/a, class: MYSQL_CONN_LOST{heals}}}"
    simulated = fleet.is_made("[{name: msk/a}]", event).simulated()
    assert len(restarts(simulated)) == count
    assert ends(simulated) == {"msk/a": "HEALTHY"}


def test_of_those_that_share_a_source_one_is_restarted_first(fleet: Fleet) -> None:
    fleet.is_made(
        "[{name: msk/a, count: 6, shares: {database: db-1}}, {name: msk/b, shares: {database: db-2}}]",
        "{at: 5m, event: source-away, source: 'database:db-1', for: 10m, class: MYSQL_CONN_LOST}",
        more="fleet-size: 60",
    )
    simulated = fleet.simulated()
    after_its_return = [at for at in restarts(simulated) if at >= "12:15:00"]
    assert after_its_return[0] < after_its_return[1], "the others wait for the first one's proof"
    assert told(simulated).count("fleet-opened") == told(simulated).count("fleet-resolved") == 1
    assert set(ends(simulated).values()) == {"HEALTHY"}
    assert not restarts(simulated, "msk/b")


def test_the_budget_of_the_fleet_is_kept(fleet: Fleet) -> None:
    event = "{at: 5m, event: task-dies, connectors: msk/*, class: KAFKA_PRODUCER_FENCED}"
    simulated = fleet.is_made("[{name: msk/a, count: 10}]", event, more="fleet-size: 10").simulated()
    times = restarts(simulated)
    assert len(times) == 10
    assert max(times.count(at) for at in times) == 2


def test_on_one_self_managed_cluster_one_is_restarted_at_a_time(fleet: Fleet) -> None:
    event = "{at: 5m, event: task-dies, connectors: onprem/*, class: KAFKA_PRODUCER_FENCED}"
    simulated = fleet.is_made("[{name: onprem/a, count: 2}]", event, more="fleet-size: 60").simulated()
    first, second = restarts(simulated)
    assert first < second


@pytest.mark.parametrize(
    ("event", "state"), [("paused", "PAUSED"), ("stopped", "STOPPED"), ("deleted", "GONE"), ("resumed", "HEALTHY")]
)
def test_what_a_person_takes_out_is_left_alone(fleet: Fleet, event: str, state: str) -> None:
    fleet.is_made(
        "[{name: msk/a}]",
        "{at: 5m, event: task-dies, connectors: msk/a, class: PG_CONN_LOST}",
        "{at: 5m30s, event: paused, connectors: msk/a}".replace("5m30s", "330s"),
        f"{{at: 10m, event: {event}, connectors: msk/a}}",
    )
    simulated = fleet.simulated()
    assert restarts(simulated) == []
    assert ends(simulated) == {"msk/a": state}


@pytest.mark.parametrize("name", ["onprem/orders", "msk/orders"])
def test_a_rebalance_is_waited_for(fleet: Fleet, name: str) -> None:
    fleet.is_made(f"[{{name: {name}, tasks: 3}}]", f"{{at: 5m, event: rebalancing, connectors: {name}, for: 5m}}")
    simulated = fleet.simulated()
    assert restarts(simulated) == []
    assert ends(simulated) == {name: "HEALTHY"}


@pytest.mark.parametrize(("lasts", "time"), [("90s", "12:07:00"), ("4m", "12:09:00"), ("250s", "12:10:00")])
def test_a_task_that_dies_in_a_rebalance_is_restarted_when_that_is_over(fleet: Fleet, lasts: str, time: str) -> None:
    fleet.is_made(
        "[{name: onprem/orders}]",
        f"{{at: 5m, event: rebalancing, connectors: onprem/orders, for: {lasts}}}",
        "{at: 5m, event: task-dies, connectors: onprem/orders, class: PG_CONN_LOST}",
    )
    simulated = fleet.simulated()
    assert restarts(simulated) == [time]
    assert ends(simulated) == {"onprem/orders": "HEALTHY"}


def test_one_that_never_gets_its_tasks_back_is_told_to_a_person_and_restarted_once_where_that_is_possible(
    fleet: Fleet,
) -> None:
    fleet.is_made(
        "[{name: onprem/orders}, {name: msk/stock}]",
        "{at: 5m, event: rebalancing, connectors: '*', for: 90m}",
        more="lasts: 100m",
    )
    simulated = fleet.simulated()
    assert restarts(simulated, "onprem/orders") == []
    assert restarts(simulated, "msk/stock") == ["12:13:00"]
    paged = [notice["connector"] for notice in simulated["notices"] if notice["severity"] == "page"]
    assert sorted(paged) == ["msk/stock", "onprem/orders"]


def test_what_cannot_be_seen_is_told_and_not_restarted(fleet: Fleet) -> None:
    fleet.is_made("[{name: msk/a}]", "{at: 5m, event: unseen, connectors: msk/a, for: 30m}")
    simulated = fleet.simulated()
    assert restarts(simulated) == []
    assert told(simulated)[0] == "could-not-see"


def test_a_failed_connector_of_msk_connect_is_left_to_a_person(fleet: Fleet) -> None:
    fleet.is_made(
        "[{name: msk/a}]",
        "{at: 5m, event: connector-fails, connectors: msk/a}",
        "{at: 30m, event: mended, connectors: msk/a}",
    )
    simulated = fleet.simulated()
    assert restarts(simulated) == []
    assert told(simulated) == ["refused", "resolved"]


def test_tags_hold_as_they_do_at_work(fleet: Fleet) -> None:
    event = "{at: 5m, event: task-dies, connectors: msk/a, class: PG_CONN_LOST}"
    simulated = fleet.is_made("[{name: msk/a, tags: {connectops:restart: off, team: a}}]", event).simulated()
    assert restarts(simulated) == []
    assert simulated["decisions"][-1]["reason"] == "its tag connectops:restart=off says hands off"


@pytest.mark.parametrize(("order", "time"), [("release", "12:07:00"), ("hold, for: 20m", "12:26:00")])
def test_a_persons_order_is_obeyed(fleet: Fleet, order: str, time: str) -> None:
    simulated = fleet.is_made(
        "[{name: msk/a}]",
        "{at: 5m, event: task-dies, connectors: msk/a, class: PG_CONN_LOST}",
        f"{{at: 6m, event: ordered, connectors: msk/a, order: {order}}}",
    ).simulated()
    assert restarts(simulated) == [time]


def test_an_order_that_is_refused_is_answered(fleet: Fleet) -> None:
    simulated = fleet.is_made(
        "[{name: msk/a}]", "{at: 5m, event: ordered, connectors: msk/a, order: resume}"
    ).simulated()
    (answer,) = simulated["decisions"]
    assert "which is refused: it is RUNNING" in answer["reason"]


def test_a_restart_that_somebody_orders_is_done_and_counted(fleet: Fleet) -> None:
    simulated = fleet.is_made(
        "[{name: msk/a}]",
        "{at: 5m, event: task-dies, connectors: msk/a, class: PG_PERMISSION}",
        "{at: 10m, event: ordered, connectors: msk/a, order: restart}",
        "{at: 11m, event: ordered, connectors: msk/a, order: restart, force: yes}",
    ).simulated()
    assert restarts(simulated) == ["12:11:00"]
    assert simulated["final"][0]["restarts"] == 1


def test_what_is_paused_and_resumed_by_order_is_not_what_failed(fleet: Fleet) -> None:
    simulated = fleet.is_made(
        "[{name: onprem/a}]",
        "{at: 5m, event: ordered, connectors: onprem/a, order: pause}",
        "{at: 15m, event: ordered, connectors: onprem/a, order: resume}",
    ).simulated()
    assert restarts(simulated) == []
    assert ends(simulated) == {"onprem/a": "HEALTHY"}


@pytest.mark.parametrize(("glob", "count"), [("msk/a", 0), ("msk/b", 1)])
def test_a_policy_can_be_tried_on_a_made_fleet(fleet: Fleet, tmp_path: Path, glob: str, count: int) -> None:
    (tmp_path / "policy.yaml").write_text(f"connectors: [{{match: {glob}, restart: off}}]")
    fleet.is_made("[{name: msk/a}]", "{at: 5m, event: task-dies, connectors: msk/a, class: PG_CONN_LOST}")
    assert len(restarts(fleet.simulated("--policy", str(tmp_path / "policy.yaml")))) == count


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "fleet.yaml is empty, expected connectors and a script"),
        ("connectors: [", "fleet.yaml is not YAML"),
        ("script: []", "fleet.yaml: has no connectors, expected a list of entries with `name`"),
        ("conectors: []", "line 1: conectors is not known, expected connectors?"),
        ("connectors: [{name: orders}]", "line 1: connectors[0].name is no cluster/name, such as msk/orders"),
        (
            "connectors:\n- {name: msk/a}\n- {name: msk/a}",
            "line 3: connectors[1] names msk/a, which stands there already",
        ),
        ("connectors: [{name: msk/a, taks: 2}]", "connectors[0].taks is not known, expected tasks?"),
        ("connectors: [{name: msk/a, tasks: none}]", "tasks is 'none', expected a whole number from 1 to 1000"),
        ("connectors: [{name: on/a, tags: {}}]", "tags is known of MSK Connect only"),
        ("connectors: [{name: msk/a, shares: {databse: b}}]", "shares.databse is not known, expected database?"),
        ("begin: today\nconnectors: []", "line 1: begin is 'today', expected a time with its offset from UTC"),
        ("begin: 9999-12-31T23:00Z\nconnectors: []", "in this century"),
        ("look-every: 0.1s\nconnectors: []", "line 1: look-every is '0.1s', expected a duration above 0"),
        (
            "lasts: 1h\nconnectors: [{name: msk/a}]\nscript:\n- {at: 2h, event: paused, connectors: msk/a}",
            "line 4: script[0] comes after the end",
        ),
        ("lasts: 900d\nconnectors: []", "line 1: lasts is '900d', expected a duration above 0"),
    ],
)
def test_a_bad_fleet_is_refused_naming_line_and_key(fleet: Fleet, text: str, complaint: str) -> None:
    fleet.file.write_text(text)
    assert complaint in fleet.refused()


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        ("{event: paused, connectors: msk/a}", "line 4: script[0] has no at, expected how long after the begin"),
        ("{at: 5m, connectors: msk/a}", "script[0] has no event, expected one of task-dies, connector-fails"),
        ("{at: 5m, event: dies, connectors: msk/a}", "script[0].event is 'dies', expected one of task-dies"),
        ("{at: soon, event: paused, connectors: msk/a}", "script[0].at is 'soon', expected how long after the begin"),
        ("{at: 5m, event: paused}", "script[0] has no connectors, expected a glob"),
        ("{at: 5m, event: paused, connectors: msk/b*}", "connectors is 'msk/b*', expected a glob on cluster/name that"),
        ("{at: 5m, event: paused, connectors: msk/a, for: 2m}", "script[0].for is not known"),
        ("{at: 5m, event: unseen, connectors: msk/a}", "script[0] has no for, expected how long"),
        ("{at: 5m, event: ordered, connectors: msk/a}", "script[0] has no order, expected one of restart"),
        ("{at: 5m, event: ordered, connectors: msk/a, order: hold}", "script[0] has no for, expected how long"),
        ("{at: 5m, event: logs, connectors: msk/a}", "script[0] has no class and no lines"),
        ("{at: 5m, event: logs, connectors: msk/a, class: PG_CON_LOST}", "a failure class, PG_CONN_LOST?"),
        ("{at: 5m, event: logs, connectors: msk/a, class: A, lines: B}", "lines stands beside class"),
        ("{at: 5m, event: task-dies, connectors: msk/a, restart-helps: later}", "expected yes, no, or from when on"),
        ("{at: 5m, event: source-away, for: 2m}", "script[0] has no source, expected what connectors share"),
        (
            "{at: 5m, event: source-away, source: 'database:b', for: 2m}",
            "expected what a connector shares: database:db-1",
        ),
    ],
)
def test_a_bad_script_is_refused_naming_line_and_key(fleet: Fleet, event: str, complaint: str) -> None:
    assert complaint in fleet.is_made("[{name: msk/a, shares: {database: db-1}}]", event).refused()


def test_all_problems_of_a_file_are_told_at_once(fleet: Fleet) -> None:
    complaints = fleet.is_made("[{name: msk/a, taks: 2}]", "{at: soon, event: paused, connectors: msk/a}").refused()
    assert complaints.count("connectops simulate: fleet.yaml, line ") == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["simulate", str(tmp_path / "none.yaml")])
    assert result.exit_code == 2
    assert "none.yaml" in result.stderr


def test_people_get_a_timeline_and_where_each_one_stands() -> None:
    result = CliRunner().invoke(app, ["simulate", str(EXAMPLE)], env={"COLUMNS": "170"})
    assert result.exit_code == 0
    for said in ("[source-away]", "told: page", "5 connectors: one works again", "at the end", "restarts"):
        assert said in result.stdout


def test_the_example_of_the_documentation_ends_as_it_says() -> None:
    result = CliRunner().invoke(app, ["simulate", str(EXAMPLE), "--json"])
    simulated = json.loads(result.stdout)
    assert ends(simulated) == {
        "msk/orders": "HEALTHY",
        "msk/stock-1": "PAUSED",
        **{f"msk/stock-{number}": "HEALTHY" for number in (2, 3, 4)},
        "onprem/billing": "HEALTHY",
        "onprem/ledger": "HEALTHY",
        "msk/legacy": "FAILED",
    }
    assert [each["restarts"] for each in simulated["final"]] == [2, 1, 1, 1, 1, 1, 1, 0]


def test_what_the_documentation_tells_of_the_example_happens_then() -> None:
    told_of = re.findall(r"^\| (\d\d:\d\d:\d\d) \|", DOCUMENTATION.read_text(), re.MULTILINE)
    timeline = CliRunner().invoke(app, ["simulate", str(EXAMPLE)], env={"COLUMNS": "170"}).stdout
    assert len(told_of) == 10
    assert [at for at in told_of if at not in timeline] == []


def test_of_many_that_fare_alike_people_get_one_row(fleet: Fleet) -> None:
    fleet.is_made("[{name: msk/a, count: 5}]", "{at: 5m, event: task-dies, connectors: msk/*, class: PG_CONN_LOST}")
    result = CliRunner().invoke(app, ["simulate", str(fleet.file)], env={"COLUMNS": "200"})
    rows = [line for line in result.stdout.splitlines() if "msk/a-1, msk/a-2, msk/a-3 and 2 more" in line]
    assert any("[task-dies]" in row for row in rows)
    assert any("WAIT" in row for row in rows)


def test_a_simulation_is_the_same_every_time(fleet: Fleet) -> None:
    one, other = (CliRunner().invoke(app, ["simulate", str(EXAMPLE), "--json"]).stdout for _ in range(2))
    assert one == other
