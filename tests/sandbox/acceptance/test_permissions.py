"""What each function really called is what its role allows, and only one of them restarted anything."""

from __future__ import annotations

from collections import defaultdict

from sandbox.demo.expectation import Course
from tests.sandbox.acceptance.conftest import Theatre
from tests.template.stack import FUNCTIONS, ON_DEMAND
from tests.template.test_permissions import BY_ANOTHER_NAME, actions


def test_no_function_called_what_its_role_does_not_allow_and_one_alone_restarts(theatre: Theatre) -> None:
    cured = theatre.play("sink-deadlock-d")
    theatre.await_sight(cured, lambda sight: sight.seen.course is Course.RESTARTED)
    called: dict[str, set[str]] = defaultdict(set)
    for call in theatre.sandbox.calls():
        if call.caller:
            action = BY_ANOTHER_NAME.get((call.service, call.operation), f"{call.service}:{call.operation}")
            called[call.caller].add(action)

    deployed = {function: folder for function, folder in FUNCTIONS.items() if function not in ON_DEMAND}
    assert called.keys() == {f"connectops-{folder.replace('_', '-')}" for folder in deployed.values()}
    for function, folder in deployed.items():
        name = f"connectops-{folder.replace('_', '-')}"
        assert called[name] <= actions(function), name
        assert ("kafkaconnect:RestartConnector" in called[name]) is (function == "RespondToFindings")
