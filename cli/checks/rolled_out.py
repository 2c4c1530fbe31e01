"""What holds for each organization that a roll-out has come to: it is as the roll-out has made it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bson import json_util

from cli.checks.organization_facts import cluster_of
from cli.connection import Databases, Document
from cli.violation import Violation, of_organization

NOTED: Final = {"rollouts.0": {"$exists": True}, "state": "active"}
FIELDS: Final = dict.fromkeys(
    ("slug", "version", "cluster", "pool", "collection", "rollouts", "move", "index_changes"), 1
)
OPTIONS: Final = ("unique", "sparse", "expireAfterSeconds", "collation", "hidden")
GONE: Final = ("undoing", "undone")


class RolledOut:
    """All organizations that have notes of roll-outs."""

    name = "organizations with roll-outs"

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._master = databases.master

    def count(self) -> int:
        """Return how many there are."""
        return self._master["organizations"].count_documents(NOTED)

    def keys(self) -> Iterator[Any]:
        """Yield their ids."""
        for document in self._master["organizations"].find(NOTED, {"_id": 1}).sort("_id", 1):
            yield document["_id"]

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return where these organizations differ from what was rolled out to them."""
        rollouts = {
            rollout["_id"]: rollout for rollout in self._master["rollouts"].find().sort("started_at", 1)
        }
        organizations = self._master["organizations"].find(NOTED | {"_id": {"$in": list(keys)}}, FIELDS)
        return [
            of_organization(organization, "rolled-out", detail)
            for organization in organizations
            if not organization.get("move") and not organization.get("index_changes")
            for detail in self._differences(organization, rollouts)
        ]

    def _differences(self, organization: Document, rollouts: dict[str, Document]) -> Iterator[str]:
        done = {note["name"] for note in organization["rollouts"] if note["state"] == "done"}
        current = [
            rollout for name, rollout in rollouts.items() if name in done and rollout["state"] not in GONE
        ]
        for name in sorted(done - rollouts.keys()):
            yield f"it has a note of a roll-out {name}, which there is not"
        tenants, pool = self._databases.clusters.get(cluster_of(organization)), organization.get("pool")
        if tenants is None:
            return
        collection = tenants[pool or organization["collection"]]
        present = {str(index["name"]): index for index in collection.list_indexes()}
        for rollout in current:
            for index in rollout["definition"]["indexes"]:
                if detail := _wrong(index, present, organization["_id"] if pool else None):
                    yield f"of roll-out {rollout['_id']}, {detail}"
        validators = [rollout["definition"]["validator"] for rollout in current]
        last = next(filter(None, reversed(validators)), None)
        if last and pool is None and not _validates(last, collection.options()):
            yield "another validator than the last that was rolled out is there"


def _wrong(index: Document, present: Mapping[str, Document], tenant: Any) -> str | None:
    names = [index["name"]] if tenant is None else [f"*:{index['name']}", f"{tenant}:{index['name']}"]
    found = next((present[name] for name in names if name in present), None)
    if found is None:
        return f"it lacks the index {index['name']}"
    keys = [(path, how) for path, how in found["key"].items() if path != "_id.tenant"]
    wanted = [(path if tenant is None else _in_pool(path), how) for path, how in index["keys"]]
    if keys != wanted:
        return f"the index {index['name']} has other fields"
    options = {name: found[name] for name in OPTIONS if found.get(name)}
    restriction = found.get("partialFilterExpression", {}).keys() - {"_id.tenant"}
    is_partial = restriction == ({path for path, _ in wanted} if index["partial"] else set())
    if options != ({"unique": True} if index["unique"] else {}) or not is_partial:
        return f"the index {index['name']} has other options"
    return None


def _in_pool(path: str) -> str:
    return f"_id.id{path.removeprefix('_id')}" if f"{path}.".startswith("_id.") else path


def _validates(validator: Document, options: Document) -> bool:
    present = (
        options.get("validator", {}),
        options.get("validationLevel", "strict"),
        options.get("validationAction", "error"),
    )
    return present == (json_util.loads(validator["rule"]), validator["level"], validator["action"])
