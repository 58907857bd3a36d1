"""Which AWS operations a handler can reach, found in its source and declared by nobody.

Names are followed, not types: whatever reachable code mentions counts as called, if a module that the handler imports
defines something of that name. So this may find too much, never too little. An operation is a mentioned name that the
client in hand has; which client that is, a module says by `client("…")` or by its import of `mypy_boto3_…`.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from botocore import xform_name
from botocore.session import Session

from tests.template.stack import ROOT

PRODUCT = ROOT / "layers" / "connectops"
BY_LIBRARY = {
    "SecretsProvider": ("secretsmanager", "GetSecretValue"),
    "SSMProvider": ("ssm", "GetParameter"),
}
"""What Powertools calls for us."""
AT_IMPORT = ""


class Operation(NamedTuple):
    """One operation of an AWS API, such as `Operation("sqs", "SendMessageBatch")`."""

    service: str
    name: str


class Piece(NamedTuple):
    """A function, a method, or a statement that runs when its module is imported, and the names that it mentions."""

    services: frozenset[str]
    mentions: frozenset[str]


def reachable_operations(handler: Path) -> set[Operation]:
    """Every AWS call that the handler can reach."""
    pieces: dict[str, list[Piece]] = defaultdict(list)
    for path in _imported_by(handler):
        for name, piece in _pieces(path):
            pieces[name].append(piece)
    reached: set[Piece] = set()
    waiting = pieces[AT_IMPORT] + pieces["lambda_handler"]
    while waiting:
        piece = waiting.pop()
        if piece not in reached:
            reached.add(piece)
            waiting += [found for name in piece.mentions for found in pieces.get(name, ())]
    return {operation for piece in reached for operation in _operations(piece)}


def clients(path: Path) -> frozenset[str]:
    """The services whose clients a file builds or is handed, by boto3's names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith("mypy_boto3_"):
                found.add(module.removeprefix("mypy_boto3_").split(".")[0])
            case ast.Call(func=ast.Attribute(attr="client"), args=[ast.Constant(value=str(service)), *_]):
                found.add(service)
    return frozenset(found)


def _imported_by(handler: Path) -> set[Path]:
    """The handler and every module of ours that it imports, directly or not, at the top or later."""
    found: set[Path] = set()
    waiting = [handler]
    while waiting:
        path = waiting.pop()
        if path not in found and path.exists():
            found.add(path)
            waiting += [file for node in ast.walk(ast.parse(path.read_text())) for file in _files(node)]
    return found


def _files(node: ast.AST) -> Iterator[Path]:
    if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "connectops":
        for name in ("", *(alias.name for alias in node.names)):
            module = PRODUCT.joinpath(*node.module.split("."), name)
            yield module.with_suffix(".py")
            yield module / "__init__.py"


def _pieces(path: Path) -> Iterator[tuple[str, Piece]]:
    """What a file defines, under the name by which other code can mention it: `name`, or `.name` for a method."""
    services = clients(path)
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.FunctionDef(name=name):
                yield name, _piece(services, node)
            case ast.ClassDef(name=name, body=body):
                for member in body:
                    match member:
                        case ast.FunctionDef(name=method) if not method.startswith("__"):
                            yield f".{method}", _piece(services, member)
                        case _:
                            yield name, _piece(services, member)
            case _:
                yield AT_IMPORT, _piece(services, node)


def _piece(services: frozenset[str], node: ast.AST) -> Piece:
    mentions = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name):
                mentions.add(name)
            case ast.Attribute(attr=name):
                mentions |= {name, f".{name}"}
            case ast.Call(func=ast.Attribute(attr="get_paginator"), args=[ast.Constant(value=str(name))]):
                mentions.add(name)
    return Piece(services, frozenset(mentions))


def _operations(piece: Piece) -> Iterator[Operation]:
    for name in piece.mentions:
        for service in piece.services:
            if operation := _methods(service).get(name):
                yield Operation(service, operation)
        if name in BY_LIBRARY:
            yield Operation(*BY_LIBRARY[name])


@cache
def _methods(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in Session().get_service_model(service).operation_names}
