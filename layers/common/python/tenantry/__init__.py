"""Multi-tenant organizations on AWS Lambda and MongoDB, one collection per tenant.

Tenantry's own functions and the functions that you deploy beside them use the same library. Start with
`tenantry.http.lambda_handler`, which stands in front of a function's resolver,
`tenantry.http.callers.Viewer`, which tells its routes who is calling, and `tenantry.tenants.collection`,
which opens the caller's own collection and no other.
"""
