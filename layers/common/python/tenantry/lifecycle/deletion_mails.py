"""Telling the owners of an organization that it is deleted, and how they bring it back."""

from dataclasses import replace
from typing import Final

from pymongo.client_session import ClientSession

from tenantry.identity import accounts
from tenantry.identity.accounts import AccountAddress
from tenantry.identity.links import Claims
from tenantry.identity.mail import queue
from tenantry.identity.mail.kinds.organization_deleted import ORGANIZATION_DELETED
from tenantry.registry.deletions import DeletionDocument
from tenantry.runtime import moments

MAX_MAILS: Final = 100  # of one deletion; an organization has few owners


def put(deletion: DeletionDocument, session: ClientSession) -> None:
    """Queue a mail to each owner whose address is verified, within the transaction that deletes."""
    if not queue.is_configured():
        return
    owner_ids = [member["account_id"] for member in deletion["members"] if member["role"] == "owner"]
    actor = deletion["decided_by"]["actor"]
    concerned = {"_id": {"$in": [*owner_ids[:MAX_MAILS], *filter(None, [actor["id"]])]}}
    addresses = {
        account["_id"]: account for account in accounts.account_addresses().find(concerned, session=session)
    }
    deleter = addresses.get(actor["id"])
    values = {
        "who": accounts.address_of(deleter) if deleter is not None else "The operator",
        "organization": deletion["organization"]["name"],
        "until": f"{deletion['purge_at']:%Y-%m-%d %H:%M} UTC",
    }
    kind = replace(ORGANIZATION_DELETED, shortened_to=deletion["purge_at"] - moments.now())
    for account in _addressees(addresses, owner_ids):
        claims: Claims = {"account_id": account["_id"], "deletion_id": deletion["deletion_id"]}
        queue.put(kind, accounts.address_of(account), session, values, claims)


def _addressees(addresses: dict[str, AccountAddress], owner_ids: list[str]) -> list[AccountAddress]:
    owners = [addresses[owner_id] for owner_id in owner_ids[:MAX_MAILS] if owner_id in addresses]
    return list(filter(accounts.is_verified, owners))
