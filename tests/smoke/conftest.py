"""What the checks have in common: the API, its operator, and organizations that are thrown away."""

import os
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest

from tests.smoke.api import KEY_SET, Api, Unexpected
from tests.smoke.operators import Operator, operator_of_environment
from tests.smoke.report import REPORT
from tests.smoke.throw_aways import ThrowAway, ThrowAways

# Modules in this order: what needs no account, then what works in an organization, then its life and its end.
ORDER: Final = (
    *(
        "test_service",
        "test_tls",
        "test_browsers",
        "test_gateway",
        "test_operators",
        "test_keys",
        "test_urls",
    ),
    *("test_bodies", "test_documents", "test_usage", "test_story", "test_throttling", "test_fields"),
)
FIRST_KEY_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 2.0


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the checks to ``make smoke``, which says where the deployment is."""
    return None if REPORT in config.stash else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if REPORT in config.stash:
        items.sort(key=lambda item: ORDER.index(item.path.stem))


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    api = Api(os.environ["API_URL"])
    wait_for_first_key(api)
    yield api
    api.close()


def wait_for_first_key(api: Api) -> None:
    """Wait as long as the first rotation may take, which begins when the stack is there."""
    give_up_at = time.monotonic() + FIRST_KEY_SECONDS
    while not api.get(KEY_SET).expect(200).json["keys"] and time.monotonic() < give_up_at:
        time.sleep(PAUSE_SECONDS)


@pytest.fixture(scope="session")
def found_operator(api: Api) -> Operator | Unexpected | None:
    """The operator, why the credentials cannot be used, or None if there are none."""
    try:
        return operator_of_environment(api)
    except Unexpected as error:
        return error


@pytest.fixture(scope="session")
def operator(found_operator: Operator | Unexpected | None) -> Operator:
    if found_operator is None:
        pytest.skip("there are no AWS credentials; set AWS_PROFILE to those of an operator")
    if isinstance(found_operator, Unexpected):
        raise found_operator
    if found_operator.request("GET", "/operator/audit?limit=1").status == HTTPStatus.FORBIDDEN:
        pytest.fail(
            "The AWS credentials may not call the operator's routes: allow execute-api:Invoke on them."
        )
    return found_operator


@pytest.fixture(scope="session")
def throw_aways(
    api: Api, found_operator: Operator | Unexpected | None, pytestconfig: pytest.Config
) -> Iterator[ThrowAways]:
    report = pytestconfig.stash[REPORT]
    throw_aways = ThrowAways(api, found_operator if isinstance(found_operator, Operator) else None)
    yield throw_aways
    with report.working("Deleting what was made"):
        report.left_behind = throw_aways.delete_all()
    report.made = [made.organization["slug"] for made in throw_aways.made if made.organization]


@pytest.fixture(scope="session")
def tenant(throw_aways: ThrowAways) -> ThrowAway:
    """An organization to work in, which no check renames or deletes."""
    return throw_aways.sign_up()
