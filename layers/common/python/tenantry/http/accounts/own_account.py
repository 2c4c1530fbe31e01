"""What owners see of their accounts and sessions, as `tenantry.http.accounts.answers` describes it."""

from typing import Any

from tenantry.http.accounts.representations import account_of
from tenantry.http.organizations.representations import reference_to
from tenantry.identity.members import Membership
from tenantry.identity.own_account import OwnAccount, OwnSession
from tenantry.runtime.moments import rfc3339


def own_account_of(own: OwnAccount) -> dict[str, Any]:
    """Return the representation of an account that its owner gets."""
    return account_of(own.account) | {"organizations": [_membership_of(each) for each in own.memberships]}


def _membership_of(membership: Membership) -> dict[str, Any]:
    organization = membership.organization
    return reference_to(organization) | {
        "role": membership.role,
        "state": organization["state"],
        "suspended": bool(organization.get("suspended_at")),
    }


def session_of(own: OwnSession) -> dict[str, Any]:
    """Return the representation of a session that the owner of its account gets."""
    organization = own.organization
    return {
        "id": own.session["_id"],
        "current": own.is_callers,
        "started_at": rfc3339(own.started_at),
        "last_used_at": rfc3339(own.used_at),
        "expires_at": rfc3339(own.session["expires_at"]),
        "organization": reference_to(organization) if organization else None,
        "source_address": own.session.get("source_address"),
        "user_agent": own.session.get("user_agent"),
    }
