"""How commands end when something goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from cli.backups.errors import BackupError, StorageFailed
from cli.connection import ConnectionFailed
from cli.output import print_error
from tenantry.errors import InvalidFields, OrganizationNotFound, TenantryError
from tenantry.lifecycle.moves.errors import MoveError
from tenantry.lifecycle.rollouts.errors import RolloutError


@contextmanager
def reported(advice: str = "") -> Iterator[None]:
    """Turn an error into one line and an exit status; `advice` follows the line about a lost connection."""
    try:
        yield
    except ConnectionFailed as error:
        print_error(f"MongoDB cannot be used: {error}{advice}")
        raise typer.Exit(2) from None
    except StorageFailed as error:
        print_error(str(error))
        raise typer.Exit(2) from None
    except OrganizationNotFound:
        print_error("There is no such organization; name its id or slug")
        raise typer.Exit(1) from None
    except InvalidFields as error:
        wrong = [f"{field['field']} {field['message']}" for field in error.extensions["errors"]]
        print_error("; ".join(wrong))
        raise typer.Exit(1) from None
    except (BackupError, MoveError, RolloutError, TenantryError) as error:
        print_error(str(error))
        raise typer.Exit(1) from None


def tell_failed_rollouts(names: list[str]) -> None:
    """Say which roll-outs have failed in an organization that has arrived."""
    for name in names:
        print_error(f"The roll-out {name} has failed here; see `tenantry rollout status {name}`")
