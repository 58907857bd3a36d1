"""As much of class files as it takes to know them: chapter 4 of the Java Virtual Machine Specification."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_JAVA_OF_VERSION = 44
"""Class files of version 61 are those of Java 17."""

_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
_UTF8, _LONG, _DOUBLE, _CLASS, _STRING = 1, 5, 6, 7, 8
_ABSTRACT = 0x0400


@dataclass(frozen=True, slots=True)
class JavaClass:
    """Names have slashes; `parent` is empty for java/lang/Object alone; `java` is the version it was compiled for."""

    name: str
    parent: str
    abstract: bool
    java: int
    strings: tuple[str, ...]


def read(data: bytes) -> JavaClass:
    """Raises struct.error, KeyError, IndexError or UnicodeDecodeError where the data is no class file."""
    _, version, count = struct.unpack_from(">IxxHH", data)
    texts: dict[int, tuple[int, int]] = {}
    classes: dict[int, int] = {}
    strings: list[int] = []
    at, index = 10, 1
    while index < count:
        tag = data[at]
        if tag == _UTF8:
            (length,) = struct.unpack_from(">H", data, at + 1)
            texts[index] = (at + 3, length)
            at += 3 + length
        else:
            if tag == _CLASS:
                (classes[index],) = struct.unpack_from(">H", data, at + 1)
            elif tag == _STRING:
                strings += struct.unpack_from(">H", data, at + 1)
            at += 1 + _SIZES[tag]
        index += 2 if tag in (_LONG, _DOUBLE) else 1
    access, this, parent = struct.unpack_from(">HHH", data, at)

    def text(reference: int) -> str:
        start, length = texts[reference]
        return data[start : start + length].decode(errors="replace")

    return JavaClass(
        text(classes[this]),
        text(classes[parent]) if parent else "",
        bool(access & _ABSTRACT),
        version - _JAVA_OF_VERSION,
        tuple(text(reference) for reference in strings),
    )
