"""The library, on the databases that the command line names."""

import json
import os
import sys
from typing import Final

import pymongo

from cli.connection import Target
from tenantry.registry import schema
from tenantry.runtime.observability import logger

INDEXING_SECONDS: Final = 3600  # an index of a large collection takes longer than any request may


def use(target: Target) -> None:
    """Make the library work on these databases and log to standard error; before its first operation."""
    os.environ |= {
        "MONGODB_URI": target.mongodb_uri,
        "MONGODB_CLUSTERS": json.dumps(dict(target.clusters)),
        "MASTER_DATABASE": target.master_database,
        "TENANT_DATABASE": target.tenant_database,
    }
    logger.registered_handler.setStream(sys.stderr)  # type: ignore[attr-defined]  # a StreamHandler


def ensure_schema() -> None:
    """Create the indexes and views of the master database where they are missing, and update its views."""
    with pymongo.timeout(INDEXING_SECONDS):
        schema.ensure_schema()
        schema.update_views()
