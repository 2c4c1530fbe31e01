"""The life of an organization and its account, to the end."""

import time

import pytest

from tests.smoke.throw_aways import ThrowAway, ThrowAways


@pytest.fixture(scope="module")
def ending(throw_aways: ThrowAways) -> ThrowAway:
    """An organization that these checks rename and delete."""
    return throw_aways.sign_up()


def test_sign_up(ending: ThrowAway) -> None:
    """Somebody signs up, logs in, and reads the own organization."""
    read = ending.api.get(ending.path, ending.token).expect(200)
    assert read.json == ending.organization, "The organization that is read is not the one that was created."
    assert read.headers.get("ETag") == f'"{read.json["version"]}"', "It has no ETag of its version."


def test_rename(ending: ThrowAway) -> None:
    """A rename keeps documents and tokens, and the slug of before works on as a former one, if at all."""
    api, before = ending.api, ending.organization
    api.post(f"{ending.path}/documents", {"_id": "kept"}, ending.token).expect(201)
    changes = {"name": f"Gr\u00f6\u00dfer {before['name']}"}
    renamed = api.request("PATCH", ending.path, json_body=changes, token=ending.token).expect(200).json
    assert renamed["name"] == changes["name"], f"It is called {renamed['name']!r}."
    assert renamed["slug"] != before["slug"], "It has the slug of before."
    api.get(f"/organizations/{renamed['slug']}/documents/kept", ending.token).expect(200)
    former = api.get(f"/organizations/{before['slug']}", ending.token).expect((200, 404))
    if former.status == 200:  # it is 404 where FormerSlugDays is 0
        assert former.json["slug"] == renamed["slug"], "The slug of before leads elsewhere."
        assert "Deprecation" in former.headers, "The slug of before is not said to be a former one."
        link = former.headers.get("Link", "")
        assert f"/organizations/{renamed['slug']}>" in link, f"It links to {link!r}."
    ending.organization = renamed


def test_confirmation(ending: ThrowAway) -> None:
    """Showing the password once more renews the login, and ends the token of before."""
    stale = ending.token
    # Moments of logins are compared to the second: docs/decisions/0047-recent-logins-and-switching.md
    time.sleep(1)
    confirmed = ending.api.post("/login/confirm", {"password": ending.password}, stale).expect(200)
    ending.token = confirmed.json["access_token"]
    ending.api.get(ending.path, stale).expect(401)
    ending.api.get(ending.path, ending.token).expect(200)


def test_api_key(ending: ThrowAway) -> None:
    """An API key reads what its scope permits, and is dead once it is revoked."""
    api, documents = ending.api, f"{ending.path}/documents"
    wanted = {"name": "Smoke", "scopes": ["documents:read"]}
    made = api.post(f"{ending.path}/keys", wanted, ending.token).expect(201).json
    api.get(documents, made["key"]).expect(200)
    api.get(ending.path, made["key"]).expect(403, "insufficient-scope")
    api.request("DELETE", f"{ending.path}/keys/{made['id']}", token=ending.token).expect(204)
    api.get(documents, made["key"]).expect(401)


def test_deletion_of_the_organization(ending: ThrowAway) -> None:
    """Deleting the organization ends its tokens at once, and leaves the account."""
    api = ending.api
    api.request("DELETE", "/account", token=ending.token).expect(409, "sole-owner")
    api.request("DELETE", f"{ending.path}?immediately=true", token=ending.token).expect(204)
    api.get(ending.path, ending.token).expect(401)
    login = ending.log_in().expect(200)
    assert login.json["organization"] is None, "Its owner still logs in to an organization."


def test_deletion_of_the_account(ending: ThrowAway) -> None:
    """Deleting the account ends its login."""
    api = ending.api
    account = api.get("/account", ending.token).expect(200).json
    if account["organizations"]:
        pytest.skip("its organization is not deleted")
    api.request("DELETE", "/account", token=ending.token).expect(204)
    api.get("/account", ending.token).expect(401)
    ending.log_in().expect(401, "invalid-credentials")
    ending.is_over = True
