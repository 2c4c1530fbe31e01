"""Names and slugs of organizations, as they are sent, stored and kept."""

from typing import Any

import pytest

from tests.support.databases import Databases
from tests.support.owners import PASSWORD, sign_up
from tests.support.service import Answer, Service


def create(service: Service, **fields: Any) -> Answer:
    return service.post("/organizations", {"email": "x@example.com", "password": PASSWORD} | fields)


def wrong_fields(answer: Answer) -> list[str]:
    assert (answer.status, answer.code) == (422, "invalid-fields")
    return [error["field"] for error in answer.json["errors"]]


@pytest.mark.parametrize("name", ["\u200d", "\u3164", "\u2800", "\u034f", "\ufe0f", "\u0301", "Zwj\u200dx"])
def test_name_that_hides_is_refused(name: str, service: Service, databases: Databases) -> None:
    owner = sign_up(service, "Alpha")
    before = databases.fingerprint()
    assert wrong_fields(create(service, name=name, slug="hidden")) == ["name"]
    assert wrong_fields(service.patch(owner.path, {"name": name}, token=owner.token)) == ["name"]
    assert databases.fingerprint() == before


@pytest.mark.parametrize(
    "name",
    [
        "Acme\u2122",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England",
        "Re\u0301union",
    ],
)
def test_name_is_shown_as_it_is_written_in_nfc(name: str, service: Service, databases: Databases) -> None:
    answer = create(service, name=name)
    assert answer.status == 201
    assert answer.json["organization"]["name"] == name.replace("e\u0301", "\u00e9")
    databases.check_invariants()


@pytest.mark.parametrize("slug", ["localhost", "wpad", "mail", "xn--80ak6aa92e", "r3--x"])
def test_host_name_is_no_slug_but_stays_with_who_has_it(
    slug: str, service: Service, databases: Databases
) -> None:
    owner = sign_up(service, "Alpha")
    before = databases.fingerprint()
    assert wrong_fields(create(service, name="Beta", slug=slug)) == ["slug"]
    assert wrong_fields(service.patch(owner.path, {"slug": slug}, token=owner.token)) == ["slug"]
    assert databases.fingerprint() == before
    collection = f"org_{slug.replace('-', '_')}"
    databases.tenants["org_alpha"].rename(collection)
    databases.master["organizations"].update_one(
        {}, {"$set": {"slug": slug, "slugs": [slug], "collection": collection}}
    )
    answer = service.patch(owner.path, {"name": "Alpha II", "slug": slug}, token=owner.token)
    assert (answer.status, answer.json["slug"], answer.json["name"]) == (200, slug, "Alpha II")
    assert service.get(f"/organizations/{slug}", token=owner.token).status == 200
    assert service.patch(owner.path, {"metadata": {"a": 1}}, token=owner.token).status == 200
    databases.check_invariants()


def test_name_that_gives_a_reserved_slug_needs_another(service: Service) -> None:
    assert wrong_fields(create(service, name="Mail")) == ["name"]
    assert create(service, name="Mail", slug="mail-inc").status == 201
