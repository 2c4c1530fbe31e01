"""Documents of the master collection `name_holds`: slugs that were given up, held for their former owners.

Whoever has a stolen token can rename an organization, or delete it. So nobody else gets a slug that is given
up at once: for `NAME_HOLD_DAYS` only accounts that owned the organization at that time may take it.

A hold is written in the transaction that gives the slug up, and looked for in the one that takes a slug. A
transaction reads one snapshot, and the unique index on `organizations.slugs` lets no two write the same slug
at once. So whoever takes a slug sees either the organization that has it or the hold that it has left.
"""

from collections.abc import Collection as Group
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypedDict

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from tenantry.errors import OrganizationExists
from tenantry.runtime import moments, mongodb
from tenantry.runtime.settings import settings

# At a time, or somebody could keep any number of names from others by creating and deleting in turn.
MAX_OF_ACCOUNT: Final = 20
# Of one organization: the first ones, so that the renames of a thief push none out.
MAX_BY_RENAMES: Final = 3


class Hold(TypedDict):
    """A slug, which organization left it, and which accounts alone may take it before `held_until`."""

    _id: str
    organization_id: str
    account_ids: list[str]
    held_until: datetime


def name_holds() -> Collection[Hold]:
    """Return the master's collection of slugs that are held."""
    return mongodb.collection("name_holds")


def are_kept() -> bool:
    """Tell whether slugs are held at all."""
    return settings().name_hold_days > 0


def check(slug: str, account_id: str | None, session: ClientSession | None = None) -> None:
    """Raise if a slug is held for others.

    Parameters
    ----------
    slug : str
        The slug.
    account_id : str, optional
        Who wants it; None for an account that does not exist yet.
    session : ClientSession, optional
        Of the transaction that takes the slug. Without it the answer may be outdated at once.

    Raises
    ------
    OrganizationExists
        It is, and the answer does not tell it from a slug that an organization has.
    """
    held = _find(slug, session)
    if held is not None and account_id not in held["account_ids"]:
        raise OrganizationExists


def check_return(
    slug: str, organization_id: str, account_ids: Group[str], session: ClientSession | None = None
) -> None:
    """Raise if an organization that comes back with its owners may not have a slug.

    It may have what it has left itself, and what any of its owners may take; otherwise as `check`.
    """
    held = _find(slug, session)
    if held is None or held["organization_id"] == organization_id:
        return
    if set(account_ids).isdisjoint(held["account_ids"]):
        raise OrganizationExists


def _find(slug: str, session: ClientSession | None) -> Hold | None:
    return name_holds().find_one({"_id": slug} | _present(), session=session) if are_kept() else None


def hold_deleted(
    slugs: Iterable[str], organization_id: str, account_ids: list[str], session: ClientSession
) -> None:
    """Hold the slugs of an organization for its owners, in the transaction that removes it."""
    for slug in slugs if are_kept() else ():
        if len(_former_holders(account_ids, slug, session)) < MAX_OF_ACCOUNT:
            _hold(slug, organization_id, account_ids, session)


def end(slug: str, organization_id: str, session: ClientSession) -> None:
    """End the hold of a slug that an organization has left, so that all may take it."""
    left = {"_id": slug, "organization_id": organization_id} | _present()
    name_holds().update_one(left, {"$set": {"held_until": moments.now()}}, session=session)


def hold_renamed(slug: str, organization_id: str, account_ids: list[str], session: ClientSession) -> None:
    """Hold a slug for an organization's owners, in the transaction that decides to give the slug up."""
    if not are_kept():
        return
    former_holders = _former_holders(account_ids, slug, session)
    if len(former_holders) < MAX_OF_ACCOUNT and former_holders.count(organization_id) < MAX_BY_RENAMES:
        _hold(slug, organization_id, account_ids, session)


def _former_holders(account_ids: list[str], besides: str, session: ClientSession) -> list[str]:
    """Return for each other slug that is held for one of these accounts which organization gave it up."""
    of_other_slugs = _present() | {"_id": {"$ne": besides}, "account_ids": {"$in": account_ids}}
    holds = name_holds().find(of_other_slugs, {"organization_id": 1}, session=session)
    return [hold["organization_id"] for hold in holds]


def _hold(slug: str, organization_id: str, account_ids: list[str], session: ClientSession) -> None:
    hold: Hold = {
        "_id": slug,
        "organization_id": organization_id,
        "account_ids": account_ids,
        "held_until": moments.now() + timedelta(days=settings().name_hold_days),
    }
    name_holds().replace_one({"_id": slug}, hold, upsert=True, session=session)


def _present() -> mongodb.Document:
    """Return the query for holds that have not ended; those that have are removed later, by an index."""
    return {"held_until": {"$gt": moments.now()}}
