"""Whether organizations that have a roll-out still are as it has made them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pymongo
from pymongo.errors import PyMongoError

from tenantry.lifecycle.rollouts import own, shapes
from tenantry.registry import rollouts
from tenantry.registry.organizations import finding, rolled_out
from tenantry.registry.organizations.document import Place, is_pooled, place_of
from tenantry.registry.rollouts import RolledOutValidator, RolloutDocument
from tenantry.storage import collections, information, validation
from tenantry.storage.pooled.share import PoolShare

MAX_LOOKED_AT: Final = 1_000
SECONDS: Final = 3  # that a look for refused documents may take in one organization


def find(rollout: RolloutDocument) -> Iterator[tuple[str, str]]:
    """Yield ids of organizations that have a roll-out and are not as it wants them, and what is wrong."""
    for organization_id in rolled_out.find_noted(rollout["_id"], "", MAX_LOOKED_AT, "done"):
        organization = finding.find(organization_id)
        if organization is not None and organization["state"] == "active":
            place = place_of(organization)
            if is_pooled(organization):
                names = {index["name"] for index in PoolShare(place, organization_id).indexes.find()}
            else:
                names = own.names_at(place)
            for reason in _wrong(rollout, place, names):
                yield organization_id, reason


def _wrong(rollout: RolloutDocument, place: Place, names: set[str]) -> Iterator[str]:
    definition = rollout["definition"]
    if missing := set(rollouts.index_names(definition)) - names:
        yield f"it lacks the index {', '.join(sorted(missing))}"
    if validator := definition["validator"]:
        if validation.of(information.options(place)) != shapes.validation(validator):
            yield "another validator is there"
        elif _refuses_some(place, validator):
            yield "it has documents that the validator refuses"


def _refuses_some(place: Place, validator: RolledOutValidator) -> bool:
    refused = {"$nor": [shapes.validation(validator)["validator"]]}
    with suppress(PyMongoError), pymongo.timeout(SECONDS):
        return collections.at(place).find_one(refused, {"_id": 1}) is not None
    return False
