"""Members of the caller's organization: list, change, remove, leave; and the transfer of its ownership."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.errors import MemberNotFound, TransferNotFound
from tenantry.http.bodies import check_merge_patch
from tenantry.http.callers import HasRecentLogin, Organization, RecentLogin, may
from tenantry.http.members import bodies
from tenantry.http.members.representations import member_answer, page_of, transfer_of
from tenantry.http.parameters import Cursor, Limit, OnlyDeclared
from tenantry.http.preconditions import Precondition
from tenantry.identity.members import Membership
from tenantry.identity.memberships import changing, listing, ownership
from tenantry.identity.memberships.changing import Conditions

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

app = APIGatewayRestResolver(enable_validation=True)

Reader = Annotated[Membership, may("read members")]
Self = Annotated[Membership, may("change the own membership")]
MemberId = Annotated[str, "Id, as the list shows it"]
TAGS = ["Members"]
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]


@app.get(
    "/organizations/<organization>/members",
    summary="List the members",
    operation_id="listMembers",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.members.answers:MemberPage",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    ),
)
def list_members(
    organization: Organization,
    caller: Reader,
    _: OnlyDeclared,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List the members of the organization with their roles; who has joined first comes first."""
    return page_of(listing.find_all(caller.organization, limit, cursor))


@app.get(
    "/organizations/<organization>/members/<member>",
    summary="Read a member",
    operation_id="getMember",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.members.answers:Member",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def get_member(organization: Organization, member: MemberId, caller: Reader) -> Response[dict[str, Any]]:
    """Read one member of the organization."""
    person = listing.find(caller.organization, member)
    if person is None:
        raise MemberNotFound
    return member_answer(person)


@app.patch(
    "/organizations/<organization>/members/<member>",
    summary="Change a member's role",
    operation_id="changeMember",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.members.answers:Member",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def change_member(
    organization: Organization,
    member: MemberId,
    change: Annotated[bodies.ChangeMember, Body()],
    caller: Self,
    holds: Precondition,
    has_recent_login: HasRecentLogin,
) -> Response[dict[str, Any]]:
    """Give a member another role, which counts from its next request on.

    To change other members takes the role admin. Nobody gives a higher role than it has, or changes who has a
    higher one; the own role can only become a lower one. Whatever is about the role of owner needs a login of
    the last 10 minutes. The last owner stays one (409).
    """
    conditions = Conditions(holds, has_recent_login)
    return member_answer(changing.change_role(caller, member, change.role, conditions))


@app.delete(
    "/organizations/<organization>/members/<member>",
    summary="Remove a member, or leave",
    operation_id="removeMember",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.NO_CONTENT,
        None,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def remove_member(
    organization: Organization,
    member: MemberId,
    caller: Self,
    holds: Precondition,
    has_recent_login: HasRecentLogin,
) -> Response[None]:
    """Remove a member, whose tokens for the organization are dead afterwards, and whose account stays.

    With the caller's own id the caller leaves, whatever its role. To remove others takes the role admin, and
    that of owner if they are owners; to remove an owner needs a login of the last 10 minutes. The last owner
    stays (409).
    """
    changing.remove(caller, member, Conditions(holds, has_recent_login))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.get(
    "/organizations/<organization>/ownership-transfer",
    summary="Read the offer of ownership",
    operation_id="getOwnershipTransfer",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.members.answers:OwnershipTransfer",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
    ),
)
def get_ownership_transfer(organization: Organization, caller: Reader) -> dict[str, Any]:
    """Read who offers ownership of the organization to whom, if anybody does."""
    transfer = ownership.find(caller.organization_id)
    if transfer is None:
        raise TransferNotFound
    return transfer_of(transfer)


@app.put(
    "/organizations/<organization>/ownership-transfer",
    summary="Offer ownership",
    operation_id="offerOwnership",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.members.answers:OwnershipTransfer",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        alternatives={HTTPStatus.CREATED: "tenantry.http.members.answers:OwnershipTransfer"},
    ),
)
def offer_ownership(
    organization: Organization,
    wanted: Annotated[bodies.OfferOwnership, Body()],
    caller: Annotated[Membership, may("transfer ownership")],
    _: RecentLogin,
) -> Response[dict[str, Any]]:
    """Offer a member to become an owner in the caller's place, within 7 days.

    It takes the place of an earlier offer of the caller. The token must come from a login no older than 10
    minutes.
    """
    offered = ownership.offer(caller, wanted.member)
    return Response(
        status_code=HTTPStatus.CREATED if offered.is_created else HTTPStatus.OK,
        content_type="application/json",
        body=transfer_of(offered.transfer),
    )


@app.delete(
    "/organizations/<organization>/ownership-transfer",
    summary="Withdraw or decline the offer of ownership",
    operation_id="withdrawOwnership",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.NO_CONTENT,
        None,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    ),
)
def withdraw_ownership(organization: Organization, caller: Self) -> Response[None]:
    """Withdraw the offer, as an owner, or decline it, as the member to whom it is made."""
    ownership.withdraw(caller)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/organizations/<organization>/ownership-transfer/accept",
    summary="Accept ownership",
    operation_id="acceptOwnership",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.NO_CONTENT,
        None,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    ),
)
def accept_ownership(organization: Organization, caller: Self, _: RecentLogin) -> Response[None]:
    """Become an owner; who has offered it becomes an admin in the same moment.

    The token must come from a login no older than 10 minutes. An account owns a limited number of
    organizations (403 limit-reached).
    """
    ownership.accept(caller)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app, check=check_merge_patch)
