"""Admitting a request whose caller is known or presumed: it is noted, taken out of a rate, and counted."""

from contextvars import ContextVar
from typing import Final

from tenantry.http import former_slugs
from tenantry.registry import limits, rates
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.usage import counting
from tenantry.runtime import request_context
from tenantry.runtime.observability import logger
from tenantry.runtime.request_context import Actor

# From which organization's rate, and how many requests a minute that was.
_spent: Final = ContextVar[tuple[str, int] | None]("spent", default=None)


def begin() -> None:
    """Begin a request, of whose caller nothing is known."""
    former_slugs.forget()
    _spent.set(None)


def forget() -> None:
    """Forget whom the caller was presumed to be, but not from whose rate the request has been taken."""
    logger.remove_keys(["account_id", "key_id", "organization_id"])
    request_context.set_actor(Actor("anonymous"))
    former_slugs.forget()
    counting.withdraw()


def note(actor: Actor, organization: OrganizationDocument | None) -> None:
    """Note who sends the request, take it out of the rate of its organization, if it has one, and count it.

    Raises
    ------
    TooManyRequests
        The organization has sent as many requests as it may at the moment.
    """
    logger.append_keys(**{f"{actor.type}_id": actor.id})
    request_context.set_actor(actor)
    if organization is not None:
        logger.append_keys(organization_id=organization["_id"])
        _admit(organization)


def _admit(organization: OrganizationDocument) -> None:
    """Take the request out of the organization's rate, if it has one, and count it."""
    rate = limits.of(organization).get(rates.NAME)
    if rate is not None and not _is_spent(organization["_id"], rate):
        rates.spend(organization["_id"], rate)
        _spent.set((organization["_id"], rate))
    counting.note(organization["_id"])


def _is_spent(organization_id: str, rate: int) -> bool:
    """Tell whether the request, which starts over, has been admitted with this rate or a lower one."""
    spent = _spent.get()
    return spent is not None and spent[0] == organization_id and spent[1] <= rate
