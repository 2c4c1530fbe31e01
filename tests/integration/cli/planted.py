"""Databases in which an operator finds something wrong, and what `tenantry verify` says of them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from typer.testing import CliRunner

from cli.app import app
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

    def change_account(self, changes: Document) -> None:
        """Set fields of the account that owns Alpha."""
        accounts = self.databases.master["accounts"]
        assert accounts.update_one(self.account(self.alpha), {"$set": changes}).modified_count == 1

    def insert_member(self, **fields: Any) -> None:
        of_alpha = {"organization_id": self.alpha, "account_id": self.account(self.alpha)["_id"]}
        member = {"_id": "mem_planted", "role": "owner"} | of_alpha | fields
        self.databases.master["members"].insert_one(member)


def verify(*options: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the command and return its exit status and the violations."""
    result = CliRunner().invoke(app, ["verify", "--json", *options], catch_exceptions=False)
    assert result.stderr == ""
    content = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    return result.exit_code, content["violations"]


def rules(violations: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return sorted((violation["rule"], violation["slug"]) for violation in violations)


def violated_rules() -> list[str]:
    """Run the command and return the rules of the violations, in the order of their names."""
    _, found = verify()
    return sorted(violation["rule"] for violation in found)
