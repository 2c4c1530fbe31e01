"""HTTP in front of the use cases: what stands before every resolver, and what its routes are made of.

A function imports this package before Powertools, for all that every function needs is imported here, in a
pause of the garbage collector, which is an eighth of a cold start. What only some functions need they import
from its module, as `tenantry.http.callers`.
"""

from tenantry.runtime import garbage_collection

with garbage_collection.paused():
    from tenantry.http.handlers import lambda_handler
    from tenantry.http.openapi import responses

__all__ = ["lambda_handler", "responses"]
