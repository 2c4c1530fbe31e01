"""The Lambda authorizer that APIs of yours put before their routes, in whatever language they are."""

from tenantry.http.services.authorizing import lambda_handler

__all__ = ["lambda_handler"]
