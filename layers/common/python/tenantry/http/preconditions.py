"""Entity tags, and what If-Match and If-None-Match ask of them (RFC 9110 sections 8.8.3 and 13).

A change is judged by `precondition`, in the transaction that makes it; an answer to GET by `conditional`. No
answer carries Last-Modified, so If-Modified-Since and If-Unmodified-Since are ignored, as RFC 9110 sections
13.1.3 and 13.1.4 demand.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import MalformedRequest, PreconditionFailed
from tenantry.http.header_fields import value_of

Version = int | str
"""An organization's number, or the digest of a document."""

Holds = Callable[[Version | None], bool]
"""Tells whether a precondition holds for a resource at this version, None if there is no such resource."""

IF_MATCH: Final = "If-Match"
IF_NONE_MATCH: Final = "If-None-Match"
ANY: Final = "*"
_CANONICAL: Final = ".ejson"  # ends the tags of canonical Extended JSON
_TAG: Final = r'(?:W/)?"[^\x00-\x20"\x7f]*"'  # a range up to U+10FFFF takes 12 ms to compile
_ELEMENT: Final = rf"[ \t]*(?:{_TAG}[ \t]*)?"
_LIST: Final = re.compile(rf"{_ELEMENT}(?:,{_ELEMENT})*")
_TAGS: Final = re.compile(_TAG)


def etag(version: Version, *, canonical: bool = False) -> str:
    """Return the strong entity tag of a resource's representation.

    Parameters
    ----------
    version : int or str
        Of the resource.
    canonical : bool
        Whether it is a document in canonical Extended JSON, whose octets are others than those of relaxed.
    """
    return f'"{version}{_CANONICAL if canonical else ""}"'


def precondition(request: Request) -> Holds:
    """Return the precondition of a request that changes a resource: a dependency for routes.

    Raises
    ------
    MalformedRequest
        A field is neither ``*`` nor a list of entity tags.
    """
    event = request.resolved_event.raw_event
    return condition(value_of(event, IF_MATCH.lower()), value_of(event, IF_NONE_MATCH.lower()))


Precondition = Annotated[Holds, Depends(precondition)]
"""What the request asks of the resource that it changes; 400 if it cannot be read."""


def condition(if_match: str | None, if_none_match: str | None = None) -> Holds:
    """Return the test that If-Match and If-None-Match put to a resource's version.

    The tag of any representation stands for the version. If-Match compares strongly, so that weak tags never
    match, If-None-Match weakly.

    Parameters
    ----------
    if_match, if_none_match : str or None
        The fields' values; what is not sent holds for every version.

    Raises
    ------
    MalformedRequest
        A field is neither ``*`` nor a list of entity tags.
    """
    required, excluded = _tags(IF_MATCH, if_match), _weakly(_tags(IF_NONE_MATCH, if_none_match))

    def holds(version: Version | None) -> bool:
        present = set() if version is None else {etag(version), etag(version, canonical=True), ANY}
        matches = required is None or not present.isdisjoint(required)
        return matches and (excluded is None or present.isdisjoint(excluded))

    return holds


def conditional(event: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a GET request, or 304 if the client has it already.

    Parameters
    ----------
    event : mapping
        API Gateway's proxy event.
    answer : dict
        What is answered without conditions; only what has an entity tag is judged.

    Raises
    ------
    PreconditionFailed
        It is not what If-Match asks for.
    MalformedRequest
        A field is neither ``*`` nor a list of entity tags.
    """
    if event["httpMethod"] != "GET" or answer["statusCode"] != HTTPStatus.OK:
        return answer
    holds = condition(value_of(event, IF_MATCH.lower()))
    excluded = _weakly(_tags(IF_NONE_MATCH, value_of(event, IF_NONE_MATCH.lower()))) or set()
    for tag in answer["multiValueHeaders"].get("ETag", ()):
        if not holds(tag.strip('"').removesuffix(_CANONICAL)):
            raise PreconditionFailed
        if not excluded.isdisjoint({tag, ANY}):
            return _not_modified(answer)
    return answer


def _not_modified(answer: dict[str, Any]) -> dict[str, Any]:
    fields = {name: line for name, line in answer["multiValueHeaders"].items() if name != "Content-Type"}
    return answer | {"statusCode": int(HTTPStatus.NOT_MODIFIED), "multiValueHeaders": fields, "body": ""}


def _tags(name: str, value: str | None) -> set[str] | None:
    if value is None:
        return None
    if value.strip(" \t") == ANY:
        return {ANY}
    if not _LIST.fullmatch(value):
        raise MalformedRequest(f'{name} must be * or entity tags in quotation marks, as in "1", "2".')
    return set(_TAGS.findall(value))


def _weakly(tags: set[str] | None) -> set[str] | None:
    return None if tags is None else {tag.removeprefix("W/") for tag in tags}
