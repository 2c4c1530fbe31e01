"""Ada's account, as it is stored and as her tokens tell."""

from typing import Any

from pymongo.database import Database

from tenantry.identity import tokens
from tenantry.identity.keys import public_keys
from tenantry.registry.organizations.document import create_document
from tenantry.runtime.observability import metrics
from tests.unit.identity.jose import KEY

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery staple"
Master = Database[dict[str, Any]]


def add_organization(master: Master, account_id: str, name: str, slug: str) -> str:
    organization = create_document(name, slug, {})
    master["organizations"].insert_one(dict(organization))
    member = {"_id": f"mem_{slug}", "organization_id": organization["_id"], "account_id": account_id}
    master["members"].insert_one(member | {"role": "owner"})
    return organization["_id"]


def stored(master: Master) -> dict[str, Any]:
    (account,) = master["accounts"].find()
    return account


def epoch_of(token: str) -> int:
    public_keys.publish(KEY.public_jwk)
    return tokens.verify(token, public_keys.find_key).epoch


def counted() -> set[str]:
    return set(metrics.metric_set)
