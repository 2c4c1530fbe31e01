"""Which problems the OpenAPI document says that an operation answers."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

DOCUMENT: Final = Path(__file__).parents[2] / "functions/docs/openapi.json"
# What is no route, and what no client can make; tests make the last one with roles and code of their own.
EVERYWHERE: Final = {"not-found", "method-not-allowed", "internal-error", "role-too-low"}


@cache
def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = json.loads(DOCUMENT.read_text())["paths"]
    return paths


def codes_of(method: str, resource: str, status: int) -> set[str]:
    """Return the problems of one status that an operation is documented to answer."""
    response = _paths()[resource][method.lower()]["responses"].get(str(status), {"content": {}})
    content = response["content"].get("application/problem+json", {"examples": {}})
    return {*EVERYWHERE, *content["examples"]}


def check(method: str, resource: str, status: int, code: str) -> None:
    """Raise unless the document names a problem that has been answered; HEAD is answered as GET."""
    operation = "GET" if method == "HEAD" else method
    if code and operation.lower() in _paths().get(resource, {}):
        documented = codes_of(operation, resource, status)
        assert code in documented, f"{method} {resource} answers {status} {code}: local/openapi_problems.py"
