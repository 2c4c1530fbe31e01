"""A client of the library that records all that it does, with few names and few documents."""

import itertools
import random
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from tenantry import accounts, lifecycle
from tenantry.accounts import Membership
from tenantry.organizations import OrganizationDocument
from tenantry.schemas import CreateOrganization, UpdateOrganization
from tenantry.tenants import TenantCollection
from tests.concurrency.history import Change, Creation, Document, Operation, Outcome, Seen, outcome_of

SLUGS: Final = tuple(f"name-{number}" for number in range(8))
SHARED_DOCUMENTS: Final = tuple(f"shared-{number}" for number in range(4))


class Client:
    """One process's use of the library.

    A request begins with reading the caller's membership, so creating, updating and deleting count from
    there: what was read may be all that an answer rests on.

    Parameters
    ----------
    number
        Tells the client's values from those of others.
    """

    def __init__(self, number: int) -> None:
        self.operations: list[Operation] = []
        self.random = random.Random()  # noqa: S311 - nothing secret
        self._values = (f"{number}-{count}" for count in itertools.count())
        self._known: dict[str, set[str]] = defaultdict(set)
        self._began = 0
        self._collection = cache(TenantCollection)  # kept, so that many start from an old name

    def value(self) -> str:
        """Return a text that nobody has used yet."""
        return next(self._values)

    def memberships(self, account_id: str) -> list[Membership]:
        """Read an account's organizations; those that were there before and are not are deleted."""
        self._began = invoked = time.monotonic_ns()
        outcome, found = answer = outcome_of(lambda: accounts.memberships(account_id))
        if outcome != "done":
            self._append("list", "", account_id, answer, invoked)
            return []
        for one in found:
            mark = one.organization["metadata"]["mark"]
            self._append("read", one.organization_id, mark, ("done", _seen(one.organization)), invoked)
        ids = {one.organization_id for one in found}
        for gone in self._known[account_id] - ids:
            self._append("read", gone, "", ("done", Seen("deleted")), invoked)
        self._known[account_id] = ids
        return list(found)

    def create(self, slug: str, caller: Membership | None, mark: str, **owner: str) -> None:
        """Create an organization, for a caller or with an account of its own."""
        wanted = CreateOrganization(name=slug, metadata={"mark": mark}, **owner)
        outcome, created = answer = outcome_of(lambda: lifecycle.create(wanted, caller))
        organization = created.organization["_id"] if outcome == "done" else ""
        self._append("create", organization, Creation(slug, mark), answer, self._began)

    def update(self, member: Membership, slug: str | None, *, conditional: bool) -> None:
        """Rename an organization, or change its metadata alone, perhaps on condition of its version."""
        expected = member.organization["version"] if conditional else None
        changes = UpdateOrganization(name=slug, metadata={"changed": self.value()})

        def update() -> Seen:
            return _seen(lifecycle.update(member, changes, lambda version: expected in (None, version)))

        answer = outcome_of(update)
        self._append("update", member.organization_id, Change(slug, expected), answer, self._began)

    def delete(self, member: Membership) -> None:
        """Delete an organization."""
        answer = outcome_of(lambda: lifecycle.delete(member))
        self._append("delete", member.organization_id, None, answer, self._began)

    def insert(self, organization_id: str, document_id: str) -> Operation:
        """Insert a document that says whose it is."""
        value = self.value()
        content = {"_id": document_id, "owner": organization_id, "value": value}
        mine = self._collection(organization_id)

        def insert() -> str:
            return str(mine.insert_one(content).inserted_id)

        return self._record("insert", organization_id, Document(document_id, value), insert)

    def set(self, organization_id: str, document_id: str) -> Operation:
        """Update a document, if it is there."""
        value = self.value()
        update = {"$set": {"value": value}}
        mine = self._collection(organization_id)

        def set_value() -> bool:
            return mine.update_one({"_id": document_id}, update).matched_count == 1

        return self._record("set", organization_id, Document(document_id, value), set_value)

    def remove(self, organization_id: str, document_id: str) -> Operation:
        """Delete a document, if it is there."""
        mine = self._collection(organization_id)

        def remove() -> bool:
            return mine.delete_one({"_id": document_id}).deleted_count == 1

        return self._record("remove", organization_id, Document(document_id), remove)

    def get(self, organization_id: str, document_id: str) -> Operation:
        """Find a document; the empty string if it is not there."""
        mine = self._collection(organization_id)

        def get() -> Any:
            return (mine.find_one({"_id": document_id}) or {"value": ""})["value"]

        return self._record("get", organization_id, Document(document_id), get)

    def find_shared(self, organization_id: str) -> Operation:
        """Find all shared documents at once; to each it is as if it had been got."""
        query = {"_id": {"$in": list(SHARED_DOCUMENTS)}}
        mine = self._collection(organization_id)
        operation = self._record("find", organization_id, None, lambda: mine.find(query))
        if operation.outcome == "done":
            values = {document["_id"]: document["value"] for document in operation.result}
            for one in SHARED_DOCUMENTS:
                value = values.get(one, "")
                self._append("get", organization_id, Document(one), ("done", value), operation.invoked)
        return operation

    def _record(self, name: str, organization: str, argument: Any, function: Callable[[], Any]) -> Operation:
        invoked = time.monotonic_ns()
        return self._append(name, organization, argument, outcome_of(function), invoked)

    def _append(
        self, name: str, organization: str, argument: Any, answer: tuple[Outcome, Any], invoked: int
    ) -> Operation:
        operation = Operation(name, organization, argument, *answer, invoked, time.monotonic_ns())
        self.operations.append(operation)
        return operation


def _seen(organization: OrganizationDocument) -> Seen:
    return Seen(organization["state"], organization["version"], organization["slug"])
