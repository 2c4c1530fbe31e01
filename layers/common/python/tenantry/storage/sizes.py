"""How much an organization has at a place."""

from typing import Final

from tenantry.registry import clusters
from tenantry.registry.organizations.document import Place, Size
from tenantry.runtime.mongodb import Document
from tenantry.storage import collections

_SUM: Final[Document] = {"_id": None, "documents": {"$sum": 1}, "bytes": {"$sum": {"$bsonSize": "$$ROOT"}}}


def of_collection(place: Place) -> Size:
    """Return the size of a collection, as the server has counted it; that costs the same for any size.

    After a server was killed its figures may be off until `validate` corrects them; see
    https://www.mongodb.com/docs/manual/reference/command/collStats/#accuracy-after-unexpected-shutdown
    """
    statistics = clusters.tenant_database(place.cluster).command("collStats", place.collection)
    return {"documents": int(statistics["count"]), "bytes": int(statistics["size"])}


def of_share(place: Place, organization_id: str) -> Size:
    """Return the size of an organization's part of a pool, whose documents are read for it.

    Raises
    ------
    pymongo.errors.PyMongoError
        Unknown, mostly since time was up.
    """
    own = {"_id": {"$gt": {"tenant": organization_id}, "$lt": {"tenant": organization_id + "\0"}}}
    for summed in collections.at(place).aggregate([{"$match": own}, {"$group": _SUM}]):
        return {"documents": int(summed["documents"]), "bytes": int(summed["bytes"])}
    return {"documents": 0, "bytes": 0}
