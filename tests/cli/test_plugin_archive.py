from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from cli.plugin_archive import Unreadable, pack, read

MB = 1 << 20


def a_tar(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 3
            archive.addfile(member, io.BytesIO(b"jar"))
    return path


def test_an_archive_and_the_folder_it_unpacks_to_give_the_same_zip_file(tmp_path: Path) -> None:
    (tmp_path / "plugin" / "lib").mkdir(parents=True)
    for name in ("b.jar", "lib/a.jar"):
        (tmp_path / "plugin" / name).write_bytes(b"jar")
    tar = a_tar(tmp_path / "plugin.tar.gz", "lib/a.jar", "b.jar")
    assert pack(read(tar, MB)) == pack(read(tmp_path / "plugin", MB))


def test_a_zip_file_that_was_packed_is_read_as_it_was(tmp_path: Path) -> None:
    files = {"lib/a.jar": b"a", "b.jar": b"b"}
    (tmp_path / "plugin.zip").write_bytes(pack(files))
    assert read(tmp_path / "plugin.zip", MB) == files


def test_a_single_jar_is_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "uber.jar").write_bytes(b"jar")
    assert read(tmp_path / "uber.jar", MB) == {"uber.jar": b"jar"}


def test_the_zip_file_holds_no_clock(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(pack({"a.jar": b"a"}))) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_a_folder_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(bytes(10))
    assert read(tmp_path, 10) == {"a.jar": bytes(10)}


def test_a_folder_above_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(bytes(11))
    with pytest.raises(Unreadable, match="more than 0 MB; is it the folder of a plugin"):
        read(tmp_path, 10)


@pytest.mark.parametrize("name", ["../evil.jar", "/etc/evil.jar", "a/../../evil.jar"])
def test_an_archive_that_points_out_of_itself_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match="points out of the archive"):
        read(a_tar(tmp_path / "evil.tar.gz", name), MB)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plugin.tar.gz", b"not packed", "not a gzip file"),
        ("plugin.zip", b"not packed", "not a zip file"),
        ("plugin.rar", b"x", r"expected a folder of jars, a \.tar\.gz, a \.zip or a \.jar"),
    ],
)
def test_what_is_no_archive_is_refused_with_what_was_expected(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=said):
        read(tmp_path / name, MB)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="there is no such file or folder"):
        read(tmp_path / "gone.tar.gz", MB)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="it is empty"):
        read(tmp_path, MB)
