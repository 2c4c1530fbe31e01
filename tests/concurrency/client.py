"""A client of the service that records all that it does, with few names and few documents."""

import itertools
import random
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from tenantry.runtime.settings import settings
from tenantry.tenants import TenantCollection
from tests.concurrency.api import Api, Refused
from tests.concurrency.history import Change, Creation, Document, Operation, Outcome, Seen, outcome_of
from tests.support.owners import PASSWORD

SLUGS: Final = tuple(f"name-{number}" for number in range(12))
MORE_SLUGS: Final = tuple(f"name-{number}" for number in range(24))  # where each organization has a few
SHARED_DOCUMENTS: Final = tuple(f"shared-{number}" for number in range(4))

Content = dict[str, Any]


class Client:
    """One process's use of the service: HTTP for organizations, the library for tenants' documents.

    Parameters
    ----------
    number
        Tells the client's values from those of others.
    """

    def __init__(self, number: int) -> None:
        self.operations: list[Operation] = []
        self.random = random.Random()  # noqa: S311 - nothing secret
        self._values = (f"{number}-{count}" for count in itertools.count())
        self._api = Api()
        self._tokens: dict[str, str] = {}  # by organization
        self._collection = cache(TenantCollection)  # kept, so that many start from an old name

    def slug(self) -> str:
        """Return one of few names."""
        return self.random.choice(MORE_SLUGS if settings().former_slug_days else SLUGS)

    def value(self) -> str:
        """Return a text that nobody has used yet."""
        return next(self._values)

    def sign_up(self, email: str, slug: str, mark: str) -> None:
        """Create an organization with an account of its own, and log in."""
        self._create(slug, mark, {"email": email, "password": PASSWORD}, None)
        self.log_in(email)

    def log_in(self, email: str) -> list[str]:
        """Log in and return the organizations of the account for which there is a token then."""
        listed = self._log_in({"email": email, "password": PASSWORD})
        for organization_id in listed:
            if organization_id not in self._tokens:
                self._log_in({"email": email, "password": PASSWORD, "organization": organization_id})
        return [organization_id for organization_id in listed if organization_id in self._tokens]

    def _log_in(self, credentials: Content) -> list[str]:
        def log_in() -> list[str]:
            try:
                session = self._api.request("POST", "/login", json_body=credentials)
            except Refused as refusal:
                if refusal.code != "organization-required":
                    raise
                return [organization["id"] for organization in refusal.problem["organizations"]]
            self._tokens[session["organization"]["id"]] = session["access_token"]
            return [session["organization"]["id"]]

        login = self._record("login", "", credentials["email"], log_in)
        return list(login.result) if login.outcome == "done" else []

    def read(self, organization_id: str) -> Content | None:
        """Read an organization, if it is there."""
        invoked = time.monotonic_ns()
        outcome, organization = outcome_of(lambda: self._request("GET", organization_id))
        if outcome != "done":
            self._append("read", organization_id, "", (outcome, organization), invoked)
            return None
        mark = organization["metadata"]["mark"]
        self._append("read", organization_id, mark, (outcome, _seen(organization)), invoked)
        return dict(organization)

    def create(self, beside: str, slug: str) -> None:
        """Create an organization for the account that has another one."""
        self._create(slug, self.value(), {}, self._tokens[beside])

    def _create(self, slug: str, mark: str, owner: dict[str, str], token: str | None) -> None:
        wanted = {"name": slug, "metadata": {"mark": mark}} | owner
        invoked = time.monotonic_ns()
        outcome, created = outcome_of(
            lambda: self._api.request("POST", "/organizations", json_body=wanted, token=token)
        )
        organization_id = created["organization"]["id"] if outcome == "done" else ""
        self._append("create", organization_id, Creation(slug, mark), (outcome, created), invoked)

    def update(self, organization_id: str, slug: str | None, version: int | None = None) -> Operation:
        """Rename an organization, or change its metadata alone, perhaps on condition of its version."""
        changes: Content = {"metadata": {"changed": self.value()}} | ({"name": slug} if slug else {})
        condition = {"If-Match": f'"{version}"'} if version else {}

        def update() -> Seen:
            return _seen(self._request("PATCH", organization_id, json_body=changes, headers=condition))

        return self._record("update", organization_id, Change(slug, version), update)

    def delete(self, organization_id: str) -> None:
        """Delete an organization."""
        self._record("delete", organization_id, None, lambda: self._request("DELETE", organization_id))

    def _request(self, method: str, organization_id: str, **parts: Any) -> Any:
        path = f"/organizations/{organization_id}"
        return self._api.request(method, path, token=self._tokens[organization_id], **parts)

    def insert(self, organization_id: str, document_id: str) -> Operation:
        """Insert a document that says whose it is."""
        value = self.value()
        content = {"_id": document_id, "owner": organization_id, "value": value}
        documents = self._collection(organization_id)

        def insert() -> str:
            return str(documents.insert_one(content).inserted_id)

        return self._record("insert", organization_id, Document(document_id, value), insert)

    def set(self, organization_id: str, document_id: str) -> Operation:
        """Update a document, if it is there."""
        value = self.value()
        update = {"$set": {"value": value}}
        documents = self._collection(organization_id)

        def set_value() -> bool:
            return documents.update_one({"_id": document_id}, update).matched_count == 1

        return self._record("set", organization_id, Document(document_id, value), set_value)

    def remove(self, organization_id: str, document_id: str) -> Operation:
        """Delete a document, if it is there."""
        documents = self._collection(organization_id)

        def remove() -> bool:
            return documents.delete_one({"_id": document_id}).deleted_count == 1

        return self._record("remove", organization_id, Document(document_id), remove)

    def get(self, organization_id: str, document_id: str) -> Operation:
        """Find a document; the empty string if it is not there."""
        documents = self._collection(organization_id)

        def get() -> Any:
            return (documents.find_one({"_id": document_id}) or {"value": ""})["value"]

        return self._record("get", organization_id, Document(document_id), get)

    def find_shared(self, organization_id: str) -> Operation:
        """Find all shared documents at once; to each it is as if it had been got."""
        query = {"_id": {"$in": list(SHARED_DOCUMENTS)}}
        documents = self._collection(organization_id)
        operation = self._record("find", organization_id, None, lambda: documents.find(query))
        if operation.outcome == "done":
            values = {document["_id"]: document["value"] for document in operation.result}
            for document_id in SHARED_DOCUMENTS:
                answer: tuple[Outcome, Any] = "done", values.get(document_id, "")
                self._append("get", organization_id, Document(document_id), answer, operation.invoked)
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


def _seen(organization: Content) -> Seen:
    return Seen(organization["state"], organization["version"], organization["slug"])
