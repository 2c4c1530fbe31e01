"""Which MongoDB server the Makefile lets tests use."""

import os
import shutil
import subprocess

from tests.contract.sam_template import PROJECT

MAKE = shutil.which("make") or "make"
NAMED = "mongodb://127.0.0.1:1/"
PROBE = '--eval=probe: ; @echo "$$MONGODB_URI_OF_TESTS"'


def server_of_tests(*arguments: str, **environment: str) -> str:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MONGODB_URI"))
    }
    command = [MAKE, "--no-print-directory", PROBE, "probe", *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=inherited | environment, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_tests_use_the_server_that_their_caller_names() -> None:
    assert server_of_tests(f"MONGODB_URI={NAMED}") == NAMED


def test_tests_leave_the_cluster_alone_that_the_command_line_works_on() -> None:
    assert server_of_tests(MONGODB_URI=NAMED) == ""
