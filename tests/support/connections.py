"""The connections that clients hold, counted on the server."""

from pymongo import MongoClient

from tests.support.databases import Document


def of_application(client: MongoClient[Document], name: str) -> int:
    """Return how many connections the clients with an application name hold, monitoring ones included.

    See https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/
    """
    operations = client.admin.aggregate([{"$currentOp": {"allUsers": True, "idleConnections": True}}])
    return len({operation["connectionId"] for operation in operations if operation.get("appName") == name})
