"""A rename keeps every document, index and option, and never touches another organization's collection."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tenantry.tenants import TenantCollection
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.owners import Owner, sign_up
from tests.support.service import Service

DOCUMENTS = 100_000


@pytest.fixture
def owner(service: Service, databases: Databases) -> Owner:
    owner = sign_up(service, "Google")
    databases.tenants["org_google"].insert_one({"_id": "mine"})
    return owner


def collections_of(databases: Databases) -> dict[str, Any]:
    """Dump the tenants' collections only."""
    dump, prefix = databases.dump(), databases.tenants.name + "."
    return {name.removeprefix(prefix): content for name, content in dump.items() if name.startswith(prefix)}


@pytest.mark.parametrize("name", ["GOOGLE", "google", "Google!", "  -Google- ", "G\u00f6\u00f6gle"])
def test_name_that_differs_in_case_or_punctuation_leaves_the_collection_alone(
    owner: Owner, databases: Databases, name: str
) -> None:
    before = collections_of(databases)
    answer = owner.service.patch(owner.path, {"name": name}, token=owner.token)
    assert (answer.status, answer.json["slug"], answer.json["version"]) == (200, "google", 2)
    assert answer.json["name"] == name.strip()
    assert collections_of(databases) == before
    databases.check_invariants()


@pytest.mark.parametrize(
    "changes", [{"slug": "google"}, {"name": "Google"}, {"name": "Else", "slug": "google"}]
)
def test_same_slug_leaves_the_collection_alone(
    owner: Owner, databases: Databases, changes: dict[str, str]
) -> None:
    before = collections_of(databases)
    assert owner.service.patch(owner.path, changes, token=owner.token).status == 200
    assert collections_of(databases) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Amazon"},
        {"name": "AMAZON!"},
        {"slug": "amazon"},
        {"name": "Google", "slug": "amazon"},
        {"name": "Amazon", "metadata": {"color": "green"}},
    ],
)
def test_name_or_slug_of_another_leaves_both_intact(
    owner: Owner, databases: Databases, changes: Document
) -> None:
    sign_up(owner.service, "Amazon")
    databases.tenants["org_amazon"].insert_one({"_id": "theirs"})
    before = databases.fingerprint()
    answer = owner.service.patch(owner.path, changes, token=owner.token)
    assert (answer.status, answer.code) == (409, "organization-exists")
    counted = databases.master["organizations"].update_one(
        {"_id": owner.id}, {"$unset": {"changes_until": ""}}
    )
    assert counted.modified_count == 1
    assert databases.fingerprint() == before
    databases.check_invariants()


def test_explicit_slug_decides(owner: Owner, databases: Databases) -> None:
    answer = owner.service.patch(owner.path, {"name": "Alphabet", "slug": "abc-xyz"}, token=owner.token)
    assert (answer.json["name"], answer.json["slug"]) == ("Alphabet", "abc-xyz")
    assert list(databases.collections()) == ["org_abc_xyz"]
    answer = owner.service.patch(owner.path, {"slug": "google"}, token=owner.token)
    assert (answer.json["name"], answer.json["slug"]) == ("Alphabet", "google")
    assert list(databases.collections()) == ["org_google"]
    databases.check_invariants()


@pytest.mark.usefixtures("free_names")
def test_chain_of_renames_ends_where_it_says_and_frees_every_name_between(
    owner: Owner, databases: Databases
) -> None:
    identity = databases.collections()["org_google"]
    for name in ("One", "Two", "Google", "Three"):
        assert owner.service.patch(owner.path, {"name": name}, token=owner.token).status == 200
    assert databases.collections() == {"org_three": identity}
    assert TenantCollection(owner.id).find({}) == [{"_id": "mine"}]
    for name in ("Google", "One", "Two"):
        library.create(name, f"{name}@heirs.example")
    databases.check_invariants()


@pytest.mark.usefixtures("free_names")
def test_name_is_free_for_others_as_soon_as_it_is_left(owner: Owner, databases: Databases) -> None:
    neighbour = sign_up(owner.service, "Amazon")
    assert owner.service.patch(owner.path, {"name": "Between"}, token=owner.token).status == 200
    assert owner.service.patch(neighbour.path, {"name": "Google"}, token=neighbour.token).status == 200
    assert owner.service.patch(owner.path, {"name": "Amazon"}, token=owner.token).status == 200
    assert databases.tenants["org_amazon"].find_one() == {"_id": "mine"}
    assert databases.tenants["org_google"].find_one() is None
    databases.check_invariants()


def test_longest_slug_can_be_renamed_to_and_from(owner: Owner, databases: Databases) -> None:
    longest = "x" * 63
    assert owner.service.patch(owner.path, {"slug": longest}, token=owner.token).status == 200
    assert list(databases.collections()) == ["org_" + longest]
    assert owner.service.patch(owner.path, {"slug": "google"}, token=owner.token).status == 200
    assert databases.tenants["org_google"].find_one() == {"_id": "mine"}


def test_a_hundred_thousand_documents_with_indexes_and_options_survive(databases: Databases) -> None:
    member = library.create("Google")
    tenant = databases.tenants["org_google"]
    tenant.insert_many(
        ({"_id": number, "mail": f"{number}@example.com", "kind": number % 7} for number in range(DOCUMENTS)),
        ordered=False,
    )
    tenant.create_index("mail", unique=True, name="mail")
    tenant.create_index([("kind", 1), ("_id", -1)], name="kind")
    tenant.create_index("expires_at", expireAfterSeconds=3600, name="expiry")
    tenant.create_index("kind", partialFilterExpression={"kind": {"$gt": 3}}, name="partial", sparse=False)
    tenant.create_index([("text", "text")], name="text")
    databases.tenants.command(
        "collMod", "org_google", validator={"mail": {"$type": "string"}}, validationLevel="moderate"
    )
    before = collections_of(databases)["org_google"]
    started = datetime.now(UTC)
    library.rename(member, "Alphabet")
    elapsed = datetime.now(UTC) - started
    after = collections_of(databases)
    assert list(after) == ["org_alphabet"]
    assert len(after["org_alphabet"]["documents"]) == DOCUMENTS
    assert after["org_alphabet"] == before
    assert elapsed.total_seconds() < 5  # it is a change of the catalogue, not a copy
