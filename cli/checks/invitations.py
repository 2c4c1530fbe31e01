"""What holds for each invitation."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cli.checks.accounts import fold, is_canonical
from cli.checks.documents import Documents
from cli.connection import Document
from cli.violation import Violation, text_of

ROLES: Final = ("viewer", "editor", "admin")


@dataclass(frozen=True, slots=True)
class Facts:
    """One invitation and what else the master database says about it."""

    document: Document
    organization: Document | None
    times: int  # that this address has a pending invitation to this organization


def of_an_organization(facts: Facts) -> str | None:
    """Check that the organization exists."""
    return None if facts.organization else "is for no organization"


def address_canonical(facts: Facts) -> str | None:
    """Check that the address is in the form in which accounts have it, and shown as the same."""
    email = facts.document.get("email")
    if not isinstance(email, str) or not is_canonical(email):
        return "is for an address that is not canonical"
    address = facts.document.get("address", email)
    return None if isinstance(address, str) and fold(address) == email else "shows another address"


def role_given(facts: Facts) -> str | None:
    """Check that it gives a role that an invitation may give."""
    role = facts.document.get("role")
    return None if role in ROLES else f"gives the role {role!r}"


def unique(facts: Facts) -> str | None:
    """Check that the address has one pending invitation to the organization."""
    if facts.document.get("state") != "pending" or facts.times <= 1:
        return None
    return f"is one of {facts.times} pending ones for the same address"


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "invitation-of-an-organization": of_an_organization,
    "invitation-address-canonical": address_canonical,
    "invitation-role": role_given,
    "invitation-unique": unique,
}


class Invitations(Documents):
    """All invitations."""

    name = "invitations"

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these invitations.

        They are read before their organizations, together with which they are removed. So if a second look
        finds an invitation again, what the first look saw was wrong indeed.
        """
        invitations = list(self._documents.find({"_id": {"$in": list(keys)}}))
        return [
            _violation(facts, rule, detail)
            for facts in self._facts(invitations)
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, invitations: list[Document]) -> Iterator[Facts]:
        organization_ids = [invitation.get("organization_id") for invitation in invitations]
        organizations = self._master["organizations"].find({"_id": {"$in": organization_ids}}, {"slug": 1})
        by_id = {organization["_id"]: organization for organization in organizations}
        pending = {"organization_id": {"$in": organization_ids}, "state": "pending"}
        times = Counter(map(_pair, self._documents.find(pending)))
        for invitation in invitations:
            organization = by_id.get(invitation.get("organization_id"))
            yield Facts(invitation, organization, times[_pair(invitation)])


def _pair(invitation: Document) -> tuple[str, str]:
    return str(invitation.get("organization_id")), str(invitation.get("email"))


def _violation(facts: Facts, rule: str, detail: str) -> Violation:
    return Violation(
        rule,
        f"invitation {facts.document['_id']} {detail}",
        key=facts.document["_id"],
        organization_id=text_of(facts.document.get("organization_id")),
        slug=text_of(facts.organization.get("slug")) if facts.organization else None,
    )
