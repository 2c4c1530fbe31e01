"""What holds for each API key."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cli.checks.documents import Documents
from cli.connection import Databases, Document
from cli.violation import Violation, text_of

SCOPES: Final = {"documents:read", "documents:write", "indexes", "audit:read"}
MOST_KEYS: Final = 100  # of an organization
MOST_SECRETS: Final = 2
HASH_BYTES: Final = 32
REMOVED_AFTER: Final = timedelta(days=31)  # 30 days after they expired, and one for the server


@dataclass(frozen=True, slots=True)
class Facts:
    """One key and what else the master database says about it."""

    document: Document
    organization: Document | None
    number: int  # of the organization's keys
    long_ago: datetime


def of_an_organization(facts: Facts) -> str | None:
    """Check that the organization exists."""
    return None if facts.organization else "is of no organization"


def scopes_known(facts: Facts) -> str | None:
    """Check that it may do something, and nothing that is not known."""
    scopes = facts.document.get("scopes")
    is_list = isinstance(scopes, list) and all(isinstance(scope, str) for scope in scopes)
    if is_list and scopes and len(set(scopes)) == len(scopes) and SCOPES.issuperset(scopes):
        return None
    return f"has the scopes {scopes!r}"


def secrets_hashed(facts: Facts) -> str | None:
    """Check that it has one secret or two, each as a digest alone."""
    secrets = facts.document.get("secrets")
    if not isinstance(secrets, list) or not 1 <= len(secrets) <= MOST_SECRETS:
        return "has no secret, or more than two"
    return None if all(map(_is_hashed, secrets)) else "has a secret that is no digest"


def _is_hashed(secret: Any) -> bool:
    if not isinstance(secret, dict) or secret.keys() != {"id", "hash", "created_by", "created_at"}:
        return False
    return isinstance(secret["hash"], bytes) and len(secret["hash"]) == HASH_BYTES


def removed_in_time(facts: Facts) -> str | None:
    """Check that it has not expired long ago."""
    expires_at = facts.document.get("expires_at")
    if expires_at is None or (isinstance(expires_at, datetime) and expires_at > facts.long_ago):
        return None
    return f"should have been removed, for it expired at {expires_at}"


def few(facts: Facts) -> str | None:
    """Check that the organization has no more keys than it may."""
    return None if facts.number <= MOST_KEYS else f"is one of {facts.number} of the same organization"


def rate_positive(facts: Facts) -> str | None:
    """Check that it lets a request pass, if it has a rate."""
    rate = facts.document.get("requests_per_minute", 1)
    return None if isinstance(rate, int) and rate > 0 else f"has the rate {rate!r}"


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "key-of-an-organization": of_an_organization,
    "key-scopes": scopes_known,
    "key-secrets": secrets_hashed,
    "key-removed-in-time": removed_in_time,
    "key-limit": few,
    "key-rate": rate_positive,
}


class ApiKeys(Documents):
    """All API keys.

    Parameters
    ----------
    databases : Databases
        What to check.
    now : datetime
        The present moment.
    """

    name = "API keys"

    def __init__(self, databases: Databases, now: datetime) -> None:
        super().__init__(databases)
        self._documents = self._master["api_keys"]
        self._long_ago = now - REMOVED_AFTER

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these keys, which are read before their organizations.

        So if a second look finds a key again, what the first look saw was wrong indeed.
        """
        documents = list(self._documents.find({"_id": {"$in": list(keys)}}))
        return [
            _violation(facts, rule, detail)
            for facts in self._facts(documents)
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, documents: list[Document]) -> Iterator[Facts]:
        ids = [document.get("organization_id") for document in documents]
        organizations = self._master["organizations"].find({"_id": {"$in": ids}}, {"slug": 1})
        by_id = {organization["_id"]: organization for organization in organizations}
        all_keys = self._documents.find({"organization_id": {"$in": ids}}, {"organization_id": 1})
        numbers = Counter(key["organization_id"] for key in all_keys)
        for document in documents:
            organization_id = document.get("organization_id")
            yield Facts(document, by_id.get(organization_id), numbers[organization_id], self._long_ago)


def _violation(facts: Facts, rule: str, detail: str) -> Violation:
    return Violation(
        rule,
        f"key {facts.document['_id']} {detail}",
        key=facts.document["_id"],
        organization_id=text_of(facts.document.get("organization_id")),
        slug=text_of(facts.organization.get("slug")) if facts.organization else None,
    )
