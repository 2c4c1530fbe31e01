"""Parameters of the routes of documents, as their signatures and the OpenAPI document need them."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from tenantry.http.documents.requests import document_id_of, document_of, documents_of, merge_patch_of

DocumentId = Annotated[Any, Depends(document_id_of)]
SentDocument = Annotated[Any, Depends(document_of)]
SentDocuments = Annotated[Any, Depends(documents_of)]
MergePatch = Annotated[Any, Depends(merge_patch_of)]
DocumentPath = Annotated[
    str,
    Path(
        description="24 hexadecimal digits are an ObjectId, other text is itself, and every other id is "
        'Extended JSON, percent-encoded ({"$numberInt":"5"}) or in base64url after a tilde '
        "(~eyIkbnVtYmVySW50IjoiNSJ9)",
        json_schema_extra={"example": "greeting"},
    ),
]
Filter = Annotated[
    str | None,
    Query(
        description="Extended JSON with MongoDB's operators $eq $ne $gt $gte $lt $lte $in $nin $exists $type "
        "$regex $options $all $elemMatch $size $mod $not $and $or $nor $bitsAllSet $bitsAllClear $bitsAnySet "
        '$bitsAnyClear, as in {"tags":"first","at":{"$gte":{"$date":"2026-01-31T00:00:00Z"}}}; every '
        "document matches if left out. A regular expression holds characters, ., classes, groups, "
        "alternatives, ^, $, \\b and the quantifiers ?, {n} and {m,n}; *, + and {n,} repeat one character or "
        "class, at its end, once behind ^, or as .* at its beginning. $options are i and s. At most two "
        "names of digits lead to a value",
        json_schema_extra={"example": '{"tags":"first"}'},
    ),
]
Sort = Annotated[
    str | None,
    Query(
        description="Fields to sort by, with a minus sign before those in descending order; _id if left out",
        json_schema_extra={"example": "-at,text"},
    ),
]
Fields = Annotated[
    str | None,
    Query(
        description="Fields to answer besides _id, as in name,address.city; all if left out",
        json_schema_extra={"example": "text,at"},
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many documents on a page")]
Cursor = Annotated[
    str | None, Query(description="next_cursor of the page before, which had the same filter and sort")
]
Ordered = Annotated[bool, Query(description="Whether the first document that is refused ends it")]
