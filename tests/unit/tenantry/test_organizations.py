import re
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry import database, organizations
from tenantry.errors import OrganizationExists
from tenantry.organizations import OrganizationDocument

# What needs a transaction is tested against a real server.
Master = Database[dict[str, Any]]


def add(master: Master, slug: str) -> OrganizationDocument:
    organization = organizations.create_document(slug.title(), slug, {"plan": "pro"})
    master["organizations"].insert_one(dict(organization))
    return organization


def test_an_organization_begins_active_at_version_1() -> None:
    before = database.now()
    organization = organizations.create_document("Google & Co", "google-co", {"plan": "pro"})
    assert before <= organization["created_at"] <= database.now()
    assert organization == {
        "_id": organization["_id"],
        "name": "Google & Co",
        "slug": "google-co",
        "slugs": ["google-co"],
        "collection": "org_google_co",
        "cluster": "main",
        "pool": None,
        "namespaces": 2,
        "state": "active",
        "version": 1,
        "metadata": {"plan": "pro"},
        "created_at": organization["created_at"],
        "updated_at": organization["created_at"],
        "intent": None,
    }


def test_documents_are_in_the_collection_of_the_slug_or_in_a_pool() -> None:
    own = organizations.create_document("Google", "google", {}, "eu")
    shared = organizations.create_document("Google", "google", {}, "eu", "pool_3")
    assert organizations.placement(own) == ("eu", "collection", "org_google")
    assert organizations.placement(shared) == ("eu", "pooled", "pool_3")
    del own["cluster"], own["pool"]
    assert organizations.placement(own) == ("main", "collection", "org_google")


def test_ids_are_random_and_no_slugs() -> None:
    ids = {organizations.create_document("Google", "google", {})["_id"] for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"org_[0-9a-f]{32}", text) for text in ids)


def test_times_are_kept_as_the_database_keeps_them(master: Master) -> None:
    organization = add(master, "google")
    assert organizations.find(organization["_id"]) == organization
    assert database.now().microsecond % 1000 == 0
    assert database.now().utcoffset() == timedelta()


def test_an_organization_is_found_by_every_slug_it_holds(master: Master) -> None:
    organization = add(master, "google")
    master["organizations"].update_one({}, {"$set": {"slugs": ["alphabet", "google"]}})
    for slug in ("alphabet", "google"):
        holder = organizations.find_holder(slug)
        assert holder is not None
        assert holder["_id"] == organization["_id"]
    assert organizations.find_holder("amazon") is None
    assert organizations.find("google") is None


def test_a_change_raises_the_version(master: Master) -> None:
    changed = organizations.replace(add(master, "google"), {"name": "Alphabet"})
    assert changed is not None
    assert (changed["name"], changed["version"], changed["slug"]) == ("Alphabet", 2, "google")
    assert organizations.find(changed["_id"]) == changed


@pytest.mark.parametrize("meanwhile", [{"version": 2}, {"state": "renaming"}])
def test_a_change_of_what_has_changed_meanwhile_does_nothing(
    meanwhile: dict[str, Any], master: Master
) -> None:
    organization = add(master, "google")
    master["organizations"].update_one({}, {"$set": meanwhile})
    before = organizations.find(organization["_id"])
    assert organizations.replace(organization, {"name": "Alphabet"}) is None
    assert organizations.find(organization["_id"]) == before


def test_a_slug_that_another_holds_is_taken(master: Master) -> None:
    google = add(master, "google")
    add(master, "amazon")
    with pytest.raises(OrganizationExists):
        organizations.replace(google, {"slugs": ["amazon"]})
    assert organizations.find(google["_id"]) == google
