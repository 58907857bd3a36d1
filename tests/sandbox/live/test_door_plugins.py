"""A custom plugin's file becomes a folder, or the plugin cannot be created and says why."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from sandbox.aws.kafkaconnect.resources import CustomPlugin
from sandbox.live.door.job import WorkFailed
from sandbox.live.door.plugins import Plugins

BUCKET = "our-plugins"
ARN = "arn:aws:kafkaconnect:us-east-1:123456789012:custom-plugin/acme/5f0f-1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield


def put(content: bytes) -> None:
    boto3.client("s3").put_object(Bucket=BUCKET, Key="k", Body=content)


def plugin(kind: str = "ZIP", bucket: str = BUCKET) -> CustomPlugin:
    location = {"s3Location": {"bucketArn": f"arn:aws:s3:::{bucket}", "fileKey": "k"}}
    return CustomPlugin(ARN, "acme", kind, location, "")


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, b"jar")
    return held.getvalue()


def test_a_zip_file_is_unpacked_and_measured(tmp_path: Path) -> None:
    content = zipped("acme/acme.jar", "acme/lib/more.jar")
    put(content)
    plugins, taken = Plugins(tmp_path), plugin()
    plugins.take(taken)
    folder = plugins.folder_of(ARN)
    jars = {str(path.relative_to(folder)) for path in folder.rglob("*.jar")}
    assert jars == {"acme/acme.jar", "acme/lib/more.jar"}
    assert (taken.size, taken.md5) == (len(content), hashlib.md5(content, usedforsecurity=False).hexdigest())


def test_a_jar_is_a_folder_with_it(tmp_path: Path) -> None:
    put(b"jar")
    plugins = Plugins(tmp_path)
    plugins.take(plugin("JAR"))
    assert [path.name for path in plugins.folder_of(ARN).iterdir()] == ["plugin.jar"]


def refusal(folder: Path, taken: CustomPlugin) -> str:
    with pytest.raises(WorkFailed) as err:
        Plugins(folder).take(taken)
    return str(err.value)


@pytest.mark.parametrize("content", [b"", b"no zip", zipped("a.jar")[:-20]], ids=["empty", "text", "cut"])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    put(content)
    assert "not a valid ZIP file" in refusal(tmp_path, plugin())


@pytest.mark.parametrize("name", ["../evil.jar", "/evil.jar", "a/../../evil.jar"])
def test_a_file_that_would_fall_outside_is_refused(tmp_path: Path, name: str) -> None:
    put(zipped("good.jar", name))
    assert "outside of itself" in refusal(tmp_path / "plugins", plugin())
    assert not list(tmp_path.rglob("evil.jar"))


def test_an_object_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path, plugin())


def test_a_bucket_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path, plugin(bucket="nobodys"))
