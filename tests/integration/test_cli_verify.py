"""`tenantry verify` on a real server: for each rule one thing is broken by raw writes."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import checker, connection
from cli.app import app
from cli.checks import collections
from local.processes import free_port
from tests.support import library
from tests.support.databases import Databases, Document

LONG_AGO = timedelta(minutes=5)


@dataclass(frozen=True)
class Planted:
    """Three organizations, of which the rules are broken for Alpha."""

    databases: Databases
    alpha: str
    beta: str

    def change(self, changes: Document, organization_id: str | None = None) -> None:
        """Set fields of Alpha, or of another organization."""
        query = {"_id": organization_id or self.alpha}
        done = self.databases.master["organizations"].update_one(query, {"$set": changes})
        assert done.modified_count == 1

    def intend(self, state: str, target: str, age: timedelta = timedelta(0), **intent: Any) -> None:
        """Leave Alpha in the middle of a rename or a deletion."""
        complete = {
            "collection_uuid": self.databases.collections()["org_alpha"],
            "name": target,
            "slug": target,
            "collection": f"org_{target}",
            "metadata": {},
            "created_at": datetime.now(UTC) - age,
        }
        slugs = sorted({"alpha", target})
        self.change({"state": state, "slugs": slugs, "version": 2, "intent": complete | intent})

    def rename_collection(self, target: str) -> None:
        self.databases.tenants["org_alpha"].rename(target)

    def account(self, organization_id: str) -> Document:
        members = self.databases.master["members"]
        member = members.find_one({"organization_id": organization_id})
        assert member is not None
        return {"_id": member["account_id"]}

    def insert_member(self, **fields: Any) -> None:
        of_alpha = {"organization_id": self.alpha, "account_id": self.account(self.alpha)["_id"]}
        member = {"_id": "mem_planted", "role": "owner"} | of_alpha | fields
        self.databases.master["members"].insert_one(member)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again at once, since nothing moves here."""
    monkeypatch.setattr(checker, "PAUSE_SECONDS", 0)


@pytest.fixture
def planted(databases: Databases) -> Planted:
    alpha, beta, _ = (library.create(name).organization_id for name in ("Alpha", "Beta", "Gamma Ray"))
    return Planted(databases, alpha, beta)


