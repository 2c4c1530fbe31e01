"""What the start of each function imports: nothing that only other functions need."""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Final

import pytest

from tests.contract.sam_template import PROJECT, function_directories

FUNCTIONS: Final = sorted(set(function_directories().values()))
EVERYWHERE: Final = {"aws_lambda_powertools", "bson", "jmespath", "pymongo", "tenantry", "typing_extensions"}
SCHEMAS: Final = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
TOKENS: Final = {"cryptography", "jwt"}
# What these functions import besides EVERYWHERE; all others check or sign tokens.
PACKAGES: Final = {"docs": SCHEMAS, "health": SCHEMAS, "publish_events": SCHEMAS, "reconcile": set[str]()}
# Rooms of the library that only these functions import.
FUNCTIONS_OF_ROOM: Final = {
    "lifecycle": {"create_organization", "delete_organization", "operator", "update_organization"},
    "login": {"change_password", "login", "logout", "refresh"},
    "reconciliation": {"reconcile"},
    "rotation": {"rotate_signing_key"},
    "suspension": {"operator"},
}
PROGRAM: Final = "import json, sys, app; print(json.dumps(sorted(sys.modules)))"


@cache
def imported(function: str) -> frozenset[str]:
    """Return the modules that a process has imported once it can be asked."""
    paths = [PROJECT / "functions" / function, PROJECT / "layers/common/python"]
    variables = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "POWERTOOLS_SERVICE_NAME": function}
    command = [sys.executable, "-P", "-W", "error", "-c", PROGRAM]
    found = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    return frozenset(json.loads(found.stdout))


def packages(function: str) -> set[str]:
    """Return the imported packages that come with neither Python nor the function."""
    tops = {name.partition(".")[0] for name in imported(function)}
    return {name for name in tops - sys.stdlib_module_names - {"app"} if not name.startswith("_")}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_imports_the_packages_that_it_uses(function: str) -> None:
    assert packages(function) == EVERYWHERE | PACKAGES.get(function, SCHEMAS | TOKENS)


@pytest.mark.parametrize("room", FUNCTIONS_OF_ROOM)
def test_room_is_imported_by_the_functions_that_use_it(room: str) -> None:
    found = {function for function in FUNCTIONS if f"tenantry.{room}" in imported(function)}
    assert found == FUNCTIONS_OF_ROOM[room]
