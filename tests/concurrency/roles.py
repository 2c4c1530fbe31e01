"""What the processes of a storm do, step by step."""

from collections.abc import Callable, Sequence
from typing import Final

from tests.concurrency.client import SHARED_DOCUMENTS, Client
from tests.concurrency.history import Operation

FIRST: Final = "first"  # mark of an organization that keeps its account alive, so nobody deletes it
ORGANIZATIONS_PER_ACCOUNT: Final = 2
AWAY: Final = ("invalid-token", "organization-not-found", "service-unavailable")
CHANGES: Final = 12  # of one organization in a row, or fewer
TENANT_OPERATIONS: Final = 20  # with one organization, unless it goes away


def administer(client: Client, emails: Sequence[str]) -> None:
    """Change an organization of somebody for a while; in the end delete it, or create another beside it."""
    ids = client.log_in(client.random.choice(emails))
    organization = client.read(client.random.choice(ids)) if ids else None
    if organization is None:
        return
    version = organization["version"]
    for _ in range(client.random.randrange(CHANGES)):
        changed = _change_once(client, organization["id"], version)
        if changed.outcome == "done":
            version = changed.result.version
        elif changed.outcome == "unknown" or changed.result in AWAY:
            return
    if len(ids) < ORGANIZATIONS_PER_ACCOUNT:
        client.create(organization["id"], client.slug())
    elif organization["metadata"]["mark"] != FIRST:
        client.delete(organization["id"])


def _change_once(client: Client, organization_id: str, version: int) -> Operation:
    choice = client.random.random()
    slug = None if choice < 0.05 else client.slug()
    return client.update(organization_id, slug, version if choice < 0.15 else None)


def write(client: Client, emails: Sequence[str]) -> None:
    """Write to one organization's collection, whatever its name, until it is deleted."""
    _use(client, emails, _write_once)


def read(client: Client, emails: Sequence[str]) -> None:
    """Read one organization and its collection, whatever its name, until it is deleted."""
    _use(client, emails, _read_once)


def _use(client: Client, emails: Sequence[str], use_once: Callable[[Client, str], Operation]) -> None:
    ids = client.log_in(client.random.choice(emails))
    if not ids:
        return
    organization_id = client.random.choice(ids)
    for _ in range(TENANT_OPERATIONS):
        if use_once(client, organization_id).result in AWAY:
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
