"""Codes of MongoDB's errors.

Source: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
"""

from typing import Final

BAD_VALUE: Final = 2
FAILED_TO_PARSE: Final = 9
UNAUTHORIZED: Final = 13  # also of a user that has been dropped
TYPE_MISMATCH: Final = 14
AUTHENTICATION_FAILED: Final = 18
NAMESPACE_NOT_FOUND: Final = 26
INDEX_NOT_FOUND: Final = 27
NAMESPACE_EXISTS: Final = 48
MAX_TIME_EXPIRED: Final = 50
IMMUTABLE_FIELD: Final = 66
CANNOT_CREATE_INDEX: Final = 67
INVALID_OPTIONS: Final = 72
INDEX_OPTIONS_CONFLICT: Final = 85
INDEX_KEY_SPECS_CONFLICT: Final = 86
WRITE_CONFLICT: Final = 112
DOCUMENT_VALIDATION_FAILURE: Final = 121
CAPPED_POSITION_LOST: Final = 136
CANNOT_INDEX_PARALLEL_ARRAYS: Final = 171
QUERY_PLAN_KILLED: Final = 175  # by a rename or drop of the collection
SNAPSHOT_TOO_OLD: Final = 239
SNAPSHOT_UNAVAILABLE: Final = 246  # the collection has changed since the snapshot's time
EXCEEDED_TIME_LIMIT: Final = 262
CHANGE_STREAM_FATAL_ERROR: Final = 280
CHANGE_STREAM_HISTORY_LOST: Final = 286
QUERY_EXCEEDED_MEMORY_LIMIT: Final = 292  # QueryExceededMemoryLimitNoDiskUseAllowed
MECHANISM_UNAVAILABLE: Final = 334  # also of a user that is not there, where SCRAM-SHA-1 is not allowed
COLLECTION_UUID_MISMATCH: Final = 361
TRANSACTION_TOO_LARGE_FOR_CACHE: Final = 388  # what an index makes of a document is part of it
ATLAS_ERROR: Final = 8000  # what Atlas says instead of Unauthorized and AuthenticationFailed
BSON_OBJECT_TOO_LARGE: Final = 10334
DUPLICATE_KEY: Final = 11000
INTERRUPTED: Final = 11601  # by an operator, or because the client is gone
INDEX_BUILD_IN_PROGRESS: Final = 12587
OUT_OF_DISK_SPACE: Final = 14031
# The server has no names for these.
AMBIGUOUS_PATH: Final = 16746  # a number in it is the position of an item and a name in that item
INVALID_REGULAR_EXPRESSION: Final = 51091
