"""What the operator sees: logs, alarms, limits, and the answers of API Gateway itself."""

import json

import pytest

from tenantry.errors import TenantryError
from tenantry.http.handlers import HEADERS
from tenantry.http.problems import CONTENT_TYPE, document_of
from tests.contract import sam_template

FUNCTIONS = sam_template.of_type("AWS::Lambda::Function")
LOG_GROUPS = sam_template.of_type("AWS::Logs::LogGroup")
ALARMS = sam_template.of_type("AWS::CloudWatch::Alarm")
API = sam_template.of_type("AWS::ApiGateway::RestApi")["Api"]
GATEWAY_RESPONSES = API["Body"]["x-amazon-apigateway-gateway-responses"]
(STAGE,) = sam_template.of_type("AWS::ApiGateway::Stage").values()


def problem_types(parent: type[TenantryError] = TenantryError) -> dict[str, type[TenantryError]]:
    found: dict[str, type[TenantryError]] = {}
    for child in parent.__subclasses__():
        found |= {child.code: child} | problem_types(child)
    return found


@pytest.mark.parametrize("name", sorted(LOG_GROUPS))
def test_every_log_group_forgets(name: str) -> None:
    assert LOG_GROUPS[name]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_has_its_alarms(function: str, metric: str) -> None:
    watching = [
        alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric
        and alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": function}}]
    ]
    assert len(watching) == 1


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_every_alarm_reaches_the_operator(name: str) -> None:
    actions = str(ALARMS[name]["AlarmActions"])
    assert "{'Ref': 'AlarmTopicArn'}" in actions
    assert "{'Ref': 'AlarmTopic'}" in actions


def test_failed_logins_are_watched_in_the_namespace_that_functions_write_to() -> None:
    (alarm,) = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == "LoginFailed"]
    environment = sam_template.environment("LoginFunction")
    assert alarm["Namespace"] == environment["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": environment["POWERTOOLS_SERVICE_NAME"]}]


@pytest.mark.parametrize(
    ("metric", "function"),
    [("OutboxAge", "PublishEventsFunction"), ("MoveStandstill", "MoveOrganizationFunction")],
)
def test_what_must_not_stand_still_is_watched_and_so_is_the_watching(metric: str, function: str) -> None:
    (alarm,) = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == metric]
    environment = sam_template.environment(function)
    assert alarm["Namespace"] == environment["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": environment["POWERTOOLS_SERVICE_NAME"]}]
    assert alarm["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_reports_under_the_name_of_its_directory(function: str) -> None:
    directory = sam_template.function_directories()[function]
    assert sam_template.environment(function)["POWERTOOLS_SERVICE_NAME"] == directory


@pytest.mark.parametrize("path", ["/~1login", "/~1organizations", "/~1account~1password"])
def test_routes_that_hash_a_password_are_throttled_harder(path: str) -> None:
    limits = {setting["ResourcePath"]: setting for setting in STAGE["MethodSettings"]}
    assert limits[path]["ThrottlingRateLimit"] * 10 <= limits["/*"]["ThrottlingRateLimit"]
    assert limits[path]["ThrottlingBurstLimit"] * 10 <= limits["/*"]["ThrottlingBurstLimit"]


def test_access_log_is_json_without_what_clients_write() -> None:
    fields = json.loads(STAGE["AccessLogSetting"]["Format"])
    assert fields["requestId"] == "$context.requestId"
    assert fields["route"] == "$context.resourcePath"
    written_by_clients = {"$context.path", "$context.identity.userAgent", "$context.authorizer.principalId"}
    assert not written_by_clients & set(fields.values())


@pytest.mark.parametrize("name", sorted(GATEWAY_RESPONSES))
def test_answers_of_the_gateway_are_problems_of_the_library(name: str) -> None:
    response = GATEWAY_RESPONSES[name]
    problem = json.loads(response["responseTemplates"]["application/json"])
    # Made without __init__, because the constructors differ and only what is fixed for the type counts here.
    error = TenantryError.__new__(problem_types()[problem["code"]])
    error.detail, error.extensions = problem["detail"], {}
    assert problem == json.loads(document_of(error, "$context.requestId"))
    assert int(response["statusCode"]) == problem["status"]


@pytest.mark.parametrize("name", sorted(GATEWAY_RESPONSES))
def test_answers_of_the_gateway_carry_the_headers_of_the_functions(name: str) -> None:
    prefix = "gatewayresponse.header."
    sent = {
        header.removeprefix(prefix): value.strip("'")
        for header, value in GATEWAY_RESPONSES[name]["responseParameters"].items()
    }
    assert HEADERS.items() | {("Content-Type", CONTENT_TYPE)} <= sent.items()
    assert ("Retry-After" in sent) == (int(GATEWAY_RESPONSES[name]["statusCode"]) in {429, 503})


def test_no_answer_of_the_gateway_keeps_its_own_shape() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= GATEWAY_RESPONSES.keys()


def test_alarms_name_the_api_and_stage_that_exist() -> None:
    dimensions = [{"Name": "ApiName", "Value": API["Name"]}, {"Name": "Stage", "Value": STAGE["StageName"]}]
    watched = {alarm["MetricName"] for alarm in ALARMS.values() if alarm["Dimensions"] == dimensions}
    assert watched == {"5XXError", "Latency"}
