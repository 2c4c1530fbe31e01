"""What stands in the way of creating, finding or naming an organization."""

from http import HTTPStatus

from tenantry.errors.base import TenantryError


class OrganizationNotFound(TenantryError):
    """The organization does not exist, or is not the caller's; the answer does not tell which."""

    code = "organization-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Organization not found"
    default_detail = "There is no such organization, or the access token is not for it."


class OrganizationExists(TenantryError):
    """Another organization holds the slug; nothing changed."""

    code = "organization-exists"
    status = HTTPStatus.CONFLICT
    title = "Organization exists"
    default_detail = "Another organization has this name or slug. Choose a different one."


class EmailTaken(TenantryError):
    """Another account has the e-mail address; nothing changed."""

    code = "email-taken"
    status = HTTPStatus.CONFLICT
    title = "E-mail address taken"
    default_detail = "An account with this e-mail address exists. Log in to create a further organization."
