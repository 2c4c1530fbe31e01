import json

from tenantry.http.accounts.answers import Account
from tenantry.http.accounts.answers import Tokens as ShownTokens
from tenantry.http.accounts.representations import account_of, tokens_of
from tenantry.http.organizations.answers import Organization
from tenantry.http.organizations.representations import organization_of
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.sessions import Tokens
from tenantry.registry.organizations.document import create_document
from tenantry.runtime import moments

ACCOUNT: AccountDocument = {
    "_id": "acct_1",
    "email": "ada@example.com",
    "password_hash": "hash",
    "auth_epoch": 3,
    "created_at": moments.now(),
    "updated_at": moments.now(),
}


def test_clients_see_no_intent_and_no_internal_fields() -> None:
    organization = create_document("Google", "google", {"color": "green"})
    shown = organization_of(organization)
    internal = {"_id", "folded_name", "slugs", "cluster", "pool", "namespaces", "intent"}
    assert shown.keys() == organization.keys() - internal | {"id", "properties"}
    assert shown["id"] == organization["_id"]


def test_clients_see_no_password_hash() -> None:
    assert account_of(ACCOUNT).keys() == {"id", "email", "verified", "created_at"}


def test_clients_see_what_the_document_of_the_api_describes() -> None:
    organization = create_document("Google", "google", {"color": "green", "desks": 5})
    tokens = Tokens("access", "refresh", organization)
    for_none = Tokens("access", "refresh", None)
    for model, shown in (
        (Organization, organization_of(organization)),
        (Account, account_of(ACCOUNT)),
        (ShownTokens, tokens_of(tokens)),
        (ShownTokens, tokens_of(for_none)),
    ):
        assert model.model_validate(shown, strict=True).model_dump() == shown
        assert json.loads(json.dumps(shown)) == shown
