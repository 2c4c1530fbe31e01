"""What holds for each link that was mailed and has not been used."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from cli.checks.documents import DocumentsInTime
from cli.connection import Document
from cli.violation import Violation

LONGEST: Final[Mapping[Any, timedelta]] = {
    "verify-email": timedelta(minutes=30),
    "reset-password": timedelta(minutes=30),
    "change-email": timedelta(minutes=30),
    "undo-email-change": timedelta(days=7),
    "invitation": timedelta(days=37),
    "undo-deletion": timedelta(days=30),
}
DIGEST_BYTES: Final = 32
FIELDS: Final = {
    *("_id", "mail_id", "purpose", "expires_at"),
    *("account_id", "auth_epoch", "email", "address", "invitation_id", "deletion_id"),
}


def has_purpose(link: Document, _: datetime) -> str | None:
    """Check that there is something that the link can be used for."""
    return None if link.get("purpose") in LONGEST else f"has the purpose {link.get('purpose')!r}"


def ends(link: Document, now: datetime) -> str | None:
    """Check that the link ends as soon as those of its purpose do."""
    ends_at, longest = link.get("expires_at"), LONGEST.get(link.get("purpose"), timedelta.max)
    if isinstance(ends_at, datetime) and ends_at - now <= longest:
        return None
    return f"ends at {ends_at}"


def holds_no_token(link: Document, _: datetime) -> str | None:
    """Check that the link is known by a digest, and that nothing is stored that might be its token."""
    if not isinstance(link["_id"], bytes) or len(link["_id"]) != DIGEST_BYTES:
        return "is not known by a digest"
    unknown = link.keys() - FIELDS
    return f"has fields that no link has: {', '.join(sorted(unknown))}" if unknown else None


def is_bound(link: Document, _: datetime) -> str | None:
    """Check that the link is for one account, one invitation or one address."""
    bound = [name for name in ("account_id", "invitation_id", "email") if isinstance(link.get(name), str)]
    return None if bound else "is bound to no account, no invitation and no address"


RULES: Final[dict[str, Callable[[Document, datetime], str | None]]] = {
    "link-purpose": has_purpose,
    "link-end": ends,
    "link-token": holds_no_token,
    "link-bound": is_bound,
}


class Links(DocumentsInTime):
    """All links."""

    name = "links"

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these links, which are never changed."""
        return [
            Violation(rule, f"a link of mail {link.get('mail_id')} {detail}", key=link["_id"], version="")
            for link in self._documents.find({"_id": {"$in": list(keys)}})
            for rule, check in RULES.items()
            if (detail := check(link, self._now))
        ]
