"""What the processes of a storm do, step by step."""

from collections.abc import Callable
from typing import Final

from tenantry.accounts import Membership
from tests.concurrency.client import SHARED_DOCUMENTS, SLUGS, Client
from tests.concurrency.history import Operation

FIRST: Final = "first"  # mark of an organization that keeps its account alive, so nobody deletes it
ORGANIZATIONS_PER_ACCOUNT: Final = 2
TENANT_OPERATIONS: Final = 20  # with one organization, unless it goes away


def administer(client: Client, account_ids: list[str]) -> None:
    """Change, delete or create an organization of somebody."""
    memberships = client.memberships(client.random.choice(account_ids))
    if not memberships:
        return
    member = client.random.choice(memberships)
    slug = client.random.choice(SLUGS)
    choice = client.random.random()
    if choice < 0.15 and len(memberships) < ORGANIZATIONS_PER_ACCOUNT:
        client.create(slug, member, client.value())
    elif choice < 0.25 and member.organization["metadata"]["mark"] != FIRST:
        client.delete(member)
    else:
        client.update(member, None if choice > 0.95 else slug, conditional=choice > 0.85)


def write(client: Client, account_ids: list[str]) -> None:
    """Write to one organization's collection, whatever its name, until it is deleted."""
    _use(client, account_ids, _write_once)


def read(client: Client, account_ids: list[str]) -> None:
    """Read one organization and its collection, whatever its name, until it is deleted."""
    _use(client, account_ids, _read_once)


def _use(client: Client, account_ids: list[str], use_once: Callable[[Client, str], Operation]) -> None:
    memberships: list[Membership] = client.memberships(client.random.choice(account_ids))
    if not memberships:
        return
    organization_id = client.random.choice(memberships).organization_id
    for _ in range(TENANT_OPERATIONS):
        if use_once(client, organization_id).result in ("organization-not-found", "service-unavailable"):
            return


def _write_once(client: Client, organization_id: str) -> Operation:
    choice = client.random.random()
    shared = client.random.choice(SHARED_DOCUMENTS)
    if choice < 0.1:
        return client.set(organization_id, shared)
    if choice < 0.15:
        return client.remove(organization_id, shared)
    if choice < 0.25:
        return client.insert(organization_id, shared)
    inserted = client.insert(organization_id, client.value())
    if choice < 0.35 and inserted.outcome == "done":
        return client.get(organization_id, inserted.argument.id)
    return inserted


def _read_once(client: Client, organization_id: str) -> Operation:
    if client.random.random() < 0.5:
        return client.find_shared(organization_id)
    return client.get(organization_id, client.random.choice(SHARED_DOCUMENTS))
