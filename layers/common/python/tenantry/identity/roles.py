"""Roles of members, and what each of them may do in its organization."""

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
        "release former slugs": "owner",
        "delete the organization": "owner",
        "transfer ownership": "owner",
    }
)
"""The least role that may do it."""


def is_at_least(role: str, least: Role) -> bool:
    """Tell whether a role may do all that another one may; what is no role may do nothing."""
    return role in ROLES[ROLES.index(least) :]


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
