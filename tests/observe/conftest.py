from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from mypy_boto3_kafkaconnect import KafkaConnectClient

from tests.msk_stub import Msk


@pytest.fixture
def msk() -> Iterator[Msk]:
    msk = Msk()
    with msk.connect, msk.metrics:
        yield msk
        msk.connect.assert_no_pending_responses()
        msk.metrics.assert_no_pending_responses()


@pytest.fixture
def client(msk: Msk) -> KafkaConnectClient:
    return msk.client


@pytest.fixture
def stubber(msk: Msk) -> Stubber:
    return msk.connect
