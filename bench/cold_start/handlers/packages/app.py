"""GET /organizations/{organization} with the packages that Tenantry is built on, and little else.

Powertools routes, logs a line and counts the answer; PyJWT verifies the token, once as in the library; the
query is the floor's. No function of these packages takes less. Limits of time, roles, conditional requests,
rates, use, problem documents and all checks of the request are missing.
"""

import os
from functools import lru_cache
from typing import Any

from tenantry.runtime import garbage_collection

with garbage_collection.paused():
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.metrics import MetricUnit
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from pymongo import MongoClient

    from tenantry.identity import pyjwt as jwt

client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGODB_URI"], readConcernLevel="majority")
keys: dict[str, jwt.PyJWK] = {}
logger = Logger()
metrics = Metrics(namespace="Packages")
app = APIGatewayRestResolver()
NAMES = ("name", "slug", "collection", "state", "version", "metadata")


def join(collection: str, local_field: str, name: str, *, is_optional: bool) -> list[dict[str, Any]]:
    """Return the stages that add the document of a collection whose _id is equal."""
    lookup = {"from": collection, "as": name, "localField": local_field, "foreignField": "_id"}
    unwind = {"path": f"${name}", "preserveNullAndEmptyArrays": is_optional}
    return [{"$lookup": lookup}, {"$unwind": unwind}]


@lru_cache(maxsize=1_000)
def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, if a public key of the database verifies it."""
    if not keys:
        for key in client["tenantry"]["signing_keys"].find({"not_after": None}):
            keys[key["_id"]] = jwt.PyJWK.from_dict(key["jwk"], "EdDSA")
    # nosemgrep: jwt-without-verification - it chooses the key that verifies, and nothing else
    key_id = jwt.get_unverified_header(token)["kid"]
    claims: dict[str, Any] = jwt.decode(
        token, keys[key_id], algorithms=["EdDSA"], audience="tenantry", issuer="urn:tenantry"
    )
    return claims


@app.get("/organizations/<organization>")
def get_organization(organization: str) -> dict[str, Any]:
    """Answer the organization that the token is for."""
    claims = claims_of(app.current_event.headers["Authorization"].removeprefix("Bearer "))
    (login,) = client["tenantry"]["account_epochs"].aggregate(
        [
            {"$match": {"_id": claims["sub"]}},
            {"$addFields": {"session_id": {"$literal": claims["sid"]}}},
            *join("sessions", "session_id", "session", is_optional=False),
            {"$match": {"session.account_id": claims["sub"]}},
            *join("members", "session.member_id", "member", is_optional=True),
            *join("organizations", "member.organization_id", "organization", is_optional=True),
            {
                "$project": {
                    "auth_epoch": 1,
                    "session.member_id": 1,
                    "session.authenticated_at": 1,
                    "member": 1,
                    "organization": 1,
                }
            },
        ]
    )
    stored = login["organization"]
    if organization not in (stored["_id"], stored["slug"]):
        raise LookupError(organization)
    body = {name: stored[name] for name in NAMES} | {"id": stored["_id"]}
    return body | {name: f"{stored[name].isoformat()}Z" for name in ("created_at", "updated_at")}


@metrics.log_metrics(capture_cold_start_metric=True)
@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event of API Gateway."""
    answer = app.resolve(event, context)
    metrics.add_metric(name="Answers2xx", unit=MetricUnit.Count, value=1)
    logger.info("Answered", method=event["httpMethod"], status=answer["statusCode"])
    return answer
