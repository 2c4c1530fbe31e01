"""What the operator sees of organizations, as `tenantry.http.overview.answers` describes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tenantry.http.organizations.representations import configured_organization_of, reference_to
from tenantry.identity.owner_addresses import AddressedOwner
from tenantry.language.paging import Page
from tenantry.lifecycle.moves.records import MoveDocument, Side
from tenantry.lifecycle.oversight.overview import Measured, Overview
from tenantry.registry import limits
from tenantry.registry.organizations.document import OrganizationDocument, place_of
from tenantry.runtime.moments import rfc3339


def summary_of(document: OrganizationDocument) -> dict[str, Any]:
    """Return what a list shows of an organization."""
    place = place_of(document)
    return reference_to(document) | {
        "state": document["state"],
        "version": document["version"],
        "created_at": rfc3339(document["created_at"]),
        "updated_at": rfc3339(document["updated_at"]),
        "cluster": place.cluster,
        "kind": place.kind,
        "plan": limits.plan_of(document),
        "suspended_at": _moment(document.get("suspended_at")),
        "moving": bool(document.get("move")),
        "intent": document["intent"] is not None,
    }


def page_of(page: Page) -> dict[str, Any]:
    """Return the representation of a page of organizations."""
    return {
        "organizations": [summary_of(document) for document in page.documents],
        "next_cursor": page.next_cursor,
    }


def overview_of(overview: Overview) -> dict[str, Any]:
    """Return all that the operator sees of an organization."""
    document = overview.organization
    return (
        summary_of(document)
        | configured_organization_of(document)
        | {
            "place": place_of(document)._asdict(),
            "owners": overview.owner_ids,
            "members": overview.members,
            "sessions": overview.sessions.sessions,
            "last_used_at": _moment(overview.sessions.last_at),
            "usage": _usage_of(overview.measured),
            "indexes": overview.indexes,
            "effective_limits": overview.limits,
            "intent": _intent_of(document),
            "move": _move_of(overview.move),
        }
    )


def owners_of(owners: Iterable[AddressedOwner]) -> dict[str, Any]:
    """Return owners with their addresses."""
    return {
        "owners": [
            {
                "account_id": owner.account_id,
                "email": owner.address,
                "verified": owner.is_verified,
                "since": rfc3339(owner.since),
            }
            for owner in owners
        ]
    }


def _usage_of(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {
        "documents": measured.documents,
        "bytes": measured.bytes,
        "measured_at": rfc3339(measured.at),
    }


def _intent_of(document: OrganizationDocument) -> dict[str, Any] | None:
    intent = document["intent"]
    if intent is None:
        return None
    return {
        "name": intent["name"],
        "slug": intent["slug"],
        "since": rfc3339(intent["created_at"]),
    }


def _move_of(move: MoveDocument | None) -> dict[str, Any] | None:
    if move is None:
        return None
    return {
        "phase": move["phase"],
        "source": _side_of(move["source"]),
        "target": _side_of(move["target"]),
        "started_at": rfc3339(move["started_at"]),
        "progressed_at": rfc3339(move["progressed_at"]),
    }


def _side_of(side: Side) -> dict[str, Any]:
    return {"cluster": side["cluster"], "kind": side["kind"], "collection": side["collection"]}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
