"""`tenantry verify` on a real server: for each rule one thing is broken by raw writes."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.integration.cli.planted import LONG_AGO, Planted, verify

ENDS = datetime(2126, 1, 1, tzinfo=UTC)


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


BROKEN_ORGANIZATIONS: dict[str, tuple[str, Callable[[Planted], object]]] = {
    "its collection is gone": (
        "collection-exists",
        lambda planted: planted.databases.tenants.drop_collection("org_alpha"),
    ),
    "its collection has another name": ("collection-follows-slug", misname_collection),
    "its plan is gone": ("plan-known", lambda planted: planted.change({"plan": "gone"})),
    "its limits are odd": ("limits-known", lambda planted: planted.change({"limits": {"members": -1}})),
    "its slug is malformed": ("slug-canonical", misspell_slug),
    "its intended slug is malformed": ("slug-canonical", misspell_intended_slug),
    "its slug is not reserved": ("slugs-reserve", lambda planted: planted.change({"slugs": ["other"]})),
    "it reserves another slug": ("slugs-reserve", lambda planted: planted.change({"slugs": ["alpha", "b"]})),
    "a former slug is not reserved": (
        "slugs-reserve",
        lambda planted: planted.change({"former_slugs": [{"slug": "b", "until": ENDS}]}),
    ),
    "a former slug does not end": (
        "former-slugs-bounded",
        lambda planted: planted.change({"slugs": ["alpha", "b"], "former_slugs": [{"slug": "b"}]}),
    ),
    "its slug is a former one": (
        "former-slugs-bounded",
        lambda planted: planted.change({"former_slugs": [{"slug": "alpha", "until": ENDS}]}),
    ),
    "former slugs are no array": (
        "former-slugs-bounded",
        lambda planted: planted.change({"former_slugs": "b"}),
    ),
    "slugs is no array": ("slugs-reserve", lambda planted: planted.change({"slugs": "alpha"})),
    "its folded name is another's": ("name-folded", lambda planted: planted.change({"folded_name": "beta"})),
    "its name is not folded": ("name-folded", lambda planted: planted.change({"folded_name": None})),
    "it has no member": ("organization-owned", remove_owner),
    "its member is no owner": (
        "organization-owned",
        lambda planted: planted.databases.master["members"].update_one(
            {"organization_id": planted.alpha}, {"$set": {"role": "admin"}}
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
    "it has a member of an unknown role": (
        "member-role-known",
        lambda planted: planted.insert_member(account_id=planted.account(planted.beta)["_id"], role="guest"),
    ),
    "its account's e-mail address has a capital letter": (
        "email-canonical",
        lambda planted: planted.change_account({"email": "Owner@alpha.example"}),
    ),
    "its account's epoch is negative": (
        "auth-epoch-valid",
        lambda planted: planted.change_account({"auth_epoch": -1}),
    ),
}


@pytest.mark.parametrize("case", BROKEN_ORGANIZATIONS)
def test_one_broken_rule_is_one_violation(case: str, planted: Planted) -> None:
    rule, plant = BROKEN_ORGANIZATIONS[case]
    plant(planted)
    status, violations = verify()
    assert status == 1
    slug = planted.databases.organization(planted.alpha)["slug"]
    (violation,) = violations
    assert (violation["rule"], violation["organization_id"], violation["slug"]) == (rule, planted.alpha, slug)
