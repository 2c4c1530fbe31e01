"""A cluster like those of Atlas: three members, TLS, passwords, and a connection string looked up by DNS.

What Atlas gives: https://www.mongodb.com/docs/atlas/reference/faq/connection-changes/ and
https://www.mongodb.com/docs/manual/reference/connection-string/#srv-connection-format
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pymongo import MongoClient
from pymongo.errors import AutoReconnect, ConnectionFailure
from pymongo.read_preferences import Nearest

from local import mongod
from local.processes import HOST, free_port, running
from tests.e2e.atlas.certificates import Authority
from tests.support.databases import Document
from tests.support.mongodb import own_mongod
from tests.support.name_server import NameServer
from tests.support.waiting import wait_until

MEMBERS: Final = 3
NAME: Final = "cluster0.tenantry.test"
ADMINISTRATOR: Final = "administrator"
MECHANISM: Final = "SCRAM-SHA-256"
READY_SECONDS: Final = 60.0
CATCH_UP_SECONDS: Final = 9
STEPPED_DOWN_SECONDS: Final = 10
ATTEMPT_MILLISECONDS: Final = 2000


@dataclass(frozen=True)
class Member:
    """One server; clients know it by its name, the other members by its address."""

    number: int
    port: int = field(default_factory=free_port)

    @property
    def name(self) -> str:
        cluster, _, domain = NAME.partition(".")
        return f"{cluster}-shard-00-{self.number:02}.{domain}"

    @property
    def configuration(self) -> Document:
        # Which names a member tells of depends on the one that a client asks for by TLS (SNI), so the members
        # among themselves need no DNS.
        # https://percona.community/blog/2025/07/22/using-replicasethorizons-in-mongodb
        public = {"public": f"{self.name}:{self.port}"}
        return {"_id": self.number, "host": f"{HOST}:{self.port}", "horizons": public}


class Cluster:
    """The running cluster.

    Parameters
    ----------
    members
        Its servers.
    authority
        Signer of their certificates.
    """

    def __init__(self, members: list[Member], authority: Authority) -> None:
        self.members = members
        self.authority = authority
        self._password = secrets.token_urlsafe()

    def uri(self, user: str, password: str) -> str:
        """Return the connection string that a user of Atlas copies from its website."""
        return f"mongodb+srv://{user}:{password}@{NAME}/?retryWrites=true&w=majority"

    @property
    def administrator_uri(self) -> str:
        return self.uri(ADMINISTRATOR, self._password)

    def client(self, user: str = ADMINISTRATOR, password: str = "") -> MongoClient[Document]:
        """Return a client that needs no DNS, of the administrator or of another user."""
        return MongoClient(
            [f"{HOST}:{member.port}" for member in self.members],
            username=user,
            password=password or self._password,
            authMechanism=MECHANISM,
            replicaSet=mongod.REPLICA_SET,
            tls=True,
            tlsCAFile=str(self.authority.file),
            tz_aware=True,
            uuidRepresentation="standard",
        )

    def initiate(self) -> None:
        """Make the servers one replica set, and create the administrator."""
        first, *further = self.members
        # A set of one elects at once, and one of three after ten seconds. Without a user, a client on this
        # machine may do this, and create one: https://www.mongodb.com/docs/manual/core/localhost-exception/
        with self._client_of(first) as client:
            wait_until(lambda: _answers(client), READY_SECONDS)
            config = {"_id": mongod.REPLICA_SET, "members": [first.configuration]}
            client.admin.command("replSetInitiate", config)
            wait_until(lambda: client.admin.command("hello")["isWritablePrimary"], READY_SECONDS)
            client.admin.command("createUser", ADMINISTRATOR, pwd=self._password, roles=["root"])
        with self.client() as client:
            for member in further:
                self._add(client, member)

    def _add(self, client: MongoClient[Document], member: Member) -> None:
        with self._client_of(member) as added:
            wait_until(lambda: _answers(added), READY_SECONDS)
        config = client.admin.command("replSetGetConfig")["config"]
        config["members"].append(member.configuration)
        client.admin.command("replSetReconfig", config | {"version": config["version"] + 1})
        wait_until(lambda: self._votes(client, member), READY_SECONDS)

    def _votes(self, client: MongoClient[Document], member: Member) -> bool:
        """Tell whether a member has all data, for it has no vote before."""
        config = client.admin.command("replSetGetConfig", commitmentStatus=True)
        members = client.admin.command("replSetGetStatus")["members"]
        is_secondary = any(
            status["_id"] == member.number and status["stateStr"] == "SECONDARY" for status in members
        )
        return is_secondary and config["commitmentStatus"]

    def elect(self) -> None:
        """Let another member become the primary, as Atlas does when it maintains the servers.

        See https://www.mongodb.com/docs/manual/reference/command/replSetStepDown/
        """
        with self.client() as client:
            before = client.admin.command("hello")["me"]
            with suppress(AutoReconnect):  # the answer of a server that is the primary no more
                client.admin.command(
                    "replSetStepDown", STEPPED_DOWN_SECONDS, secondaryCatchUpPeriodSecs=CATCH_UP_SECONDS
                )
            wait_until(lambda: self._primary(client) not in {None, before}, READY_SECONDS)

    def _primary(self, client: MongoClient[Document]) -> str | None:
        members = client.admin.command("replSetGetStatus", read_preference=Nearest())["members"]
        return next((member["name"] for member in members if member["stateStr"] == "PRIMARY"), None)

    def _client_of(self, member: Member) -> MongoClient[Document]:
        return MongoClient(
            HOST,
            member.port,
            directConnection=True,
            tls=True,
            tlsCAFile=str(self.authority.file),
            serverSelectionTimeoutMS=ATTEMPT_MILLISECONDS,
        )


def _answers(client: MongoClient[Document]) -> bool:
    try:
        client.admin.command("ping")
    except ConnectionFailure:
        return False
    return True


def publish_cluster(names: NameServer, cluster: str, members: Mapping[str, int]) -> None:
    """Publish the records of a cluster: its options, and the names and ports of its members."""
    records = (f"0 0 {port} {name}." for name, port in members.items())
    names.put(f"_mongodb._tcp.{cluster}", "SRV", *records)
    names.put(cluster, "TXT", f'"authSource=admin&replicaSet={mongod.REPLICA_SET}"')
    for name in members:
        names.put(name, "A", HOST)


@contextmanager
def running_cluster(directory: Path, logs: Path, names: NameServer) -> Iterator[Cluster]:
    """Run the cluster for the length of a `with` block.

    Parameters
    ----------
    directory, logs
        Directories of all that the servers keep, and of their logs.
    names
        Gets the records that Atlas publishes.
    """
    binary = own_mongod()
    authority = Authority(directory)
    certificate, key = directory / "server.pem", directory / "key"
    members = [Member(number) for number in range(MEMBERS)]
    authority.issue(certificate, [member.name for member in members], [HOST])
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    security = ["--keyFile", str(key), "--tlsMode", "requireTLS", "--tlsCAFile", str(authority.file)]
    security += ["--tlsCertificateKeyFile", str(certificate), "--tlsAllowConnectionsWithoutCertificates"]
    security += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"]
    security += ["--setParameter", f"authenticationMechanisms={MECHANISM}"]
    with ExitStack() as exits:
        for member in members:
            data = directory / f"member-{member.number}"
            data.mkdir()
            command = mongod.command_of(binary, data, member.port, test_commands=False)
            exits.enter_context(running("MongoDB", [*command, *security], logs / f"{data.name}.log"))
        publish_cluster(names, NAME, {member.name: member.port for member in members})
        cluster = Cluster(members, authority)
        cluster.initiate()
        yield cluster
