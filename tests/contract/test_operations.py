"""What the operator sees: logs, alarms, limits, and the answers of API Gateway itself."""

import json
import re
from http import HTTPStatus
from typing import Any

import pytest

from tenantry.errors import InvalidToken, TenantryError
from tenantry.http.handlers import HEADERS
from tenantry.http.problems import CONTENT_TYPE, document_of
from tests.contract import sam_template
from tests.contract.deployed_template import deployed
from tests.contract.sam_template import PROJECT

PER_FUNCTION = ("Errors", "Throttles", "Rollback")
FUNCTIONS = sam_template.of_type("AWS::Lambda::Function")
LOG_GROUPS = sam_template.of_type("AWS::Logs::LogGroup")
ALARMS = sam_template.of_type("AWS::CloudWatch::Alarm")
TEMPLATE = sam_template.translation()
API = deployed(TEMPLATE, {})["Resources"]["Api"]["Properties"]
GATEWAY_RESPONSES = API["Body"]["x-amazon-apigateway-gateway-responses"]
# All that API Gateway has:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
GATEWAY_ANSWERS = {
    "ACCESS_DENIED": (403, "operator-required"),
    "API_CONFIGURATION_ERROR": (503, "service-unavailable"),
    "AUTHORIZER_CONFIGURATION_ERROR": (503, "service-unavailable"),
    "AUTHORIZER_FAILURE": (503, "service-unavailable"),
    "BAD_REQUEST_BODY": (400, "malformed-request"),
    "BAD_REQUEST_PARAMETERS": (400, "malformed-request"),
    "DEFAULT_4XX": (403, "operator-required"),
    "DEFAULT_5XX": (503, "service-unavailable"),
    "EXPIRED_TOKEN": (403, "operator-required"),
    "INTEGRATION_FAILURE": (503, "service-unavailable"),
    "INTEGRATION_TIMEOUT": (503, "service-unavailable"),
    "INVALID_API_KEY": (403, "operator-required"),
    "INVALID_SIGNATURE": (403, "operator-required"),
    "MISSING_AUTHENTICATION_TOKEN": (404, "not-found"),
    "QUOTA_EXCEEDED": (429, "too-many-requests"),
    "REQUEST_TOO_LARGE": (413, "payload-too-large"),
    "RESOURCE_NOT_FOUND": (404, "not-found"),
    "THROTTLED": (429, "too-many-requests"),
    "UNAUTHORIZED": (401, "invalid-token"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported-media-type"),
    "WAF_FILTERED": (429, "too-many-requests"),
}
(STAGE,) = sam_template.of_type("AWS::ApiGateway::Stage").values()


def problem_types(parent: type[TenantryError] = TenantryError) -> dict[str, type[TenantryError]]:
    types: dict[str, type[TenantryError]] = {}
    for child in parent.__subclasses__():
        types |= {child.code: child} | problem_types(child)
    return types


@pytest.mark.parametrize("name", sorted(LOG_GROUPS))
def test_every_log_group_forgets(name: str) -> None:
    assert LOG_GROUPS[name]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_has_its_alarms(function: str, metric: str) -> None:
    if (function, metric) == ("AuthorizeFunction", "Errors"):
        assert of_metric("AuthorizerFailed").keys() == {"authorize"}  # each refused token is an error
        return
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


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_whoever_gets_an_alarm_also_gets_its_end(name: str) -> None:
    assert ALARMS[name]["OKActions"] == ALARMS[name]["AlarmActions"]


def of_metric(name: str) -> dict[str, dict[str, Any]]:
    """Return the alarms of a metric that functions count, by the directory of the function."""
    return {
        dimension["Value"]: alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == name
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "service"
    }


def test_failed_logins_are_watched_wherever_a_password_is_checked() -> None:
    assert of_metric("LoginFailed").keys() == {"change_email", "change_password", "login"}


def test_what_functions_count_is_watched_in_the_namespace_that_they_write_to() -> None:
    of_functions = [alarm for alarm in ALARMS.values() if not str(alarm["Namespace"]).startswith("AWS/")]
    (namespace,) = {
        sam_template.environment(name)["POWERTOOLS_METRICS_NAMESPACE"]["Fn::Sub"] for name in FUNCTIONS
    }
    sources = [*PROJECT.glob("functions/*/app.py"), *PROJECT.glob("layers/common/python/tenantry/**/*.py")]
    text = "".join(path.read_text() for path in sources)
    for alarm in of_functions:
        ((dimension, service),) = [pair.values() for pair in alarm["Dimensions"]]
        assert (alarm["Namespace"], dimension) == ({"Fn::Sub": namespace}, "service")
        assert service in sam_template.function_directories().values()
        assert f'"{alarm["MetricName"]}"' in text


@pytest.mark.parametrize(
    ("metric", "function"),
    [("OutboxAge", "publish_events"), ("MailAge", "send_mail"), ("MoveStandstill", "move_organization")],
)
def test_what_must_not_stand_still_is_watched_and_so_is_the_watching(metric: str, function: str) -> None:
    alarm = of_metric(metric)[function]
    assert alarm["TreatMissingData"] == "missing"
    assert alarm["InsufficientDataActions"] == alarm["AlarmActions"]


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_no_alarm_rings_before_there_is_any_data(name: str) -> None:
    assert ALARMS[name]["TreatMissingData"] in {"missing", "notBreaching"}


def test_a_single_503_rings_nowhere() -> None:
    (alarm,) = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == "5XXError"]
    assert alarm["Statistic"] == "Average"  # the share of all answers
    assert 1 < alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 300


