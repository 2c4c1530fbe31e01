"""Invitations to an organization: send, list, send again and revoke them, and accept one."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.callers import OptionalBearer, Organization, may
from tenantry.http.invitations import bodies
from tenantry.http.invitations.acceptance import accept
from tenantry.http.invitations.representations import accepted_of, invitation_of, page_of
from tenantry.http.parameters import Cursor, Limit, OnlyDeclared
from tenantry.identity.invitations import inviting
from tenantry.identity.members import Membership

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

app = APIGatewayRestResolver(enable_validation=True)

TAGS = ["Invitations"]
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]
INVITATION = "tenantry.http.invitations.answers:Invitation"
Inviter = Annotated[Membership, may("invite members")]
InvitationId = Annotated[str, Path(description="Id, as the list shows it")]


@app.post(
    "/organizations/<organization>/invitations",
    summary="Invite somebody",
    operation_id="invite",
    tags=TAGS,
    status_code=HTTPStatus.CREATED,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.CREATED,
        INVITATION,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    ),
)
def invite(
    organization: Organization, wanted: Annotated[bodies.Invite, Body()], inviter: Inviter
) -> dict[str, Any]:
    """Mail a link to an address, whoever has it, by which it joins the organization within seven days.

    The link is in the mail alone. If the address has an invitation already, 409 already-invited names it.
    """
    return invitation_of(inviting.invite(inviter, wanted.email, wanted.role))


@app.get(
    "/organizations/<organization>/invitations",
    summary="List invitations",
    operation_id="listInvitations",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.invitations.answers:Invitations",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    ),
)
def list_invitations(
    organization: Organization, inviter: Inviter, _: OnlyDeclared, limit: Limit = 100, cursor: Cursor = None
) -> dict[str, Any]:
    """List the organization's invitations, newest first, those that ended less than 30 days ago included."""
    return page_of(inviting.list_page(inviter.organization_id, limit, cursor))


@app.post(
    "/organizations/<organization>/invitations/<invitation>/resend",
    summary="Send an invitation again",
    operation_id="resendInvitation",
    tags=TAGS,
    status_code=HTTPStatus.ACCEPTED,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.ACCEPTED,
        INVITATION,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.GONE,
    ),
)
def resend_invitation(
    organization: Organization, invitation: InvitationId, inviter: Inviter
) -> dict[str, Any]:
    """Mail another link in the caller's name, for seven more days; those that were mailed before are dead."""
    return invitation_of(inviting.resend(inviter, invitation))


@app.delete(
    "/organizations/<organization>/invitations/<invitation>",
    summary="Revoke an invitation",
    operation_id="revokeInvitation",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.NO_CONTENT,
        None,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.GONE,
    ),
)
def revoke_invitation(
    organization: Organization, invitation: InvitationId, inviter: Inviter
) -> Response[None]:
    """Revoke an invitation, so that nobody accepts it any more; one that has been accepted is 410."""
    inviting.revoke(inviter.organization_id, invitation)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/invitations/accept",
    summary="Accept an invitation",
    operation_id="acceptInvitation",
    tags=TAGS,
    security=[{}, {"bearer": []}],
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.invitations.answers:AcceptedInvitation",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
    ),
)
def accept_invitation(
    link: Annotated[bodies.AcceptInvitation, Body()], caller: OptionalBearer
) -> dict[str, Any]:
    """Join the organization, with the role of the invitation.

    With a bearer token, the account must have the invited address, which is verified thereby. Without one,
    send a password: an account is created for the address, or, if there is one that nobody has verified, gets
    this password, and its sessions end. If a verified account has the address, the answer is 409 email-taken:
    log in and accept the invitation with its token. Afterwards log in, or POST /login/switch.
    """
    return accepted_of(accept(link, caller))


lambda_handler = http.lambda_handler(app)
