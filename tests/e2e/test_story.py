"""The story of an organization, from its creation to its deletion and beyond."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from bson import ObjectId
from pymongo import ASCENDING, IndexModel

from tests.e2e.http_service import HttpService, at_once, unique
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, Owner, email_of, log_in, sign_up

NOTES = [{"_id": ObjectId(), "text": text} for text in ("buy milk", "call Ada", "water the plants")]


def test_create_answers_the_organization_its_account_and_its_location(service: HttpService) -> None:
    name = unique("Google")
    slug = name.lower().replace(" ", "-")
    body = {"name": name, "email": email_of(name), "password": PASSWORD, "metadata": {"color": "green"}}
    answer = service.post("/organizations", body)

    assert answer.status == 201
    organization = answer.json["organization"]
    assert organization["name"] == name
    assert organization["slug"] == slug
    assert organization["collection"] == "org_" + slug.replace("-", "_")
    assert organization["state"] == "active"
    assert organization["metadata"] == {"color": "green"}
    assert answer.json["account"]["email"] == email_of(name)
    assert answer.headers["location"].endswith(f"/v1/organizations/{organization['id']}")
    assert answer.headers["etag"] == f'"{organization["version"]}"'
    assert PASSWORD not in answer.text


def test_login_gives_a_bearer_token_for_the_organization(service: HttpService, owner: Owner) -> None:
    answer = service.post("/login", {"email": owner.email.upper(), "password": PASSWORD})
    assert answer.status == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 900
    assert answer.json["organization"] == owner.organization
    assert answer.headers["cache-control"] == "no-store"


def test_login_with_another_password_and_with_an_unknown_address_is_the_same(
    service: HttpService, owner: Owner
) -> None:
    wrong = service.post("/login", {"email": owner.email, "password": "correct horse battery nail"})
    unknown = service.post("/login", {"email": email_of(unique("Nobody")), "password": PASSWORD})
    assert wrong.status == 401
    assert wrong.code == "invalid-credentials"
    assert wrong.apart_from_request_id == unknown.apart_from_request_id


def test_organization_is_read_by_slug_and_by_id(service: HttpService, owner: Owner) -> None:
    by_slug = service.get(f"/organizations/{owner.slug}", token=owner.token)
    by_id = service.get(f"/organizations/{owner.id}", token=owner.token)
    assert by_slug.status == by_id.status == 200
    assert by_slug.json == by_id.json == owner.organization


def test_rename_moves_the_collection_with_documents_indexes_and_identity(
    service: HttpService, owner: Owner, databases: Databases
) -> None:
    before = databases.tenants[owner.organization["collection"]]
    before.insert_many(NOTES)
    before.create_indexes([IndexModel([("text", ASCENDING)], name="by_text", unique=True)])
    indexes = before.index_information()
    identity = databases.collections()[before.name]
    name = unique("Alphabet")

    answer = service.patch(f"/organizations/{owner.slug}", {"name": name}, token=owner.token)

    assert answer.status == 200
    assert answer.json["id"] == owner.id
    assert answer.json["name"] == name
    after = databases.tenants[answer.json["collection"]]
    assert after.name != before.name
    assert list(after.find().sort("_id", 1)) == NOTES
    assert after.index_information() == indexes
    assert databases.collections()[after.name] == identity
    assert before.name not in databases.collections()


def test_token_and_slug_survive_the_rename_of_their_organization(service: HttpService, owner: Owner) -> None:
    renamed = service.patch(owner.path, {"name": unique("Alphabet")}, token=owner.token)
    assert renamed.status == 200
    path = f"/organizations/{renamed.json['slug']}"
    present = service.get(path, token=owner.token)
    assert present.json == renamed.json
    former = service.get(f"/organizations/{owner.slug}", token=owner.token)
    assert former.json == renamed.json
    assert former.headers["deprecation"].startswith("@")
    assert former.headers["link"] == f'</v1{path}>; rel="canonical"'
    assert "sunset" in former.headers
    assert not {"deprecation", "link", "sunset"} & present.headers.keys()


@pytest.mark.parametrize("change", [str.upper, "{}!".format, " ** {} ".format], ids=["case", "mark", "marks"])
def test_rename_that_keeps_the_slug_keeps_the_collection(
    service: HttpService, owner: Owner, databases: Databases, change: Callable[[str], str]
) -> None:
    collection = owner.organization["collection"]
    databases.tenants[collection].insert_many(NOTES)
    answer = service.patch(owner.path, {"name": change(owner.organization["name"])}, token=owner.token)
    assert answer.status == 200
    assert answer.json["slug"] == owner.slug
    assert list(databases.tenants[collection].find().sort("_id", 1)) == NOTES


def uncounted(databases: Databases, owner: Owner) -> Document:
    """Return an organization as it is stored, without the count of its changes."""
    (stored,) = databases.master["organizations"].find({"_id": owner.id}, {"changes_until": 0})
    return dict(stored)


def test_rename_to_a_taken_name_is_refused_and_harms_nobody(
    service: HttpService, owner: Owner, databases: Databases
) -> None:
    amazon = sign_up(service, unique("Amazon"))
    databases.tenants[amazon.organization["collection"]].insert_many(NOTES)
    changing = {"organizations", "outbox"}  # the second is emptied every minute
    before = databases.dump(changing), uncounted(databases, owner)
    for changes in ({"name": amazon.organization["name"].upper()}, {"slug": amazon.slug}):
        answer = service.patch(owner.path, changes, token=owner.token)
        assert answer.status == 409
        assert answer.code == "organization-exists"
    assert (databases.dump(changing), uncounted(databases, owner)) == before


def test_delete_ends_the_data_and_the_token_at_once_but_no_account(
    service: HttpService, owner: Owner, databases: Databases
) -> None:
    databases.tenants[owner.organization["collection"]].insert_many(NOTES)

    deleted = service.delete(owner.path, token=owner.token)

    assert deleted.status == 204
    assert deleted.text == ""
    refused = service.get(owner.path, token=owner.token)
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert owner.organization["collection"] not in databases.collections()
    login = service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert (login.status, login.json["organization"]) == (200, None)
    databases.check_invariants()


def test_token_of_a_deleted_organization_stays_dead_when_its_owner_takes_the_name_again(
    service: HttpService, owner: Owner, databases: Databases
) -> None:
    databases.tenants[owner.organization["collection"]].insert_many(NOTES)
    assert service.delete(owner.path, token=owner.token).status == 204

    name = owner.organization["name"]
    stranger = {"name": name, "email": email_of(unique("Stranger")), "password": PASSWORD}
    assert service.post("/organizations", stranger).code == "organization-exists"
    token = log_in(service, owner.email)
    created = service.post("/organizations", {"name": name}, token=token).json["organization"]
    successor = replace(owner, organization=created, token=log_in(service, owner.email))

    assert successor.slug == owner.slug
    assert successor.id != owner.id
    assert databases.tenants[successor.organization["collection"]].count_documents({}) == 0
    for path in (owner.path, successor.path, f"/organizations/{owner.slug}"):
        assert service.get(path, token=owner.token).status == 401
        assert service.delete(path, token=owner.token).status == 401
    assert service.get(successor.path, token=successor.token).json == successor.organization


def test_second_organization_belongs_to_the_same_account(service: HttpService, owner: Owner) -> None:
    answer = service.post("/organizations", {"name": unique("Second")}, token=owner.token)
    assert answer.status == 201
    second = answer.json["organization"]
    assert answer.json["account"]["email"] == owner.email

    ambiguous = service.post("/login", {"email": owner.email, "password": PASSWORD})
    assert ambiguous.status == 409
    assert ambiguous.code == "organization-required"
    assert {listed["id"] for listed in ambiguous.json["organizations"]} == {owner.id, second["id"]}
    path = f"/organizations/{second['id']}"
    assert service.get(path, token=log_in(service, owner.email, second["slug"])).json == second
    assert service.get(path, token=owner.token).status == 404


def test_password_change_kills_every_token_of_the_account(service: HttpService, owner: Owner) -> None:
    second_token = log_in(service, owner.email)
    chosen = "a lighthouse above seven islands"
    passwords = {"current_password": PASSWORD, "new_password": chosen}

    changed = service.put("/account/password", passwords, token=owner.token)

    assert changed.status == 204
    assert changed.text == ""
    for token in (owner.token, second_token):
        assert service.get(owner.path, token=token).status == 401
    assert service.post("/login", {"email": owner.email, "password": PASSWORD}).status == 401
    token = log_in(service, owner.email, password=chosen)
    assert service.get(owner.path, token=token).status == 200


def test_change_is_bound_to_the_version_that_was_read(service: HttpService, owner: Owner) -> None:
    read = service.get(owner.path, token=owner.token).headers["etag"]

    def change(desks: int, if_match: str) -> int:
        body = {"metadata": {"desks": desks}}
        return service.patch(owner.path, body, token=owner.token, headers={"If-Match": if_match}).status

    assert change(1, '"7000"') == 412
    assert change(2, f"W/{read}") == 412
    assert service.get(owner.path, token=owner.token).json == owner.organization
    assert change(3, read) == 200
    assert change(4, read) == 412
    changed = service.get(owner.path, token=owner.token)
    assert changed.json["metadata"] == {"desks": 3}
    assert changed.headers["etag"] != read
    assert change(5, "*") == 200


def test_of_twelve_parallel_creates_of_one_name_one_succeeds(
    service: HttpService, databases: Databases
) -> None:
    name = unique("Google")
    bodies = [
        {"name": name, "email": email_of(f"{name} {number}"), "password": PASSWORD} for number in range(12)
    ]
    answers = at_once([lambda body=body: service.post("/organizations", body) for body in bodies])  # type: ignore[misc]

    assert sorted(answer.status for answer in answers) == [201] + [409] * 11
    assert [answer.code for answer in answers if answer.status == 409] == ["organization-exists"] * 11
    emails = [body["email"] for body in bodies]
    assert databases.master["organizations"].count_documents({"name": name}) == 1
    assert databases.master["accounts"].count_documents({"email": {"$in": emails}}) == 1
    databases.check_invariants()
