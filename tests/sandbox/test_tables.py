"""DynamoDB where many write at once."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from sandbox.session import SandboxSession

WRITES = 200


def a_put(table: str, key: object, **more: Any) -> dict[str, Any]:
    return {"TableName": table, "Item": {"pk": {"S": str(key)}}, **more}


def test_a_transaction_that_fails_takes_nothing_back_that_others_wrote_meanwhile(
    sandbox: SandboxSession, table: str
) -> None:
    done = threading.Event()

    def fail_again_and_again() -> None:
        dynamodb = sandbox.client("dynamodb")
        refused = a_put(table, "theirs", ConditionExpression="attribute_exists(pk)")
        while not done.is_set():
            with suppress(ClientError):
                dynamodb.transact_write_items(TransactItems=[{"Put": refused}, {"Put": a_put(table, "beside")}])

    others = threading.Thread(target=fail_again_and_again)
    others.start()
    dynamodb = sandbox.client("dynamodb")
    try:
        for number in range(WRITES):
            dynamodb.put_item(**a_put(table, number))
    finally:
        done.set()
        others.join()
    kept = {item["pk"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}
    assert kept == {str(number) for number in range(WRITES)}


def test_of_many_who_claim_the_same_at_once_one_does(sandbox: SandboxSession, table: str) -> None:
    begin, claimed = threading.Barrier(8), []

    def claim(who: int) -> None:
        dynamodb = sandbox.client("dynamodb")
        begin.wait()
        for number in range(10):
            with suppress(ClientError):
                dynamodb.put_item(**a_put(table, number, ConditionExpression="attribute_not_exists(pk)"))
                claimed.append((number, who))

    threads = [threading.Thread(target=claim, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for number, _ in claimed) == list(range(10))
