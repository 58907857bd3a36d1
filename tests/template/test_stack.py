"""What is kept, for how long, and what an operator can set."""

from __future__ import annotations

import pytest

from tests.template.stack import FUNCTIONS, ROOT, of_type, properties, template


def test_the_table_outlives_the_stack():
    ledger = template()["Resources"]["Ledger"]
    assert (ledger["DeletionPolicy"], ledger["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert ledger["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "TableName" not in ledger["Properties"]  # a second stack would meet the kept one


def test_the_table_is_the_one_that_the_ledger_writes():
    ledger = properties("Ledger")
    assert {key["AttributeName"]: key["KeyType"] for key in ledger["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    [index] = ledger["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "open"
    assert {key["AttributeName"]: key["KeyType"] for key in index["KeySchema"]} == {"open": "HASH", "pk": "RANGE"}
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert ledger["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_writes_to_a_log_group_that_forgets(function):
    group = properties(function)["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert (
        properties(group)["LogGroupName"]["Fn::Sub"] == f"/aws/lambda/{properties(function)['FunctionName']['Fn::Sub']}"
    )
    role = properties(properties(function)["Role"]["Fn::GetAtt"][0])
    resources = [statement["Resource"] for statement in role["Policies"][0]["PolicyDocument"]["Statement"]]
    assert {"Fn::GetAtt": [group, "Arn"]} in resources


@pytest.mark.parametrize(("function", "folder"), FUNCTIONS.items())
def test_a_function_is_one_folder_with_one_handler(function, folder):
    assert properties(function)["CodeUri"] == f"functions/{folder}/"
    assert "Handler" not in properties(function)
    assert template()["Globals"]["Function"]["Handler"] == "handler.lambda_handler"


def test_there_are_five_functions():
    assert of_type("AWS::Serverless::Function").keys() == FUNCTIONS.keys()
    assert not any("ReservedConcurrentExecutions" in properties(function) for function in FUNCTIONS)


def test_functions_run_on_arm_unless_told_otherwise():
    architecture = template()["Parameters"]["Architecture"]
    assert (architecture["Default"], architecture["AllowedValues"]) == ("arm64", ["arm64", "x86_64"])
    assert template()["Globals"]["Function"]["Architectures"] == [{"Ref": "Architecture"}]
    layer = template()["Resources"]["ConnectOpsLayer"]
    assert layer["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": {"Ref": "Architecture"}}
    assert layer["Properties"]["CompatibleArchitectures"] == architecture["AllowedValues"]


def test_every_parameter_has_a_default_a_description_and_a_place():
    parameters = template()["Parameters"]
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert all("Default" in parameter and parameter["Description"].endswith(".") for parameter in parameters.values())
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(parameters)


def test_the_readme_explains_every_parameter_with_its_default():
    rows = [row for row in (ROOT / "README.md").read_text().splitlines() if row.startswith("| `")]
    for name, parameter in template()["Parameters"].items():
        if name in ("WorkerLogGroup2", "WorkerLogGroup3", "WorkerLogGroup4"):
            continue  # the row of the first says it for all
        [row] = [row for row in rows if f"`{name}`" in row]
        assert str(parameter["Default"]) in row
