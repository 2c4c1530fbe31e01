"""The commands of ``python -m local``."""

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer

from local.demo import tell_story
from local.errors import LocalStackError
from local.mongod_programs import newest_mongod
from local.output import ConsoleProgress, print_error, print_guide, print_lines
from local.processes import wait_for_any_exit
from local.stack import Settings, find_running_stack, running_stack

MAX_CLUSTERS = 9  # each is a MongoDB server of its own
# As template.yaml has it, which the local CloudFormation does not look at.
ORIGINS: Final = re.compile(r"((https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]+)?(,|$))*")
APP_URL: Final = re.compile(
    r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?"
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def commands() -> None:
    """Run Tenantry on this machine: MongoDB, a local AWS and the deployed template."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


@app.command()
def run() -> None:
    """Start the local stack and keep it running until Ctrl-C."""
    with _reported(), running_stack(_settings(), ConsoleProgress()) as (stack, children):
        print_guide(stack)
        with contextlib.suppress(KeyboardInterrupt):
            ended = wait_for_any_exit(children)
            raise LocalStackError(f"{ended.name} stopped unexpectedly:\n{ended.log_tail()}")
        print_lines("Stopping ...")


@app.command()
def demo() -> None:
    """Tell the story of two organizations, on the running stack or on one of its own."""
    with _reported():
        running = find_running_stack(_settings().state)
        if running:
            tell_story(running)
            return
        with running_stack(_settings(), ConsoleProgress()) as (stack, _):
            tell_story(stack)


def _settings() -> Settings:
    return Settings(
        api_port=_port("API_PORT", Settings.api_port),
        mongodb_port=_port("MONGODB_PORT", Settings.mongodb_port),
        mongodb_uri=os.environ.get("MONGODB_URI"),
        mongod=newest_mongod(),
        clusters=_clusters(),
        allowed_origins=_origins(),
        app_url=_app_url(),
        state=Path(os.environ.get("STATE_DIRECTORY", Settings.state)).resolve(),
    )


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable, str(default))
    if not value.isdecimal() or not 0 < int(value) < 1 << 16:
        raise LocalStackError(f"{variable} must be a port number, not {value!r}.")
    return int(value)


def _clusters() -> int:
    value = os.environ.get("CLUSTERS", str(Settings.clusters))
    if not value.isdecimal() or not 0 < int(value) <= MAX_CLUSTERS:
        raise LocalStackError(f"CLUSTERS must be a number from 1 to {MAX_CLUSTERS}, not {value!r}.")
    return int(value)


def _origins() -> str:
    value = os.environ.get("ALLOWED_ORIGINS", Settings.allowed_origins)
    if not ORIGINS.fullmatch(value):
        raise LocalStackError(
            f"ALLOWED_ORIGINS must be origins as http://localhost:5173, delimited by commas, not {value!r}."
        )
    return value


def _app_url() -> str:
    value = os.environ.get("APP_URL", Settings.app_url)
    if not APP_URL.fullmatch(value):
        raise LocalStackError(f"APP_URL must be a URL as {Settings.app_url}, not {value!r}.")
    return value


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    """Turn what cannot go on into its message and an exit status."""
    try:
        yield
    except LocalStackError as error:
        print_error(str(error))
        sys.exit(1)
