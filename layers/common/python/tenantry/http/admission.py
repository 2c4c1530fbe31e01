"""Admitting a request whose caller is known or presumed: it is noted, taken out of a rate, and counted."""

import math
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

from tenantry.http import former_slugs
from tenantry.registry import limits, rates
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.usage import counting
from tenantry.runtime import request_context
from tenantry.runtime.observability import logger
from tenantry.runtime.request_context import Actor

# From whose rates the request has been taken, and how many requests a minute these were.
_spent: Final = ContextVar[dict[str, int]]("spent")


def begin() -> None:
    """Begin a request, of whose caller nothing is known."""
    former_slugs.forget()
    _spent.set({})


def forget() -> None:
    """Forget whom the caller was presumed to be, but not from whose rate the request has been taken."""
    logger.remove_keys(["account_id", "key_id", "organization_id"])
    request_context.set_actor(Actor("anonymous"))
    former_slugs.forget()
    counting.withdraw()


def note(actor: Actor, organization: OrganizationDocument | None, own_rate: int | None) -> None:
    """Note who sends the request, take it out of the rates that there are for it, and count it.

    Parameters
    ----------
    actor : Actor
        Who sends it.
    organization : OrganizationDocument, optional
        The sender's, if it is for any.
    own_rate : int, optional
        How many requests a minute the sender, an API key, may send of those of its organization.

    Raises
    ------
    TooManyRequests
        The API key or the organization has sent as many requests as it may at the moment.
    """
    logger.append_keys(**{f"{actor.type}_id": actor.id})
    request_context.set_actor(actor)
    if organization is not None:
        logger.append_keys(organization_id=organization["_id"])
        rate = limits.of(organization).get(rates.NAME)
        _spend(
            {
                # The key's comes first, so that what it refuses costs the organization nothing.
                str(actor.id): ("API key", None if _is_needless(own_rate, rate) else own_rate),
                organization["_id"]: ("organization", rate),
            }
        )
        counting.note(organization["_id"])


def _is_needless(own_rate: int | None, rate: int | None) -> bool:
    """Return whether an API key's bucket never refuses what its organization's admits.

    It is so if it holds at least as many requests and fills up at least as fast, since each request that it
    gives comes out of the other one, too. It is left out, or each request that the organization's refuses
    would write to it.
    """
    return own_rate is not None and rate is not None and own_rate >= rate


def _spend(senders: Mapping[str, tuple[str, int | None]]) -> None:
    """Take the request out of each rate that there is, unless it is out of that or a lower one already.

    A rate of 0, of which nothing is taken, is an organization's, and then it is the only one there is.
    """
    spent = _spent.get()
    due = [
        rates.Bucket(sender, rate)
        for sender, (_, rate) in senders.items()
        if rate is not None and spent.get(sender, math.inf) > rate
    ]
    empty = rates.take(due)
    for bucket in due:
        if bucket == empty:
            raise rates.refusal(bucket, senders[bucket.id][0])
        spent[bucket.id] = bucket.limit
