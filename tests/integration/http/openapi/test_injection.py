"""No field beyond those of the OpenAPI document is taken, and no value is taken for an operator of MongoDB.

The requests are made of the document, so an operation or a field that is added is tried as well.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tenantry.runtime import moments
from tests.support.databases import Databases
from tests.support.openapi import OPERATIONS, Operation, at, closed_objects, places, replaced
from tests.support.owners import Owner
from tests.support.service import Answer

# Besides the fields of all that is stored.
FIELDS = {
    "__proto__", "constructor", "prototype", "class", "isAdmin", "admin", "permissions", "owner", "tenant",
    "$set", "$where", "$expr", "$inc", "$rename", "state.", "organization.slug",
}  # fmt: skip
OPERATORS: list[dict[str, Any]] = [
    {"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, {"$where": "1"}, {"$in": ["a"]}, {"$exists": True},
    {"$expr": {"$eq": [1, 1]}}, {"$set": {"state": "active"}},
]  # fmt: skip
WITH_BODY = {name: operation for name, operation in OPERATIONS.items() if operation.body_schema}
# The others' bodies are documents, whose fields are the tenant's own.
WITH_FIELDS = {
    name: operation for name, operation in WITH_BODY.items() if "properties" in operation.body_schema
}
# A query of the operator's own, in which operators belong.
RULE = ("validator", "rule")
# Filters that are any text, with which no name begins here.
TEXTS = {"name_prefix", "cluster", "plan"}
OF_DOCUMENTS = WITH_BODY.keys() - WITH_FIELDS.keys()


@pytest.fixture
def owner(owner: Owner, databases: Databases) -> Owner:
    """The owner of Alpha, and of another organization; both have changed lately.

    So what is counted as a change and taken back, as for an index that is missing, leaves no trace.
    """
    owner.service.post("/organizations", {"name": "Other"}, token=owner.token)
    lately = {"changes_until": moments.now() + timedelta(minutes=30)}
    databases.master["organizations"].update_many({}, {"$set": lately})
    return owner


@pytest.fixture
def database_unchanged(owner: Owner, databases: Databases) -> Iterator[None]:
    before = databases.fingerprint()
    yield
    assert databases.fingerprint() == before


@pytest.fixture
def path_parameters(owner: Owner) -> dict[str, str]:
    return {
        "organization": owner.slug, "document": "kept", "name": "kind", "member": "mem_1",
        "key": "key_1", "secret": "sec_1",
        "invitation": "inv_1", "plan": "pro", "rollout": "orders-by-date", "slug": "formerly",
    }  # fmt: skip


def stored_names(databases: Databases) -> set[str]:
    """Return the names of all fields that the master database holds, at any depth."""
    documents = [
        document
        for name in databases.master.list_collection_names()
        for document in databases.master[name].find()
    ]
    return {str(path[-1]) for document in documents for path in places(document)}


def refused_for(answer: Answer, field: str) -> bool:
    return answer.status == 422 and field in [error["field"] for error in answer.json["errors"]]


def required_query(operation: Operation, owner: Owner) -> dict[str, str]:
    """Return what the query must have; the address is of an account, for which a cursor is looked at."""
    values = {"address": owner.email, "organization": owner.slug}
    return {name: values[name] for name in operation.required_parameters("query")}


def found_nothing(answer: Answer) -> bool:
    return answer.status == 200 and not any(answer.json.values())


def test_documents_are_the_only_bodies_of_any_shape() -> None:
    assert {"insertDocuments", "putDocument", "patchDocument"} == OF_DOCUMENTS
    assert WITH_FIELDS.keys() >= {"createOrganization", "updateOrganization", "login", "changePassword"}


@pytest.mark.usefixtures("database_unchanged")
def test_field_that_the_schema_does_not_name_is_refused(
    owner: Owner, databases: Databases, path_parameters: dict[str, str]
) -> None:
    names = stored_names(databases) | FIELDS
    assert names >= {"_id", "version", "state", "collection", "slugs", "intent", "auth_epoch", "role"}
    for operation in WITH_FIELDS.values():
        for path in closed_objects(operation.body_schema):
            for name in names - at(operation.body, path).keys():
                body = replaced(operation.body, (*path, name), "active")
                answer = operation.send(owner, path_parameters, body=body)
                assert refused_for(answer, ".".join(map(str, (*path, name)))), f"{body}: {answer.text}"


@pytest.mark.usefixtures("database_unchanged")
def test_operator_in_the_place_of_a_field_is_refused(owner: Owner, path_parameters: dict[str, str]) -> None:
    for operation in WITH_FIELDS.values():
        for path in (path for path in places(operation.body) if path[:2] != RULE):
            for value in (*OPERATORS, OPERATORS):
                body = replaced(operation.body, path, value)
                answer = operation.send(owner, path_parameters, body=body)
                assert answer.status == 422, f"{body}: {answer.text}"
                assert answer.json["errors"][0]["field"].startswith(str(path[0]))


@pytest.mark.usefixtures("database_unchanged")
def test_operator_in_a_path_names_nothing(owner: Owner, path_parameters: dict[str, str]) -> None:
    for operation in OPERATIONS.values():
        for name in operation.parameters("path"):
            for value in OPERATORS:
                sent = path_parameters | {name: json.dumps(value)}
                answer = operation.send(owner, sent, body=operation.body)
                assert answer.status in {404, 422}, f"{operation.method} {sent}: {answer.text}"


@pytest.mark.usefixtures("database_unchanged")
def test_operator_in_a_query_is_refused(owner: Owner, path_parameters: dict[str, str]) -> None:
    for operation in OPERATIONS.values():
        for name in operation.parameters("query"):
            for value in OPERATORS:
                query = required_query(operation, owner) | {name: json.dumps(value)}
                answer = operation.send(owner, path_parameters, query, operation.body)
                if name in TEXTS and found_nothing(answer):
                    continue
                assert answer.status == 422, f"{name}={value}: {answer.text}"
                assert answer.json["errors"][0]["field"].startswith(name)
            for nested in (f"{name}[$ne]", f"{name}[$where]", f"{name}.$ne", f"${name}"):
                query = required_query(operation, owner) | {nested: "1"}
                answer = operation.send(owner, path_parameters, query, operation.body)
                assert refused_for(answer, nested), answer.text
