"""An organization of each kind, whose name is given up."""

import pytest

from tenantry.identity.members import Membership
from tenantry.tenants import TenantCollection
from tests.integration import kinds
from tests.support import library
from tests.support.databases import Databases


@pytest.fixture(params=kinds.KINDS)
def former_owner(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Membership:
    """The owner of Google, who has stored a document."""
    kinds.place(request.param, monkeypatch)
    owner = library.create("Google")
    TenantCollection(owner.organization_id).insert_one({"_id": 1})
    return owner
