"""`tenantry` in this process."""

import json
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from cli.app import app
from tenantry.runtime.observability import logger


def tenantry(*arguments: str | Path, sent: str | None = None) -> Result:
    """Run a command in the environment of the test, with what is sent to its standard input."""
    handler: Any = logger.registered_handler
    stream = handler.stream
    try:
        # In a context of its own, as in a process of its own, for the command sets the actor.
        run = partial(CliRunner().invoke, app, [*map(str, arguments)], sent, catch_exceptions=False)
        return copy_context().run(run)
    finally:
        handler.stream = stream  # the command's is closed


def tenantry_json(*arguments: str | Path) -> dict[str, Any]:
    """Run a command that has to succeed, and return what it prints."""
    result = tenantry(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    content: dict[str, Any] = json.loads(result.stdout)
    return content
