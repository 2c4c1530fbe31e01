"""Deploy a build, and roll back: ``python -m deploy --help``."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from deploy.errors import DeploymentError
from deploy.readiness import wait_until_ready
from deploy.stack import Stack

BUILT = Path(".aws-sam/build/template.yaml")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)

Name = Annotated[str, typer.Option("--stack", envvar="STACK", help="Name of the stack.")]
Bucket = Annotated[str, typer.Option(envvar="ARTIFACT_BUCKET", help="S3 bucket of its artifacts.")]
Role = Annotated[str, typer.Option("--role", envvar="EXECUTION_ROLE_ARN", help="Role of CloudFormation.")]


@app.command()
def deploy(
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Parameters of the stack, Name=value.")
    ] = None,
    *,
    stack: Name,
    bucket: Bucket,
    role: Role = "",
) -> None:
    """Deploy what `make build` has made; parameters that are not named keep their values."""
    if not BUILT.exists():
        raise typer.BadParameter(f"There is no {BUILT}; run make build first")
    values = dict(_named(parameter) for parameter in parameters or [])
    _reported(lambda: Stack(stack, bucket, role).deploy(BUILT, values))


@app.command()
def rollback(*, stack: Name, bucket: Bucket, role: Role = "") -> None:
    """Deploy what was there before the last deployment, template and parameters, to all traffic at once."""
    _reported(lambda: Stack(stack, bucket, role).roll_back(BUILT.parent))


@app.command()
def ready(
    *, stack: Name, seconds: Annotated[float, typer.Option(min=0, help="For how long to wait.")] = 120
) -> None:
    """Wait until the stack can take requests: schema and signing key are there, the database takes writes."""
    _reported(lambda: wait_until_ready(Stack(stack, "").output("ApiUrl"), seconds, typer.echo))


@app.command()
def output(name: str, *, stack: Name) -> None:
    """Print an output of the stack, such as ApiUrl."""
    _reported(lambda: typer.echo(Stack(stack, "").output(name)))


def _named(parameter: str) -> tuple[str, str]:
    name, equals, value = parameter.partition("=")
    if not (name and equals):
        raise typer.BadParameter(f"Name=value is expected, not {parameter!r}")
    return name, value


def _reported(act: Callable[[], None]) -> None:
    try:
        act()
    except (DeploymentError, BotoCoreError, ClientError) as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app(prog_name="python -m deploy")
