"""Which fields of the documents are answered."""

from typing import Any, Final

from tenantry.errors import InvalidFields
from tenantry.language import field_paths, sorting

MAX_FIELDS: Final = 50


def parse(text: str | None) -> dict[str, Any] | None:
    """Return the projection that the parameter `fields` asks for.

    Parameters
    ----------
    text : str or None
        Paths of fields separated by commas, as in ``name,address.city``.

    Returns
    -------
    dict or None
        These fields and `_id` as a projection of MongoDB; None for all.

    Raises
    ------
    InvalidFields
        A path is malformed, or leads into another one (the server's error 31249); the field is ``fields``.
    """
    if text is None:
        return None
    paths = ["_id", *(path for path in text.split(",") if path != "_id")]
    if len(paths) > MAX_FIELDS:
        raise InvalidFields.of("fields", f"must be fewer than {MAX_FIELDS} fields")
    for path in paths:
        sorting.check_spelling(path, "fields")
        if path.startswith("-"):
            raise InvalidFields.of("fields", "must be the fields to answer; a minus leaves none out")
        field_paths.check(path, "fields")
    if (pair := field_paths.nested(paths)) is not None:
        raise InvalidFields.of("fields", f"must not have both {pair[0]} and {pair[1]}")
    return dict.fromkeys(paths, 1)
