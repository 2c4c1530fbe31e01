"""The library, on the databases that the command line names."""

import os
import sys

from cli.connection import Target
from tenantry.observability import logger


def use(target: Target) -> None:
    """Make the library work on these databases and log to standard error; before its first operation."""
    os.environ["MONGODB_URI"] = target.mongodb_uri
    os.environ["MASTER_DATABASE"] = target.master_database
    os.environ["TENANT_DATABASE"] = target.tenant_database
    logger.registered_handler.setStream(sys.stderr)  # type: ignore[attr-defined]  # a StreamHandler
