import re
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from tenantry.errors import OrganizationExists
from tenantry.registry.organizations import changing, finding
from tenantry.registry.organizations.document import OrganizationDocument, create_document, place_of
from tenantry.runtime import moments

# What needs a transaction is tested against a real server.
Master = Database[dict[str, Any]]


def add(master: Master, slug: str) -> OrganizationDocument:
    organization = create_document(slug.title(), slug, {"color": "green"})
    master["organizations"].insert_one(dict(organization))
    return organization


def test_an_organization_begins_active_at_version_1() -> None:
    before = moments.now()
    organization = create_document("Google & Co", "google-co", {"color": "green"})
    assert before <= organization["created_at"] <= moments.now()
    assert organization == {
        "_id": organization["_id"],
        "name": "Google & Co",
        "folded_name": "google & co",
        "slug": "google-co",
        "slugs": ["google-co"],
        "collection": "org_google_co",
        "cluster": "main",
        "pool": None,
        "namespaces": 2,
        "state": "active",
        "version": 1,
        "metadata": {"color": "green"},
        "created_at": organization["created_at"],
        "updated_at": organization["created_at"],
        "intent": None,
    }


def test_documents_are_in_the_collection_of_the_slug_or_in_a_pool() -> None:
    alone = create_document("Google", "google", {}, "eu")
    shared = create_document("Google", "google", {}, "eu", "pool_3")
    assert place_of(alone) == ("eu", "collection", "org_google")
    assert place_of(shared) == ("eu", "pooled", "pool_3")
    del alone["cluster"], alone["pool"]
    assert place_of(alone) == ("main", "collection", "org_google")


def test_ids_are_random_and_no_slugs() -> None:
    ids = {create_document("Google", "google", {})["_id"] for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"org_[0-9a-f]{32}", text) for text in ids)


def test_times_are_kept_as_the_database_keeps_them(master: Master) -> None:
    organization = add(master, "google")
    assert finding.find(organization["_id"]) == organization
    assert moments.now().microsecond % 1000 == 0
    assert moments.now().utcoffset() == timedelta()


def test_an_organization_is_found_by_every_slug_it_holds(master: Master) -> None:
    organization = add(master, "google")
    master["organizations"].update_one({}, {"$set": {"slugs": ["alphabet", "google"]}})
    for slug in ("alphabet", "google"):
        holder = finding.find_holder(slug)
        assert holder is not None
        assert holder["_id"] == organization["_id"]
    assert finding.find_holder("amazon") is None
    assert finding.find("google") is None


def test_a_change_raises_the_version(master: Master) -> None:
    changed = changing.replace(add(master, "google"), {"name": "Alphabet"})
    assert (changed["name"], changed["version"], changed["slug"]) == ("Alphabet", 2, "google")
    assert finding.find(changed["_id"]) == changed


@pytest.mark.parametrize("meanwhile", [{"version": 2}, {"state": "renaming"}])
def test_a_change_of_what_has_changed_meanwhile_does_nothing(
    meanwhile: dict[str, Any], master: Master
) -> None:
    organization = add(master, "google")
    master["organizations"].update_one({}, {"$set": meanwhile})
    before = finding.find(organization["_id"])
    with pytest.raises(changing.Overtaken):
        changing.replace(organization, {"name": "Alphabet"})
    assert finding.find(organization["_id"]) == before


def test_a_slug_that_another_holds_is_taken(master: Master) -> None:
    google = add(master, "google")
    add(master, "amazon")
    with pytest.raises(OrganizationExists):
        changing.replace(google, {"slugs": ["amazon"]})
    assert finding.find(google["_id"]) == google
