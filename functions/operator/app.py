"""/operator/organizations, .../keys, .../plans, .../former-slugs: what the operator decides."""

from http import HTTPStatus
from typing import Annotated, Any

from tenantry import http
from tenantry.http.api_keys.representations import list_of
from tenantry.http.bodies import check_merge_patch
from tenantry.http.callers import Operator, Organization
from tenantry.http.organizations import bodies, creations
from tenantry.http.organizations.representations import configured_organization_of
from tenantry.http.parameters import Cursor, IdempotencyKey, Limit, OnlyDeclared
from tenantry.http.plans import plan_of, plans_of
from tenantry.http.preconditions import Precondition, etag
from tenantry.identity.api_keys import leaks, managing
from tenantry.lifecycle import configuring, former_slugs, plans, suspending
from tenantry.registry.limits import PLAN_PATTERN
from tenantry.registry.organizations import finding

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

app = APIGatewayRestResolver(enable_validation=True)

PlanPath = Annotated[str, Path(pattern=PLAN_PATTERN, json_schema_extra={"example": "pro"})]
TAGS = ["Operator"]
SECURITY: list[dict[str, list[str]]] = [{"iam": []}]


@app.post(
    "/operator/organizations",
    summary="Create an organization for somebody",
    operation_id="createOrganizationAsOperator",
    tags=TAGS,
    status_code=HTTPStatus.CREATED,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.CREATED,
        "tenantry.http.accounts.answers:CreatedOrganization",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
    ),
)
def create_organization(
    wanted: Annotated[bodies.CreateOrganizationAsOperator, Body()],
    operator: Operator,
    idempotency_key: IdempotencyKey = None,
) -> Response[dict[str, Any]]:
    """Create an organization with its owner's account, whether sign-up is open or closed."""
    base = app.current_event.request_context.path.removesuffix("/operator/organizations")
    return creations.create(wanted, None, idempotency_key, f"{base}/organizations")


@app.patch(
    "/operator/organizations/<organization>",
    summary="Change what the operator sets of an organization",
    operation_id="configureOrganization",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:ConfiguredOrganization",
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.PRECONDITION_FAILED,
    ),
)
def configure_organization(
    organization: Organization,
    patch: Annotated[bodies.ConfigureOrganization, Body()],
    operator: Operator,
    holds: Precondition,
) -> Response[dict[str, Any]]:
    """Change properties, plan and limits as far as they are sent; what is beyond a lower limit stays."""
    configured = configuring.configure(organization, patch.model_dump(exclude_unset=True), holds)
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        headers={"ETag": etag(configured["version"])},
        body=configured_organization_of(configured),
    )


@app.put(
    "/operator/organizations/<organization>/suspension",
    summary="Suspend an organization",
    operation_id="suspendOrganization",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def suspend_organization(organization: Organization, operator: Operator) -> Response[None]:
    """Refuse an organization's logins, refreshes and data; every token of it is dead from now on."""
    suspending.suspend(organization)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.delete(
    "/operator/organizations/<organization>/suspension",
    summary="Reactivate an organization",
    operation_id="reactivateOrganization",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def reactivate_organization(organization: Organization, operator: Operator) -> Response[None]:
    """Let an organization go on; its members log in again."""
    suspending.reactivate(organization)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.get(
    "/operator/organizations/<organization>/keys",
    summary="List an organization's API keys",
    operation_id="listKeysAsOperator",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.api_keys.answers:ApiKeys", HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
    ),
)
def list_keys(organization: Organization, operator: Operator, _: OnlyDeclared) -> dict[str, Any]:
    """List all keys of an organization, newest first, without what proves them."""
    return list_of(managing.list_all(finding.require(organization)["_id"]))


@app.delete(
    "/operator/keys/<key>",
    summary="Revoke an API key of any organization",
    operation_id="revokeKeyAsOperator",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def revoke_key(
    key: Annotated[str, Path(description="Id; of a key that has leaked, key_ and the 32 digits behind tk_")],
    operator: Operator,
) -> Response[None]:
    """Remove a key that has leaked, which is refused from the next request on.

    Whether a text that somebody reports is a key that works, POST /operator/introspect tells.
    """
    leaks.revoke(key)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.delete(
    "/operator/former-slugs/<slug>",
    summary="Release a former slug to all",
    operation_id="releaseFormerSlugAsOperator",
    tags=TAGS,
    status_code=HTTPStatus.NO_CONTENT,
    security=SECURITY,
    responses=http.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def release_former_slug(slug: str, operator: Operator) -> Response[None]:
    """Let a slug that an organization has left name it no more, so that anybody may take it at once."""
    former_slugs.release_to_all(slug)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@app.get(
    "/operator/plans",
    summary="List plans",
    operation_id="listPlans",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.organizations.answers:Plans", HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT
    ),
)
def list_plans(
    operator: Operator, _: OnlyDeclared, limit: Limit = 100, cursor: Cursor = None
) -> dict[str, Any]:
    """List the plans and what they limit, by name."""
    return plans_of(plans.find_all(limit, cursor))


@app.put(
    "/operator/plans/<plan>",
    summary="Make a plan or change its limits",
    operation_id="putPlan",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.organizations.answers:Plan",
        HTTPStatus.FORBIDDEN,
        alternatives={HTTPStatus.CREATED: "tenantry.http.organizations.answers:Plan"},
    ),
)
def put_plan(
    plan: PlanPath, wanted: Annotated[bodies.PutPlan, Body()], operator: Operator
) -> Response[dict[str, Any]]:
    """Let the plan limit what is sent and nothing else; it counts everywhere within 30 seconds."""
    is_made = plans.put(plan, wanted.limits)
    return Response(
        status_code=HTTPStatus.CREATED if is_made else HTTPStatus.OK,
        content_type="application/json",
        body=plan_of({"_id": plan, "limits": wanted.limits}),
    )


@app.delete(
    "/operator/plans/<plan>",
    summary="Remove a plan",
    operation_id="removePlan",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.NO_CONTENT,
    responses=http.responses(
        HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def remove_plan(plan: PlanPath, operator: Operator) -> Response[None]:
    """Remove a plan that no organization has."""
    plans.remove(plan)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app, check=check_merge_patch)
