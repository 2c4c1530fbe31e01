"""Creating the roles of `cli.roles`, and keeping them as they should be."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pymongo import MongoClient

from cli.connection import Document, Target
from cli.grants import Role
from cli.roles import ROLES


def name_of(role: Role, target: Target) -> str:
    """Return a role's name, which begins with the master database's: one cluster may have several."""
    return f"{target.master_database}_{role.kind}"


def set_up(client: MongoClient[Document], target: Target) -> list[str]:
    """Create the roles, or give them the privileges that they should have; return their names.

    Roles that reach two databases belong to `admin`:
    https://www.mongodb.com/docs/manual/reference/command/createRole/
    """
    admin = client.admin
    existing = {role["role"] for role in _roles_of(admin.command({"rolesInfo": 1}))}
    names = []
    for role in ROLES:
        name = name_of(role, target)
        command = "updateRole" if name in existing else "createRole"
        privileges = list(_privileges(role, target))
        admin.command({command: name, "privileges": privileges, "roles": []})
        names.append(name)
    return names


def _privileges(role: Role, target: Target) -> Iterator[Document]:
    for database, collection, actions in role.privileges(target):
        yield {"resource": {"db": database, "collection": collection}, "actions": actions}
    if role.cluster:
        yield {"resource": {"cluster": True}, "actions": sorted(role.cluster)}


def _roles_of(reply: Mapping[str, Any]) -> list[Document]:
    return reply["roles"]  # type: ignore[no-any-return]


def atlas_commands(target: Target) -> list[str]:
    """Return commands of the Atlas CLI that create the roles; Atlas accepts roles from its own API only.

    See https://www.mongodb.com/docs/atlas/cli/current/command/atlas-customDbRoles-create/
    """
    return [
        f"atlas customDbRoles create {name_of(role, target)} --privilege {','.join(_of_atlas(role, target))}"
        for role in ROLES
    ]


def _of_atlas(role: Role, target: Target) -> Iterator[str]:
    for database, collection, actions in role.privileges(target):
        where = f"{database}.{collection}" if collection else database
        for action in actions:
            yield f"{_action_of_atlas(action)}@{where}"
    yield from map(_action_of_atlas, sorted(role.cluster))


def _action_of_atlas(action: str) -> str:
    """Return an action as https://www.mongodb.com/docs/atlas/reference/custom-role-actions/ names it."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action).upper()
    return words.replace("REPL_SET_", "REPLSET_")
