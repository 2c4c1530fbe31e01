"""What the commands make of what goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from cli.backups.errors import BackupError, StorageFailed
from cli.connection import ConnectionFailed
from cli.output import print_error


@contextmanager
def reported(advice: str = "") -> Iterator[None]:
    """Turn what went wrong into one line and an exit status; `advice` is for a lost connection."""
    try:
        yield
    except ConnectionFailed as error:
        print_error(f"MongoDB cannot be used: {error}{advice}")
        raise typer.Exit(2) from None
    except StorageFailed as error:
        print_error(str(error))
        raise typer.Exit(2) from None
    except BackupError as error:
        print_error(str(error))
        raise typer.Exit(1) from None
