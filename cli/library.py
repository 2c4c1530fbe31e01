"""The library, on the databases that the command line names."""

import json
import os
import sys
from typing import Final

import pymongo

from cli.connection import Target
from tenantry.identity.keys import public_keys
from tenantry.registry import schema
from tenantry.runtime.observability import logger

INDEXING_SECONDS: Final = 3600  # an index of a large collection takes longer than any request may


def use(target: Target) -> None:
    """Make the library work on these databases and log to standard error; before its first operation."""
    os.environ["MONGODB_URI"] = target.mongodb_uri
    os.environ["MONGODB_CLUSTERS"] = json.dumps(dict(target.clusters))
    os.environ["MASTER_DATABASE"] = target.master_database
    os.environ["TENANT_DATABASE"] = target.tenant_database
    logger.registered_handler.setStream(sys.stderr)  # type: ignore[attr-defined]  # a StreamHandler


def ensure_schema(target: Target) -> None:
    """Create the indexes and views of the master database where they are missing."""
    use(target)
    with pymongo.timeout(INDEXING_SECONDS):
        schema.ensure_schema()


def hand_over(target: Target, issuer: str) -> None:
    """Give the master database to an issuer, and end the signing keys of the issuer that had it."""
    use(target)
    public_keys.hand_over(issuer)


def revoke_key(target: Target, key_id: str) -> bool:
    """End a retired signing key at once; tell whether there was such a key."""
    use(target)
    return public_keys.revoke(key_id)
