import importlib

import pytest

from tests.unit.http.resolver import send
from tests.unit.identity.jose import signed

POWERTOOLS = "aws_lambda_powertools.event_handler"


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("depends", "get_type_hints"),
        ("depends", "build_dependency_tree"),
        ("middlewares.openapi_validation", "is_scalar_field"),
    ],
)
@pytest.mark.usefixtures("known_caller")
def test_second_request_reads_no_code(module: str, function: str) -> None:
    remembered = getattr(importlib.import_module(f"{POWERTOOLS}.{module}"), function)
    send("GET", "/docs", token=signed())
    before = remembered.cache_info()
    assert send("GET", "/docs", token=signed())["statusCode"] == 200
    after = remembered.cache_info()
    assert (after.misses, after.hits > before.hits) == (before.misses, True)
