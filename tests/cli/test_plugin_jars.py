from __future__ import annotations

import pytest

from cli.plugin_jars import inspect
from tests.cli.jars import ABSTRACT, SOURCE, a_connector, archive, class_file

SINK = "org/apache/kafka/connect/sink/SinkConnector"
SERVICE = "META-INF/services/org.apache.kafka.connect.source.SourceConnector"


@pytest.mark.parametrize("parent", [SOURCE, SINK])
def test_a_class_that_extends_a_connector_is_one(parent: str) -> None:
    found = inspect({"a.jar": a_connector("io/acme/Mine", parent)})
    assert found.connectors == ("io.acme.Mine",)
    assert found.problems == ()


def test_a_connector_may_extend_an_abstract_one_in_another_jar() -> None:
    base = archive({"io/acme/Base.class": class_file("io/acme/Base", SOURCE, access=ABSTRACT)})
    found = inspect({"mine.jar": a_connector("io/acme/Mine", "io/acme/Base"), "base.jar": base})
    assert found.connectors == ("io.acme.Mine",)


def test_an_abstract_connector_alone_is_none() -> None:
    base = archive({"io/acme/Base.class": class_file("io/acme/Base", SOURCE, access=ABSTRACT)})
    found = inspect({"base.jar": base})
    assert found.connectors == ()
    assert "no connector in it" in found.problems[0]


def test_a_connector_is_found_by_its_service_file() -> None:
    parent_elsewhere = class_file("io/acme/Mine", "com/other/Base")
    found = inspect(
        {"a.jar": archive({SERVICE: "# ours\nio.acme.Mine # old\n", "io/acme/Mine.class": parent_elsewhere})}
    )
    assert found.connectors == ("io.acme.Mine",)


def test_a_service_file_that_names_a_class_in_no_jar_is_a_problem() -> None:
    found = inspect({"a.jar": a_connector(), "b.jar": archive({SERVICE: "io.acme.Gone"})})
    assert found.problems == ("a service file names io.acme.Gone, which is in no jar",)


def test_the_java_of_the_connector_counts_not_that_of_what_it_brings() -> None:
    newer = archive({"x/Y.class": class_file("x/Y", java=21)})
    assert inspect({"a.jar": a_connector(java=17), "b.jar": newer}).java == 17


def test_two_versions_of_one_artifact_conflict() -> None:
    found = inspect(
        {"a.jar": a_connector(), "guava-30.0.jar": archive({"x": "1"}), "guava-31.1.jar": archive({"x": "2"})}
    )
    assert found.conflicts == ("guava is there in more than one version: guava-30.0.jar, guava-31.1.jar",)


def test_one_version_for_two_processors_does_not_conflict() -> None:
    pair = {f"netty-epoll-4.1-linux-{chip}.jar": archive({"x": chip}) for chip in ("x86_64", "aarch_64")}
    assert inspect({"a.jar": a_connector()} | pair).conflicts == ()


def test_the_same_jar_twice_conflicts() -> None:
    found = inspect({"a.jar": a_connector(), "lib/b.jar": a_connector()})
    assert found.conflicts == ("lib/b.jar is the same file as a.jar",)


def test_a_class_that_differs_between_jars_is_warned_of() -> None:
    other = archive({"io/acme/Source.class": class_file("io/acme/Source", SOURCE, java=8)})
    found = inspect({"a.jar": a_connector(), "b.jar": other})
    assert found.warnings == ("a.jar, b.jar hold different classes of one name: 1, such as io.acme.Source",)


def test_a_class_that_is_the_same_in_both_jars_is_not_warned_of() -> None:
    found = inspect(
        {
            "a.jar": a_connector(),
            "b.jar": archive({"io/acme/Source.class": class_file("io/acme/Source", SOURCE), "z": "z"}),
        }
    )
    assert found.warnings == ()


@pytest.mark.parametrize("content", [b"", b"no jar at all", a_connector()[:-30]])
def test_a_broken_jar_is_named(content: bytes) -> None:
    found = inspect({"good.jar": a_connector(), "bad.jar": content})
    assert found.connectors == ("io.acme.Source",)
    assert [problem.partition(":")[0] for problem in found.problems] == ["bad.jar cannot be read as a jar"]


def test_a_class_file_that_is_none_makes_its_jar_broken() -> None:
    found = inspect({"a.jar": archive({"x/Y.class": b"not a class at all, but long enough to be read"})})
    assert "a.jar cannot be read as a jar" in found.problems[0]


def test_files_without_a_jar_are_no_plugin() -> None:
    assert inspect({"README.md": b"hello"}).problems == ("no jar in it",)
