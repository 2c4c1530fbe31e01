"""Whatever a client sends gets a 4xx problem document, leaves no trace, and is not in the log."""

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner
from tests.support.service import Answer

SECRET = "sEcReT-tHaT-nObOdY-mAy-sEe"
OPERATORS: list[Any] = [{"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, {"$where": "1"}, [{"$ne": 1}]]
WRONG_TYPES: list[Any] = [0, 1.5, True, [], {}, ["text"], {"a": "text"}]
HUGE = int("9" * 4000)
NAMES: list[Any] = [
    *OPERATORS, *WRONG_TYPES, "", " ", "\t\n", "\u3000", "a\0b", "\0", "a\u202eb", "\u2066a\u2069", "a\u0007",
    "\ufeff", "\ue000", "\U0010ffff", "\u2028", "x" * 101, "x" * 300, "x" * 60_000,
    "$$$", "...", "!?", "admin",
    "Login", "\u200d", "\ufdfa" * 101, HUGE,
]  # fmt: skip
SLUGS: list[Any] = [
    *OPERATORS, *WRONG_TYPES, "", " ", "-a", "a-", "A", "a_b", "a.b", "a$b", "a\0", "a\n", "x" * 64,
    "x" * 60_000,     "\u0430dmin", "admin", "system", "\uff41", "../etc", "a/b", "%00", HUGE,
]  # fmt: skip
EMAILS: list[Any] = [
    *OPERATORS, *WRONG_TYPES, "", " ", "nobody", "@", "a@", "@b.example", "a@b", "a@@b.example",
    "a b@c.example",     "a@b..example", "a\0@b.example", "a@b.example\n", "a\r\nBcc: x@b.example",
    "a@" + "b" * 300 + ".example", "\u202ea@b.example", "a@[127.0.0.1]", "x" * 60_000, HUGE,
]  # fmt: skip
PASSWORDS: list[Any] = [
    *OPERATORS, *WRONG_TYPES, "", "short", "x" * 14, "passwordpassword", "aaaaaaaaaaaaaaaaaaaa",
    SECRET + "\0", SECRET * 50, HUGE,
]  # fmt: skip
METADATA: list[Any] = [
    0, "text", [], [["a", 1]], {"": 1}, {"$set": 1}, {"a.b": 1}, {"a\0b": 1}, {"x" * 65: 1}, {"a": {"b": 1}},
    {"a": [1]}, {"a": {"$ne": 1}}, {"a": "x" * 501}, {"a": 2**63}, {"a": -(2**63) - 1}, {"a": HUGE},
    {str(number): 1 for number in range(51)},
]  # fmt: skip
BODIES: list[str] = [
    "", " ", "null", "true", "1", '"text"', "[]", "[{}]", "{", "{}}", "{'a': 1}", '{"a": 1,}', "\ufeff{}",
    '{"name": "Beta", "name": "Gamma"}', '{"name": "Beta", "metadata": {"a": 1, "a": 2}}', '{"name": NaN}',
    '{"metadata": {"a": Infinity}}', '{"metadata": {"a": -Infinity}}', '{"metadata": {"a": 1e999}}',
    '{"name": "\\ud800"}', '{"\\udfff": 1}', '{"name": "\ud800"}', '{"name": ' + "9" * 5000 + "}",
    '{"name": ' + "[" * 10_000 + "]" * 10_000 + "}", '{"name": ' * 10_000 + "1" + "}" * 10_000,
    "[" * 10_000, '{"name": "' + "x" * 70_000 + '"}', '{"name": "a\0b"}', '{"unknown": 1}',
    '{"__proto__": {}}',     "name=Beta", "<name>Beta</name>", "\ufffd",
]  # fmt: skip
OCTETS: list[bytes] = [
    b"\xff\xfe{\x00}\x00",
    b'{"name": "\xe9"}',
    b"\x00",
    b'{"name": "\xed\xa0\x80"}',
    b"\x80",
]
CONTENT_TYPES = ["", "text/plain", "application/xml", "application/jsonx", "multipart/form-data; boundary=x"]
TOKENS = [
    "", "x", "a.b.c", "a.b", "a.b.c.d", "\0", "null", "Bearer", "\u0430.b.c", "eyJhbGciOiJub25lIn0.e30.",
    "x" * 1_000_000, "." * 1_000_000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0." + "A" * 86,
]  # fmt: skip
OF_FAILED_LOGINS = {"audit", "login_attempts", "outbox"}


@dataclass
class Hostile:
    """Sends requests and collects every answer that is not as it has to be."""

    owner: Owner
    databases: Databases
    wrong: list[tuple[str, Answer]] = field(default_factory=list)

    def send(self, method: str, path: str, sent: object, **parts: Any) -> None:
        answer = self.owner.service.request(method, path, **parts)
        if not is_problem(answer):
            self.wrong.append((f"{method} {path} {str(sent)[:80]!r}", answer))


def is_problem(answer: Answer) -> bool:
    if not 400 <= answer.status < 500 or answer.headers["content-type"] != "application/problem+json":
        return False
    problem = answer.json
    complete = problem.keys() >= {"type", "title", "status", "detail", "code", "instance"}
    return complete and problem["status"] == answer.status and SECRET not in answer.text


@pytest.fixture
def hostile(owner: Owner, databases: Databases, log: io.StringIO) -> Iterator[Hostile]:
    """Check after the test that every answer was a problem, with no trace and no secret in the log."""
    hostile = Hostile(owner, databases)
    before = databases.dump(apart_from=OF_FAILED_LOGINS)
    yield hostile
    assert hostile.wrong == []
    assert databases.dump(apart_from=OF_FAILED_LOGINS) == before
    for secret in (SECRET, PASSWORD, owner.token):
        assert secret not in log.getvalue()


def with_field(base: dict[str, Any], name: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    yield from (base | {name: value} for value in values)
    yield base | {name + "\0": "text"}
    yield base | {"$" + name: "text"}


SIGN_UP = {"name": "Beta", "email": "owner@beta.example", "password": SECRET + " and more"}
LOGIN = {"email": "owner@alpha.example", "password": SECRET}
CHANGE = {"current_password": PASSWORD, "new_password": SECRET + " and more"}
EMAIL_CHANGE = {"new_email": "ada@another.example", "current_password": PASSWORD}
RESET = {"token": "a" * 43, "new_password": SECRET + " and more"}
FIELDS = {
    "name": NAMES, "slug": SLUGS, "email": EMAILS, "password": PASSWORDS, "metadata": METADATA,
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_wrong_field_of_a_sign_up(hostile: Hostile, name: str) -> None:
    for body in with_field(SIGN_UP, name, FIELDS[name]):
        hostile.send("POST", "/organizations", body.get(name), body=json.dumps(body))
    for missing in ("name", "email", "password"):
        body = {key: value for key, value in SIGN_UP.items() if key != missing}
        hostile.send("POST", "/organizations", body, body=json.dumps(body))


@pytest.mark.parametrize("name", ["name", "slug", "metadata"])
def test_wrong_field_of_a_second_organization_and_of_a_change(hostile: Hostile, name: str) -> None:
    token = hostile.owner.token
    for body in with_field({"name": "Beta"}, name, FIELDS[name]):
        hostile.send("POST", "/organizations", body.get(name), body=json.dumps(body), token=token)
        hostile.send("PATCH", hostile.owner.path, body.get(name), body=json.dumps(body), token=token)
    null_name = json.dumps({"name": None, "version": 7})
    hostile.send("PATCH", hostile.owner.path, null_name, body=null_name, token=token)


@pytest.mark.parametrize("name", ["email", "password", "organization"])
def test_wrong_field_of_a_login(hostile: Hostile, name: str) -> None:
    values = {
        "email": EMAILS,
        "password": [*OPERATORS, *WRONG_TYPES, "", SECRET, SECRET + "\0", "x" * 1025, HUGE],
        "organization": [*OPERATORS, *WRONG_TYPES, "", "\0", "x" * 101, "nobody", HUGE],
    }[name]
    for body in with_field(LOGIN, name, values):
        hostile.send("POST", "/login", body.get(name), body=json.dumps(body))


@pytest.mark.parametrize("name", ["current_password", "new_password"])
def test_wrong_field_of_a_password_change(hostile: Hostile, name: str) -> None:
    values = (
        PASSWORDS if name == "new_password" else [*OPERATORS, *WRONG_TYPES, "", SECRET + "\0", "x" * 1025]
    )
    for body in with_field(CHANGE, name, values):
        hostile.send(
            "PUT", "/account/password", body.get(name), body=json.dumps(body), token=hostile.owner.token
        )


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("name", ["new_email", "current_password"])
def test_wrong_field_of_a_change_of_address(hostile: Hostile, name: str) -> None:
    values = EMAILS if name == "new_email" else [*OPERATORS, *WRONG_TYPES, "", SECRET + "\0", "x" * 1025]
    for body in with_field(EMAIL_CHANGE, name, values):
        hostile.send(
            "POST", "/account/email-change", body.get(name), body=json.dumps(body), token=hostile.owner.token
        )


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize(
    "path",
    [
        "/account/email-verification/complete",
        "/account/email-change/complete",
        "/account/email-change/undo",
    ],
)
def test_wrong_token_of_a_link(hostile: Hostile, path: str) -> None:
    tokens = [*OPERATORS, *WRONG_TYPES, "", SECRET, "\0", "\ud800", "A" * 43, "A" * 101, HUGE]
    for body in with_field({"token": SECRET}, "token", tokens):
        hostile.send("POST", path, body.get("token"), body=json.dumps(body), token=hostile.owner.token)
    for text in ("{}", "", "null", "[]", '{"token": "a", "token": "b"}'):
        hostile.send("POST", path, text, body=text, token=hostile.owner.token)


@pytest.mark.parametrize("name", ["token", "new_password"])
def test_wrong_field_of_a_password_reset(hostile: Hostile, name: str) -> None:
    tokens = [*OPERATORS, *WRONG_TYPES, "", "x", "\0", "%00", "\u0430" * 43, "a" * 43, "x" * 10_000, HUGE]
    values = PASSWORDS if name == "new_password" else tokens
    for body in with_field(RESET, name, values):
        hostile.send("POST", "/account/password-reset/complete", body.get(name), body=json.dumps(body))


def test_wrong_address_of_a_forgotten_password(hostile: Hostile) -> None:
    for body in with_field({"email": "owner@alpha.example"}, "email", EMAILS):
        hostile.send("POST", "/account/password-reset", body.get("email"), body=json.dumps(body))


WITHOUT_TOKEN = ("POST /account/password-reset", "POST /account/password-reset/complete")
WITH_BODY = ("POST /organizations", "POST /login", "PUT /account/password", "PATCH /organizations/alpha")


@pytest.mark.parametrize("route", [*WITH_BODY, "POST /account/email-change", *WITHOUT_TOKEN])
def test_body_that_is_no_json_object(hostile: Hostile, route: str) -> None:
    method, path = route.split()
    token = None if path == "/login" else hostile.owner.token
    for body in BODIES:
        if (method, body) != ("PATCH", ""):
            hostile.send(method, path, body, body=body, token=token)
    for octets in (*OCTETS, *(body.encode(errors="surrogatepass") for body in BODIES if body)):
        text = base64.b64encode(octets).decode()
        hostile.send(method, path, octets, body=text, token=token, is_base64=True)
    for text in ("not base64!", "e30", "=", "{}"):
        hostile.send(method, path, text, body=text, token=token, is_base64=True)
    body = json.dumps({"name": "Beta"} | ({} if token else LOGIN))
    for content_type in CONTENT_TYPES:
        fields = {"Content-Type": content_type}
        hostile.send(method, path, content_type, body=body, token=token, headers=fields)


@pytest.mark.parametrize("route", ["GET /organizations/alpha", "DELETE /organizations/alpha", *WITH_BODY[2:]])
def test_token_that_is_none(hostile: Hostile, route: str) -> None:
    method, path = route.split()
    body = {"PATCH": '{"name": "Beta"}', "PUT": json.dumps(CHANGE)}.get(method)
    hostile.send(method, path, "no token", body=body)
    for token in TOKENS:
        hostile.send(method, path, token, body=body, token=token)
        swapped = {"Authorization": f"Basic {token}"}
        hostile.send(method, path, swapped, body=body, headers=swapped)
    valid = hostile.owner.token
    for broken in (
        f"Bearer {valid}=",
        f"Bearer {valid} x",
        f"Token {valid}",
        valid,
        f"Bearer\t{valid}",
        f"Bearer,{valid}",
    ):
        hostile.send(method, path, "broken", body=body, headers={"Authorization": broken})


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_reference_that_is_none(hostile: Hostile, method: str) -> None:
    references = [
        "..", ".", "%2e%2e", "%00", "\0", "$ne", "{}", "*", "alpha%20", "ALPHA", "org_alpha", "x" * 8000,
        "\u202ealpha", "alpha;x=1", "\U0001f600", " alpha", "null", "1", "true",
    ]  # fmt: skip
    body = '{"name": "Beta"}' if method == "PATCH" else None
    for reference in references:
        path = f"/organizations/{reference}"
        hostile.send(method, path, reference, body=body, token=hostile.owner.token)


def test_fields_that_nobody_asked_for(hostile: Hostile) -> None:
    token = hostile.owner.token
    for extra in ("id", "_id", "collection", "state", "version", "role", "auth_epoch", "constructor"):
        for method, path, base in (
            ("POST", "/organizations", SIGN_UP),
            ("PATCH", hostile.owner.path, {"name": "Beta"}),
            ("POST", "/login", LOGIN),
            ("PUT", "/account/password", CHANGE),
            ("POST", "/account/email-change", EMAIL_CHANGE),
            ("POST", "/account/email-change/undo", {"token": SECRET}),
            ("POST", "/account/password-reset", {"email": "owner@alpha.example"}),
            ("POST", "/account/password-reset/complete", RESET),
        ):
            body = json.dumps(base | {extra: SECRET})
            with_token = None if path in {"/login", "/organizations"} else token
            hostile.send(method, path, extra, body=body, token=with_token)


@pytest.mark.parametrize("name", ["If-Match", "Idempotency-Key", "Authorization"])
def test_odd_header_fields_never_give_a_500(owner: Owner, name: str) -> None:
    for value in ("", "\0", "\u00e9", "x" * 8000, '"' * 4000, "W/" * 2000, "\ud800", "{}", ","):
        for method, path in (("PATCH", owner.path), ("POST", "/organizations")):
            headers = {"Authorization": f"Bearer {owner.token}"} | {name: value}
            body = '{"metadata": {}}' if method == "PATCH" else '{"name": "Alpha"}'
            answer = owner.service.request(method, path, body=body, headers=headers)
            assert answer.status < 500, (name, value, answer.text)
