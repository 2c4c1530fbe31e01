"""Which indexes and which validator a roll-out gives to a collection."""

from collections.abc import Iterable, Iterator
from typing import Any

from bson import json_util
from pymongo import IndexModel

from tenantry.registry import rollouts
from tenantry.registry.organizations import rolled_out
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.registry.organizations.embedded import RolloutNote
from tenantry.registry.organizations.selecting import is_selected
from tenantry.registry.rollouts import Definition, RolledOutIndex, RolledOutValidator, RolloutDocument
from tenantry.runtime.mongodb import Document
from tenantry.storage import indexes
from tenantry.storage import validation as validation_options
from tenantry.storage.collections import Shape


def model(index: RolledOutIndex) -> IndexModel:
    """Return an index as the server is asked to create it."""
    keys = [(field, order) for field, order in index["keys"]]
    return indexes.model(keys, unique=index["unique"], partial=index["partial"], name=index["name"])


def models(definition: Definition) -> list[IndexModel]:
    """Return the indexes of a roll-out."""
    return [model(index) for index in definition["indexes"]]


def validation(validator: RolledOutValidator) -> Document:
    """Return a validator as the options of a collection have it; see `tenantry.storage.validation`."""
    rule: Any = json_util.loads(validator["rule"])
    return {
        "validator": rule,
        "validationLevel": validator["level"],
        "validationAction": validator["action"],
    }


def shape_of(organization: OrganizationDocument) -> Shape:
    """Return what an organization's own collection begins with, as its notes say."""
    names = [note["name"] for note in organization.get("rollouts", [])]
    if not names:
        return Shape()
    return shape_by(rollout["definition"] for rollout in rollouts.find_among(names))


def shape_by(definitions: Iterable[Definition]) -> Shape:
    """Return what a collection has that gets some roll-outs, in the order in which they were begun."""
    wanted: list[IndexModel] = []
    validator: Document | None = None
    for definition in definitions:
        wanted += models(definition)
        if definition["validator"]:  # the last one is the one that counts
            validator = validation(definition["validator"])
    return Shape(wanted, validator)


def namespaces_at_most(current: Iterable[RolloutDocument]) -> int:
    """Return how many namespaces an own collection may begin with because of roll-outs."""
    return sum(
        len(rollout["definition"]["indexes"]) for rollout in current if rollouts.reaches_everybody(rollout)
    )


def note_all(organization: OrganizationDocument, current: Iterable[RolloutDocument]) -> None:
    """Note in an organization that is about to be created which roll-outs it begins with.

    Those that it does not begin with come to it later, as to every organization that lacks them.

    Parameters
    ----------
    organization : OrganizationDocument
        As `create_document` makes it; gets the notes, and the namespaces that they take.
    current : iterable of RolloutDocument
        The current ones.
    """
    begun = [rollout for rollout in current if _begins_with(organization, rollout)]
    if begun:
        organization["rollouts"] = list(_notes(begun))
    if place_of(organization).kind == "collection":
        organization["namespaces"] = organization.get("namespaces", 0) + namespaces_at_most(begun)


def _begins_with(organization: OrganizationDocument, rollout: RolloutDocument) -> bool:
    place = place_of(organization)
    is_in_pool = {"cluster": place.cluster, "pool": place.collection} in rollout["pools"]
    is_there = place.kind == "collection" or is_in_pool or not rollout["definition"]["indexes"]
    return (
        is_there
        and rollouts.reaches_everybody(rollout)
        and is_selected(organization, rollout["definition"]["organizations"])
    )


def _notes(begun: Iterable[RolloutDocument]) -> Iterator[RolloutNote]:
    before = validation_options.NONE
    for rollout in begun:
        definition = rollout["definition"]
        names, validator = rollouts.index_names(definition), definition["validator"]
        yield rolled_out.note_of(rollout["_id"], names) | {
            "state": "done",
            "made": names,
            "before": validation_options.text_of(before) if validator else None,
        }
        before = validation(validator) if validator else before
