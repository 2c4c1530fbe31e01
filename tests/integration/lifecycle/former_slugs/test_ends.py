"""A former slug ends when its time is over, or when an owner or the operator releases it."""

from datetime import timedelta
from functools import partial

import pytest

from tenantry.errors import FormerSlugNotFound, OrganizationExists
from tenantry.lifecycle import deleting, former_slugs
from tenantry.lifecycle.reconciling import reconcile
from tenantry.registry.organizations import finding
from tests.integration.audit.records import of_operator
from tests.integration.lifecycle.former_slugs.slugs import check_taken, let_pass, rename, slugs_of, violations
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import sign_up
from tests.support.service import Service


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
