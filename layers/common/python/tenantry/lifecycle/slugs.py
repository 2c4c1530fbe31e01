"""The slug that a name gives, and whether an organization can have it."""

from pymongo.client_session import ClientSession

from tenantry.errors import InvalidFields, OrganizationExists
from tenantry.identity import members
from tenantry.lifecycle import former_slugs
from tenantry.lifecycle.intents.settling import settle
from tenantry.registry import name_holds, names
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.registry.organizations.former_slugs import find as find_former


def derive(name: str) -> str:
    """Return the slug of an organization that is called like this.

    Raises
    ------
    InvalidFields
        The name gives none.
    """
    try:
        return names.slug_of(name)
    except ValueError as error:
        raise InvalidFields.of("name", str(error)) from None


def chosen(slug: str) -> str:
    """Return a slug that a client chose for an organization that does not hold it yet.

    Raises
    ------
    InvalidFields
        It is reserved.
    """
    try:
        return names.check_slug(slug)
    except ValueError as error:
        raise InvalidFields.of("slug", str(error)) from None


def check_free(slug: str, account_id: str | None, besides: str | None = None) -> None:
    """Raise unless an account may take a slug, once the intent of the organization that has it is settled.

    Parameters
    ----------
    slug : str
        The slug.
    account_id : str, optional
        Who wants it; None for an account that does not exist yet.
    besides : str, optional
        Id of the organization that is to have it, and may hold it.

    Raises
    ------
    OrganizationExists
        Another organization has it, or it is held for former owners.
    ServiceUnavailable
        Another process is completing the intent of the organization that has it, and takes long.
    """
    check_unused(slug, besides)
    name_holds.check(slug, account_id)


def check_unused(slug: str, besides: str | None = None) -> None:
    """Raise if an organization has a slug, whether or not the slug is held for former owners.

    If the organization that has it carries an intent, that is settled first, and former slugs whose time is
    over are removed.

    Parameters
    ----------
    slug : str
        The slug.
    besides : str, optional
        Id of the organization that is to have it, and may hold it.

    Raises
    ------
    OrganizationExists
        Another organization has it.
    ServiceUnavailable
        Another process is completing the intent of the organization that has it, and takes long.
    """
    holder = finding.find_holder(slug)
    if holder is not None and holder["_id"] != besides:
        settled = settle(holder)
        if settled is not None:
            former_slugs.drop_expired(settled)
        if finding.find_holder(slug) is not None:
            raise OrganizationExists


def exchange(organization: OrganizationDocument, slug: str, account_id: str, session: ClientSession) -> None:
    """Let an account take a slug for its organization, and hold the one that the organization gives up.

    This belongs in the transaction that decides the rename.

    Raises
    ------
    OrganizationExists
        The slug is held for others; the transaction is aborted.
    """
    if find_former(organization, slug) is None:
        name_holds.check(slug, account_id, session)
    owner_ids = members.owners(organization["_id"], session)
    name_holds.hold_renamed(organization["slug"], organization["_id"], owner_ids, session)
