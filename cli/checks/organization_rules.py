"""The rules for one organization: each check returns what is wrong, or None."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cli.checks.plans import limits_known, plan_known
from cli.connection import MAIN, Document

SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
INTENDING: Final = ("creating", "renaming", "deleting")  # states with an intent
FOLDED_MAX_CHARACTERS: Final = 200
FORMER_SLUGS_MAX: Final = 3
STATES: Final = ("active", *INTENDING)
STAGING_PREFIX: Final = "restoring_"  # of collections that a restore has filled
ASIDE_PREFIX: Final = "deleted_"  # of collections that a deletion has set aside


@dataclass(frozen=True, slots=True)
class Facts:
    """One organization and what else the databases say about it.

    Parameters
    ----------
    document : Document
        The organization.
    collections : Mapping[str, UUID or None] or None
        Those of its collections that exist, or its pool; None if nobody knows its cluster.
    has_owner : bool
        Whether a member is its owner.
    rivals : Mapping[str, set[Any]]
        Ids of other organizations per slug or collection that they claim as well.
    intended_before : datetime
        An intent from before this moment should be settled by now.
    plans : set
        Names of all plans, and None.
    """

    document: Document
    collections: Mapping[str, UUID | None] | None
    has_owner: bool
    rivals: Mapping[str, set[Any]]
    intended_before: datetime
    plans: AbstractSet[Any]

    @property
    def intent(self) -> Document:
        """The intent, empty if there is none."""
        return intent_of(self.document)


def cluster_known(facts: Facts) -> str | None:
    """Check that the organization's cluster is one that can be looked at."""
    if facts.collections is None:
        return f"there is no connection string for its cluster {cluster_of(facts.document)}"
    return None


def collection_exists(facts: Facts) -> str | None:
    """Check that an organization at rest has its collection, or its pool."""
    name = facts.document.get("pool") or facts.document.get("collection")
    if facts.collections is not None and not facts.intent and name not in facts.collections:
        return f"its collection {name} does not exist"
    return None


def intent_collection(facts: Facts) -> str | None:
    """Check that the collection of the intent, and no other, has the old name or the intended one."""
    if not facts.intent or facts.collections is None or facts.document.get("state") == "creating":
        return None
    uuid = facts.intent.get("collection_uuid")
    if facts.collections and any(existing != uuid for existing in facts.collections.values()):
        return f"its intent is about collection {uuid}, but others stand there: {_listed(facts.collections)}"
    if not facts.collections and facts.document.get("state") != "deleting":
        places = " and ".join(collection_names(facts.document))
        return f"its intent is about collection {uuid}, which is not at {places}"
    return None


def _listed(collections: Mapping[str, UUID | None]) -> str:
    return ", ".join(f"{name} ({uuid})" for name, uuid in sorted(collections.items()))


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
    expected = _texts(facts.document.get("slug"), facts.intent.get("slug"), *former)
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


def owned(facts: Facts) -> str | None:
    """Check that the organization has an owner."""
    return None if facts.has_owner else "it has no owner"


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


def state_known(facts: Facts) -> str | None:
    """Check that the state is one of those that there are."""
    state = facts.document.get("state")
    return None if state in STATES else f"state {state!r} is unknown"


def state_agrees_with_intent(facts: Facts) -> str | None:
    """Check that there is an intent exactly in the states that have one."""
    state = facts.document.get("state")
    has_intent = facts.document.get("intent") is not None
    if (state in INTENDING) == has_intent:
        return None
    return f"state is {state} {'with' if has_intent else 'without'} an intent"


def intent_young(facts: Facts) -> str | None:
    """Check that the intent is not old."""
    if not facts.intent:
        return None
    since = facts.intent.get("created_at")
    if not isinstance(since, datetime):
        return "its intent has no time"
    if since < facts.intended_before:
        return f"{facts.document.get('state')} since {since.isoformat()}"
    return None


def version_positive(facts: Facts) -> str | None:
    """Check that the version counts from 1."""
    version = facts.document.get("version")
    return None if isinstance(version, int) and version >= 1 else f"version is {version!r}"


RULES: Final[dict[str, Callable[[Facts], str | None]]] = {
    "cluster-known": cluster_known,
    "collection-exists": collection_exists,
    "collection-claimed-once": collection_claimed_once,
    "collection-follows-slug": collection_follows_slug,
    "slug-claimed-once": slug_claimed_once,
    "slug-canonical": slug_canonical,
    "slugs-reserve": slugs_reserve,
    "former-slugs-bounded": former_slugs_bounded,
    "organization-owned": owned,
    "name-folded": name_folded,
    "state-known": state_known,
    "state-agrees-with-intent": state_agrees_with_intent,
    "intent-young": intent_young,
    "intent-collection": intent_collection,
    "version-positive": version_positive,
    "plan-known": plan_known,
    "limits-known": limits_known,
}


def cluster_of(document: Document) -> str:
    """Return the name of an organization's cluster."""
    return str(document.get("cluster", MAIN))


def places_of(document: Document) -> list[str]:
    """Return the collections that an organization's documents may be in."""
    pool = document.get("pool")
    return collection_names(document) if pool is None else [str(pool)]


def collection_names(document: Document) -> list[str]:
    """Return the collections that an organization claims."""
    return _texts(document.get("collection"), intent_of(document).get("collection"))


def intent_of(document: Document) -> Document:
    """Return the intent of an organization, empty if there is none."""
    intent = document.get("intent")
    return intent if isinstance(intent, dict) else {}


def slugs_of(document: Document) -> list[str]:
    """Return the slugs that an organization claims."""
    slugs = document.get("slugs")
    return _texts(document.get("slug"), *(slugs if isinstance(slugs, list) else []))


def claims_of(document: Document) -> list[str]:
    """Return the collections and slugs that an organization claims, each with the noun for it in front."""
    names = [f"collection {name}" for name in collection_names(document)]
    return names + [f"slug {slug}" for slug in slugs_of(document)]


def _texts(*values: Any) -> list[str]:
    return sorted({value for value in values if isinstance(value, str)})
