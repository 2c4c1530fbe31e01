"""Which organizations a roll-out is for."""

from typing import Final

from tenantry.registry import limits
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.registry.rollouts import Selection
from tenantry.runtime.mongodb import Document

LAST_CHARACTER: Final = "\U0010ffff"


def is_selected(organization: OrganizationDocument, selection: Selection) -> bool:
    """Tell whether a roll-out is for an organization; see `selected`."""
    place = place_of(organization)
    prefix = selection["prefix"] or ""
    return (
        (selection["ids"] is None or organization["_id"] in selection["ids"])
        and selection["kind"] in (None, place.kind)
        and selection["cluster"] in (None, place.cluster)
        and selection["plan"] in (None, organization.get("plan") or limits.DEFAULT)
        and (organization["slug"].startswith(prefix) or organization["name"].startswith(prefix))
    )


def selected(selection: Selection) -> Document:
    """Return the filter of the organizations that a roll-out is for."""
    conditions: list[Document] = [{"state": {"$ne": "deleting"}}]
    if (ids := selection["ids"]) is not None:
        conditions.append({"_id": {"$in": ids}})
    if (kind := selection["kind"]) is not None:
        conditions.append({"pool": None if kind == "collection" else {"$ne": None}})
    if (cluster := selection["cluster"]) is not None:
        conditions.append({"cluster": {"$in": [cluster, None]} if cluster == MAIN else cluster})
    if (plan := selection["plan"]) is not None:
        conditions.append({"plan": {"$in": [plan, None]} if plan == limits.DEFAULT else plan})
    if (prefix := selection["prefix"]) is not None:
        begins = {"$gte": prefix, "$lt": prefix + LAST_CHARACTER}
        conditions.append({"$or": [{"slug": begins}, {"name": begins}]})
    return {"$and": conditions}
