"""Ids, conditions on them, and filters: what is easy to get wrong."""

import math
import re
import uuid
from datetime import UTC, datetime
from typing import Any, Final

from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, Regex, Timestamp

from tests.integration.storage.pooled.twins import KNOWN, NEIGHBOURS, TENANT

# fmt: off
IDS: Final[list[Any]] = [
    1, 1.5, -0.0, Int64(2), Decimal128("3"), math.nan, math.inf, None, True, "", "a", {},
    {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"x": [1, {"y": 2}]}, {"": 1}, {"a.b": 1}, {"id": 1}, {"_id": 1},
    {"tenant": NEIGHBOURS[0], "id": 1}, {"tenant": 1}, DBRef("c", 1), DBRef("c", {"a": 1}, "d"), *KNOWN,
    MinKey(), MaxKey(), Timestamp(0, 0), Timestamp(1, 2), Code("x"), Code("x", {"a": 1}), b"",
    Binary(b"a", 5), uuid.UUID(int=1), datetime(2026, 1, 2, tzinfo=UTC),
]
REFUSED_IDS: Final[list[Any]] = [
    [], [1], [[1]], [{"tenant": TENANT, "id": 1}], (1, 2), Regex("a"), re.compile("a"), {"$x": 1},
    {"a": {"$x": 1}}, {"a": 1, "$x": 2},
]
OPERATORS: Final[list[Any]] = [
    {"$gt": 1}, {"$lt": "b"}, {"$gte": MinKey()}, {"$lte": MaxKey()}, {"$gt": {}}, {"$ne": 1}, {"$ne": None},
    {"$in": IDS}, {"$in": REFUSED_IDS[:6]}, {"$nin": [1, None]}, {"$in": []}, {"$exists": True},
    {"$exists": False}, {"$type": "number"}, {"$type": ["object", "null"]}, {"$size": 0}, {"$regex": "^a"},
    {"$regex": "A", "$options": "i"}, {"$not": {"$gt": 1}}, {"$not": Regex("a")}, {"$all": [1]}, {"$all": []},
    {"$elemMatch": {"$eq": 1}}, {"$elemMatch": {"a": 1}}, {"$mod": [2, 1]}, {"$bitsAllSet": 1},
    {"$ref": "c", "$id": 1}, {"$eq": 1, "$gt": 0}, {"$eq": 1, "$gt": 7},
]
FILTERS: Final[list[Any]] = [
    {}, {"_id.a": 1}, {"_id.x": 1}, {"_id.x.y": 2}, {"_id.x.1.y": 2}, {"_id.": 1}, {"_id.id": 1},
    {"_id.0": 1}, {"_id.tenant": NEIGHBOURS[0]}, {"_id._id": 1}, {"_id.$id": 1},
    {"_id.a": {"$exists": False}}, {"_id.a": None}, {"_id": 1, "_id.a": 1}, {"_id": 1, "$comment": "x"},
    {"tenant": TENANT}, {"id": 1}, {"": 1}, {"$and": [{"_id": 1}, {"_id.a": 1}]},
    {"$or": [{"_id": 1}, {"_id.a": 1}]}, {"$and": []}, {"$or": [{}]},
    {"$nor": [{"_id": 1}, {"_id": {"$gt": "a"}}]}, {"$nor": [{}]}, {"$or": [{"_id": 1}]}, {"$or": 1},
    {"$and": [{"$or": [{"$nor": [{"_id": 1}]}, {"_id": 1}]}]},
]
