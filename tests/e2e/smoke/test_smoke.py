"""The smoke suite finds nothing where all is well, and leaves nothing behind, however it ends."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

import pytest

from local.deployment import PROJECT
from tests.e2e.deployment import Deployment
from tests.e2e.smoke import suite
from tests.e2e.smoke.suite import slow
from tests.support.databases import Databases
from tests.support.waiting import wait_until

MAKE: Final = [shutil.which("make") or "make", "--no-print-directory", "smoke"]
# Whatever is checked locally; the key of the stack is as young as the stack.
NOT_CHECKED: Final = {"test_old_versions_are_refused", "test_limits_of_all_clients", "test_earlier_keys_end"}
WITHOUT_ORGANIZATION: Final = {"test_unsigned", "test_forged_signature"}
STARTED_WITHIN_SECONDS: Final = 120.0


def test_make_smoke_is_green(deployment: Deployment, tmp_path: Path) -> None:
    outcome = suite.run(deployment.stack.api_url, tmp_path, command=MAKE)
    assert (outcome.status, outcome.failed) == (0, set()), outcome.text
    assert outcome.skipped == NOT_CHECKED
    assert "FAILED" not in outcome.text
    assert f"{len(outcome.passed)} ok, 0 failed, {len(NOT_CHECKED)} skipped" in outcome.text


def test_closed_sign_up_is_opened_by_the_operator_alone(deployment: Deployment, tmp_path: Path) -> None:
    options = "-k 'operators or story'"
    deployment.start_environments_anew("CreateOrganizationFunction", SIGN_UP="closed")
    try:
        by_nobody = suite.run(deployment.stack.api_url, tmp_path, suite.NOBODY, options=options)
        by_operator = suite.run(deployment.stack.api_url, tmp_path, options=options)
    finally:
        deployment.start_environments_anew("CreateOrganizationFunction", SIGN_UP="open")

    assert by_nobody.status == 0, by_nobody.text
    assert {*by_nobody.passed} == WITHOUT_ORGANIZATION | {"test_operators_routes"}
    assert by_nobody.text.count("sign-up is closed") == 7
    assert by_nobody.text.count("there are no AWS credentials") == 3
    assert (by_operator.status, by_operator.skipped) == (0, set()), by_operator.text


def test_credentials_that_are_no_operators_are_told(deployment: Deployment, tmp_path: Path) -> None:
    stranger = suite.OPERATOR | {"AWS_ACCESS_KEY_ID": "stranger"}
    outcome = suite.run(deployment.stack.api_url, tmp_path, stranger, options="-k operators")
    assert outcome.failed == {"test_signature_of_another_request"}, outcome.text
    assert "allow execute-api:Invoke" in outcome.text


# SIGTERM is handled as Ctrl-C is.
@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, marks=slow), signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"]
)
def test_what_was_made_is_deleted_when_the_suite_is_interrupted(
    deployment: Deployment, databases: Databases, number: signal.Signals
) -> None:
    organizations = databases.master["organizations"]
    command = [*suite.COMMAND, "-k", "guesses or paths"]
    variables = suite.environment(deployment.stack.api_url)
    with subprocess.Popen(
        command, cwd=PROJECT, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        wait_until(
            lambda: organizations.count_documents({"name": {"$regex": "Smoke"}}) > 0, STARTED_WITHIN_SECONDS
        )
        os.kill(process.pid, number)
        text, _ = process.communicate()
    assert process.returncode == 2, text
    assert "Interrupted" in text


@pytest.mark.parametrize(("url", "status"), [("", 2), ("example.com/v1", 2)], ids=["none", "no scheme"])
def test_what_is_no_url_is_told(url: str, status: int) -> None:
    done = subprocess.run(
        suite.COMMAND, cwd=PROJECT, env=suite.environment(url), check=False, text=True, capture_output=True
    )
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("Say which deployment to check: make smoke API_URL=https://")
