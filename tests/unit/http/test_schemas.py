import math
import unicodedata
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tenantry.http.accounts.bodies import (
    ChangePassword,
    CompletePasswordReset,
    ConfirmLogin,
    Link,
    Login,
    RefreshToken,
    RequestEmailChange,
    RequestPasswordReset,
    SwitchOrganization,
)
from tenantry.http.api_keys.bodies import CreateKey
from tenantry.http.deletions.bodies import UndoDeletion, UndoDeletionByLink
from tenantry.http.indexes.bodies import CreateIndex, IndexKey
from tenantry.http.invitations.bodies import AcceptInvitation, Invite
from tenantry.http.members.bodies import ChangeMember, OfferOwnership
from tenantry.http.organizations.bodies import (
    ConfigureOrganization,
    CreateOrganization,
    CreateOrganizationAsOperator,
    PutPlan,
    UpdateOrganization,
)
from tenantry.http.rollouts import bodies as rollouts
from tenantry.http.schemas import Request
from tenantry.identity.passwords import canonical_password

PASSWORD = "correct horse battery staple"
LOGIN = {"email": "ada@example.com", "password": PASSWORD}
PASSWORDS = {"current_password": PASSWORD, "new_password": PASSWORD}
RESET = {"token": "x", "new_password": PASSWORD}
NOT_TEXT = [None, True, 0, 1.5, [], ["x"], {}, {"$ne": None}, {"$gt": ""}, b"x"]


def wrong_fields(model: type[BaseModel], value: Any) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return {str(error["loc"][0]) if error["loc"] else "" for error in caught.value.errors()}


def test_a_token_is_no_longer_than_any_that_was_mailed_may_be() -> None:
    assert wrong_fields(CompletePasswordReset, RESET | {"token": "x" * 101}) == {"token"}


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_any_keyboard_gives_the_same_password(form: Any) -> None:
    assert canonical_password(unicodedata.normalize(form, "Pässwörter für é")) == "Pässwörter für é"


def test_a_password_is_not_trimmed_or_folded() -> None:
    assert canonical_password("  Two  Spaces ﬁ ") == "  Two  Spaces ﬁ "  # compatible is not the same


@pytest.mark.parametrize(
    "password", ["a" * 14, "", "a" * 1025, "e\u0301" * 14, "क़" * 600, "e\u0301" * 1025, "a" * 20 + "\0"]
)
def test_a_chosen_password_of_the_wrong_length_or_with_nul_is_refused(password: str) -> None:
    assert wrong_fields(ChangePassword, PASSWORDS | {"new_password": password}) == {"new_password"}
    assert wrong_fields(CompletePasswordReset, RESET | {"new_password": password}) == {"new_password"}


@pytest.mark.parametrize("password", ["a" * 15, "a" * 1024, " " * 15, "🔑" * 15])
def test_a_chosen_password_of_the_right_length_is_taken(password: str) -> None:
    assert ChangePassword.model_validate(PASSWORDS | {"new_password": password}).new_password == password


