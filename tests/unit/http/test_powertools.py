"""What the library imports of Powertools, in processes of their own, and that nothing of it is missing."""

import subprocess
import sys
from typing import Final

import pytest

PACKAGES: Final = ("event_handler", "utilities.data_classes")
UNUSED: Final = ("event_handler.appsync", "utilities.data_classes.kafka_event")
RESOLVER: Final = (
    "from tenantry import http",
    "from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response",
    "app = APIGatewayRestResolver(enable_validation=True)",
    "http.lambda_handler(app)",
)


def run(*statements: str) -> str:
    command = [sys.executable, "-W", "error", "-c", "\n".join(statements)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_nothing_is_imported_that_no_function_uses() -> None:
    names = [f"aws_lambda_powertools.{name}" for name in UNUSED]
    assert run(*RESOLVER, "import sys", f"print([name for name in {names} if name in sys.modules])") == "[]"


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_postponed_is_there_for_whoever_uses_it(package: str) -> None:
    imported = f"import aws_lambda_powertools.{package} as package"
    places = "print(sorted((name, getattr(package, name).__module__) for name in package.__all__))"
    plain = run(imported, places)
    assert run(*RESOLVER, imported, places) == plain
    assert run(*RESOLVER, f"from aws_lambda_powertools.{package} import *", imported, places) == plain


def test_there_is_one_resolver_whoever_imports_it_first() -> None:
    later = "import aws_lambda_powertools.event_handler as package; package.AppSyncResolver"
    same = "print(package.APIGatewayRestResolver is APIGatewayRestResolver and package.Response is Response)"
    assert run(*RESOLVER, later, same) == run(later, *RESOLVER, same) == "True"


def test_a_name_that_does_not_exist_is_not_there() -> None:
    missing = "import aws_lambda_powertools.event_handler as package; print(hasattr(package, 'Missing'))"
    assert run(*RESOLVER, missing) == "False"
