"""AWS WAF's judgement of a request, as strict as AWS documents statements and text transformations.

See https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html
"""

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final
from urllib.parse import unquote

Statement = Mapping[str, Any]


def normalize_path(path: str) -> str:
    """Remove empty and `.` segments, and `..` with the segment before it, unless it is at the beginning."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif segment not in {"", "."}:
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")


TRANSFORMATIONS: Final[Mapping[str, Callable[[str], str]]] = {
    "NONE": str,
    "URL_DECODE": unquote,
    "NORMALIZE_PATH": normalize_path,
}


def matches(statement: Statement, path: str) -> bool:
    """Tell whether a statement is true of a request for a path, as the client has sent it."""
    ((kind, content),) = statement.items()
    match kind:
        case "AndStatement":
            return all(matches(nested, path) for nested in content["Statements"])
        case "NotStatement":
            return not matches(content["Statement"], path)
        case "RateBasedStatement":
            scope = content.get("ScopeDownStatement")
            return scope is None or matches(scope, path)
        case "RegexMatchStatement":
            return re.search(content["RegexString"], _transformed(content, path)) is not None
        case _:
            raise LookupError(kind)


def _transformed(content: Statement, path: str) -> str:
    assert content["FieldToMatch"] == {"UriPath": {}}
    for transformation in sorted(content["TextTransformations"], key=itemgetter("Priority")):
        path = TRANSFORMATIONS[transformation["Type"]](path)
    return path
