"""The connections that a MongoDB server has, counted on the server."""

from typing import Any, Final

from pymongo import MongoClient

LISTED: Final = [{"$currentOp": {"allUsers": True, "idleConnections": True}}]


def of_application(client: MongoClient[Any], name: str) -> int:
    """Return how many connections clients of an application name hold, their monitors included.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/
    """
    listed = client.admin.aggregate(LISTED)
    return len({one["connectionId"] for one in listed if one.get("appName") == name})
