"""The search for AWS calls follows what a handler does with a class, not what the class could do."""

from __future__ import annotations

import pytest

from tests.template.api_calls import reachable_operations


@pytest.mark.parametrize(
    ("does", "reaches"),
    [
        ("Ledger('t', client).load(connector)", {("dynamodb", "GetItem")}),
        ("Ledger('t', client).open_connectors()", {("dynamodb", "Query")}),
        ("Ledger('t', client).save(record, now)", {("dynamodb", "PutItem"), ("dynamodb", "TransactWriteItems")}),
        ("Ledger('t', client)", set()),
        ("run(map(Ledger('t', client).load, connectors))", {("dynamodb", "GetItem")}),
    ],
)
def test_a_call_is_found_where_it_can_be_reached_and_only_there(tmp_path, does, reaches):
    handler = tmp_path / "handler.py"
    handler.write_text(f"from connectops.ledger import Ledger\n\ndef lambda_handler(event, context):\n    {does}\n")
    assert reachable_operations(handler) == reaches


def test_an_import_inside_a_function_is_followed(tmp_path):
    handler = tmp_path / "handler.py"
    handler.write_text(
        "def lambda_handler(event, context):\n"
        "    from connectops.findings import FindingsQueue\n"
        "    FindingsQueue('u', client).send([])\n"
    )
    assert reachable_operations(handler) == {("sqs", "SendMessageBatch")}
