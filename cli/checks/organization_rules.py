"""The rules for one organization: each check returns what is wrong, or None."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from cli.checks import organization_names as names
from cli.checks import plans
from cli.checks.organization_facts import Facts, cluster_of, collection_names

INTENDING: Final = ("creating", "renaming", "deleting")  # states with an intent
STATES: Final = ("active", *INTENDING)


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


def owned(facts: Facts) -> str | None:
    """Check that the organization has an owner."""
    return None if facts.has_owner else "it has no owner"


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
    "collection-claimed-once": names.collection_claimed_once,
    "collection-follows-slug": names.collection_follows_slug,
    "slug-claimed-once": names.slug_claimed_once,
    "slug-canonical": names.slug_canonical,
    "slugs-reserve": names.slugs_reserve,
    "former-slugs-bounded": names.former_slugs_bounded,
    "organization-owned": owned,
    "name-folded": names.name_folded,
    "state-known": state_known,
    "state-agrees-with-intent": state_agrees_with_intent,
    "intent-young": intent_young,
    "intent-collection": intent_collection,
    "version-positive": version_positive,
    "plan-known": plans.plan_known,
    "limits-known": plans.limits_known,
}
