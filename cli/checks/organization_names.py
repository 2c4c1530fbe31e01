"""The rules for an organization's name, its slugs, and the name of its collection."""

import re
import unicodedata
from datetime import datetime
from typing import Final

from cli.checks.organization_facts import (
    ASIDE_PREFIX,
    STAGING_PREFIX,
    Facts,
    collection_names,
    slugs_of,
    texts_of,
)
from cli.connection import Document

SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
FOLDED_MAX_CHARACTERS: Final = 200
FORMER_SLUGS_MAX: Final = 3


def collection_claimed_once(facts: Facts) -> str | None:
    """Check that no other organization claims the collection."""
    return _claimed_once(facts, collection_names(facts.document), "collection")


def slug_claimed_once(facts: Facts) -> str | None:
    """Check that no other organization claims the slug."""
    return _claimed_once(facts, slugs_of(facts.document), "slug")


def _claimed_once(facts: Facts, names: list[str], noun: str) -> str | None:
    for name in names:
        if rivals := facts.rivals.get(f"{noun} {name}"):
            return f"{noun} {name} is claimed by {', '.join(sorted(map(str, rivals)))} too"
    return None


def collection_follows_slug(facts: Facts) -> str | None:
    """Check that the collection is named after the slug, unless it comes from elsewhere or is set aside."""
    for holder in (facts.document, facts.intent):
        expected = "org_" + str(holder.get("slug")).replace("-", "_")
        name = str(holder.get("collection"))
        if holder and name != expected and not _is_on_its_way(facts, holder, name):
            return f"its collection is named {name}, not {expected}"
    return None


def _is_on_its_way(facts: Facts, holder: Document, name: str) -> bool:
    """Tell whether a restore or an undo brings a collection, or a deletion sets it aside."""
    if holder is facts.document:
        return bool(facts.intent) and name.startswith((STAGING_PREFIX, ASIDE_PREFIX))
    return "purge_at" in holder and name.startswith(ASIDE_PREFIX)


def slugs_reserve(facts: Facts) -> str | None:
    """Check that `slugs` holds the slug, that of the intent, former ones, and no other."""
    former = [former.get("slug") for former in _former_slugs(facts.document)]
    expected = texts_of(facts.document.get("slug"), facts.intent.get("slug"), *former)
    slugs = facts.document.get("slugs")
    if not isinstance(slugs, list) or sorted(map(str, slugs)) != expected:
        return f"slugs is {slugs}, not {expected}"
    return None


def _former_slugs(document: Document) -> list[Document]:
    stored = document.get("former_slugs", [])
    return [former for former in stored if isinstance(former, dict)] if isinstance(stored, list) else []


def former_slugs_bounded(facts: Facts) -> str | None:
    """Check that former slugs are few, end, and are not the slug itself."""
    stored, former = facts.document.get("former_slugs", []), _former_slugs(facts.document)
    if former != stored:
        return f"its former slugs are {stored}"
    slugs = {str(each.get("slug")) for each in former}
    if len(former) > FORMER_SLUGS_MAX or len(slugs) < len(former) or facts.document.get("slug") in slugs:
        return f"its former slugs are {sorted(slugs)}, {len(former)} in all"
    endless = [each.get("slug") for each in former if not isinstance(each.get("until"), datetime)]
    return f"its former slugs {endless} do not end" if endless else None


def slug_canonical(facts: Facts) -> str | None:
    """Check that the slug is well formed."""
    for holder in (facts.document, facts.intent):
        slug = holder.get("slug")
        if holder and not (isinstance(slug, str) and SLUG.fullmatch(slug)):
            return f"slug {slug!r} is malformed"
    return None


def name_folded(facts: Facts) -> str | None:
    """Check that the form of the name that lists are searched and sorted by follows from the name."""
    name, folded = str(facts.document.get("name")), facts.document.get("folded_name")
    expected = "".join(map(_folded, name))[:FOLDED_MAX_CHARACTERS]
    if folded == expected:
        return None
    return f"its folded name is {folded!r}, not {expected!r}; `tenantry setup-database` folds names"


def _folded(character: str) -> str:
    previous = ""
    while character != previous:
        previous, character = character, unicodedata.normalize("NFKD", character.casefold())
    return "".join(letter for letter in character if unicodedata.combining(letter) == 0)
