"""A slug that an organization has left is its own for a while, whatever the renames."""

import random
from functools import partial
from pathlib import Path

from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import is_pooled
from tenantry.registry.organizations.former_slugs import MAX
from tenantry.storage import pools
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.former_slugs.slugs import check_taken, rename, slugs_of, violations
from tests.integration.lifecycle.moves.places import move
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.concurrency import at_once
from tests.support.databases import Databases


def test_chains_and_loops_of_renames_keep_few_slugs(databases: Databases) -> None:
    google = library.create("Google")
    rename(google, "A", "Google", "A", "B", "C", "D", "E")
    slug, former = slugs_of(google)
    assert (slug, former) == ("e", ["google", "a", "b"]), "the first ones stay"
    assert len(former) == MAX
    rename(google, "Google", "A", "Google", "B")
    assert slugs_of(google) == ("b", ["e", "a", "google"]), "it returns to its own slugs"
    for taken in ("E", "A", "Google", "B"):
        check_taken(taken)
    assert violations() == []


def test_whatever_the_renames_a_model_tells_the_former_slugs(databases: Databases) -> None:
    member, chance = library.create("Start"), random.Random(16)  # noqa: S311 - the same walk in every run
    slug, former = "start", list[str]()
    for _ in range(40):
        wanted = chance.choice(["start", *"abcdef"])
        rename(member, wanted)
        if wanted != slug:
            former = [each for each in former if each != wanted]
            former += [slug] if len(former) < MAX else []
            slug = wanted
        assert slugs_of(member) == (slug, former)
    assert violations() == []


def test_renames_at_the_same_moment_keep_each_slug_that_was_left(databases: Databases) -> None:
    google, names = library.create("Google"), ["a", "b", "c"]
    at_once([partial(rename, google, name) for name in names])
    slug, former = slugs_of(google)
    assert sorted([slug, *former]) == [*names, "google"]
    assert former[0] == "google"
    for name in [slug, *former]:
        check_taken(name)
    assert violations() == []


def test_moved_organization_keeps_them_and_returns_to_one(databases: Databases) -> None:
    google = library.create("Google")
    TenantCollection(google.organization_id).insert_one({"_id": 1})
    rename(google, "Alphabet")
    stored = finding.find(google.organization_id)
    assert stored is not None
    if is_pooled(stored):
        move(google.organization_id, "main", "collection")
    else:
        clusters.register("main")
        pools.create("main", "pool_0")
        move(google.organization_id, "main", "pooled")
    assert slugs_of(google) == ("alphabet", ["google"])
    check_taken("Google")
    rename(google, "Google")
    assert slugs_of(google) == ("google", ["alphabet"])
    assert TenantCollection(google.organization_id).find({}) == [{"_id": 1}]
    assert violations() == []


def test_restored_organization_has_none_and_takes_none_of_another(
    databases: Databases, tmp_path: Path
) -> None:
    google, archive = library.create("Google"), tmp_path / "archive"
    rename(google, "Alphabet")
    tenantry_json("backup", "alphabet", "-o", archive)
    refused = tenantry("restore", archive, "--name", "Google")
    assert (refused.exit_code, "The slug google is taken" in refused.output) == (1, True)
    tenantry_json("restore", archive, "--name", "Copy")
    copy = finding.find_holder("copy")
    assert copy is not None
    assert (copy["slugs"], copy.get("former_slugs", [])) == (["copy"], [])
    assert slugs_of(google) == ("alphabet", ["google"])
    assert violations() == []
