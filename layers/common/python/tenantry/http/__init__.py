"""HTTP in front of the use cases: bodies, bearer tokens, problem documents, ETags."""

from tenantry.http.callers import caller, member, operator, optional_caller
from tenantry.http.handlers import lambda_handler
from tenantry.http.openapi import responses
from tenantry.http.preconditions import etag, if_match
from tenantry.http.representations import access_token_of, account_of, organization_of

__all__ = [
    "access_token_of",
    "account_of",
    "caller",
    "etag",
    "if_match",
    "lambda_handler",
    "member",
    "operator",
    "optional_caller",
    "organization_of",
    "responses",
]
