"""The library, on the databases that the command line names."""

import json
import os
import pwd
import sys
from typing import Final

import pymongo

from cli.connection import Target
from tenantry.registry import schema
from tenantry.runtime import request_context
from tenantry.runtime.observability import logger
from tenantry.runtime.request_context import Actor

INDEXING_SECONDS: Final = 3600  # an index of a large collection takes longer than any request may


def use(target: Target) -> None:
    """Make the library work on these databases and log to standard error; before its first operation.

    What the command does is recorded as the operator's, see `actor`. A thread begins with an empty context:
    one that records runs in a copy of this one (`contextvars.copy_context`).
    """
    os.environ |= {
        "MONGODB_URI": target.mongodb_uri,
        "MONGODB_CLUSTERS": json.dumps(dict(target.clusters)),
        "MASTER_DATABASE": target.master_database,
        "TENANT_DATABASE": target.tenant_database,
    }
    logger.registered_handler.setStream(sys.stderr)  # type: ignore[attr-defined]  # a StreamHandler
    request_context.set_actor(actor())


def actor() -> Actor:
    """Return whom the audit record names for what a command does: the user of the operating system.

    The name is that of the process's user id, for variables such as `USER` can be set to anything. A user id
    without a name, as in some containers, stands for itself.
    """
    user = os.getuid()
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = str(user)
    return Actor("operator", f"tenantry:{name}")


def ensure_schema() -> None:
    """Create the indexes and views of the master database where they are missing, and update its views."""
    with pymongo.timeout(INDEXING_SECONDS):
        schema.ensure_schema()
        schema.update_views()
