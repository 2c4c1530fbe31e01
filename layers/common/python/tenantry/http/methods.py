"""Methods of a path that no route names: HEAD, OPTIONS, and what is not allowed (RFC 9110 section 9)."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from tenantry.http.bodies import JSON, MERGE_PATCH

ACCEPT_PATCH: Final = f"{MERGE_PATCH}, {JSON}"


def allowed(app: APIGatewayRestResolver, path: str, elsewhere: Mapping[str, Collection[str]]) -> list[str]:
    """Return the methods of a path, none if there is nothing at it.

    Parameters
    ----------
    app : APIGatewayRestResolver
        The function's resolver.
    path : str
        As it is routed.
    elsewhere : mapping of str to collection of str
        Methods of the same path that other functions answer, by the path as its route here names it.
    """
    routes = app._static_routes + app._dynamic_routes
    matching = [route for route in routes if route.rule.match(path)]
    if not matching:
        return []
    routed = {route.method for route in matching}
    answered = {method for route in matching for method in elsewhere.get(route.path, ())}
    return sorted({*routed, *answered, "OPTIONS"} | ({"HEAD"} if "GET" in routed else set()))


def options(methods: Collection[str]) -> dict[str, Any]:
    """Return the answer to OPTIONS, in the form that API Gateway expects of a proxy integration."""
    fields = {"Allow": ", ".join(methods)} | ({"Accept-Patch": ACCEPT_PATCH} if "PATCH" in methods else {})
    return {
        "statusCode": int(HTTPStatus.NO_CONTENT),
        "multiValueHeaders": {name: [value] for name, value in fields.items()},
        "body": "",
        "isBase64Encoded": False,
    }
