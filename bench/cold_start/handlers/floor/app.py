"""The floor of GET /organizations/{organization}: pymongo alone, and the queries of the library.

It reads the token's claims without verifying them, and checks nothing.
"""

import base64
import json
import os
from typing import Any

from pymongo import MongoClient

client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGODB_URI"], readConcernLevel="majority")
keys: list[dict[str, Any]] = []
NAMES = ("name", "slug", "collection", "state", "version", "metadata")


def join(collection: str, local_field: str, name: str, *, is_optional: bool) -> list[dict[str, Any]]:
    """Return the stages that add the document of a collection whose _id is equal."""
    lookup = {"from": collection, "as": name, "localField": local_field, "foreignField": "_id"}
    unwind = {"path": f"${name}", "preserveNullAndEmptyArrays": is_optional}
    return [{"$lookup": lookup}, {"$unwind": unwind}]


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer the organization that the token names."""
    master = client["tenantry"]
    if not keys:
        keys.extend(master["signing_keys"].find({"not_after": None}).sort("created_at", 1))
    payload = event["headers"]["Authorization"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    (login,) = master["account_epochs"].aggregate(
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
    organization = login["organization"]
    body = {name: organization[name] for name in NAMES} | {"id": organization["_id"]}
    body |= {name: f"{organization[name].isoformat()}Z" for name in ("created_at", "updated_at")}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
