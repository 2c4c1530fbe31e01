"""Codes of MongoDB's errors.

Source: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
"""

from typing import Final

NAMESPACE_NOT_FOUND: Final = 26
NAMESPACE_EXISTS: Final = 48
QUERY_PLAN_KILLED: Final = 175  # by a rename or drop of the collection
COLLECTION_UUID_MISMATCH: Final = 361
INDEX_BUILD_IN_PROGRESS: Final = 12587
