"""Roles of members and scopes of API keys, and what each of them permits in an organization."""

from types import MappingProxyType
from typing import Final, Literal, get_args

Role = Literal["viewer", "editor", "admin", "owner"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)  # each may do all that those before it may

Permission = Literal[
    "read the organization",
    "read documents",
    "read indexes",
    "read members",
    "change the own membership",
    "write documents",
    "change the organization",
    "change indexes",
    "read the audit record",
    "read the usage",
    "change members",
    "invite members",
    "manage keys",
    "release former slugs",
    "delete the organization",
    "transfer ownership",
]

LEAST_ROLES: Final = MappingProxyType[Permission, Role](
    {
        "read the organization": "viewer",
        "read documents": "viewer",
        "read indexes": "viewer",
        "read members": "viewer",
        "change the own membership": "viewer",
        "write documents": "editor",
        "change the organization": "admin",
        "change indexes": "admin",
        "read the audit record": "admin",
        "read the usage": "admin",
        "change members": "admin",
        "invite members": "admin",
        "manage keys": "admin",
        "release former slugs": "owner",
        "delete the organization": "owner",
        "transfer ownership": "owner",
    }
)
"""The least role that may do it."""

Scope = Literal["documents:read", "documents:write", "indexes", "audit:read"]

# Who writes documents reads them, for the answer to a change is the document.
SCOPES: Final = MappingProxyType[Scope, frozenset[Permission]](
    {
        "documents:read": frozenset({"read documents"}),
        "documents:write": frozenset({"read documents", "write documents"}),
        "indexes": frozenset({"read indexes", "change indexes"}),
        "audit:read": frozenset({"read the audit record"}),
    }
)
"""What an API key may do, by its scopes: nothing else, and nothing that an admin may not."""


def is_at_least(role: str, least: Role) -> bool:
    """Tell whether a role may do all that another one may; what is no role may do nothing."""
    return role in ROLES[ROLES.index(least) :]


def scopes_for(permission: Permission) -> list[Scope]:
    """Return the scopes of which each permits something; none if no key may do it."""
    return [scope for scope, permitted in SCOPES.items() if permission in permitted]


def may_change(role: str, present: Role, wanted: Role) -> bool:
    """Tell whether a member may give another one a role, or its own.

    Nobody gives more than it has, or changes who has more.

    Parameters
    ----------
    role : str
        Of the member who does it.
    present, wanted : Role
        Of the member to whom it is done, before and after.
    """
    return is_at_least(role, present) and is_at_least(role, wanted)
