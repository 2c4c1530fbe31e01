"""The life of an organization and its account, to the end."""

import time

import pytest

from tests.smoke.throw_aways import ThrowAway, ThrowAways


@pytest.fixture(scope="module")
def mortal(throw_aways: ThrowAways) -> ThrowAway:
    return throw_aways.sign_up()


def test_sign_up(mortal: ThrowAway) -> None:
    """Somebody signs up, logs in, and reads the own organization."""
    read = mortal.api.get(mortal.path, mortal.token).expect(200)
    assert read.json == mortal.organization, "The organization that is read is not the one that was created."
    assert read.headers.get("ETag") == f'"{read.json["version"]}"', "It has no ETag of its version."


def test_rename(mortal: ThrowAway) -> None:
    """A rename keeps documents and tokens, and nothing stays under the name of before."""
    api, before = mortal.api, mortal.organization
    api.post(f"{mortal.path}/documents", {"_id": "kept"}, mortal.token).expect(201)
    changes = {"name": f"Gr\u00f6\u00dfer {before['name']}"}
    renamed = api.request("PATCH", mortal.path, json_body=changes, token=mortal.token).expect(200).json
    assert renamed["name"] == changes["name"], f"It is called {renamed['name']!r}."
    assert renamed["slug"] != before["slug"], "It has the slug of before."
    api.get(f"/organizations/{renamed['slug']}/documents/kept", mortal.token).expect(200)
    api.get(f"/organizations/{before['slug']}", mortal.token).expect(404)
    mortal.organization = renamed


def test_confirmation(mortal: ThrowAway) -> None:
    """Showing the password once more renews the login, and ends the token of before."""
    stale = mortal.token
    # Moments of logins are compared to the second: docs/decisions/0047-recent-logins-and-switching.md
    time.sleep(1)
    confirmed = mortal.api.post("/login/confirm", {"password": mortal.password}, stale).expect(200)
    mortal.token = confirmed.json["access_token"]
    mortal.api.get(mortal.path, stale).expect(401)
    mortal.api.get(mortal.path, mortal.token).expect(200)


def test_deletion_of_the_organization(mortal: ThrowAway) -> None:
    """Deleting the organization ends its tokens at once, and leaves the account."""
    api = mortal.api
    api.request("DELETE", "/account", token=mortal.token).expect(409, "sole-owner")
    api.request("DELETE", mortal.path, token=mortal.token).expect(204)
    api.get(mortal.path, mortal.token).expect(401)
    login = mortal.log_in().expect(200)
    assert login.json["organization"] is None, "Its owner still logs in to an organization."


def test_deletion_of_the_account(mortal: ThrowAway) -> None:
    """Deleting the account ends its login."""
    api = mortal.api
    account = api.get("/account", mortal.token).expect(200).json
    if account["organizations"]:
        pytest.skip("its organization is not deleted")
    api.request("DELETE", "/account", token=mortal.token).expect(204)
    api.get("/account", mortal.token).expect(401)
    mortal.log_in().expect(401, "invalid-credentials")
    mortal.is_over = True
