"""The slug that a name gives, and whether an organization can have it."""

from tenantry import names, organizations
from tenantry.errors import InvalidFields, OrganizationExists
from tenantry.tenants.settling import settle


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


def check_free(slug: str, besides: str | None = None) -> None:
    """Raise unless a slug is free, once an intent that its holder left behind is settled.

    Parameters
    ----------
    slug : str
        The slug.
    besides : str, optional
        Id of the organization that is to have it, and may hold it.

    Raises
    ------
    OrganizationExists
        Another organization holds it.
    ServiceUnavailable
        Another process is at the intent of its holder and takes long.
    """
    holder = organizations.find_holder(slug)
    if holder is not None and holder["_id"] != besides:
        settle(holder)
        if organizations.find_holder(slug) is not None:
            raise OrganizationExists
