"""What a server refuses to whoever has got hold of a function's connection string."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import product
from typing import Any, Final

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from cli.roles import ROLES
from tenantry.lifecycle import deleting
from tests.integration.roles.users import Users
from tests.support import library
from tests.support.databases import Databases, Document

UNAUTHORIZED: Final = 13
KINDS: Final = {role.kind for role in ROLES}
OF_FUNCTIONS: Final = KINDS - {"command_line"}
MASTER: Final = (
    "accounts",
    "account_epochs",
    "account_addresses",
    "unused_accounts",
    "api_key_uses",
    "api_keys",
    "audit",
    "clusters",
    "deletions",
    "email_holds",
    "erasures",
    "idempotency_keys",
    "invitations",
    "issuer",
    "links",
    "login_attempts",
    "mails",
    "members",
    "moves",
    "name_holds",
    "organizations",
    "outbox",
    "plans",
    "rates",
    "receipts",
    "receipt_keys",
    "rollouts",
    "sessions",
    "signing_keys",
    "usage",
)


def read(name: str) -> Document:
    return {"find": name}


def join(name: str) -> Document:
    lookup = {"from": name, "localField": "_id", "foreignField": "_id", "as": "joined"}
    return {"aggregate": "signing_keys", "pipeline": [{"$lookup": lookup}], "cursor": {}}


def insert(name: str) -> Document:
    return {"insert": name, "documents": [{}]}


def update(name: str) -> Document:
    return {"update": name, "updates": [{"q": {}, "u": {"$set": {"a": 1}}}]}


def remove(name: str) -> Document:
    return {"delete": name, "deletes": [{"q": {}, "limit": 0}]}


def expire(name: str) -> Document:
    index = {"key": {"created_at": 1}, "name": "soon", "expireAfterSeconds": 0}
    return {"createIndexes": name, "indexes": [index]}


def drop(name: str) -> Document:
    return {"drop": name}


def redefine(name: str) -> Document:
    return {"collMod": name, "viewOn": "accounts", "pipeline": []}


WRITES: Final = (insert, update, remove)
READS: Final = (read, join)


def master(kinds: set[str], commands: Any, names: Any) -> list[tuple[str, str, Document]]:
    return [
        (kind, "master", command(name)) for kind, command, name in product(sorted(kinds), commands, names)
    ]


def tenants(kinds: set[str], commands: Any) -> list[tuple[str, str, Document]]:
    return [(kind, "tenants", command("org_google")) for kind, command in product(sorted(kinds), commands)]


REFUSED: Final = [
    # Password hashes and addresses
    *master(OF_FUNCTIONS - {"login", "account", "create", "operate", "invite"}, READS, ["accounts"]),
    *master({"data", "rotation", "audit", "publish", "public"}, WRITES, ["accounts", "account_epochs"]),
    *master({"login", "members"}, (insert, remove), ["accounts"]),
    *master({"invite"}, (remove,), ["accounts", "members", "invitations", "links"]),
    *master({"account"}, (insert,), ["accounts", "members", "sessions"]),
    *master(
        OF_FUNCTIONS - {"create", "operate", "change", "members", "mail", "overview"},
        READS,
        ["account_addresses"],
    ),
    *master(OF_FUNCTIONS - {"change"}, READS, ["unused_accounts"]),
    # Names held for their former owners
    *master(OF_FUNCTIONS - {"create", "operate", "change"}, (*READS, *WRITES), ["name_holds"]),
    *master(KINDS, (remove,), ["name_holds"]),
    # Addresses held for the accounts that had them
    *master(OF_FUNCTIONS - {"login", "create", "operate", "invite", "mail"}, READS, ["email_holds"]),
    *master(OF_FUNCTIONS - {"login"}, (insert, update), ["email_holds"]),
    *master(OF_FUNCTIONS - {"login", "account", "change"}, (remove,), ["email_holds"]),
    # Mails that wait, to whom, and what their links open; whoever tells the operator since when reads them
    *master(KINDS - {"mail", "status", "command_line"}, READS, ["mails"]),
    *master(KINDS - {"mail"}, (update, remove), ["mails"]),
    *master(OF_FUNCTIONS - {"login", "account", "operate", "invite"}, READS, ["links"]),
    *master(KINDS - {"mail"}, (insert,), ["links"]),
    *master(KINDS, (update,), ["links"]),
    *master(OF_FUNCTIONS - {"invite", "mail", "usage"}, READS, ["invitations"]),
    *master(KINDS - {"invite"}, (insert, update), ["invitations"]),
    # API keys, which only their own function makes; whoever deletes an organization removes them
    *master(OF_FUNCTIONS - {"keys"}, (insert, update), ["api_keys"]),
    *master(OF_FUNCTIONS - {"keys", "create", "operate", "change"}, (remove,), ["api_keys"]),
    *master(OF_FUNCTIONS - {"keys", "operate"}, READS, ["api_key_uses"]),
    *master(KINDS, (remove,), ["api_key_uses"]),
    # Keys that verify tokens, and whose the database is
    *master(KINDS - {"rotation"}, WRITES, ["issuer", "signing_keys"]),
    *master({"rotation"}, (remove,), ["issuer", "signing_keys"]),
    # Members and organizations
    *master(OF_FUNCTIONS - {"create", "operate", "change"}, (insert, remove), ["organizations"]),
    *master(OF_FUNCTIONS - {"create", "operate", "invite"}, (insert,), ["members"]),
    *master(OF_FUNCTIONS - {"create", "operate", "change", "members", "account"}, (remove,), ["members"]),
    *master(OF_FUNCTIONS - {"members", "account", "invite", "keys"}, (update,), ["members"]),
    *master(
        OF_FUNCTIONS - {"create", "operate", "change", "data", "move", "measure", "rollout"},
        (update,),
        ["organizations"],
    ),
    # Deleted organizations that can be brought back
    *master(OF_FUNCTIONS - {"create", "operate", "change"}, (insert,), ["deletions"]),
    *master(OF_FUNCTIONS - {"operate", "change"}, (update, remove), ["deletions"]),
    # Roll-outs, which reach every tenant's collection
    *master(OF_FUNCTIONS - {"rollout"}, (insert,), ["rollouts"]),
    *master(OF_FUNCTIONS - {"rollout", "operate"}, (update,), ["rollouts"]),
    *master(KINDS, (remove,), ["rollouts"]),
    # Plans, whose limits count for everybody
    *master(OF_FUNCTIONS - {"operate"}, WRITES, ["plans"]),
    # Counters of failed logins
    *master({"login", "account", "create", "operate"}, (remove,), ["login_attempts"]),
    # Sessions
    *master({"change", "account"}, (insert, update), ["sessions"]),
    *master({"data", "rotation", "audit", "publish", "public"}, WRITES, ["sessions"]),
    # The audit record, which only grows, and is read by those alone who show or count it
    *master(KINDS, (update, remove), ["audit"]),
    *master(KINDS - {"publish", "status", "command_line"}, READS, ["outbox"]),
    *master(KINDS - {"publish"}, (remove,), ["outbox"]),
    *master(KINDS, (update,), ["outbox"]),
    *master(OF_FUNCTIONS - {"audit", "status"}, READS, ["audit"]),
    *master({"audit", "authorize", "publish", "public", "status", "usage"}, (insert,), ["audit", "outbox"]),
    # Receipts of erasure, which outlive what was erased
    *master(OF_FUNCTIONS - {"create", "operate", "change"}, (insert,), ["receipts"]),
    *master(OF_FUNCTIONS - {"change"}, (update,), ["receipts"]),
    *master(OF_FUNCTIONS - {"change", "audit", "status"}, READS, ["receipts"]),
    *master(OF_FUNCTIONS - {"change", "audit"}, READS, ["receipt_keys"]),
    *master(OF_FUNCTIONS - {"change"}, (insert,), ["receipt_keys"]),
    *master(KINDS, (update,), ["receipt_keys"]),
    *master(KINDS, (remove,), ["receipts", "receipt_keys"]),
    # What the operator is told, which changes nothing
    *master({"status"}, WRITES, MASTER),
    # What is told to services about a token
    *master({"authorize"}, WRITES, set(MASTER) - {"api_key_uses", "rates", "usage"}),
    *tenants({"authorize", "status", "usage"}, (*READS, *WRITES, drop)),
    # All that verifies no token
    *master({"rotation", "public"}, READS, set(MASTER) - {"issuer", "signing_keys"}),
    *master({"publish"}, READS, set(MASTER) - {"issuer", "outbox"}),
    *master(
        {"change", "data", "audit", "members", "keys"},
        (*READS, *WRITES),
        ["idempotency_keys", "login_attempts"],
    ),
    # Whole collections, and ways to the same end
    *master(KINDS, (drop, redefine), MASTER),
    *master(OF_FUNCTIONS - {"create", "operate"}, (expire,), MASTER),
    # Tenants' data
    *tenants({"login", "rotation", "audit", "members", "keys", "publish", "public"}, (*READS, *WRITES)),
    *tenants({"change"}, (insert, update)),
    *tenants({"measure"}, WRITES),
    *tenants({"create", "operate"}, WRITES),
    *tenants(OF_FUNCTIONS - {"create", "operate", "change", "move"}, (drop,)),
    # Everything else on the server
    *((kind, where, {"dropDatabase": 1}) for kind in sorted(KINDS) for where in ("master", "tenants")),
    *((kind, "other", command("anything")) for kind in sorted(KINDS) for command in (read, insert, drop)),
    *((kind, "admin", {"listDatabases": 1, "authorizedDatabases": False}) for kind in sorted(KINDS)),
    *((kind, "admin", {"createUser": "me", "pwd": "me", "roles": ["root"]}) for kind in sorted(KINDS)),
]


@pytest.fixture
def clients(users: Users) -> Iterator[Mapping[str, MongoClient[Document]]]:
    """A client of each role's user."""
    with ExitStack() as exits:
        yield {kind: exits.enter_context(MongoClient[Document](users.uri(kind))) for kind in KINDS}


