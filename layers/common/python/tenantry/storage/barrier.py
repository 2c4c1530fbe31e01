"""Waiting until nobody writes to a collection any more on the strength of what was true before."""

from typing import Final

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place
from tenantry.runtime import mongodb, server_errors

SECONDS: Final = 0.5  # whoever uses the collection meanwhile waits as long


def wait(place: Place) -> bool:
    """Wait for the end of every transaction that has written to a collection by now, but not for long.

    A `collMod` without changes needs the collection's exclusive lock, which no transaction that has written
    to the collection lets go before it ends. So whoever writes afterwards also looks at the organization
    afterwards, and sees all that was changed before this call.

    Returns
    -------
    bool
        False if one is still open, or an index is being built, which does not go together with the question;
        ask again after a pause, for others wait behind it.

    Raises
    ------
    pymongo.errors.PyMongoError
        Nobody knows; ask again.
    """
    try:
        with pymongo.timeout(SECONDS):
            mongodb.run_majority_command(
                clusters.tenant_database(place.cluster), {"collMod": place.collection}
            )
    except PyMongoError as error:
        is_building = (
            isinstance(error, OperationFailure) and error.code == server_errors.INDEX_BUILD_IN_PROGRESS
        )
        if error.timeout or is_building:
            return False
        raise
    return True
