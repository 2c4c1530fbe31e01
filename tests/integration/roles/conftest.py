"""A server that checks privileges, and for each role a user who has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from cli.roles import ROLES
from tests.integration.roles.users import ServiceOfUsers, Users
from tests.support import library
from tests.support.authentication import running_mongod_with_users
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases, Document
from tests.support.directories import data_directory
from tests.support.mongodb import own_mongod
from tests.support.owners import Owner, sign_up
from tests.support.rotation import SigningKeySecret


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Connection string of the administrator."""
    binary = own_mongod()
    with data_directory() as directory, running_mongod_with_users(binary, Path(directory)) as uri:
        yield uri


@pytest.fixture(scope="session")
def server_client(server: str) -> Iterator[MongoClient[Document]]:
    with MongoClient[Document](server, tz_aware=True, uuidRepresentation="standard") as client:
        yield client


@pytest.fixture
def databases(
    server: str, server_client: MongoClient[Document], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Databases]:
    """Databases that no other test uses, since roles and users are named after them."""
    with library.fresh_databases(server, server_client, monkeypatch) as databases:
        yield databases


@pytest.fixture
def users(databases: Databases) -> Iterator[Users]:
    """The users of the functions, with the roles that `tenantry setup-database` makes."""
    names = tenantry_json("setup-database")["roles"]
    users = Users(databases, dict(zip((role.kind for role in ROLES), names, strict=True)))
    yield users
    users.drop()


@pytest.fixture
def service(users: Users, signing_key: SigningKeySecret) -> ServiceOfUsers:
    """The API, each function with its own user."""
    return ServiceOfUsers(users)


@pytest.fixture
def owner(service: ServiceOfUsers) -> Owner:
    """Owner of the organization Alpha; nothing was there before, neither an index nor a view."""
    return sign_up(service, "Alpha")
