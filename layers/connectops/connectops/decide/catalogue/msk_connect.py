"""MSK Connect itself: what its operations say and no line of a worker does. Source: the MSK Connect API reference."""

from __future__ import annotations

from connectops.decide.catalogue.entry import FailureClass
from connectops.model import DataImpact, Severity, Verdict

GROUP = "MSK Connect"
_COMMANDS = (
    "aws kafkaconnect list-connector-operations --connector-arn <arn>",
    "aws kafkaconnect describe-connector-operation --connector-operation-arn <arn of the operation>  # prints secrets",
)
_SOURCES = ("MSK Connect API reference, DescribeConnectorOperation", "MSK developer guide, update a connector")

MSK_CONNECT_CLASSES = (
    FailureClass(
        id="MSK_UPDATE_ROLLED_BACK",
        group=GROUP,
        cause="An update of the connector failed and MSK Connect took it back: it runs with its former settings, although the tool that made the update may call it a success.",
        verdict=Verdict.DO_NOT_RESTART,
        severity=Severity.WARNING,
        data=DataImpact.SAFE,
        next_step="Correct what the reason names and update again; until then, the next `terraform plan` shows the same difference again.",
        commands=_COMMANDS,
        restart_cap=0,
        shown_by="MSK Connect says `ROLLBACK_COMPLETE` of the operation.",
        sources=_SOURCES,
    ),
    FailureClass(
        id="MSK_UPDATE_FAILED",
        group=GROUP,
        cause="An update of the connector failed and was not taken back: which settings it has now is not known.",
        verdict=Verdict.DO_NOT_RESTART,
        severity=Severity.PAGE,
        data=DataImpact.UNKNOWN,
        next_step="Compare the connector with what was wanted (`aws kafkaconnect describe-connector`), and update it again to settings that worked; if it is FAILED, it has to be created anew.",
        commands=_COMMANDS,
        restart_cap=0,
        shown_by="MSK Connect says `UPDATE_FAILED` or `ROLLBACK_FAILED` of the operation.",
        sources=_SOURCES,
    ),
)  # fmt: skip
