"""Which organizations a roll-out is for."""

from tenantry.registry import limits
from tenantry.registry.organizations import conditions
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.registry.rollouts import Selection
from tenantry.runtime.mongodb import Document


def is_selected(organization: OrganizationDocument, selection: Selection) -> bool:
    """Tell whether a roll-out is for an organization; see `selected`."""
    place = place_of(organization)
    prefix = selection["prefix"] or ""
    return (
        (selection["ids"] is None or organization["_id"] in selection["ids"])
        and selection["kind"] in (None, place.kind)
        and selection["cluster"] in (None, place.cluster)
        and selection["plan"] in (None, limits.plan_of(organization))
        and (organization["slug"].startswith(prefix) or organization["name"].startswith(prefix))
    )


def selected(selection: Selection) -> Document:
    """Return the filter of the organizations that a roll-out is for."""
    query: list[Document] = [{"state": {"$ne": "deleting"}}]
    if (ids := selection["ids"]) is not None:
        query.append({"_id": {"$in": ids}})
    if (kind := selection["kind"]) is not None:
        query.append({"pool": conditions.of_kind(kind)})
    if (cluster := selection["cluster"]) is not None:
        query.append({"cluster": conditions.of_cluster(cluster)})
    if (plan := selection["plan"]) is not None:
        query.append({"plan": conditions.of_plan(plan)})
    if (prefix := selection["prefix"]) is not None:
        begins = conditions.beginning_with(prefix)
        query.append({"$or": [{"slug": begins}, {"name": begins}]})
    return {"$and": query}
