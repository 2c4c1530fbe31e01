"""The dashboard shows metrics that exist, of every function, and alarms that exist."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import grimp
import pytest

from tenantry.runtime.observability import event_handler, metrics
from tests.contract import sam_template
from tests.contract.sam_template import PROJECT
from tests.support.service import LambdaContext

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
OF_API_GATEWAY = {"4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"}
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
OF_LAMBDA = {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
STATISTICS = re.compile(r"Sum|Maximum|Minimum|Average|SampleCount|p\d{2}")
OWN = "Tenantry/${AWS::StackName}"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
SEARCH = re.compile(r"SEARCH\('\{\"([^\"]+)\",(\w+),(\w+)\} MetricName=\"(\w+)\"', '(\w+)', (\d+)\)")

FUNCTIONS = sam_template.of_type("AWS::Lambda::Function")
DIRECTORIES = sam_template.function_directories()
ALARMS = sam_template.of_type("AWS::CloudWatch::Alarm")


class Metric(NamedTuple):
    """A metric that a widget shows; of a search, dimensions have no value."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    statistic: str


def widgets() -> list[dict[str, Any]]:
    """Return the widgets, with what CloudFormation puts into their text as the template names it."""
    (dashboard,) = sam_template.of_type("AWS::CloudWatch::Dashboard").values()
    text, variables = dashboard["DashboardBody"]["Fn::Sub"]
    for name, value in variables.items():
        text = text.replace(f"${{{name}}}", value["Fn::Sub"])
    return list(json.loads(text)["widgets"])


def shown(widget: dict[str, Any]) -> Iterator[Metric]:
    """Yield the metrics of a widget, whose rows leave out what they have in common with the row before."""
    before: list[str] = []
    for row in widget["properties"]["metrics"]:
        options = row[-1] if isinstance(row[-1], dict) else {}
        if "expression" in options:
            found = SEARCH.fullmatch(options["expression"])
            assert found, options
            yield Metric(found[1], found[4], {found[2]: "", found[3]: ""}, found[5])
            continue
        names = [part for part in row if isinstance(part, str)]
        if names == ["..."]:
            names = before
        before = [before[place] if part == "." else part for place, part in enumerate(names)]
        dimensions = dict(zip(before[2::2], before[3::2], strict=True))
        yield Metric(before[0], before[1], dimensions, options.get("stat", widget["properties"]["stat"]))


OF_METRICS = [widget for widget in widgets() if widget["type"] == "metric"]


@pytest.mark.parametrize("widget", OF_METRICS, ids=lambda widget: widget["properties"]["title"])
def test_every_metric_exists(widget: dict[str, Any]) -> None:
    assert widget["properties"]["region"] == "${AWS::Region}"
    for metric in shown(widget):
        assert STATISTICS.fullmatch(metric.statistic)
        match metric.namespace:
            case "AWS/ApiGateway":
                assert metric.name in OF_API_GATEWAY
                assert metric.dimensions == {"ApiName": "${AWS::StackName}", "Stage": "v1"}
            case "AWS/Lambda":
                assert metric.name in OF_LAMBDA
                (function,) = re.findall(r"\$\{(\w+)\}", metric.dimensions["FunctionName"])
                assert (function in FUNCTIONS, len(metric.dimensions)) == (True, 1)
            case _:
                assert metric.namespace == OWN
                assert (metric.name, tuple(metric.dimensions)) in published(metric.dimensions["service"])


@cache
def published(service: str) -> set[tuple[str, tuple[str, ...]]]:
    """Return names and dimensions of what a function reports; of any, if it has no name."""
    graph = imports()
    of_service: set[tuple[str, tuple[str, ...]]] = {("ColdStart", ("function_name", "service"))}
    for directory in [service] if service else DIRECTORIES.values():
        path = PROJECT / f"functions/{directory}/app.py"
        tree = ast.parse(path.read_text())
        modules = {name for name in imported(tree) if name in graph.modules}
        modules |= {each for name in modules for each in graph.find_upstream_modules(name)}
        of_service |= reported(tree)
        for name in modules:
            of_service |= reported_by(name)
    return of_service


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("tenantry", cache_dir=None)


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def reported_by(module: str) -> set[tuple[str, tuple[str, ...]]]:
    base = PROJECT / "layers/common/python" / module.replace(".", "/")
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    return reported(ast.parse(path.read_text()))


def reported(tree: ast.AST) -> set[tuple[str, tuple[str, ...]]]:
    """Return names and dimensions of the metrics that a module writes."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    added = [call.args[0].value for call in calls if called(call) == "add_dimension"]  # type: ignore[attr-defined]
    for call in calls:
        if called(call) in {"count", "add_metric", "single_metric"}:
            dimensions = (*added, "service") if called(call) == "single_metric" else ("service",)
            found |= {(name, dimensions) for name in written(call.args[0])}
    return found


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def written(name: ast.expr) -> Iterator[str]:
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        yield name.value
    elif isinstance(name, ast.JoinedStr):  # the class of an answer's status
        yield from (f"Answers{digit}xx" for digit in "2345")


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_powertools_reports_cold_starts_with_these_dimensions(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aws_lambda_powertools.metrics.provider.cold_start.is_cold_start", True)
    monkeypatch.setattr(metrics.provider, "service", "login")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "login")
    event_handler(lambda event, context: None)({}, LambdaContext("login"))  # type: ignore[arg-type]
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "ColdStart" in line]
    (directive,) = json.loads(line)["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["function_name", "service"]]


def test_every_function_is_shown_wherever_functions_are() -> None:
    of_lambda = [widget for widget in OF_METRICS if next(shown(widget)).namespace == "AWS/Lambda"]
    assert {next(shown(widget)).name for widget in of_lambda} == {"Duration", "Errors", "Throttles"}
    for widget in of_lambda:
        functions = [metric.dimensions["FunctionName"][2:-1] for metric in shown(widget)]
        assert sorted(functions) == sorted(FUNCTIONS)


def test_it_shows_what_the_operator_asks_for() -> None:
    names = {metric.name for widget in OF_METRICS for metric in shown(widget)}
    assert {
        "Count", "4XXError", "5XXError", "Latency", "Duration", "Errors", "Throttles", "LoginFailed",
        "MovesUnderWay", "MoveStandstill", "OutboxAge", "MailAge", "NamespacesUsed", "ColdStart",
    } <= names  # fmt: skip
    of_alarms = {alarm["MetricName"] for alarm in ALARMS.values()}
    assert of_alarms <= names


def test_every_alarm_that_is_of_no_function_alone_is_shown() -> None:
    (widget,) = [widget for widget in widgets() if widget["type"] == "alarm"]
    shown_alarms = [arn.removeprefix("${").removesuffix(".Arn}") for arn in widget["properties"]["alarms"]]
    of_functions = {
        f"{function.removesuffix('Function')}{kind}Alarm"
        for function in FUNCTIONS
        for kind in ("Errors", "Throttles", "Rollback")
    }
    assert sorted(shown_alarms) == sorted(ALARMS.keys() - of_functions)


def test_rows_are_full() -> None:
    widths = [widget["width"] for widget in widgets()]
    assert sum(widths) % 24 == 0
