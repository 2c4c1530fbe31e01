"""Names that are held, and who takes them."""

import pytest

from tenantry.errors import OrganizationExists
from tenantry.identity.members import Membership
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import Created
from tenantry.runtime import moments
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import PASSWORD


def end_holds(databases: Databases) -> None:
    """Let their time pass; the index removes them later."""
    ended = databases.master["name_holds"].update_many({}, {"$set": {"held_until": moments.now()}})
    assert ended.matched_count


def take(name: str, owner: Membership | None = None) -> Created:
    """Create an organization, with an account of its own if nobody owns it."""
    if owner is not None:
        return creating.create(library.wanted(name), ExistingAccount(owner.account_id))
    return creating.create(library.wanted(name), NewAccount("stranger@example.com", PASSWORD))


def assert_held(name: str) -> None:
    with pytest.raises(OrganizationExists):
        take(name)
