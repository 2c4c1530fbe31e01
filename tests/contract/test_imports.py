"""What the start of each function imports: nothing that only other functions need."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tenantry.runtime.settings import Settings
from tests.contract.sam_template import PROJECT, environment, function_directories

FUNCTIONS: Final = sorted(set(function_directories().values()))
EVERYWHERE: Final = {"aws_lambda_powertools", "bson", "jmespath", "pymongo", "tenantry", "typing_extensions"}
SCHEMAS: Final = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
TOKENS: Final = {"cryptography", "jwt"}
# What these functions import besides EVERYWHERE; all others validate requests, and check or sign tokens.
PACKAGES: Final = {
    "authorize": TOKENS,
    "console": set[str](),
    "docs": set[str](),
    "get_organization": TOKENS,
    "health": set[str](),
    "jwks": TOKENS,
    "measure_usage": set[str](),
    "move_organization": set[str](),
    "publish_events": set[str](),
    "reconcile": TOKENS,
    "roll_out": set[str](),
    "rotate_signing_key": TOKENS,
    "send_mail": set[str](),
}
# Modules of the library that only these functions import.
FUNCTIONS_OF_MODULE: Final = {
    "http.answers": set[str](),
    "identity.addresses.email_change": {"change_email"},
    "identity.invitations.accepting": {"invitations"},
    "identity.keys.rotation": {"rotate_signing_key"},
    "identity.mail.sending": {"send_mail"},
    "identity.logins.login": {"login", "logout", "refresh"},
    "identity.own_account": {"account"},
    "identity.password_change": {"change_password"},
    "identity.password_reset": {"change_password"},
    "lifecycle.configuring": {"operator"},
    "lifecycle.creating": {"create_organization", "operator"},
    "lifecycle.deleting": {"delete_organization"},
    "lifecycle.plans": {"operator"},
    "lifecycle.undoing": {"deletions"},
    "lifecycle.oversight.overview": {"overview"},
    "lifecycle.reconciling": {"reconcile"},
    "lifecycle.suspending": {"operator"},
    "lifecycle.updating": {"update_organization"},
}
# Modules of the library that these functions, which answer most requests of users, do not import.
LEFT_OUT: Final = {"language.extended_json": {"get_organization", "login", "refresh"}}
# What packages import besides, and no function uses.
UNUSED: Final = {"cryptography.x509.base", "http.client", "urllib.request"}
# Prints what is imported, and what had to be compiled for it.
PROGRAM: Final = """
import json, sys
compiled = []
sys.addaudithook(lambda event, of: compiled.append(str(of[1])) if event == "compile" else None)
sys.path[:0] = sys.argv[1:]
import app
print(json.dumps([sorted(sys.modules), compiled]))
"""


class Start(NamedTuple):
    """What happened at the start of a function."""

    modules: list[str]
    compiled: list[str]


@pytest.fixture(scope="session")
def starts(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Start]:
    """The starts of all functions, in processes of their own that have no modules but the layer's."""
    starts = {}
    for function in FUNCTIONS:
        task = tmp_path_factory.mktemp(function)
        shutil.copy(PROJECT / "functions" / function / "app.py", task)
        paths = [str(task), str(layer)]
        command = [sys.executable, "-B", "-I", "-S", "-W", "error", "-c", PROGRAM, *paths]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        starts[function] = Start(*json.loads(done.stdout))
    return starts


def packages(start: Start) -> set[str]:
    """Return the imported packages that come with neither Python nor the function."""
    tops = {name.partition(".")[0] for name in start.modules}
    return {name for name in tops - sys.stdlib_module_names - {"app"} if not name.startswith("_")}


def test_functions_import_the_packages_that_they_use(starts: dict[str, Start]) -> None:
    for function, start in starts.items():
        assert packages(start) == EVERYWHERE | PACKAGES.get(function, SCHEMAS | TOKENS), function


def test_modules_are_imported_by_the_functions_that_use_them(starts: dict[str, Start]) -> None:
    for module, functions in FUNCTIONS_OF_MODULE.items():
        importing = {function for function, start in starts.items() if f"tenantry.{module}" in start.modules}
        assert importing == functions, module


def test_frequent_functions_leave_out_what_they_do_not_use(starts: dict[str, Start]) -> None:
    for module, functions in LEFT_OUT.items():
        importing = {name for name in functions if f"tenantry.{module}" in starts[name].modules}
        assert importing == set(), module


def test_functions_have_the_limits_and_times_that_their_modules_read(starts: dict[str, Start]) -> None:
    numbers = {name for name, kind in Settings.__annotations__.items() if kind is int}
    for logical_id, function in function_directories().items():
        read = {name for module in starts[function].modules for name in read_settings(module)}
        assert {name.upper() for name in numbers & read} <= environment(logical_id).keys(), function


def read_settings(module: str) -> set[str]:
    """Return the names of the settings that a module of the library reads."""
    path = PROJECT / "layers/common/python" / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return set(re.findall(r"settings\(\)\.(\w+)", path.read_text())) if path.exists() else set()


def test_functions_do_not_import_what_none_uses(starts: dict[str, Start]) -> None:
    for function, start in starts.items():
        assert UNUSED.isdisjoint(start.modules), function


def test_nothing_of_the_layer_is_compiled_at_the_start(starts: dict[str, Start], layer: Path) -> None:
    for function, start in starts.items():
        assert [path for path in start.compiled if path.startswith("/opt/python")] == [], function
        assert [path for path in start.compiled if path.startswith(str(layer))] == [], function
        assert [path for path in start.compiled if path.endswith("app.py")], "what is compiled is not told"
