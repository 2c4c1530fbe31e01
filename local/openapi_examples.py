"""Examples of properties, by their names, for all shapes in the OpenAPI document that have none."""

import re
from typing import Any, Final

_MOMENT: Final = re.compile(r"(\w+_)?(at|since|until)")
_MOMENT_EXAMPLE: Final = "2026-01-31T12:00:00.000Z"
_EXAMPLES: Final[dict[str, Any]] = {
    "access_token": "eyJ...",
    "advice": "`tenantry setup-database` creates it.",
    "byte_hours": 1_572_864,
    "bytes": 4096,
    "cluster": "main",
    "connections": 120,
    "detail": "An organization of this name exists already.",
    "device_token": "dev...",
    "documents": 120,
    "error": "It does not answer.",
    "field": "email",
    "instance": "urn:tenantry:request:4c7e1b0a-5d2f-4e8b-9a6c-3f1d2b4c5e6f",
    "introspection_endpoint": "https://api.example.com/operator/introspect",
    "invitation": "inv_7d3c1b5e9f8a4c2d8e6b0a1f2c3d4e5f",
    "issuer": "urn:tenantry:tenantry-prod",
    "jwks_uri": "https://api.example.com/.well-known/jwks.json",
    "limit": 10,
    "max_failures": 10,
    "message": "must be an e-mail address",
    "name": "Google",
    "namespaces": 240,
    "next_cursor": "eyJ...",
    "number": 2,
    "operations": 90_000,
    "organization": "google",
    "organization_id": "org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80",
    "parallel": 4,
    "pausing_counters": 0,
    "plan": "pro",
    "pools": 2,
    "prefix": "go",
    "refresh_token": "the last one that was issued",
    "requests": 1_200,
    "requests_per_minute": 600,
    "signed": "eyJ...",
    "slug": "google",
    "use": 10,
}
_SCALARS: Final = ("string", "integer")
_OF_LIBRARY: Final = ("HTTPValidationError", "ResponseValidationError", "ValidationError")


def add_examples(document: dict[str, Any]) -> None:
    """Give each property that is a text or a number an example, and say which texts are moments.

    What Powertools adds to every document, and no function answers, is taken out.

    Raises
    ------
    ValueError
        A property has no example, neither of its own nor in the table here.
    """
    schemas = document["components"]["schemas"]
    for name in _OF_LIBRARY:
        schemas.pop(name, None)
    for shape, schema in schemas.items():
        for name, property_ in schema.get("properties", {}).items():
            _complete(shape, name, property_)


def _complete(shape: str, name: str, property_: dict[str, Any]) -> None:
    kinds = [kind for kind in property_.get("anyOf", [property_]) if kind.get("type") in _SCALARS]
    if not kinds or "enum" in property_ or "const" in property_:
        return
    if kinds[0]["type"] == "string" and _MOMENT.fullmatch(name):
        kinds[0]["format"] = "date-time"
        property_.setdefault("examples", [_MOMENT_EXAMPLE])
    if "examples" not in property_:
        if name not in _EXAMPLES:
            raise ValueError(
                f"{shape}.{name} has no example; give its field one, or local/openapi_examples.py"
            )
        property_["examples"] = [_EXAMPLES[name]]