def test_the_page_about_monitoring_lists_the_alarms() -> None:
    section = (PROJECT / "docs/monitoring.md").read_text().partition("## Alarms\n")[2].partition("\n#")[0]
    listed = re.findall(r"^\| ([A-Z]\w+(?:, \w+)*) \| (.*?) \|", section, re.MULTILINE)
    described = {name.strip(): text for names, text in listed for name in names.split(",")}
    of_functions = {
        f"{function.removesuffix('Function')}{kind}" for function in FUNCTIONS for kind in PER_FUNCTION
    }
    assert {name + "Alarm": text for name, text in described.items() if name not in PER_FUNCTION} == {
        name: alarm["AlarmDescription"]
        for name, alarm in ALARMS.items()
        if name.removesuffix("Alarm") not in of_functions
    }
    for kind in PER_FUNCTION:
        texts = {
            alarm["AlarmDescription"]
            for name, alarm in ALARMS.items()
            if name in {f"{function.removesuffix('Function')}{kind}Alarm" for function in FUNCTIONS}
        }
        assert texts == {described[kind]}


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_reports_under_the_name_of_its_directory(function: str) -> None:
    directory = sam_template.function_directories()[function]
    assert sam_template.environment(function)["POWERTOOLS_SERVICE_NAME"] == directory


@pytest.mark.parametrize(
    "path", ["/~1login", "/~1organizations", "/~1account~1password", "/~1account~1email-change"]
)
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
    status = int(GATEWAY_RESPONSES[name]["statusCode"])
    assert HEADERS.items() | {("Content-Type", CONTENT_TYPE)} <= sent.items()
    assert ("Retry-After" in sent) == (status in {429, 503})
    assert sent.get("WWW-Authenticate", "") == (
        InvalidToken.challenge if status == HTTPStatus.UNAUTHORIZED else ""
    )


@pytest.mark.parametrize(("name", "expected"), GATEWAY_ANSWERS.items())
def test_every_answer_that_the_gateway_has_is_the_right_problem(name: str, expected: tuple[int, str]) -> None:
    status, code = expected
    fallback = f"DEFAULT_{status // 100}XX"
    response = GATEWAY_RESPONSES.get(name, GATEWAY_RESPONSES[fallback])
    problem = json.loads(response["responseTemplates"]["application/json"])
    assert (int(response["statusCode"]), problem["code"]) == (status, code)


def test_no_answer_of_the_gateway_is_unknown() -> None:
    assert GATEWAY_RESPONSES.keys() <= GATEWAY_ANSWERS.keys()


def test_alarms_name_the_api_and_stage_that_exist() -> None:
    dimensions = [{"Name": "ApiName", "Value": API["Name"]}, {"Name": "Stage", "Value": STAGE["StageName"]}]
    watched = {alarm["MetricName"] for alarm in ALARMS.values() if alarm["Dimensions"] == dimensions}
    assert watched == {"5XXError", "Latency"}
