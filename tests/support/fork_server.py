"""Processes of tests, forked from one server that has loaded what they need."""

import multiprocessing
import os
from collections.abc import Mapping
from typing import Final

processes: Final = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.support.loaded"])


def replace_environment(environment: Mapping[str, str]) -> None:
    """Take the environment of the test: the fork server has that of the test which started it."""
    os.environ.clear()
    os.environ.update(environment)