def test_refusals(clients: Mapping[str, MongoClient[Document]], databases: Databases) -> None:
    library.create("Google")
    databases.client["other"]["anything"].insert_one({})
    names = {"master": databases.master.name, "tenants": databases.tenants.name}
    before = databases.fingerprint()
    allowed = [
        (kind, where, command)
        for kind, where, command in REFUSED
        if code_of(clients[kind], names.get(where, where), command) != UNAUTHORIZED
    ]
    assert allowed == []
    assert len(REFUSED) > 100
    assert databases.fingerprint() == before
    databases.client.drop_database("other")


def test_rename_replaces_nothing_and_stays_within_the_tenants_database(
    clients: Mapping[str, MongoClient[Document]], databases: Databases
) -> None:
    for name in ("Google", "Amazon"):
        library.create(name)
    master, tenants = databases.master.name, databases.tenants.name
    renames = [
        (KINDS, f"{tenants}.org_google", f"{master}.stolen"),
        (KINDS, f"{master}.accounts", f"{tenants}.stolen"),
        (KINDS, f"{master}.accounts", f"{master}.stolen"),
        (
            OF_FUNCTIONS - {"create", "operate", "change", "move"},
            f"{tenants}.org_google",
            f"{tenants}.org_amazon",
        ),
    ]
    for kinds, source, target in renames:
        command = {"renameCollection": source, "to": target, "dropTarget": True}
        codes = {kind: code_of(clients[kind], "admin", command) for kind in sorted(kinds)}
        assert codes == dict.fromkeys(codes, UNAUTHORIZED), command
    assert sorted(databases.collections()) == ["org_amazon", "org_google"]


def test_view_shows_no_more_than_what_a_token_is_checked_against(
    clients: Mapping[str, MongoClient[Document]], databases: Databases
) -> None:
    member = library.create("Google")
    shown = list(clients["data"][databases.master.name]["account_epochs"].find())
    assert shown == [{"_id": member.account_id, "auth_epoch": 0}]


def test_view_shows_no_more_than_which_accounts_are_without_organization(
    clients: Mapping[str, MongoClient[Document]], databases: Databases
) -> None:
    member = library.create("Google")
    deleting.delete(member)
    (shown,) = clients["change"][databases.master.name]["unused_accounts"].find()
    assert shown.keys() == {"_id", "without_organization_since"}


def test_view_shows_whose_accounts_they_are_and_no_hashes(
    clients: Mapping[str, MongoClient[Document]], databases: Databases
) -> None:
    library.create("Google", "Ada@Example.com")
    (shown,) = clients["members"][databases.master.name]["account_addresses"].find()
    assert shown.keys() == {"_id", "email", "address", "auth_epoch"}


def code_of(client: MongoClient[Document], database: str, command: Document) -> int | None:
    """Return the code of the server's refusal, None if it obeys."""
    try:
        client[database].command(command)
    except OperationFailure as error:
        return error.code
    return None
