"""`tenantry set` and `tenantry plan`."""

import pytest

from tenantry.identity.members import Membership
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases


def test_plans_and_what_an_organization_has_of_them(member: Membership, databases: Databases) -> None:
    made = tenantry_json("plan", "set", "pro", "--limit", "members=50", "--limit", "indexes=5")
    assert made == {"name": "pro", "limits": {"members": 50, "indexes": 5}, "is_made": True}
    assert "Changed the plan pro" in tenantry("plan", "set", "pro", "--limit", "members=60").stdout
    content = tenantry_json(
        *("set", "google", "--plan", "pro", "--limit", "members=5"),
        *(
            "--property",
            "region=eu",
            "--property",
            "zip=01234",
            "--property",
            "seats=5",
            "--property",
            "x=a=b",
        ),
        *("--private", 'customer="41"', "--private", "vip=true"),
    )
    assert (content["id"], content["plan"]) == (member.organization_id, "pro")
    assert content["limits"] == {"members": 5}
    assert content["properties"] == {"region": "eu", "zip": "01234", "seats": 5, "x": "a=b"}
    assert content["private"] == {"customer": "41", "vip": True}
    removal = ("--remove-limit", "members", "--remove-property", "zip", "--remove-private", "vip")
    changed = tenantry("set", member.organization_id, *removal)
    assert changed.stdout.splitlines() == [
        f"google ({member.organization_id}) has the plan pro",
        "properties: region=eu, seats=5, x=a=b",
        "private: customer=41",
    ]
    assert "pro" in tenantry("plan", "list").stdout
    assert tenantry_json("plan", "list") == {"plans": [{"name": "pro", "limits": {"members": 60}}]}
    refused = tenantry("plan", "remove", "pro")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Organizations have this plan. Give each of them another one first.\n",
    )
    tenantry("set", "google", "--plan", "default")
    assert tenantry_json("plan", "remove", "pro") == {"removed": "pro"}
    record = databases.master["audit"].find_one({"action": "plan.removed"})
    assert record is not None
    assert record["actor"]["type"] == "operator"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("set", "google", "--limit", "members"), 2, "not NAME=VALUE"),
        (("set", "google", "--limit", "members=many"), 2, "is no number"),
        (("set", "google", "--limit", "hats=3"), 2, "limits.hats"),
        (("set", "google", "--private", "$where=3"), 2, "must not start with $"),
        (("set", "google", "--property", "x=NaN"), 2, "must be a string"),
        (("set", "google", "--limit", "members=1001"), 2, "limits: must hold at most 1000 as members"),
        (("set", "google", "--plan", ""), 2, "plan: "),
        (("set", "google", "--plan", "nowhere"), 1, "is the name of no plan"),
        (("set", "nobody", "--property", "x=1"), 1, "no such organization"),
        (("plan", "set", "PRO"), 2, "must be 1 to 64"),
        (("plan", "remove", "pro"), 1, "no plan of this name"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(
    member: Membership, databases: Databases, arguments: tuple[str, ...], status: int, message: str
) -> None:
    before = databases.fingerprint()
    result = tenantry(*arguments)
    assert result.exit_code == status
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert databases.fingerprint() == before
