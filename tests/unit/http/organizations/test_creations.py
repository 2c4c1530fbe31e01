"""What a body asks for, as it is handed on to be created."""

from typing import Any

import pytest

from tenantry.errors import InvalidFields
from tenantry.http.organizations import creations
from tenantry.http.organizations.bodies import CreateOrganization, CreateOrganizationAsOperator
from tenantry.identity.owners import ExistingAccount, NewAccount, Owner
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.idempotency import Key

ADDRESS = "Ada@example.com"
PASSWORD = "correct horse battery staple"
OWNER: dict[str, Any] = {"email": ADDRESS, "password": PASSWORD}
NAME: dict[str, Any] = {"name": "Google"}


class Asked(Exception):
    """Carries what was to be created."""


@pytest.fixture(autouse=True)
def nothing_is_created(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*wanted: Any) -> None:
        raise Asked(*wanted)

    monkeypatch.setattr(creating, "create", ask)


def asked(
    body: CreateOrganization, account_id: str | None = None, key: str | None = None
) -> tuple[NewOrganization, Owner, Key | None]:
    with pytest.raises(Asked) as raised:
        creations.create(body, account_id, key, "/organizations")
    organization, owner, of_caller = raised.value.args
    return organization, owner, of_caller


def wrong(body: dict[str, Any], account_id: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFields) as raised:
        asked(CreateOrganization(**body), account_id)
    return [(error["field"], error["message"]) for error in raised.value.extensions["errors"]]


def test_without_an_account_one_is_created() -> None:
    body = CreateOrganization(**NAME, **OWNER, metadata={"color": "green"})
    organization = NewOrganization("Google", "google", {"color": "green"})
    assert asked(body) == (organization, NewAccount(ADDRESS, PASSWORD), None)


def test_an_account_owns_one_more_organization() -> None:
    body = CreateOrganization(**NAME, slug="g")
    assert asked(body, "acct_1") == (NewOrganization("Google", "g"), ExistingAccount("acct_1"), None)


def test_the_operator_chooses_kind_and_plan() -> None:
    body = CreateOrganizationAsOperator(**NAME, **OWNER, placement="pooled", plan="pro")
    assert asked(body)[0] == NewOrganization("Google", "google", kind="pooled", plan="pro")
    body = CreateOrganizationAsOperator(**NAME, **OWNER, plan="default")
    assert asked(body)[0] == NewOrganization("Google", "google")


# What is kept of a request must stay the same, or its repetition after a deployment counts as another one.


def test_key_of_a_sign_up() -> None:
    sent: dict[str, Any] = {"name": "Google", "email": "ada@example.com", "slug": None, "metadata": {}}
    assert asked(CreateOrganization(**NAME, **OWNER), key="k")[2] == Key("ada@example.com", "k", sent)


def test_key_of_an_account() -> None:
    sent: dict[str, Any] = {"name": "Google", "email": None, "slug": "g", "metadata": {"color": "green"}}
    body = CreateOrganization(**NAME, slug="g", metadata={"color": "green"})
    assert asked(body, "acct_1", "k")[2] == Key("acct_1", "k", sent)


def test_key_of_the_operator() -> None:
    sent: dict[str, Any] = {
        "name": "Google",
        "email": "ada@example.com",
        "slug": None,
        "metadata": {},
        "placement": None,
    }
    body = CreateOrganizationAsOperator(**NAME, **OWNER)
    assert asked(body, key="k")[2] == Key("ada@example.com", "k", sent)


@pytest.mark.parametrize(("body", "fields"), [
    ({}, ["email", "password"]),
    ({"email": ADDRESS}, ["password"]),
    ({"password": PASSWORD}, ["email"]),
])  # fmt: skip
def test_who_has_no_account_sends_all_of_it(body: dict[str, Any], fields: list[str]) -> None:
    assert wrong(NAME | body) == [(field, "Field required") for field in fields]


@pytest.mark.parametrize("field", ["email", "password"])
def test_who_has_an_account_sends_none_of_another(field: str) -> None:
    message = "must be left out, since the token names the account"
    assert wrong(NAME | {field: OWNER[field]}, "acct_1") == [(field, message)]


def test_a_guessable_password_is_refused_before_a_name_without_a_slug() -> None:
    guessable = {"email": ADDRESS, "password": "aaaaaaaaaaaaaaaaaa"}
    assert wrong({"name": "!"} | guessable)[0][0] == "password"
    assert wrong({"name": "!"} | OWNER)[0][0] == "name"
