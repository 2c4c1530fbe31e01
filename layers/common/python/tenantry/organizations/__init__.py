"""Documents of the master collection `organizations`.

An organization is `active`, or carries an `intent`: a creation, rename or deletion that was decided, that
whoever meets it completes, and that reserves every slug it touches through the unique index on `slugs`.
Beside it, it notes a move of its documents (`moving`) and changes of their indexes (`index_changes`).
"""

from tenantry.organizations.changing import activate, insert, reactivate, remove, replace, suspend
from tenantry.organizations.finding import find, find_holder, find_intents, find_present, find_to_commit
from tenantry.organizations.leases import LATE_DELIVERY, take_lease, vacated_until
from tenantry.organizations.organization_document import (
    OWN_NAMESPACES,
    Intent,
    Kind,
    OrganizationDocument,
    Placement,
    create_document,
    is_pooled,
    placement,
)

__all__ = [
    "LATE_DELIVERY",
    "OWN_NAMESPACES",
    "Intent",
    "Kind",
    "OrganizationDocument",
    "Placement",
    "activate",
    "create_document",
    "find",
    "find_holder",
    "find_intents",
    "find_present",
    "find_to_commit",
    "insert",
    "is_pooled",
    "placement",
    "reactivate",
    "remove",
    "replace",
    "suspend",
    "take_lease",
    "vacated_until",
]
