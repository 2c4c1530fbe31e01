"""Folding stored names of organizations: into the form that lists are searched and sorted by.

Repeating it changes nothing. If it is killed, each organization is either as it was or done.
"""

from cli.connection import Databases
from tenantry.registry.names import folded


def fold_stored(databases: Databases) -> list[str]:
    """Fold every name whose folded form is missing or another one; return the ids of their organizations."""
    stored = databases.master["organizations"]
    changed = []
    for organization in stored.find({}, {"name": 1, "folded_name": 1}):
        organization_id, name = organization["_id"], organization["name"]
        if organization.get("folded_name") != folded(name):
            unchanged = {"_id": organization_id, "name": name}
            update = stored.update_one(unchanged, {"$set": {"folded_name": folded(name)}})
            changed += [organization_id] if update.modified_count else []
    return changed
