"""Documents of the master collection `api_keys`: an organization's keys. No key can be made of one."""

from datetime import datetime
from typing import Final, NotRequired, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.identity.roles import Scope
from tenantry.runtime import moments, mongodb

MAX_KEYS: Final = 100  # of an organization
MAX_SECRETS: Final = 2  # of a key, while its holders take turns


class SecretDocument(TypedDict):
    """One secret of a key: the SHA-256 of the key's text with it, and which account made it when."""

    id: str
    hash: bytes
    created_by: str
    created_at: datetime


class ApiKeyDocument(TypedDict):
    """A key as it is stored, with one secret or two; `created_by` is an account, which may be gone.

    A key without `expires_at` never expires, and one without `requests_per_minute` has no rate of its own.
    """

    _id: str
    organization_id: str
    name: str
    scopes: list[Scope]
    secrets: list[SecretDocument]
    created_by: str
    created_at: datetime
    expires_at: NotRequired[datetime]
    requests_per_minute: NotRequired[int]


def api_keys() -> Collection[ApiKeyDocument]:
    """Return the master's collection of keys."""
    return mongodb.collection("api_keys")


def has_expired(key: ApiKeyDocument) -> bool:
    """Tell whether a key's time is over at this moment."""
    return "expires_at" in key and key["expires_at"] <= moments.now()


def remove_all(organization_id: str, session: ClientSession) -> None:
    """Remove an organization's keys, within the transaction that deletes it.

    Whoever adds one at the same time locks the organization, so that one of both transactions sees what the
    other has done.
    """
    api_keys().delete_many({"organization_id": organization_id}, session=session)
