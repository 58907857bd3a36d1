"""What a message about several connectors says: what they share and who they are, instead of one name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectops.model import Change
from connectops.tell.wording import facts
from tests.notices import a_notice


def shared(count: int) -> dict[str, str]:
    members = tuple(f"msk/c{number}" for number in range(count))
    notice = replace(a_notice(), change=Change.FLEET_OPENED, shared="the database host db.shop", members=members)
    return dict(facts(notice))


def test_it_names_what_is_shared_and_who_shares_it() -> None:
    told = shared(3)
    assert told["Share"] == "the database host db.shop"
    assert told["Connectors"] == "msk/c0, msk/c1, msk/c2"
    assert not {"Connector", "Runs on", "Restarts tried"} & told.keys()


@pytest.mark.parametrize(("count", "end"), [(20, "msk/c19"), (21, "msk/c19 and 1 more"), (100, "and 80 more")])
def test_many_names_are_counted(count: int, end: str) -> None:
    assert shared(count)["Connectors"].endswith(end)
