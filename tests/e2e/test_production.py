"""The commands of docs/production.md that the local stack can run print what the page says."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from local.deployment import PROJECT
from local.ministack import REGION
from local.processes import HOST
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.support.databases import Databases
from tests.support.owners import log_in

DOCUMENT = (PROJECT / "docs/production.md").read_text()
BASH = shutil.which("bash") or "bash"
CURL_THAT_SIGNS = (7, 86)  # whose signatures name the fields that API Gateway looks at


def section(heading: str) -> str:
    """Return what the page says below a heading."""
    return DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def environment(deployment: Deployment) -> dict[str, str]:
    """Return what the page has set by then."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
    return os.environ | keys | {"API": deployment.stack.api_url, "NO_PROXY": HOST}


def run(script: str, deployment: Deployment) -> str:
    """Run commands as if pasted, and return what they print."""
    command = [BASH, "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment(deployment), check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def _curl_signs() -> None:
    version = subprocess.run(["curl", "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < CURL_THAT_SIGNS:
        pytest.skip("this curl makes no signatures that API Gateway takes")


def test_first_look_at_a_deployment_prints_what_the_page_shows(
    deployment: Deployment, databases: Databases
) -> None:
    (block,) = blocks(section("5. The first deployment"), "console")
    (health, healthy), (count_keys, number) = re.findall(r"^\$ (.+)\n(.+)$", block, re.MULTILINE)
    assert run(health, deployment).strip() == healthy
    keys = databases.master["signing_keys"].count_documents({})  # more where other tests have rotated them
    assert (int(run(count_keys, deployment)), number) == (keys, "1")


def test_first_organizations_are_created_and_suspended_by_pasted_commands(
    deployment: Deployment, service: HttpService
) -> None:
    anybody, operator = blocks(section("9. The first organization"), "sh")
    (program,) = blocks(section("9. The first organization"), "python")
    assert '"access_token"' in run(anybody, deployment)

    printed = run(operator, deployment)
    assert "\n204\n" in f"\n{printed}\n".replace("}204", "}\n204").replace("}{", "}\n{")
    (record,) = json.loads(printed[printed.rindex('{"records"') :])["records"]
    assert (record["action"], record["actor"]["type"]) == ("organization.suspended", "operator")
    login = {"email": "admin@second.example", "password": "a long walk by the lake"}
    assert service.post("/login", login).code == "organization-suspended"

    subprocess.run([sys.executable, "-c", program], env=environment(deployment), check=True)
    assert log_in(service, login["email"], password=login["password"])


def test_request_that_another_key_signs_is_refused(deployment: Deployment) -> None:
    _, operator = blocks(section("9. The first organization"), "sh")
    forged = operator.replace("$AWS_SECRET_ACCESS_KEY", "another")
    assert '"operator-required"' in run(forged, deployment)
