"""What docs/costs.md tells is what bench/costs.py computes, and the stack that it counts is this one."""

import pytest

from bench import costs
from tests.contract import sam_template
from tests.contract.deployed_template import deployed
from tests.contract.sam_template import PROJECT

DOCUMENT = (PROJECT / "docs/costs.md").read_text()


@pytest.mark.parametrize("table", [costs.uses_table, costs.costs_table, costs.prices_table])
def test_table_is_what_the_script_computes(table) -> None:  # type: ignore[no-untyped-def]
    assert f"\n{table()}\n" in DOCUMENT, "run make costs"


def test_price_of_api_gateway_falls_with_the_number_of_requests() -> None:
    assert costs.api_gateway(333) == pytest.approx(333 * 3.5)
    assert costs.api_gateway(1000) == pytest.approx(333 * 3.5 + 667 * 2.8)
    assert costs.api_gateway(1001) == pytest.approx(costs.api_gateway(1000) + 2.38)


def test_traces_are_one_a_second_and_a_part_of_the_others() -> None:
    assert costs.traces(1000) == 1000
    assert costs.traces(costs.SECONDS + 100) == pytest.approx(costs.SECONDS + 5)


def test_what_the_stack_has_in_any_case_is_counted() -> None:
    source = sam_template.translation()
    resources = deployed(source, {"Stage": "prod", "AlarmEmail": "ops@example.com"})["Resources"].values()
    of_type = [resource["Type"] for resource in resources]
    (web_acl,) = (each for each in resources if each["Type"] == "AWS::WAFv2::WebACL")
    assert of_type.count("AWS::CloudWatch::Alarm") == costs.ALARMS
    assert of_type.count("AWS::CloudWatch::Dashboard") == costs.DASHBOARDS
    assert of_type.count("AWS::Lambda::Function") == costs.FUNCTIONS
    assert len(set(sam_template.deployed_routes().values())) == costs.FUNCTIONS_OF_API
    assert len(web_acl["Properties"]["Rules"]) == costs.RULES_OF_WEB_ACL
    kinds = [name for name in source["Parameters"] if name.endswith("MongoDBUriSecretArn")]
    assert len(kinds) - 1 + of_type.count("AWS::SecretsManager::Secret") == costs.SECRETS


def test_scheduled_functions_are_counted() -> None:
    schedules = [rule["ScheduleExpression"] for rule in sam_template.of_type("AWS::Events::Rule").values()]
    assert sorted(schedules) == ["rate(1 minute)"] * 4 + ["rate(5 minutes)"] * 2
