"""Opening what an organization has at a place: a collection of its own, or its share of a pool.

Which of the two it is, is decided here and nowhere else; both look alike to whoever has opened them.
"""

from uuid import UUID

from tenantry.registry.organizations.document import Place
from tenantry.storage.own_collection import OwnCollection
from tenantry.storage.pooled.share import PoolShare
from tenantry.storage.tenant_storage import TenantStorage


def open_place(place: Place, organization_id: str, uuid: UUID | None = None) -> TenantStorage:
    """Return what an organization has at a place; nothing is sent yet.

    Parameters
    ----------
    place : Place
        Where.
    organization_id : str
        Which organization.
    uuid : UUID, optional
        Identity of the organization's own collection, where that is known.
    """
    if place.kind == "pooled":
        return PoolShare(place, organization_id)
    return OwnCollection(place, organization_id, uuid)
