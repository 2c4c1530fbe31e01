"""A server that can be made to fail, one per worker, and the figure at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from local.mongod import running_mongod
from local.processes import free_port
from tests.faults.bench import Bench, running_bench
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod

_FAULT_POINT: Final = "fault point"


@pytest.fixture(scope="session")
def data() -> Iterator[Path]:
    """Directory for a server's data."""
    with data_directory() as directory:
        yield Path(directory) / "data"


@pytest.fixture(scope="session")
def bench(data: Path) -> Iterator[Bench]:
    binary = own_mongod()
    port = free_port()
    with (
        running_mongod(binary, data, port, test_commands=True) as (_, uri),
        running_bench(uri, port) as bench,
    ):
        yield bench


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """Tell the summary which fault point a case is about."""
    parameters = request.node.callspec.params if "callspec" in vars(request.node) else {}
    if "fault" in parameters:
        record_property(_FAULT_POINT, "{operation} {index} {fault}".format(**parameters))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figure that the suite is for."""
    cases = [
        (str(value), outcome)
        for outcome in ("passed", "failed", "error")
        for report in terminalreporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport)  # and not of a module that cannot be imported
        for name, value in report.user_properties
        if name == _FAULT_POINT
    ]
    points = {point for point, _ in cases}
    operations = {point.partition(" ")[0] for point in points}
    violations = sum(outcome != "passed" for _, outcome in cases)
    terminalreporter.section("fault suite")
    terminalreporter.line(
        f"{len(points):,} fault points of {len(operations)} operations, {len(cases):,} cases: "
        f"{violations:,} violations"
    )
