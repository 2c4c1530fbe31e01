"""What clients are answered when documents or their bytes are limited."""

from typing import Any

import pytest

from tests.integration.http.documents.conftest import Documents
from tests.support.databases import Databases
from tests.support.service import Answer


@pytest.fixture
def limited(documents: Documents, databases: Databases) -> Documents:
    """The documents of an organization that has one of three documents, and one of 50,000 bytes."""
    limits = {"$set": {"limits": {"documents": 3, "bytes": 50_000}}}
    databases.master["organizations"].update_one({}, limits)
    return documents


def refusal(answer: Answer) -> tuple[int, str, Any]:
    return answer.status, answer.code, answer.json["name"]


def test_limit_refuses_what_adds_and_nothing_else(limited: Documents) -> None:
    assert limited.insert([{"_id": "a"}, {"_id": "b"}]).status == 201
    refused = limited.insert({"_id": 3})
    assert refusal(refused) == (403, "limit-reached", "documents")
    assert (refused.json["limit"], refused.json["use"]) == (3, 3)
    assert refusal(limited.of("3", "PUT", {})) == (403, "limit-reached", "documents")
    assert limited.of("b", "PUT", {"text": "x" * 40_000}).status == 200
    assert refusal(limited.of("a", "PATCH", {"text": "x" * 40_000})) == (403, "limit-reached", "bytes")
    assert limited.of("b", "PATCH", {"text": "x"}).status == 200
    assert limited.of("a", "PATCH", {"text": "x" * 40_000}).status == 200
    assert limited.of("a", "DELETE").status == 204
    assert limited.insert({"_id": 3}).status == 201


@pytest.mark.parametrize("ordered", ["true", "false"])
def test_list_that_has_no_room_is_refused_line_by_line(
    limited: Documents, databases: Databases, ordered: str
) -> None:
    sent = [{"_id": number} for number in range(1, 5)]
    answer = limited.insert(sent, f"?ordered={ordered}")
    assert (answer.status, answer.json["inserted"]) == (207, 0)
    assert {(each["status"], each["code"]) for each in answer.json["results"]} == {(403, "limit-reached")}
    assert [document["_id"] for document in databases.documents("org_alpha")] == ["kept"]
    again = limited.insert(sent[:2], f"?ordered={ordered}", headers={"Idempotency-Key": "one"})
    assert (again.status, again.json["inserted"]) == (201, 2)
