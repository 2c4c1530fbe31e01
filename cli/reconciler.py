"""Roll-forward by the library, on the databases that the command line names."""

import os
import sys
from datetime import timedelta

from cli.connection import Target
from tenantry.observability import logger
from tenantry.reconciliation import Reconciliation, reconcile


def settle(target: Target, older_than: timedelta) -> Reconciliation:
    """Settle every intent that is older than a while; the library logs to standard error."""
    os.environ["MONGODB_URI"] = target.mongodb_uri
    os.environ["MASTER_DATABASE"] = target.master_database
    os.environ["TENANT_DATABASE"] = target.tenant_database
    logger.registered_handler.setStream(sys.stderr)  # type: ignore[attr-defined]  # a StreamHandler
    return reconcile(older_than)
