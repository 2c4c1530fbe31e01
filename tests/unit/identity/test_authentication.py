from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.errors import InvalidToken
from tenantry.identity import accounts, members, sessions
from tenantry.identity.authentication import authenticate
from tenantry.identity.sessions import SessionDocument
from tenantry.registry.organizations.document import OrganizationDocument, create_document
from tenantry.runtime import moments
from tests.unit.identity.jose import KEY, signed, valid_claims

Master = Database[dict[str, Any]]


@pytest.fixture
def claims(master: Master) -> dict[str, Any]:
    """Claims of a token of Ada's for Google."""
    master["signing_keys"].insert_one({"_id": KEY.kid, "jwk": KEY.public_jwk})
    return valid_claims() | add_session(master, "ada@example.com", "google")


def add_session(master: Master, email: str, slug: str) -> dict[str, Any]:
    account = accounts.create_document(email, "hash")
    organization = create_document(slug.title(), slug, {})
    member = {"_id": f"mem_{slug}", "organization_id": organization["_id"], "account_id": account["_id"]}
    master["accounts"].insert_one(dict(account))
    master["organizations"].insert_one(dict(organization))
    master["members"].insert_one(member | {"role": "owner"})
    (membership,) = members.memberships(account["_id"])
    session = sessions.start(account, membership).session
    return identified(session) | {"org_id": organization["_id"]}


def identified(session: SessionDocument) -> dict[str, Any]:
    """Claims that name a session and what is known of it."""
    auth_time = int(session["authenticated_at"].timestamp())
    return {"sid": session["_id"], "sub": session["account_id"], "epoch": 0, "auth_time": auth_time}


def organization_of(claims: dict[str, Any]) -> OrganizationDocument:
    membership = authenticate(signed(claims)).membership
    assert membership is not None
    return membership.organization


def test_a_token_speaks_for_its_membership(claims: dict[str, Any], master: Master) -> None:
    assert organization_of(claims) == master["organizations"].find_one()


def test_a_token_survives_a_rename(claims: dict[str, Any], master: Master) -> None:
    master["organizations"].update_one({}, {"$set": {"slug": "alphabet", "slugs": ["alphabet"]}})
    assert organization_of(claims)["slug"] == "alphabet"


@pytest.mark.parametrize("collection", ["organizations", "members", "accounts", "signing_keys", "sessions"])
def test_a_token_dies_with_what_it_speaks_for(
    collection: str, claims: dict[str, Any], master: Master
) -> None:
    master[collection].delete_many({})
    with pytest.raises(InvalidToken):
        authenticate(signed(claims))


@pytest.mark.parametrize("epoch", [1, 2**40])
def test_a_token_dies_with_its_epoch(epoch: int, claims: dict[str, Any], master: Master) -> None:
    master["accounts"].update_one({}, {"$set": {"auth_epoch": epoch}})
    with pytest.raises(InvalidToken):
        authenticate(signed(claims))


def test_a_token_dies_while_its_organization_is_suspended(claims: dict[str, Any], master: Master) -> None:
    """Before its session has been ended, too."""
    master["organizations"].update_one({}, {"$set": {"suspended_at": moments.now() + timedelta(days=1)}})
    with pytest.raises(InvalidToken):
        authenticate(signed(claims))


def test_a_token_of_a_later_epoch_is_no_better(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        authenticate(signed(claims | {"epoch": 1}))


@pytest.mark.parametrize("claim", ["sid", "sub", "org_id"])
def test_claims_of_a_token_belong_together(claim: str, claims: dict[str, Any], master: Master) -> None:
    graces = add_session(master, "grace@example.com", "apple")
    assert organization_of(claims | graces)["slug"] == "apple"
    with pytest.raises(InvalidToken):
        authenticate(signed(claims | {claim: graces[claim]}))
