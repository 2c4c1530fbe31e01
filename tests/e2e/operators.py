"""The operator's command line on the deployed stack, which gets a second cluster."""

import contextlib
import json
from collections.abc import Iterator

import pytest

from local.stack import Stack
from tenantry.registry.clusters import tenant_database
from tests.support import library
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases


@contextlib.contextmanager
def operating(stack: Stack, databases: Databases) -> Iterator[None]:
    """Run commands as the operator, with a pool on the second cluster for now."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MONGODB_URI", stack.mongodb_uri)
        environment.setenv("MONGODB_CLUSTERS", json.dumps(stack.mongodb_clusters))
        environment.setenv("MASTER_DATABASE", stack.master_database)
        environment.setenv("TENANT_DATABASE", stack.tenant_database)
        with library.fresh_process():
            tenantry_json("cluster", "add", "cluster-2", "--pools", "1")
            yield
            tenant_database("cluster-2").drop_collection("pool_0")
    databases.master["clusters"].delete_one({"_id": "cluster-2"})
