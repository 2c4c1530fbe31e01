"""A slug that an organization has left names it for its members, for a while, and nobody else has it."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tenantry.errors import FormerSlugNotFound, OrganizationExists
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, former_slugs
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry import clusters
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.former_slugs import MAX
from tenantry.runtime import process
from tenantry.storage import pools
from tests.integration.audit.records import of_operator
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner, sign_up
from tests.support.service import Service

Rename = Callable[[Membership, str], Any]


@pytest.fixture(autouse=True, params=["collection", "pooled"])
def kept(request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMER_SLUG_DAYS", "30")
    monkeypatch.setenv("NAME_HOLD_DAYS", "7")
    if request.param == "pooled":
        clusters.register("main")
        pools.create("main", "pool_0")
        monkeypatch.setenv("PLACEMENT", "pooled")
    process.forget()


def slugs_of(member: Membership) -> tuple[str, list[str]]:
    stored = finding.find(member.organization_id)
    assert stored is not None
    return stored["slug"], [former["slug"] for former in stored.get("former_slugs", [])]


def rename(member: Membership, *names: str) -> None:
    for name in names:
        current = finding.find(member.organization_id)
        assert current is not None
        library.rename(member._replace(organization=current), name)


def let_pass(databases: Databases, days: int) -> None:
    milliseconds = days * 86_400_000
    databases.master["name_holds"].update_many(
        {}, [{"$set": {"held_until": {"$subtract": ["$held_until", milliseconds]}}}]
    )
    earlier = {"$subtract": ["$$former.until", milliseconds]}
    moved = {
        "$map": {
            "input": "$former_slugs",
            "as": "former",
            "in": {"$mergeObjects": ["$$former", {"until": earlier}]},
        }
    }
    databases.master["organizations"].update_many(
        {"former_slugs": {"$exists": True}}, [{"$set": {"former_slugs": moved}}]
    )


def violations() -> list[Any]:
    violations: list[Any] = json.loads(tenantry("verify", "--json").stdout)["violations"]
    return violations


def check_taken(name: str) -> None:
    with pytest.raises(OrganizationExists):
        library.create(name, "stranger@example.com")


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


def test_slug_is_free_for_all_when_its_time_is_over(databases: Databases) -> None:
    google = library.create("Google")
    rename(google, "Alphabet")
    let_pass(databases, 29)
    check_taken("Google")
    let_pass(databases, 1)
    version = finding.find(google.organization_id)
    heir = library.create("Google", "heir@example.com")  # nobody has tidied up
    assert slugs_of(google) == ("alphabet", [])
    assert slugs_of(heir) == ("google", [])
    assert version is not None
    with pytest.raises(OrganizationExists):
        rename(google, "Google")
    assert violations() == []


def test_reconciler_removes_what_is_over(databases: Databases) -> None:
    google, amazon = library.create("Google"), library.create("Amazon")
    rename(google, "Alphabet", "Beta")
    let_pass(databases, 30)
    rename(amazon, "Amazonas")
    reconcile(timedelta())
    assert slugs_of(google) == ("beta", [])
    assert slugs_of(amazon) == ("amazonas", ["amazon"])
    assert violations() == []


def test_many_who_want_an_expired_slug_get_it_once(databases: Databases) -> None:
    rename(library.create("Google"), "Alphabet")
    let_pass(databases, 30)

    def take(number: int) -> bool:
        try:
            library.create("Google", f"heir-{number}@example.com")
        except OrganizationExists:
            return False
        return True

    assert sum(at_once([partial(take, number) for number in range(4)])) == 1
    assert violations() == []


def test_release_holds_the_slug_for_its_owners(databases: Databases) -> None:
    google = library.create("Google")
    rename(google, "Alphabet")
    let_pass(databases, 8)  # the hold of the rename is over
    organization = finding.find(google.organization_id)
    assert organization is not None
    former_slugs.release(organization, "google")
    with pytest.raises(FormerSlugNotFound):
        former_slugs.release(organization, "google")
    check_taken("Google")
    assert slugs_of(library.create_second("Google", google))[0] == "google"
    assert violations() == []


def test_operator_releases_a_slug_for_all(databases: Databases) -> None:
    google = library.create("Google")
    rename(google, "Alphabet")
    released = tenantry_json("release-slug", "google")
    assert released == {"released": "google", "organization_id": google.organization_id}
    assert tenantry("release-slug", "google").exit_code == 1
    assert tenantry("release-slug", "alphabet").exit_code == 1
    library.create("Google", "stranger@example.com")
    assert violations() == []


def test_operators_route_releases_a_slug_for_all(service: Service, databases: Databases) -> None:
    rename(library.create("Google"), "Alphabet")
    path = "/operator/former-slugs/"
    assert service.delete(f"{path}google").code == "operator-required"
    check_taken("Google")
    assert of_operator(service, "DELETE", f"{path}google").status == 204
    assert of_operator(service, "DELETE", f"{path}google").code == "former-slug-not-found"
    for slug in ("alphabet", "nobody"):
        assert of_operator(service, "DELETE", path + slug).code == "former-slug-not-found"
    (record,) = databases.master["audit"].find({"action": "organization.slug_released"})
    assert (record["actor"]["type"], record["details"]) == ("operator", {"slug": "google"})
    library.create("Google", "stranger@example.com")
    assert violations() == []


def test_deletion_holds_former_slugs_as_the_slug(databases: Databases) -> None:
    google = library.create("Google")
    rename(google, "Alphabet")
    deleting.delete(library.membership(google.account_id, google.organization_id))
    for name in ("Google", "Alphabet"):
        check_taken(name)
    library.create_second("Google", google)


def test_members_use_a_former_slug_and_are_told_the_new_one(service: Service) -> None:
    owner, stranger = sign_up(service, "Google"), sign_up(service, "Stranger")
    assert service.patch(owner.path, {"name": "Alphabet"}, token=owner.token).status == 200
    answer = service.get("/organizations/google/documents?limit=1", token=owner.token)
    assert answer.status == 200
    assert answer.headers["deprecation"].startswith("@")
    assert answer.headers["sunset"].endswith(" GMT")
    assert answer.headers["link"].endswith('/organizations/alphabet/documents>; rel="canonical"')
    for path in ("/organizations/alphabet", f"/organizations/{owner.id}"):
        assert "deprecation" not in service.get(path, token=owner.token).headers
    changed = service.patch("/organizations/google", {"metadata": {"a": 1}}, token=owner.token)
    assert (changed.status, "deprecation" in changed.headers) == (200, True)
    login = {"email": owner.email, "password": PASSWORD, "organization": "google"}
    answer = service.post("/login", login)
    assert answer.json["organization"]["slug"] == "alphabet"
    check_no_leak(service, stranger)


def check_no_leak(service: Service, stranger: Owner) -> None:
    """A former slug and one of nobody are answered alike."""
    answers = [service.get(f"/organizations/{slug}", token=stranger.token) for slug in ("google", "nobody")]
    texts = [(answer.status, answer.text.replace(answer.json["instance"], "")) for answer in answers]
    assert texts[0] == texts[1]
    names = [sorted(answer.headers) for answer in answers]
    assert names[0] == names[1]


def test_owners_list_and_release_former_slugs(service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Google")
    assert service.patch(owner.path, {"name": "Alphabet"}, token=owner.token).status == 200
    path = "/organizations/alphabet/former-slugs"
    (listed,) = service.get(path, token=owner.token).json["former_slugs"]
    assert listed["slug"] == "google"
    assert listed["since"] < listed["until"]
    assert service.delete(f"{path}/google", token=owner.token).status == 204
    assert service.delete(f"{path}/google", token=owner.token).code == "former-slug-not-found"
    assert service.get(path, token=owner.token).json["former_slugs"] == []
    assert service.get("/organizations/google", token=owner.token).code == "organization-not-found"
    let_pass(databases, 30)
    assert service.get("/organizations/alphabet", token=owner.token).status == 200


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
