"""What the connected user may do, against what a role of `cli.roles` says."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cli.connection import MAIN, Target
from cli.grants import EVERY_COLLECTION, Role
from tenantry.lifecycle.oversight.findings import FORBIDDEN, Finding, failed, ok, warning

SHOWN = 5  # privileges that one line names
CLUSTER = "(cluster)"


class Privilege(NamedTuple):
    """An action on a collection; empty names stand for all, as in MongoDB's own resource documents."""

    database: str
    collection: str
    action: str

    def __str__(self) -> str:
        where = f"{self.database or '*'}.{self.collection or '*'}"
        return f"{self.action} on {CLUSTER if self.database == CLUSTER else where}"


def examine(status: Mapping[str, Any], cluster: str, role: Role, target: Target) -> Iterator[Finding]:
    """Yield what a user may do too little and too much.

    Parameters
    ----------
    status : mapping
        The server's answer to connectionStatus with showPrivileges.
    cluster : str
        Its name; other clusters than the master's have tenants' collections alone.
    role : Role
        That the user should have.
    target : Target
        Names of the databases.
    """
    check, info = f"privileges {cluster}", status["authInfo"]
    if not info["authenticatedUsers"]:
        yield warning(check, "the server asks nobody who it is", "start mongod with --auth or a key file")
        return
    granted = set(_granted(info["authenticatedUserPrivileges"]))
    wanted = set(_wanted(role, target))
    needed = {
        privilege for privilege in wanted if cluster == MAIN or privilege.database != target.master_database
    }
    missing = sorted(privilege for privilege in needed if not _is_covered(privilege, granted))
    excess = sorted(granted - wanted)
    name = f"{target.master_database}_{role.kind}"
    if missing:
        yield failed(check, f"lacks of {name}: {_listed(missing)}", FORBIDDEN)
    if excess:
        advice = f"use a user that has the role {name} alone, except for `tenantry setup-database`"
        yield warning(check, f"has more than {name}: {_listed(excess)}", advice)
    if not (missing or excess):
        yield ok(check, f"those of {name}, and no others")


def _granted(privileges: Iterable[Mapping[str, Any]]) -> Iterator[Privilege]:
    for privilege in privileges:
        resource = privilege["resource"]
        is_of_cluster = resource.get("cluster") or resource.get("anyResource")
        database = CLUSTER if resource.get("cluster") else resource.get("db", "")
        collection = "" if is_of_cluster else resource.get("collection", "")
        for action in privilege["actions"]:
            yield Privilege(database, collection, action)


def _wanted(role: Role, target: Target) -> Iterator[Privilege]:
    for database, collection, actions in role.privileges(target):
        for action in actions:
            yield Privilege(database, collection, action)
    for action in role.cluster:
        yield Privilege(CLUSTER, EVERY_COLLECTION, action)


def _is_covered(wanted: Privilege, granted: set[Privilege]) -> bool:
    return any(
        Privilege(database, collection, wanted.action) in granted
        for database in {wanted.database, ""}
        for collection in {wanted.collection, ""}
    )


def _listed(privileges: list[Privilege]) -> str:
    shown = ", ".join(map(str, privileges[:SHOWN]))
    return shown if len(privileges) <= SHOWN else f"{shown} and {len(privileges) - SHOWN} more"
