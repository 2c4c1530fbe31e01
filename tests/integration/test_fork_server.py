"""Processes that the fork server starts have the environment of their test, and of no test before it."""

import os
import signal

import pytest

from tests.support.fork_server import processes, replace_environment

MARK = "TENANTRY_MARK_OF_A_TEST"


def end_with_mark(environment: dict[str, str]) -> None:
    replace_environment(environment)
    if MARK in os.environ:
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("marked", [True, False])
def test_process_has_the_environment_of_its_test(marked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if marked:
        monkeypatch.setenv(MARK, "1")
    process = processes.Process(target=end_with_mark, args=(dict(os.environ),))
    process.start()
    process.join(60)
    assert process.exitcode == (-signal.SIGTERM if marked else 0)
