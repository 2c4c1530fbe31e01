"""What is stored when a storm is over, read without the library."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.concurrency import document_model
from tests.concurrency.history import Document, Operation, Seen
from tests.support import databases


class Aftermath:
    """Organizations and tenants' documents as they are in the end.

    Parameters
    ----------
    stored
        Databases at rest.
    operations
        All that was done.
    """

    def __init__(self, stored: databases.Databases, operations: Sequence[Operation]) -> None:
        self._operations = operations
        self._now = time.monotonic_ns()
        organizations = list(stored.master["organizations"].find())
        self._organizations = {organization["_id"]: organization for organization in organizations}
        self._kept = {deletion["_id"]: deletion for deletion in stored.master["deletions"].find()}
        self._actions: dict[str, Counter[str]] = {name: Counter() for name in self._organizations}
        for record in stored.master["audit"].find({"action": {"$regex": "^organization"}}):
            (organization_id,) = record["organization_ids"]
            action = record["action"].removeprefix("organization.")
            self._actions.setdefault(organization_id, Counter())[action] += 1
        with_documents = (*organizations, *self._kept.values())
        self._owners = {owner["collection"]: owner["_id"] for owner in with_documents}
        self._contents = {
            name: {document["_id"]: document for document in stored.tenants[name].find()}
            for name in stored.collections()
        }

    def operations(self) -> Iterator[Operation]:
        """Return what is stored as reads that come after all that was done."""
        for organization_id in {operation.organization for operation in self._operations} - {""}:
            yield self._read(organization_id)
        documents = {
            (operation.organization, operation.argument.id)
            for operation in self._operations
            if operation.name in document_model.OPERATIONS and operation.organization in self._organizations
        }
        for organization_id, document_id in documents:
            value = self._content(organization_id).get(document_id, {"value": ""})["value"]
            yield self._operation("get", organization_id, Document(document_id), value)

    def lost(self) -> list[Operation]:
        """Return acknowledged insertions, tried by nobody to undo, that are not where their owner's are.

        An owner that is deleted and can be brought back has its documents still.
        """
        removed = {
            (operation.organization, operation.argument.id)
            for operation in self._operations
            if operation.name == "remove"
        }
        return [
            operation
            for operation in self._operations
            if (operation.name, operation.outcome) == ("insert", "done")
            and operation.organization in self._owners.values()
            and (operation.organization, operation.argument.id) not in removed
            and operation.argument.id not in self._content(operation.organization)
        ]

    def zombies(self) -> list[databases.Document]:
        """Return documents in collections that no organization has, and none that can be brought back."""
        return [
            document
            for name, content in self._contents.items()
            if name not in self._owners
            for document in content.values()
        ]

    def foreign(self) -> list[databases.Document]:
        """Return documents in the collection of another organization than the one that wrote them."""
        return [
            document
            for name, owner in self._owners.items()
            for document in self._contents.get(name, {}).values()
            if document["owner"] != owner
        ]

    def misrecorded(self) -> list[str]:
        """Return organizations whose audit record does not tell each creation, change and deletion once."""
        return [
            organization_id
            for organization_id, actions in self._actions.items()
            if not self._tells(organization_id, actions)
        ]

    def _tells(self, organization_id: str, actions: Counter[str]) -> bool:
        stored = self._organizations.get(organization_id)
        is_whole = actions["created"] == 1 and actions["deleted"] == (stored is None)
        # A rename counts twice: as it is intended, and as it is completed.
        return is_whole and (
            stored is None or stored["version"] == 1 + actions["changed"] + 2 * actions["renamed"]
        )

    def _content(self, organization_id: str) -> dict[str, databases.Document]:
        owner = self._organizations.get(organization_id) or self._kept[organization_id]
        return self._contents.get(owner["collection"], {})

    def _read(self, organization_id: str) -> Operation:
        stored = self._organizations.get(organization_id)
        if stored is None:
            return self._operation("read", organization_id, "", Seen("deleted"))
        seen = Seen(stored["state"], stored["version"], stored["slug"])
        return self._operation("read", organization_id, stored["metadata"]["mark"], seen)

    def _operation(self, name: str, organization_id: str, argument: Any, result: Any) -> Operation:
        return Operation(name, organization_id, argument, "done", result, self._now, time.monotonic_ns())