@pytest.mark.parametrize("character", ["é", "ᾂ", "क"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_password_is_as_long_as_it_is_in_nfc(form: Any, character: str) -> None:
    sent = unicodedata.normalize(form, character * 1024)
    passwords = ChangePassword.model_validate({"current_password": sent, "new_password": sent})
    assert passwords.current_password == passwords.new_password == character * 1024


def test_no_character_of_nfc_is_sent_as_more_than_four() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    assert max(len(unicodedata.normalize("NFD", character)) for character in characters) == 4


def test_a_presented_password_may_be_short_for_it_is_only_compared() -> None:
    assert Login.model_validate(LOGIN | {"password": ""}).password == ""
    assert wrong_fields(Login, LOGIN | {"password": "a" * 4097}) == {"password"}
    assert wrong_fields(Login, LOGIN | {"password": "a\0"}) == {"password"}


@pytest.mark.parametrize("value", NOT_TEXT)
@pytest.mark.parametrize(
    ("model", "valid", "field"),
    [
        (CreateOrganization, {"name": "Google"}, "name"),
        (Login, LOGIN, "email"),
        (Login, LOGIN, "password"),
        (ChangePassword, PASSWORDS, "current_password"),
        (ChangePassword, PASSWORDS, "new_password"),
        (RequestPasswordReset, {}, "email"),
        (CompletePasswordReset, RESET, "token"),
        (CompletePasswordReset, RESET, "new_password"),
    ],
)
def test_where_text_belongs_nothing_else_is_taken(
    model: type[BaseModel], valid: dict[str, Any], field: str, value: Any
) -> None:
    assert wrong_fields(model, valid | {field: value}) == {field}


@pytest.mark.parametrize("value", [value for value in NOT_TEXT if value is not None])
@pytest.mark.parametrize("field", ["name", "slug", "email", "password"])
def test_optional_fields_are_no_less_strict(field: str, value: Any) -> None:
    assert wrong_fields(CreateOrganization, {"name": "Google", field: value}) == {field}
    assert wrong_fields(Login, LOGIN | {"organization": value}) == {"organization"}


@pytest.mark.parametrize(
    "model",
    [
        CreateOrganization,
        UpdateOrganization,
        Login,
        ChangePassword,
        RequestPasswordReset,
        CompletePasswordReset,
    ],
)
def test_unknown_fields_are_refused(model: type[BaseModel]) -> None:
    valid = {"name": "Google"} | LOGIN | PASSWORDS | RESET
    body = {name: value for name, value in valid.items() if name in model.model_fields}
    model.model_validate(body)
    for name in ("admin", "_id", "state", "$set", "__class__", ""):
        assert wrong_fields(model, body | {name: "x"}) == {name}


@pytest.mark.parametrize("model", [CreateOrganization, Login, ChangePassword])
@pytest.mark.parametrize("value", [None, [], "x", 1, True])
def test_a_body_that_is_no_object_is_refused(model: type[BaseModel], value: Any) -> None:
    assert wrong_fields(model, value) == {""}


def test_only_the_name_of_an_organization_is_required() -> None:
    created = CreateOrganization.model_validate({"name": " Google "})
    assert created.model_dump() == {
        "name": "Google",
        "email": None,
        "password": None,
        "slug": None,
        "metadata": {},
    }
    assert wrong_fields(CreateOrganization, {}) == {"name"}


METADATA = [
    {"color": "green", "desks": 5, "price": 1.5, "trial": False},
    {"a" * 64: "x" * 500},
    {"größe": -(2**63), "max": 2**63 - 1},
    {f"key{number}": number for number in range(50)},
    {},
]


@pytest.mark.parametrize("metadata", METADATA)
def test_metadata_holds_plain_values_as_they_are(metadata: dict[str, Any]) -> None:
    created = CreateOrganization.model_validate({"name": "Google", "metadata": metadata})
    assert created.metadata == metadata
    assert [type(value) for value in created.metadata.values()] == [
        type(value) for value in metadata.values()
    ]


@pytest.mark.parametrize(
    "metadata",
    [
        {"$where": "1"}, {"a.b": 1}, {"": 1}, {"a\0": 1}, {"a\n": 1}, {"a\u202e": 1}, {"a" * 65: 1},
        {"\ud800": 1}, {"a": {"$ne": 1}}, {"a": []}, {"a": {"b": 1}}, {"a": "x" * 501}, {"a": "\ud800"},
        {"a": 2**63}, {"a": -(2**63) - 1}, {"a": 10**400}, {"a": math.nan}, {"a": math.inf}, {"a": -math.inf},
        {f"key{number}": number for number in range(51)}, [], "x", 1, True,
    ],
)  # fmt: skip
def test_metadata_that_the_database_or_json_could_not_keep_is_refused(metadata: Any) -> None:
    assert wrong_fields(CreateOrganization, {"name": "Google", "metadata": metadata}) == {"metadata"}
    assert wrong_fields(UpdateOrganization, {"metadata": metadata}) == {"metadata"}


def test_null_removes_metadata_in_an_update_only() -> None:
    assert UpdateOrganization.model_validate({"metadata": {"a": None}}).metadata == {"a": None}
    assert wrong_fields(CreateOrganization, {"name": "G", "metadata": {"a": None}}) == {"metadata"}


def test_messages_do_not_repeat_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        ChangePassword.model_validate({"current_password": "s3cret\0", "new_password": "s3cret"})
    assert all("s3cret" not in error["msg"] for error in caught.value.errors())


BY_DATE = {"name": "by-date", "keys": [{"field": "at"}]}
BODIES: dict[type[Request], dict[str, Any]] = {
    CreateOrganization: {"name": "Google"},
    UpdateOrganization: {},
    CreateOrganizationAsOperator: {"name": "Google"},
    ConfigureOrganization: {},
    PutPlan: {"limits": {"members": 50}},
    Login: LOGIN,
    ConfirmLogin: {"password": PASSWORD},
    RefreshToken: {"refresh_token": "x"},
    SwitchOrganization: {"refresh_token": "x", "organization": "google"},
    Link: {"token": "x"},
    ChangePassword: PASSWORDS,
    RequestPasswordReset: {"email": "ada@example.com"},
    CompletePasswordReset: RESET,
    RequestEmailChange: {"new_email": "ada@another.example", "current_password": PASSWORD},
    CreateKey: {"name": "Nightly import", "scopes": ["documents:read"]},
    Invite: {"email": "ada@example.com", "role": "editor"},
    AcceptInvitation: {"token": "x"},
    UndoDeletion: {},
    UndoDeletionByLink: {"token": "x"},
    IndexKey: {"field": "at"},
    CreateIndex: {"keys": [{"field": "at"}]},
    ChangeMember: {"role": "viewer"},
    OfferOwnership: {"member": "mem_1"},
    rollouts.RollOutIndex: BY_DATE,
    rollouts.Validator: {"rule": {"at": 1}},
    rollouts.Organizations: {},
    rollouts.FirstOrganizations: {"organizations": 3},
    rollouts.RollOut: {"name": "by-date", "indexes": [BY_DATE]},
    rollouts.RollOutFile: {"name": "by-date", "function": "shop:add"},
}


def subclasses(model: type) -> set[type]:
    return set(model.__subclasses__()).union(*map(subclasses, model.__subclasses__()))


def test_every_body_is_here() -> None:
    models = {model for model in subclasses(Request) if model.__module__.startswith("tenantry.")}
    assert models == set(BODIES)


@pytest.mark.parametrize(
    ("model", "field"), [(model, field) for model in BODIES for field in model.model_fields]
)
def test_no_field_is_null_neither_in_a_body_nor_in_its_schema(model: type[Request], field: str) -> None:
    assert wrong_fields(model, BODIES[model] | {field: None}) == {field}
    assert "null" not in str(model.model_json_schema()["properties"][field].get("anyOf", ""))


def test_only_metadata_of_a_change_may_hold_null() -> None:
    assert UpdateOrganization.model_validate({"metadata": {"color": None}}).metadata == {"color": None}
    assert wrong_fields(CreateOrganization, {"name": "Google", "metadata": {"color": None}}) == {"metadata"}
