"""The command against moto's S3 and the sandbox's MSK Connect; answers that these never give come from a stub."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws
from mypy_boto3_kafkaconnect import KafkaConnectClient
from typer.testing import CliRunner, Result

from cli import plugin
from cli.main import app
from sandbox.aws import kafkaconnect
from sandbox.aws.kafkaconnect import models
from tests.cli.jars import a_connector, archive

BUCKET = "our-plugins"
ARN = "arn:aws:kafkaconnect:eu-west-1:123456789012:custom-plugin/acme/1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(models.switches, "operation_seconds", 0)
    kafkaconnect.register()
    with mock_aws():
        here = {"LocationConstraint": "eu-west-1"}
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=here)  # type: ignore[arg-type]
        yield


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-connector-1.2.Final-plugin"
    folder.mkdir()
    (folder / "acme.jar").write_bytes(a_connector(java=17))
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["plugin", "pack", *map(str, arguments), "--bucket", BUCKET])


def plugins() -> list[str]:
    return [one["name"] for one in boto3.client("kafkaconnect").list_custom_plugins()["customPlugins"]]


def keys() -> list[str]:
    return [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_plugin_is_packed_uploaded_and_registered(source: Path) -> None:
    result = run(source, "--register", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["connectors"] == ["io.acme.Source"]
    assert told["kafkaConnectVersions"] == ["3.7.x"]
    assert told["name"].startswith("acme-connector-1-2-Final-")
    assert plugins() == [told["name"]]
    described = boto3.client("kafkaconnect").describe_custom_plugin(customPluginArn=told["customPluginArn"])
    place = described["latestRevision"]["location"]["s3Location"]
    assert f"s3://{place['bucketArn'].removeprefix('arn:aws:s3:::')}/{place['fileKey']}" == told["location"]
    stored = boto3.client("s3").get_object(Bucket=BUCKET, Key=place["fileKey"])["Body"].read()
    assert stored == plugin.pack(source).content


def test_the_same_content_is_not_registered_twice(source: Path) -> None:
    first, second = (json.loads(run(source, "--register", "--json").stdout) for _ in range(2))
    assert first == second
    assert len(plugins()) == 1


def test_other_content_under_the_same_name_is_registered_beside_it(source: Path) -> None:
    run(source, "--register", "--name", "acme")
    (source / "more.jar").write_bytes(archive({"x": "x"}))
    run(source, "--register", "--name", "acme")
    assert len(plugins()) == len(keys()) == 2


def test_without_register_nothing_is_registered(source: Path) -> None:
    result = run(source)
    assert result.exit_code == 0
    assert "s3://our-plugins/connect-plugins/acme-connector-1-2-Final-" in result.stdout
    assert len(keys()) == 1
    assert plugins() == []


def test_a_plugin_without_a_connector_is_not_even_uploaded(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(archive({"x": "x"}))
    result = run(tmp_path, "--register")
    assert result.exit_code == 1
    assert "no connector in it" in result.stderr
    assert keys() == plugins() == []


def test_conflicting_jars_are_refused(source: Path) -> None:
    for version in ("30.0", "31.1"):
        (source / f"guava-{version}.jar").write_bytes(archive({"x": version}))
    result = run(source)
    assert result.exit_code == 1
    assert "guava is there in more than one version" in result.stderr
    assert keys() == []


def test_conflicting_jars_that_somebody_wants_are_warned_of(source: Path) -> None:
    for version in ("30.0", "31.1"):
        (source / f"guava-{version}.jar").write_bytes(archive({"x": version}))
    result = run(source, "--allow-conflicts")
    assert result.exit_code == 0
    assert "warning: guava is there in more than one version" in result.stderr
    assert len(keys()) == 1


def test_a_bucket_that_is_not_there_is_said_in_a_sentence(source: Path) -> None:
    result = CliRunner().invoke(app, ["plugin", "pack", str(source), "--bucket", "not-there"])
    assert result.exit_code == 1
    assert "The specified bucket does not exist" in result.stderr
    assert "Traceback" not in result.output


def test_a_source_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    result = run(tmp_path / "gone.tar.gz")
    assert result.exit_code == 1
    assert result.stderr.endswith("gone.tar.gz: there is no such file or folder\n")


class Msk:
    """MSK Connect with the answers that it is told."""

    def __init__(self) -> None:
        self.client: KafkaConnectClient = boto3.client("kafkaconnect")
        self.stub = Stubber(self.client)
        self.stub.activate()

    def lists(self, *found: Mapping[str, object]) -> None:
        self.stub.add_response("list_custom_plugins", {"customPlugins": list(found)})

    def creates(self) -> None:
        self.stub.add_response("create_custom_plugin", {"customPluginArn": ARN, "customPluginState": "CREATING"})

    def describes(self, state: str, message: str | None = None) -> None:
        told: dict[str, object] = {"customPluginArn": ARN, "customPluginState": state}
        self.stub.add_response(
            "describe_custom_plugin",
            told | ({"stateDescription": {"code": "Invalid", "message": message}} if message else {}),
        )

    def register(self, packed: plugin.Packed, patience: int = 5) -> tuple[str, list[float]]:
        slept: list[float] = []
        arn = plugin.register_plugin(self.client, packed, "arn:aws:s3:::b", "k", slept.append, patience)
        self.stub.assert_no_pending_responses()
        return arn, slept


def test_it_waits_until_the_plugin_is_active(source: Path) -> None:
    msk = Msk()
    msk.lists()
    msk.creates()
    msk.describes("CREATING")
    msk.describes("ACTIVE")
    assert msk.register(plugin.pack(source)) == (ARN, [5])


def test_a_plugin_that_msk_connect_refuses_is_reported_with_its_reason(source: Path) -> None:
    msk = Msk()
    msk.lists()
    msk.creates()
    msk.describes("CREATE_FAILED", "The file is not a valid archive")
    with pytest.raises(plugin.NotRegistered, match=r"CREATE_FAILED: The file is not a valid archive\. Delete arn:"):
        msk.register(plugin.pack(source))


def test_waiting_ends_some_day(source: Path) -> None:
    msk = Msk()
    msk.lists()
    msk.creates()
    msk.describes("CREATING")
    with pytest.raises(plugin.NotRegistered, match="still not ACTIVE after 5 s"):
        msk.register(plugin.pack(source), patience=1)


def test_the_same_content_under_another_name_is_taken(source: Path) -> None:
    packed = plugin.pack(source)
    msk = Msk()
    checksum = hashlib.md5(packed.content, usedforsecurity=False).hexdigest()
    revision = {"fileDescription": {"fileMd5": checksum, "fileSize": 1}}
    other = {"name": "by-hand", "customPluginArn": ARN, "customPluginState": "ACTIVE", "latestRevision": revision}
    msk.lists(other)
    msk.describes("ACTIVE")
    assert msk.register(packed) == (ARN, [])
