"""What holds for each member."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cli.checks.documents import Documents
from cli.connection import Document
from cli.violation import Violation, text_of

ROLES: Final = ("viewer", "editor", "admin", "owner")


@dataclass(frozen=True, slots=True)
class Facts:
    """One member and what else the master database says about it."""

    document: Document
    organization: Document | None
    has_account: bool
    times: int  # that this account is a member of this organization


def of_an_organization(facts: Facts) -> str | None:
    """Check that the member's organization exists."""
    return None if facts.organization else "belongs to no organization"


def of_an_account(facts: Facts) -> str | None:
    """Check that the member's account exists."""
    return None if facts.has_account else f"belongs to no account: {facts.document.get('account_id')}"


def unique(facts: Facts) -> str | None:
    """Check that the account is a member of the organization once."""
    if facts.times <= 1:
        return None
    return f"is one of {facts.times} of the same account: {facts.document.get('account_id')}"


def role_known(facts: Facts) -> str | None:
    """Check that the member has a role, without which it may do nothing."""
    role = facts.document.get("role")
    return None if role in ROLES else f"has the role {role!r}, which is none"


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "member-of-an-organization": of_an_organization,
    "member-of-an-account": of_an_account,
    "member-unique": unique,
    "member-role-known": role_known,
}


class Members(Documents):
    """All members."""

    name = "members"

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these members.

        They are read before their organizations and accounts, together with which they are added and removed.
        So if a second look finds a member again, what the first look saw was wrong indeed.
        """
        members = list(self._documents.find({"_id": {"$in": list(keys)}}))
        return [
            _violation(facts, rule, detail)
            for facts in self._facts(members)
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, members: list[Document]) -> Iterator[Facts]:
        organization_ids = [member.get("organization_id") for member in members]
        account_ids = {"$in": [member.get("account_id") for member in members]}
        organizations = self._master["organizations"].find({"_id": {"$in": organization_ids}}, {"slug": 1})
        accounts = self._master["accounts"].find({"_id": account_ids}, {"_id": 1})
        by_id = {organization["_id"]: organization for organization in organizations}
        existing = {account["_id"] for account in accounts}
        all_members = self._documents.find({"organization_id": {"$in": organization_ids}})
        times = Counter(map(_pair, all_members))
        for member in members:
            organization = by_id.get(member.get("organization_id"))
            yield Facts(member, organization, member.get("account_id") in existing, times[_pair(member)])


def _pair(member: Document) -> tuple[Any, Any]:
    return member.get("organization_id"), member.get("account_id")


def _violation(facts: Facts, rule: str, detail: str) -> Violation:
    return Violation(
        rule,
        f"member {facts.document['_id']} {detail}",
        key=facts.document["_id"],
        organization_id=text_of(facts.document.get("organization_id")),
        slug=text_of(facts.organization.get("slug")) if facts.organization else None,
    )
