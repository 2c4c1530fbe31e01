"""API keys of an organization: make, list, rotate and revoke them."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.api_keys import bodies
from tenantry.http.api_keys.representations import key_of, list_of, shown_of
from tenantry.http.callers import Organization, RecentLogin, may
from tenantry.http.parameters import OnlyDeclared
from tenantry.identity.api_keys import managing
from tenantry.identity.api_keys.managing import NewKey
from tenantry.identity.members import Membership

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

app = APIGatewayRestResolver(enable_validation=True)

TAGS = ["API keys"]
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]
SHOWN = "tenantry.http.api_keys.answers:ShownApiKey"
Manager = Annotated[Membership, may("manage keys")]
KeyId = Annotated[str, Path(description="Id, as the list shows it")]
SecretId = Annotated[str, Path(description="Id of one of the key's secrets, as the list shows it")]


@app.post(
    "/organizations/<organization>/keys",
    summary="Make an API key",
    operation_id="createKey",
    tags=TAGS,
    status_code=HTTPStatus.CREATED,
    security=SECURITY,
    responses=http.responses(HTTPStatus.CREATED, SHOWN, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
)
def create_key(
    organization: Organization, wanted: Annotated[bodies.CreateKey, Body()], maker: Manager, _: RecentLogin
) -> dict[str, Any]:
    """Make a key with which programs reach the organization; the answer alone shows it.

    It needs a login of the last 10 minutes; see POST /login/confirm. The key belongs to the organization: it
    works until it expires, is revoked, or the organization is deleted, and not while it is suspended.
    """
    key = NewKey(wanted.name, wanted.scopes, wanted.expires_at, wanted.requests_per_minute)
    return shown_of(managing.create(maker, key))


@app.get(
    "/organizations/<organization>/keys",
    summary="List API keys",
    operation_id="listKeys",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.api_keys.answers:ApiKeys",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
    ),
)
def list_keys(organization: Organization, manager: Manager, _: OnlyDeclared) -> dict[str, Any]:
    """List all keys of the organization, newest first, without what proves them."""
    return list_of(managing.list_all(manager.organization_id))


@app.get(
    "/organizations/<organization>/keys/<key>",
    summary="Read an API key",
    operation_id="getKey",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.api_keys.answers:ApiKey",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
    ),
)
def get_key(organization: Organization, key: KeyId, manager: Manager) -> dict[str, Any]:
    """Read one key, without what proves it."""
    return key_of(managing.find(manager.organization_id, key))


@app.delete(
    "/organizations/<organization>/keys/<key>",
    summary="Revoke an API key",
    operation_id="revokeKey",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
)
def revoke_key(organization: Organization, key: KeyId, manager: Manager) -> Response[None]:
    """Remove a key, which is refused from the next request on."""
    managing.revoke(manager.organization_id, key)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.post(
    "/organizations/<organization>/keys/<key>/secrets",
    summary="Rotate an API key",
    operation_id="addSecret",
    tags=TAGS,
    status_code=HTTPStatus.CREATED,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.CREATED, SHOWN, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def add_secret(organization: Organization, key: KeyId, maker: Manager, _: RecentLogin) -> dict[str, Any]:
    """Give a key a second secret beside the first; the answer alone shows the key with it.

    It needs a login of the last 10 minutes. Both work until one is ended.
    """
    return shown_of(managing.add_secret(maker, key))


@app.delete(
    "/organizations/<organization>/keys/<key>/secrets/<secret>",
    summary="End a secret of an API key",
    operation_id="endSecret",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def end_secret(organization: Organization, key: KeyId, secret: SecretId, manager: Manager) -> Response[None]:
    """End one of two secrets, which is refused from the next request on; the last one ends with the key."""
    managing.end_secret(manager.organization_id, key, secret)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
