"""What creating, renaming and deleting an organization costs, against the server's bare commands.

They take turns on one server, because each of these commands copies the catalog of all collections.
"""

import uuid
from collections import deque
from typing import Final

from bench.rounds import medians
from bench.scale.population import email_of
from tenantry.identity import accounts, members
from tenantry.identity.members import Membership
from tenantry.identity.owners import ExistingAccount
from tenantry.lifecycle import creating, deleting, slugs, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.updating import Changes
from tenantry.registry import clusters
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import mongodb
from tenantry.runtime.settings import settings

STEPS: Final = ("create", "rename", "delete")
ROUNDS: Final = 30
WARM_UP_ROUNDS: Final = 3
MANY, FEW = 1_000_000, 10  # documents
BATCH: Final = 10_000
RENAMES: Final = 100


def steps() -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each step, in both ways; in an environment."""
    library, bare = Library(), Bare()
    return {
        step: medians(
            step, {"library": getattr(library, step), "bare": getattr(bare, step)}, ROUNDS, WARM_UP_ROUNDS
        )
        for step in STEPS
    }


def renames() -> dict[str, float]:
    """Return the median milliseconds of renaming an organization with many documents and one with few."""
    ways = {f"{number:,}": _with_documents(number) for number in (MANY, FEW)}
    renaming = {name: library.rename for name, library in ways.items()}
    milliseconds = medians("rename", renaming, RENAMES, WARM_UP_ROUNDS)
    for library in ways.values():
        library.delete()
    return milliseconds


def _with_documents(number: int) -> "Library":
    library = Library()
    collection = clusters.tenant_database(clusters.MAIN)[library.create()["collection"]]
    for first in range(0, number, BATCH):
        collection.insert_many({"_id": key} for key in range(first, first + min(BATCH, number)))
    return library


class Library:
    """Creates organizations of one account, and renames and deletes them in the same order."""

    def __init__(self) -> None:
        account = accounts.find_by_email(email_of(0))
        assert account is not None, "the population is there"  # noqa: S101
        self._owner = members.memberships(account["_id"])[0]
        self._made: deque[OrganizationDocument] = deque()

    def create(self) -> OrganizationDocument:
        """Create one more."""
        created = creating.create(_wanted(), ExistingAccount(self._owner.account_id)).organization
        self._made.append(created)
        return created

    def rename(self) -> None:
        """Rename the one that has waited longest."""
        changes = Changes(_name())
        self._made.append(updating.update(self._next(), changes, lambda _: True))

    def delete(self) -> None:
        """Delete the one that has waited longest."""
        deleting.delete(self._next())

    def _next(self) -> Membership:
        return self._owner._replace(organization=self._made.popleft())


class Bare:
    """The same on collections alone, with nothing but the server's commands."""

    def __init__(self) -> None:
        self._tenants = clusters.tenant_database(clusters.MAIN)
        self._made: deque[str] = deque()

    def create(self) -> None:
        """Create one more."""
        name = _name()
        mongodb.run_majority_command(self._tenants, {"create": name})
        self._made.append(name)

    def rename(self) -> None:
        """Rename the one that has waited longest."""
        name, prefix = _name(), settings().tenant_database
        command = {"renameCollection": f"{prefix}.{self._made.popleft()}", "to": f"{prefix}.{name}"}
        mongodb.run_majority_command(mongodb.client().admin, command)
        self._made.append(name)

    def delete(self) -> None:
        """Drop the one that has waited longest."""
        mongodb.run_majority_command(self._tenants, {"drop": self._made.popleft()})


def _wanted() -> NewOrganization:
    name = _name()
    return NewOrganization(name, slugs.derive(name))


def _name() -> str:
    return f"bench {uuid.uuid4().hex}"
