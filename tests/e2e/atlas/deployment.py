"""The stack, deployed on a cluster like Atlas's, each kind of function with a MongoDB user of its own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient

from cli.roles import ROLES
from local.deployment import LocalAws, build, deploy
from local.ministack import running_ministack
from local.processes import free_port
from local.stack import MAIL_FROM, MASTER_DATABASE, TENANT_DATABASE, Settings
from tests.e2e.atlas.cluster import MECHANISM, Cluster, running_cluster
from tests.support.databases import Databases, Document
from tests.support.name_server import NameServer, running_name_server

FUNCTION_STARTUP: Final = Path(__file__).with_name("function_startup")
KINDS: Final = [role.kind for role in ROLES if role.kind != "command_line"]
NOBODY: Final = "nobody"  # in the secret that no function should need


@dataclass(frozen=True)
class Atlas:
    """The cluster, the names that DNS knows, and the users of the functions."""

    cluster: Cluster
    names: NameServer
    aws: LocalAws
    roles: Mapping[str, str]
    secrets: dict[str, str] = field(default_factory=dict)

    def add_user(self, client: MongoClient[Document], kind: str, user: str) -> str:
        """Create a user with the role of a kind of functions, and return its connection string."""
        password = secrets.token_urlsafe()
        role = self.roles[kind]
        client.admin.command("createUser", user, pwd=password, roles=[role], mechanisms=[MECHANISM])
        return self.cluster.uri(user, password)

    def publish(self, kind: str, uri: str) -> None:
        """Put a connection string into the secret of a kind."""
        if kind in self.secrets:
            self.aws.secrets.put_secret_value(SecretId=self.secrets[kind], SecretString=uri)
        else:
            self.secrets[kind] = self.aws.create_secret(f"mongodb-{kind}", uri)

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that name the secrets."""
        of_kinds = {f"{kind.title()}MongoDBUriSecretArn": self.secrets[kind] for kind in KINDS}
        return of_kinds | {"MongoDBUriSecretArn": self.secrets[NOBODY]}


@dataclass(frozen=True)
class AtlasDeployment:
    """The deployed stack.

    Parameters
    ----------
    atlas
        What it is deployed on.
    api_url
        Address of the API.
    uris
        The right connection string of each kind.
    databases
        Both databases, as the administrator sees them.
    """

    atlas: Atlas
    api_url: str
    uris: dict[str, str]
    databases: Databases

    def as_kind(self, kind: str) -> MongoClient[Document]:
        """Return a client of the user of a kind of functions."""
        user, _, password = self.uris[kind].removeprefix("mongodb+srv://").partition("@")[0].partition(":")
        return self.atlas.cluster.client(user, password)


@contextmanager
def deployed_on_atlas(state: Path, data: Path, wrong: Mapping[str, Any]) -> Iterator[AtlasDeployment]:
    """Deploy the stack for the length of a `with` block; it has no signing key yet.

    Parameters
    ----------
    state, data
        Directories of log files, and of what the database servers keep.
    wrong
        For kinds whose secrets hold another connection string at first: what makes it of the right one.
    """
    with ThreadPoolExecutor() as pool, running_name_server() as names:
        building = pool.submit(build, state)
        with running_cluster(data, state, names) as cluster, cluster.client() as client:
            variables = variables_of(cluster, names)
            roles = _set_up(cluster, variables)
            with running_ministack(state, free_port(), variables) as (_, endpoint):
                atlas = Atlas(cluster, names, LocalAws(endpoint), roles)
                uris = {kind: atlas.add_user(client, kind, roles[kind]) for kind in KINDS}
                for kind, uri in uris.items():
                    atlas.publish(kind, wrong.get(kind, str)(uri))
                atlas.publish(NOBODY, cluster.uri(NOBODY, "no-password"))
                building.result()
                parameters = atlas.parameters | {"MailFrom": MAIL_FROM, "AppUrl": Settings.app_url}
                api_url = deploy(state, atlas.aws, parameters)
                databases = Databases(
                    cluster.administrator_uri, client, client[MASTER_DATABASE], client[TENANT_DATABASE]
                )
                yield AtlasDeployment(atlas, api_url, uris, databases)


def variables_of(cluster: Cluster, names: NameServer) -> dict[str, str]:
    """Return the environment of a program that has the network and the authorities of the cluster."""
    return {
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",  # with which the driver knows Lambda
        "NAME_SERVER": names.address,
        "PYTHONPATH": str(FUNCTION_STARTUP),
        "SSL_CERT_FILE": str(cluster.authority.file),
    }


def _set_up(cluster: Cluster, variables: Mapping[str, str]) -> dict[str, str]:
    """Run `tenantry setup-database` as an administrator does, and return the role of each kind."""
    program = str(Path(sys.executable).with_name("tenantry"))
    environment = os.environ | dict(variables) | {"MONGODB_URI": cluster.administrator_uri}
    done = subprocess.run(
        [program, "setup-database", "--json"], env=environment, check=True, capture_output=True, text=True
    )
    return dict(zip((role.kind for role in ROLES), json.loads(done.stdout)["roles"], strict=True))
