"""Create, update and delete organizations, so that no kill and no interleaving loses a tenant's data.

Creating is one transaction, with more behind it where the collection is on another cluster; see
`tenantry.tenants.creation`. Renaming and deleting a collection cannot be part of one, so they first write
an intent, then change the collection, then the metadata; see `tenantry.tenants.intents`. In a pool a rename
is one of metadata, and a deletion leaves something to be erased; see `tenantry.tenants.erasures`.
"""

from tenantry.lifecycle.creating import Created, create, sign_up
from tenantry.lifecycle.deleting import delete
from tenantry.lifecycle.updating import update

__all__ = ["Created", "create", "delete", "sign_up", "update"]
