"""What validates the documents of a collection: MongoDB's validator, its level and its action.

It is a dictionary of the options `validator`, `validationLevel` and `validationAction`, always all three, as
`collMod` takes them: https://www.mongodb.com/docs/manual/reference/command/collMod/#validator
"""

from collections.abc import Mapping
from typing import Any, Final

from bson import json_util

from tenantry.runtime.mongodb import Document

NONE: Final[Document] = {"validator": {}, "validationLevel": "strict", "validationAction": "error"}
"""What MongoDB does with a collection that nobody has given a validator."""


def of(options: Mapping[str, Any]) -> Document:
    """Return what validates documents, of all options that a collection has."""
    return NONE | {name: value for name, value in options.items() if name in NONE}


def is_none(validation: Document) -> bool:
    """Tell whether documents are not validated."""
    return not validation["validator"]


def beside(options: Mapping[str, Any]) -> Document:
    """Return the options of a collection that are about something else."""
    return {name: value for name, value in options.items() if name not in NONE}


def text_of(validation: Document) -> str:
    """Write it as Extended JSON, which a document can hold whatever its keys are."""
    return json_util.dumps(validation, json_options=json_util.CANONICAL_JSON_OPTIONS)


def parse(text: str) -> Document:
    """Read what `text_of` has written."""
    validation: Document = json_util.loads(text)
    return validation
