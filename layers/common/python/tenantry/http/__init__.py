"""HTTP in front of the use cases: bodies, bearer tokens, problem documents, ETags."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tenantry import garbage_collection

with garbage_collection.paused():
    from tenantry.http.handlers import lambda_handler
    from tenantry.http.openapi import responses

if TYPE_CHECKING:
    from tenantry.http.callers import caller, identity, member, operator, optional_identity, recent_member
    from tenantry.http.preconditions import etag, precondition
    from tenantry.http.representations import (
        Representation,
        access_token_of,
        account_of,
        organization_of,
    )
else:
    # Imported when a function first names it (PEP 562): not all check tokens, which takes long to import.
    _MODULES: Final = {
        "Representation": "representations",
        "access_token_of": "representations",
        "account_of": "representations",
        "caller": "callers",
        "etag": "preconditions",
        "identity": "callers",
        "member": "callers",
        "operator": "callers",
        "optional_identity": "callers",
        "organization_of": "representations",
        "precondition": "preconditions",
        "recent_member": "callers",
    }

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with garbage_collection.paused():
            found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found


__all__ = [
    "Representation",
    "access_token_of",
    "account_of",
    "caller",
    "etag",
    "identity",
    "lambda_handler",
    "member",
    "operator",
    "optional_identity",
    "organization_of",
    "precondition",
    "recent_member",
    "responses",
]
