"""``make smoke`` as a process of its own, and what it reports."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

import pytest

from local.deployment import PROJECT
from local.processes import HOST
from local.signatures import ACCESS_KEY, SECRET_KEY

# Of tests that `make test` leaves out.
slow: Final = pytest.mark.skipif("BREAK_ALONE" not in os.environ, reason="make test-smoke runs it")
COMMAND: Final = [sys.executable, "-m", "tests.smoke"]
OF_THE_CALLER: Final = ("API_URL", "AWS_", "ALLOWED_ORIGINS", "PYTEST_")
OPERATOR: Final = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_DEFAULT_REGION": "us-east-1",
}
NOBODY: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Outcome(NamedTuple):
    """Exit status, what was printed, and the names of checks by what came of them."""

    status: int
    text: str
    passed: set[str]
    failed: set[str]
    skipped: set[str]

    @property
    def checks(self) -> set[str]:
        return self.passed | self.failed | self.skipped


def environment(api_url: str, caller: Mapping[str, str] = OPERATOR) -> dict[str, str]:
    """Return the variables of a run by an operator, or by somebody without credentials."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_CALLER)}
    return inherited | NOBODY | dict(caller) | {"API_URL": api_url, "NO_PROXY": HOST}


def run(
    api_url: str,
    state: Path,
    caller: Mapping[str, str] = OPERATOR,
    command: Sequence[str] = COMMAND,
    options: str = "",
) -> Outcome:
    """Run the suite to its end."""
    report = state / "smoke.xml"
    variables = environment(api_url, caller) | {"PYTEST_ADDOPTS": f"--junit-xml={report} {options}"}
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=variables,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    outcome = Outcome(done.returncode, done.stdout, set(), set(), set())
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by pytest
        kinds = {child.tag for child in case}
        of_kind = outcome.failed if kinds & {"failure", "error"} else outcome.skipped
        (of_kind if kinds & {"failure", "error", "skipped"} else outcome.passed).add(case.attrib["name"])
    return outcome