def verify(*options: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the command and return its exit status and the violations."""
    result = CliRunner().invoke(app, ["verify", "--json", *options], catch_exceptions=False)
    assert result.stderr == ""
    content = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    return result.exit_code, content["violations"]


def rules(violations: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return sorted((violation["rule"], violation["slug"]) for violation in violations)


def misname_collection(planted: Planted) -> None:
    planted.rename_collection("org_elsewhere")
    planted.change({"collection": "org_elsewhere"})


def misspell_slug(planted: Planted) -> None:
    planted.rename_collection("org_Alpha_")
    planted.change({"slug": "Alpha-", "slugs": ["Alpha-"], "collection": "org_Alpha_"})


def misspell_intended_slug(planted: Planted) -> None:
    planted.intend("renaming", "Omega")


def remove_owner(planted: Planted) -> None:
    account = planted.account(planted.alpha)
    planted.databases.master["members"].delete_one({"organization_id": planted.alpha})
    planted.databases.master["accounts"].delete_one(account)


def lose_collection_in_rename(planted: Planted) -> None:
    planted.intend("renaming", "omega")
    planted.databases.tenants.drop_collection("org_alpha")


def occupy_target(planted: Planted) -> None:
    planted.intend("renaming", "omega")
    planted.databases.tenants.create_collection("org_omega")


def recreate_source(planted: Planted) -> None:
    planted.intend("renaming", "omega")
    planted.rename_collection("org_omega")
    planted.databases.tenants.create_collection("org_alpha")


def recreate_dropped(planted: Planted) -> None:
    planted.intend("deleting", "alpha")
    planted.databases.tenants.drop_collection("org_alpha")
    planted.databases.tenants.create_collection("org_alpha")


def change_account(changes: Document) -> Callable[[Planted], object]:
    def change(planted: Planted) -> None:
        account = planted.account(planted.alpha)
        assert planted.databases.master["accounts"].update_one(account, {"$set": changes}).modified_count

    return change


BROKEN_ORGANIZATIONS: dict[str, tuple[str, Callable[[Planted], object]]] = {
    "its collection is gone": (
        "collection-exists",
        lambda planted: planted.databases.tenants.drop_collection("org_alpha"),
    ),
    "its collection has another name": ("collection-follows-slug", misname_collection),
    "its slug is malformed": ("slug-canonical", misspell_slug),
    "its intended slug is malformed": ("slug-canonical", misspell_intended_slug),
    "its slug is not reserved": ("slugs-reserve", lambda planted: planted.change({"slugs": ["other"]})),
    "it reserves another slug": ("slugs-reserve", lambda planted: planted.change({"slugs": ["alpha", "b"]})),
    "slugs is no array": ("slugs-reserve", lambda planted: planted.change({"slugs": "alpha"})),
    "it has no member": ("organization-owned", remove_owner),
    "its member is no owner": (
        "organization-owned",
        lambda planted: planted.databases.master["members"].update_one(
            {"organization_id": planted.alpha}, {"$set": {"role": "guest"}}
        ),
    ),
    "its state is unknown": ("state-known", lambda planted: planted.change({"state": "paused"})),
    "it is renamed without an intent": (
        "state-agrees-with-intent",
        lambda planted: planted.change({"state": "renaming"}),
    ),
    "its intent is no document": (
        "state-agrees-with-intent",
        lambda planted: planted.change({"intent": "rename"}),
    ),
    "it is active with an intent": (
        "state-agrees-with-intent",
        lambda planted: planted.intend("active", "alpha"),
    ),
    "its rename is old": ("intent-young", lambda planted: planted.intend("renaming", "omega", LONG_AGO)),
    "its deletion is old": ("intent-young", lambda planted: planted.intend("deleting", "alpha", LONG_AGO)),
    "its intent has no time": (
        "intent-young",
        lambda planted: planted.intend("renaming", "omega", created_at=None),
    ),
    "its intent is about a collection that never was": (
        "intent-collection",
        lambda planted: planted.intend("renaming", "omega", collection_uuid=uuid.uuid4()),
    ),
    "its collection is lost in a rename": ("intent-collection", lose_collection_in_rename),
    "another collection has the target's name": ("intent-collection", occupy_target),
    "the renamed collection was created again": ("intent-collection", recreate_source),
    "the dropped collection was created again": ("intent-collection", recreate_dropped),
    "its version is 0": ("version-positive", lambda planted: planted.change({"version": 0})),
    "its version is text": ("version-positive", lambda planted: planted.change({"version": "1"})),
    "it has a member without an account": (
        "member-of-an-account",
        lambda planted: planted.insert_member(account_id="acct_nobody"),
    ),
    "its account's e-mail address has a capital letter": (
        "email-canonical",
        change_account({"email": "Owner@alpha.example"}),
    ),
    "its account's epoch is negative": ("auth-epoch-valid", change_account({"auth_epoch": -1})),
}


@pytest.mark.parametrize("case", BROKEN_ORGANIZATIONS)
def test_one_broken_rule_is_one_violation(case: str, planted: Planted) -> None:
    rule, plant = BROKEN_ORGANIZATIONS[case]
    plant(planted)
    status, violations = verify()
    assert status == 1
    slug = planted.databases.organization(planted.alpha)["slug"]
    assert [(each["rule"], each["organization_id"], each["slug"]) for each in violations] == [
        (rule, planted.alpha, slug)
    ]


@pytest.mark.parametrize("name", ["org_stray", "notes", "~", "Org_alpha", "org_alph", "org_alpha_"])
def test_collection_of_no_organization_is_found(name: str, planted: Planted) -> None:
    planted.databases.tenants.create_collection(name)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("collection-owned", None)]
    assert f" {name} (" in violations[0]["detail"]


def test_view_of_no_organization_is_found(planted: Planted) -> None:
    planted.databases.tenants.create_collection("org_view", viewOn="org_alpha", pipeline=[])
    status, violations = verify()
    assert status == 1
    assert [each["detail"] for each in violations] == ["no organization owns collection org_view (a view)"]


def test_member_of_no_organization_is_found(planted: Planted) -> None:
    planted.insert_member(organization_id="org_nowhere")
    status, violations = verify()
    assert status == 1
    assert [(each["rule"], each["organization_id"]) for each in violations] == [
        ("member-of-an-organization", "org_nowhere")
    ]
    assert "mem_planted" in violations[0]["detail"]


def test_account_without_organization_is_found(planted: Planted) -> None:
    account = {"_id": "acct_planted", "email": "nobody@example.org", "auth_epoch": 0}
    planted.databases.master["accounts"].insert_one(account)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("account-has-member", None)]
    assert "acct_planted" in violations[0]["detail"]


INDEXES = [
    ("organizations", "slugs"),
    ("organizations", "collection"),
    ("accounts", "email"),
    ("members", "organization_account"),
]


@pytest.mark.parametrize(("collection", "index"), INDEXES)
def test_missing_index_is_found(collection: str, index: str, planted: Planted) -> None:
    planted.databases.master[collection].drop_index(index)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("unique-index", None)]
    assert collection in violations[0]["detail"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"unique": True, "sparse": True},
        {"unique": True, "partialFilterExpression": {"state": "active"}},
        {"unique": True, "collation": {"locale": "en", "strength": 2}},
    ],
)
def test_index_that_allows_equal_names_is_found(options: dict[str, Any], planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("slugs")
    planted.databases.master["organizations"].create_index("slugs", **options)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("unique-index", None)]


def test_collection_claimed_twice_is_found(planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("collection")
    planted.databases.tenants.drop_collection("org_beta")
    planted.change({"collection": "org_alpha"}, planted.beta)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("collection-claimed-once", "alpha"),
        ("collection-claimed-once", "beta"),
        ("collection-follows-slug", "beta"),
        ("unique-index", None),
    ]


def test_slug_claimed_twice_is_found(planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("slugs")
    planted.intend("renaming", "beta")
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("collection-claimed-once", "alpha"),
        ("collection-claimed-once", "beta"),
        ("intent-collection", "alpha"),
        ("slug-claimed-once", "alpha"),
        ("slug-claimed-once", "beta"),
        ("unique-index", None),
    ]


def test_slug_reserved_by_two_is_found(planted: Planted) -> None:
    planted.databases.master["organizations"].drop_index("slugs")
    planted.intend("renaming", "omega")
    planted.change({"slugs": ["beta", "omega"]}, planted.beta)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("slug-claimed-once", "alpha"),
        ("slug-claimed-once", "beta"),
        ("slugs-reserve", "beta"),
        ("unique-index", None),
    ]


def test_member_twice_is_found(planted: Planted) -> None:
    planted.databases.master["members"].drop_index("organization_account")
    planted.insert_member()
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [("member-unique", "alpha")] * 2 + [("unique-index", None)]


def test_email_address_of_two_accounts_is_found(planted: Planted) -> None:
    planted.databases.master["accounts"].drop_index("email")
    change_account({"email": "owner@beta.example"})(planted)
    status, violations = verify()
    assert status == 1
    assert rules(violations) == [
        ("email-unique", "alpha"),
        ("email-unique", "beta"),
        ("unique-index", None),
    ]
    assert "owner@" not in json.dumps(violations)


def test_databases_in_order_have_no_violation(planted: Planted) -> None:
    member = library.membership(planted.account(planted.alpha)["_id"], planted.alpha)
    library.create_second("Delta", member)
    library.rename(member, "Omega")
    assert verify() == (0, [])


def test_empty_databases_have_no_violation(databases: Databases) -> None:
    assert verify() == (0, [])


def test_the_same_names_in_other_databases_are_not_looked_at(planted: Planted) -> None:
    planted.change({"state": "paused"})
    other = ["--master-database", f"{planted.databases.master.name}_other"]
    assert verify(*other, "--tenant-database", f"{planted.databases.tenants.name}_other") == (0, [])


def rename_started(planted: Planted) -> None:
    planted.intend("renaming", "omega")


def rename_done_but_for_the_metadata(planted: Planted) -> None:
    planted.intend("renaming", "omega")
    planted.rename_collection("org_omega")


def deletion_started(planted: Planted) -> None:
    planted.intend("deleting", "alpha")


def deletion_done_but_for_the_metadata(planted: Planted) -> None:
    planted.intend("deleting", "alpha")
    planted.databases.tenants.drop_collection("org_alpha")


@pytest.mark.parametrize(
    "plant",
    [
        rename_started,
        rename_done_but_for_the_metadata,
        deletion_started,
        deletion_done_but_for_the_metadata,
    ],
)
def test_young_intent_is_no_violation(plant: Callable[[Planted], None], planted: Planted) -> None:
    plant(planted)
    assert verify() == (0, [])
    status, violations = verify("--older-than", "0")
    assert status == 1
    assert rules(violations) == [("intent-young", "alpha")]


def test_options_name_the_age_of_an_old_intent(planted: Planted) -> None:
    planted.intend("renaming", "omega", LONG_AGO)
    assert verify("--older-than", "600") == (0, [])
    assert verify("--older-than", "200")[0] == 1


def test_pages_and_batches_leave_nothing_out(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "PAGE", 7)
    monkeypatch.setattr(connection, "LISTED_AT_ONCE", 3)
    monkeypatch.setattr(checker, "BATCH", 5)
    names = [f"tenant-{number:02}" for number in range(40)]
    members = {name: library.create(name) for name in names}
    assert verify() == (0, [])
    databases.tenants.drop_collection("org_tenant_20")
    strays = ["aaa", *(f"org_tenant_{number:02}_stray" for number in range(40)), "zzz"]
    for stray in strays:
        databases.tenants.create_collection(stray)
    status, violations = verify()
    assert status == 1
    lost = [each for each in violations if each["rule"] == "collection-exists"]
    assert [each["organization_id"] for each in lost] == [members["tenant-20"].organization_id]
    details = [each["detail"] for each in violations if each["rule"] == "collection-owned"]
    assert len(violations) == len(details) + 1
    assert sorted(detail.split()[-2] for detail in details) == sorted(strays)


def test_table_names_rule_organization_and_slug(planted: Planted) -> None:
    planted.change({"state": ":smile: [bold]"})
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "':smile: [bold]'" in result.stdout
    for text in (
        "state-known",
        planted.alpha,
        " alpha ",
        "1 violation. Examined: 4 indexes, 3 organizations",
    ):
        assert text in result.stdout


def test_databases_in_order_give_one_line(planted: Planted) -> None:
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 0
    assert result.stdout == (
        "No violations. Examined: 4 indexes, 3 organizations, 3 collections, 3 members, 3 accounts.\n"
    )


@pytest.mark.parametrize("command", ["verify", "reconcile"])
def test_server_that_is_away_gives_one_line_without_the_password(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SERVER_SELECTION_TIMEOUT_MS", 200)
    uri = f"mongodb://operator:hush-hush@127.0.0.1:{free_port()}/"
    result = CliRunner().invoke(app, [command, "--mongodb-uri", uri])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("MongoDB cannot be used: 127.0.0.1:")
    assert result.stderr.count("\n") == 1
    assert "hush" not in result.stderr


def test_wrong_password_gives_one_line(server: str) -> None:
    uri = server.replace("://", "://operator:hush-hush@") + "&authSource=admin"
    result = CliRunner().invoke(app, ["verify", "--mongodb-uri", uri])
    assert result.exit_code == 2
    assert result.stderr == "MongoDB cannot be used: Authentication failed.\n"
