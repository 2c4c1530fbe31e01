"""HTTP in front of the use cases: bodies, bearer tokens, problem documents, ETags."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tenantry.runtime import garbage_collection

with garbage_collection.paused():
    from tenantry.http.handlers import lambda_handler
    from tenantry.http.openapi import responses

if TYPE_CHECKING:
    from tenantry.http.accounts.representations import access_token_of, account_of
    from tenantry.http.callers import caller, identity, member, operator, optional_identity, recent_member
    from tenantry.http.organizations.representations import Representation, organization_of
    from tenantry.http.preconditions import etag, precondition
else:
    # Imported when a function first names it (PEP 562): not all check tokens, which takes long to import.
    _MODULES: Final = {
        "Representation": "organizations.representations",
        "access_token_of": "accounts.representations",
        "account_of": "accounts.representations",
        "caller": "callers",
        "etag": "preconditions",
        "identity": "callers",
        "member": "callers",
        "operator": "callers",
        "optional_identity": "callers",
        "organization_of": "organizations.representations",
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
