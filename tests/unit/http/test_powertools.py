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


def test_a_module_that_is_being_imported_may_ask_its_package_for_another() -> None:
    """The events of SQS do, and the package imports them."""
    assert run(
        *RESOLVER, "from aws_lambda_powertools.utilities.batch import BatchProcessor as used", "print(used)"
    )


def test_threads_that_ask_at_once_do_not_wait_for_ever() -> None:
    asked = [
        "data.S3Event",
        "events.AppSyncResolver",
        "events.ALBResolver",
        "import_module('aws_lambda_powertools.utilities.data_classes.sqs_event')",
        "import_module('aws_lambda_powertools.event_handler.appsync')",
    ]
    functions = ", ".join(f"lambda: {each}" for each in asked)
    answers = run(
        *RESOLVER,
        "import faulthandler, sys; faulthandler.dump_traceback_later(20, exit=True)",
        "from concurrent.futures import ThreadPoolExecutor; from importlib import import_module",
        "import aws_lambda_powertools.event_handler as events",
        "import aws_lambda_powertools.utilities.data_classes as data",
        "sys.setswitchinterval(1e-6)",
        f"functions = [{functions}] * 3",
        "with ThreadPoolExecutor(len(functions)) as threads: "
        "print(len([f.result() for f in [threads.submit(each) for each in functions]]))",
    )
    assert answers == "15"
