# ruff: noqa - all of it is wrong on purpose, and never runs
import hmac
import uuid
from typing import Any

from bson import ObjectId

from tenantry.runtime import ids


def ids(name: str) -> None:
    # ruleid: predictable-id
    uuid.uuid1()
    # ruleid: predictable-id
    ObjectId()
    # ruleid: predictable-id
    hash(name)
    # ok: predictable-id
    ids.random_id("org")
    # ok: predictable-id
    ObjectId("665f1c2e8b3e4a0012ab34cd")


def comparisons(account: dict[str, Any], token_hash: str, sent: str) -> None:
    # ruleid: secret-compared-in-variable-time
    token_hash == sent
    # ruleid: secret-compared-in-variable-time
    account["password_hash"] != sent
    # ok: secret-compared-in-variable-time
    hmac.compare_digest(token_hash, sent)
    # ok: secret-compared-in-variable-time
    account["email"] == sent
