"""Organizations to be listed, and what a list of them has to hold by another reckoning."""

import random
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from tenantry.registry.organizations.document import create_document
from tenantry.registry.organizations.listing import Filter, Order, find_page
from tests.support.databases import Document

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("Google", "GOOGLE & Co", "gööd", "Good", "Αθήνα", "ΑΘΗΝΑ", "東京", "Ｇood", "ﬁne", "Zürich")  # noqa: RUF001
WANTED: dict[str, tuple[Any, ...]] = {
    "state": ("active", "renaming"),
    "name_prefix": ("GOO", "αθη"),
    "slug_prefix": ("a-1", "b"),
    "cluster": ("main", "eu"),
    "kind": ("collection", "pooled"),
    "plan": ("default", "pro"),
    "created_since": (BEGINNING + timedelta(seconds=30),),
    "created_before": (BEGINNING + timedelta(seconds=60),),
    "changed_since": (BEGINNING + timedelta(seconds=40),),
    "suspended": (True, False),
    "moving": (True, False),
    "intent": (True, False),
}
"""Values of each condition, some of which few organizations meet."""


def made_up(number: int, choice: random.Random) -> Document:
    """Return an organization in any condition that is stored."""
    letter = choice.choice("ab")
    document: Any = create_document(choice.choice(NAMES), f"{letter}-{number}", {"a": 1})
    document["created_at"] = BEGINNING + timedelta(seconds=choice.randrange(90))
    document["updated_at"] = BEGINNING + timedelta(seconds=choice.randrange(90))
    if choice.random() < 0.3:
        document["plan"] = "pro"
    if choice.random() < 0.3:
        document["pool"] = "pool_0"
    if choice.random() < 0.3:
        document["cluster"] = "eu"
    elif choice.random() < 0.3:
        del document["cluster"], document["pool"]  # as an earlier version stored it
    if choice.random() < 0.2:
        document["suspended_at"] = BEGINNING
    if choice.random() < 0.2:
        document["move"] = choice.choice([None, {"id": "mov_1", "paused_until": None}])
    if choice.random() < 0.2:
        document |= {"state": "renaming", "intent": {"created_at": BEGINNING}}
    return dict(document)


def matches(document: Document, wanted: Filter) -> bool:
    """Tell whether an organization meets a filter."""
    facts = {
        "state": document["state"],
        "cluster": document.get("cluster", "main"),
        "kind": "collection" if document.get("pool") is None else "pooled",
        "plan": document.get("plan", "default"),
        "suspended": "suspended_at" in document,
        "moving": bool(document.get("move")),
        "intent": document["intent"] is not None,
    }
    return (
        all(
            facts[name] == value
            for name, value in asdict(wanted).items()
            if value is not None and name in facts
        )
        and plain(document["name"]).startswith(plain(wanted.name_prefix or ""))
        and document["slug"].startswith(wanted.slug_prefix or "")
        and (wanted.created_since or BEGINNING) <= document["created_at"]
        and document["created_at"] < (wanted.created_before or datetime.max.replace(tzinfo=UTC))
        and (wanted.changed_since or BEGINNING) <= document["updated_at"]
    )


def plain(name: str) -> str:
    """Return a name without accents, in small letters."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def sorted_by(documents: list[Document], order: Order) -> list[Document]:
    """Return organizations in an order."""
    keys: dict[str, Any] = {
        "created": lambda document: (document["created_at"], document["_id"]),
        "changed": lambda document: (document["updated_at"], document["_id"]),
        "name": lambda document: (plain(document["name"]), document["_id"]),
        "slug": lambda document: document["slug"],
    }
    return sorted(documents, key=keys[order.removeprefix("-")], reverse=order.startswith("-"))


def all_pages(wanted: Filter, order: Order | None, limit: int) -> list[list[str]]:
    """Return the ids on each page."""
    pages, cursor = [], None
    while True:
        page = find_page(wanted, order, limit, cursor)
        pages.append([document["_id"] for document in page.documents])
        if (cursor := page.next_cursor) is None:
            return pages
