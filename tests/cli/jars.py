"""Jars small enough to be written by hand."""

from __future__ import annotations

import io
import struct
import zipfile

SOURCE = "org/apache/kafka/connect/source/SourceConnector"
ABSTRACT = 0x0400


def class_file(name: str, parent: str = "java/lang/Object", *, java: int = 11, access: int = 0x0001) -> bytes:
    """A class without members; the constants before its name have every awkward size."""
    constants = [
        b"\x05" + bytes(8),  # a long: takes two places
        b"\x03" + bytes(4),
        _text(name),
        b"\x07\x00\x04",
        _text(parent),
        b"\x07\x00\x06",
    ]
    head = struct.pack(">IHHH", 0xCAFEBABE, 0, java + 44, 8)
    return head + b"".join(constants) + struct.pack(">HHHHHHH", access, 5, 7, 0, 0, 0, 0)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return b"\x01" + struct.pack(">H", len(encoded)) + encoded


def jar(**files: bytes | str) -> bytes:
    """A jar of files; in their names, two underscores stand for a slash and a trailing one for `.class`."""
    return archive({_path(name): content for name, content in files.items()})


def archive(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def _path(name: str) -> str:
    return name.replace("__", "/").removesuffix("_") + (".class" if name.endswith("_") else "")


def a_connector(name: str = "io/acme/Source", parent: str = SOURCE, java: int = 11) -> bytes:
    """A jar with one connector."""
    return archive({f"{name}.class": class_file(name, parent, java=java)})
