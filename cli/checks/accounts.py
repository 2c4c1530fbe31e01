"""What holds for each account."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cli.checks.documents import Documents
from cli.connection import Databases, Document
from cli.violation import Violation, text_of

EMAIL: Final = re.compile(r"[^\s@]+@(?:(?!xn--)[^\s@.]+\.)+(?!xn--)[^\s@.]+")
EMAIL_MAX_CHARACTERS: Final = 254
FIELDS: Final = (
    *("email", "address", "auth_epoch", "password_hash"),
    *("created_at", "updated_at", "verified_at", "without_organization_since"),
)
PASSWORD_HASH: Final = re.compile(
    r"\$pbkdf2-sha256\$(\d{1,8})\$[./A-Za-z0-9]{0,128}\$[./A-Za-z0-9]{43}", re.ASCII
)
MOST_ROUNDS: Final = 6_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """One account and what else the master database says about it."""

    document: Document
    organization_id: Any  # of one of its organizations, or None
    slug: Any
    holders: int  # accounts with this e-mail address
    emptied_before: datetime  # an account that lost its last organization before then should have ended


def has_member(facts: Facts) -> str | None:
    """Check that the account is a member of an organization, or says since when it is a member of none."""
    since = facts.document.get("without_organization_since")
    if (facts.organization_id is None) == isinstance(since, datetime):
        return None
    if facts.organization_id is None:
        return "is a member of no organization, and nobody has noted since when"
    return f"is noted to be without an organization since {since}, but is a member of one"


def ends(facts: Facts) -> str | None:
    """Check that the account ended in time after its last organization."""
    since = facts.document.get("without_organization_since")
    if isinstance(since, datetime) and since < facts.emptied_before:
        return f"has been without an organization since {since.isoformat()} and should have ended"
    return None


def email_canonical(facts: Facts) -> str | None:
    """Check that the e-mail address is in the one form in which it is unique."""
    email = facts.document.get("email")
    if isinstance(email, str) and is_canonical(email):
        return None
    return "has an e-mail address that is not canonical; `tenantry setup-database` folds it"


def is_canonical(email: str) -> bool:
    """Tell whether an address is folded, in NFC, and has a full Unicode domain name."""
    return email == fold(email) and len(email) <= EMAIL_MAX_CHARACTERS and EMAIL.fullmatch(email) is not None


def fold(address: str) -> str:
    """Return the form of an address in which it is unique."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", address).casefold())


def address_folds(facts: Facts) -> str | None:
    """Check that the address as its owner wrote it is the unique one but for case and normal form."""
    address = facts.document.get("address")
    if address is None or (isinstance(address, str) and fold(address) == facts.document.get("email")):
        return None
    return "shows another e-mail address than the one that it logs in with"


def email_unique(facts: Facts) -> str | None:
    """Check that no other account has the e-mail address."""
    return None if facts.holders <= 1 else f"is one of {facts.holders} with the same e-mail address"


def epoch_valid(facts: Facts) -> str | None:
    """Check that `auth_epoch` counts from 0."""
    epoch = facts.document.get("auth_epoch")
    return None if isinstance(epoch, int) and epoch >= 0 else f"has auth_epoch {epoch!r}"


def hash_verifiable(facts: Facts) -> str | None:
    """Check that the account's password can be verified, at a bounded cost."""
    match = PASSWORD_HASH.fullmatch(str(facts.document.get("password_hash")))
    if match and not match[1].startswith("0") and int(match[1]) <= MOST_ROUNDS:
        return None
    return "has a password hash that nothing can match"


def verified_while_it_existed(facts: Facts) -> str | None:
    """Check that the address was verified, if it was, at a time when there was the account."""
    created, verified = facts.document.get("created_at"), facts.document.get("verified_at")
    if "verified_at" not in facts.document:
        return None
    if isinstance(created, datetime) and isinstance(verified, datetime) and created <= verified:
        return None
    return f"has an address that was verified at {verified}, and was created at {created}"


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "account-has-member": has_member,
    "account-ends": ends,
    "email-canonical": email_canonical,
    "email-unique": email_unique,
    "address-folds-to-email": address_folds,
    "auth-epoch-valid": epoch_valid,
    "password-hash-verifiable": hash_verifiable,
    "verified-while-it-existed": verified_while_it_existed,
}


class Accounts(Documents):
    """All accounts.

    Parameters
    ----------
    databases : Databases
        Where they are.
    emptied_before : datetime
        An account that lost its last organization before this moment should have ended.
    """

    name = "accounts"

    def __init__(self, databases: Databases, emptied_before: datetime) -> None:
        super().__init__(databases)
        self._emptied_before = emptied_before

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these accounts.

        They are read before their members: when a member is added or removed, its account changes as well.
        So if a second look finds an account unchanged, what the first look saw was wrong indeed.
        """
        accounts = list(self._documents.find({"_id": {"$in": list(keys)}}, dict.fromkeys(FIELDS, 1)))
        return [
            _violation(facts, rule, detail)
            for facts in self._facts(accounts)
            for rule, check in RULES.items()
            if (detail := check(facts))
        ]

    def _facts(self, accounts: list[Document]) -> Iterator[Facts]:
        of_accounts = {"account_id": {"$in": [account["_id"] for account in accounts]}}
        with_emails = {"email": {"$in": [account.get("email") for account in accounts]}}
        members = self._master["members"].find(of_accounts)
        organization_ids = {member["account_id"]: member.get("organization_id") for member in members}
        holders = Counter(holder.get("email") for holder in self._documents.find(with_emails, {"email": 1}))
        slugs = self._slugs(list(organization_ids.values()))
        for account in accounts:
            organization_id = organization_ids.get(account["_id"])
            yield Facts(
                account,
                organization_id,
                slugs.get(organization_id),
                holders[account.get("email")],
                self._emptied_before,
            )

    def _slugs(self, organization_ids: list[Any]) -> dict[Any, Any]:
        organizations = self._master["organizations"].find({"_id": {"$in": organization_ids}}, {"slug": 1})
        return {organization["_id"]: organization.get("slug") for organization in organizations}


def _violation(facts: Facts, rule: str, detail: str) -> Violation:
    return Violation(
        rule,
        f"account {facts.document['_id']} {detail}",
        key=facts.document["_id"],
        organization_id=text_of(facts.organization_id),
        slug=text_of(facts.slug),
        version=repr(facts.document.get("updated_at")),
    )
