"""Whether organizations that have a roll-out still are as it has made them."""

from typing import Final

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from tenantry.lifecycle.rollouts import own, shapes
from tenantry.registry import rollouts
from tenantry.registry.organizations import finding, rolled_out
from tenantry.registry.organizations.document import OrganizationDocument, Place, is_pooled, place_of
from tenantry.registry.rollouts import RolledOutValidator, RolloutDocument
from tenantry.runtime.observability import log_failure
from tenantry.storage import collections, information, validation
from tenantry.storage.pooled.share import PoolShare

MAX_LOOKED_AT: Final = 1_000
SECONDS: Final = 3  # of a look for refused documents in one organization; where it takes longer, none counts


def is_anywhere(rollout: RolloutDocument) -> bool:
    """Tell whether an organization that has a roll-out lacks an index of it, or has another validator.

    The same holds if the validator refuses a document that is there.

    Raises
    ------
    pymongo.errors.PyMongoError
        A server gave no answer; nobody knows.
    """
    for organization_id in rolled_out.find_noted(rollout["_id"], "", MAX_LOOKED_AT, "done"):
        organization = finding.find(organization_id)
        if organization is not None and organization["state"] == "active" and _is_in(organization, rollout):
            return True
    return False


def _is_in(organization: OrganizationDocument, rollout: RolloutDocument) -> bool:
    place, validator = place_of(organization), rollout["definition"]["validator"]
    if is_pooled(organization):
        names = {index["name"] for index in PoolShare(place, organization["_id"]).indexes.find()}
    else:
        names = own.names_at(place)
    if not names.issuperset(rollouts.index_names(rollout["definition"])):
        return True
    if validator is None:
        return False
    is_other = validation.of(information.options(place)) != shapes.validation(validator)
    return is_other or _refuses_some(place, validator)


def _refuses_some(place: Place, validator: RolledOutValidator) -> bool:
    refused = {"$nor": [shapes.validation(validator)["validator"]]}
    try:
        with pymongo.timeout(SECONDS):
            return collections.at(place).find_one(refused, {"_id": 1}) is not None
    except PyMongoError as error:
        if error.timeout:
            return False
        if not isinstance(error, OperationFailure):
            raise
        # An expression that cannot be evaluated for a document, as a division by zero, refuses it when it is
        # written.
        log_failure("Documents cannot be held against a validator", error, collection=place.collection)
        return True
