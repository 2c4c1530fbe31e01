from tenantry import database, organizations
from tenantry.http import account_of, organization_of


def test_clients_see_no_intent_and_no_internal_fields() -> None:
    organization = organizations.create_document("Google", "google", {"plan": "pro"})
    shown = organization_of(organization).model_dump()
    internal = {"_id", "slugs", "cluster", "pool", "namespaces", "intent"}
    assert shown.keys() == organization.keys() - internal | {"id"}
    assert shown["id"] == organization["_id"]


def test_clients_see_no_password_hash() -> None:
    shown = account_of(
        {
            "_id": "acct_1",
            "email": "ada@example.com",
            "password_hash": "hash",
            "auth_epoch": 3,
            "created_at": database.now(),
            "updated_at": database.now(),
        }
    ).model_dump()
    assert shown.keys() == {"id", "email", "created_at"}
