"""The path of a request as the routes of a function have it."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from tenantry.errors import NotFound

# The path is as it was sent, percent-encoded, but Powertools routes none with, say, a quotation mark.
URL_CHARACTERS: Final = "%/:@-._~!$&'()*+,;="
# A segment that is empty or of dots alone: what gateways and firewalls drop, each in its own way.
_DROPPED_SEGMENT: Final = re.compile(r"/(?:\.|%2[Ee]){0,2}(?:/|$)")


def routed(event: Mapping[str, Any]) -> str:
    """Return the path of a request to a REST API, without the base path of a custom domain.

    API Gateway removes the base path before it chooses the resource
    (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html), but ``path`` of the
    event still has it, as recorded ones show
    (https://github.com/aws-powertools/powertools-lambda-python/issues/773). So the last segments are kept, as
    many as the resource has, whatever the base path is. Where the resource ends with ``{proxy+}``, which
    takes any number of them, the path is kept as it is.

    Parameters
    ----------
    event : mapping
        With ``path`` and, if API Gateway made it, ``resource``.

    Raises
    ------
    NotFound
        The path is another spelling (RFC 3986 section 6.2.2), which a firewall's rules may not know. The
        fixed segments of a route are compared as they are sent; its parameters may be percent-encoded.
    """
    path = quote(event["path"], safe=URL_CHARACTERS)
    if path != "/" and _DROPPED_SEGMENT.search(path):
        raise NotFound
    resource: str | None = event.get("resource")
    if not resource or "+}" in resource:
        return path
    if resource == "/":
        return resource
    return "/" + "/".join(path.split("/")[1:][-resource.count("/") :])
