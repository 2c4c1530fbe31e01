"""Keys of an organization."""

from tenantry.identity.api_keys import managing
from tenantry.identity.api_keys.managing import NewKey
from tenantry.identity.roles import Scope
from tests.support import library
from tests.support.databases import Databases
from tests.support.owners import Owner


def make_key(databases: Databases, owner: Owner, *scopes: Scope) -> str:
    """Make a key without an end, and return its text."""
    member = databases.master["members"].find_one({"organization_id": owner.id, "role": "owner"})
    assert member is not None
    maker = library.membership(member["account_id"], owner.id)
    return managing.create(maker, NewKey("nightly", list(scopes), None)).text
