"""Start the whole local stack in order, and stop it in the opposite order."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from local.clusters import ports_of_clusters, running_clusters
from local.deployment import PROJECT, LocalAws, build, deploy
from local.errors import LocalStackError
from local.ministack import PATH_OF_MAILS, running_ministack
from local.mongod_programs import mongod_binary
from local.mongodb import MongoDB, running_mongodb, set_up_databases
from local.processes import Child, require_free_port, wait_until
from local.signing_key import rotate_first_key

STATE = PROJECT / ".local"
MASTER_DATABASE = "tenantry"
TENANT_DATABASE = "tenantry_tenants"
MAIL_FROM = "no-reply@tenantry.example"

_HEALTHY_SECONDS = 60.0
_ATTEMPT_SECONDS = 20.0


class Progress(Protocol):
    """Shows the user how the start goes."""

    def step(self, description: str) -> contextlib.AbstractContextManager[None]:
        """Show a step for as long as it runs."""

    def warn(self, message: str) -> None:
        """Show a warning."""


@dataclass(frozen=True)
class Settings:
    """Where the stack runs.

    Parameters
    ----------
    api_port, mongodb_port
        Ports on the loopback interface.
    mongodb_uri
        Connection string of a server to use instead of starting one.
    mongod
        The program of the servers that are started; None for the stand-in.
    clusters
        How many MongoDB clusters there are at least; all but the first are started here.
    allowed_origins
        Origins whose pages in browsers may call the API, delimited by commas.
    app_url
        Where the links of mails lead to.
    state
        Directory of everything that the stack writes.
    """

    api_port: int = 4566
    mongodb_port: int = 27117
    mongodb_uri: str | None = None
    mongod: Path | None = field(default_factory=mongod_binary)
    clusters: int = 1
    allowed_origins: str = ""
    app_url: str = "http://localhost:3000"
    state: Path = STATE

    @property
    def cluster_ports(self) -> dict[str, int]:
        """Names and ports of the clusters besides the first."""
        return ports_of_clusters(self.state, self.mongodb_port, self.clusters)


@dataclass(frozen=True)
class Stack:
    """What a client of the running stack needs to know; also the content of ``stack.json``."""

    api_url: str
    mongodb_uri: str
    mongodb_server: str
    master_database: str
    tenant_database: str
    mongodb_clusters: dict[str, str]
    mails_url: str


@contextlib.contextmanager
def running_stack(settings: Settings, progress: Progress) -> Iterator[tuple[Stack, list[Child]]]:
    """Run the stack for the length of a ``with`` block; ``/health`` is green inside.

    Yields
    ------
    tuple[Stack, list[Child]]
        The addresses, and the processes that must keep running.

    Raises
    ------
    LocalStackError
        When a part cannot start; the message says why.
    """
    with contextlib.ExitStack() as exits:
        exits.enter_context(_only_one(settings.state))
        _require_free_ports(settings)
        with progress.step("Reaching MONGODB_URI" if settings.mongodb_uri else "Starting MongoDB"):
            mongodb = exits.enter_context(
                running_mongodb(
                    settings.state,
                    settings.mongodb_port,
                    settings.mongodb_uri,
                    settings.mongod,
                    progress.warn,
                )
            )
            further_children, mongodb_clusters = exits.enter_context(
                running_clusters(settings.state, settings.cluster_ports, settings.mongod, progress.warn)
            )
        with progress.step("Setting up the databases (tenantry setup-database)"):
            names = {"MASTER_DATABASE": MASTER_DATABASE, "TENANT_DATABASE": TENANT_DATABASE}
            set_up_databases(mongodb.uri, names, settings.state / "setup-database.log")
        with progress.step("Starting the local AWS"):
            ministack, endpoint = exits.enter_context(running_ministack(settings.state, settings.api_port))
        stack = _deployed(settings, progress, LocalAws(endpoint), mongodb, mongodb_clusters)
        with progress.step("Waiting until /health is green"):
            _wait_until_healthy(stack, ministack)
        exits.enter_context(_published(stack, settings.state))
        yield stack, [*mongodb.children, *further_children, ministack]


def find_running_stack(state: Path = STATE) -> Stack | None:
    """Return the stack that another process runs now, or None."""
    try:
        stack = Stack(**json.loads(_stack_file(state).read_text()))
    except FileNotFoundError:
        return None
    return stack if is_healthy(stack) else None


def is_healthy(stack: Stack) -> bool:
    """Tell whether the stack's ``/health`` is green."""
    try:
        return httpx.get(f"{stack.api_url}/health", timeout=_ATTEMPT_SECONDS, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _require_free_ports(settings: Settings) -> None:
    require_free_port(settings.api_port, "the API", "API_PORT")
    if not settings.mongodb_uri:
        require_free_port(settings.mongodb_port, "MongoDB", "MONGODB_PORT")
    for name, port in settings.cluster_ports.items():
        require_free_port(port, f"MongoDB's {name}", "MONGODB_PORT")


def _deployed(
    settings: Settings,
    progress: Progress,
    aws: LocalAws,
    mongodb: MongoDB,
    mongodb_clusters: dict[str, str],
) -> Stack:
    with progress.step("Building template.yaml (sam build)"):
        build(settings.state)
    with progress.step("Deploying template.yaml (sam deploy)"):
        parameters = _databases(aws, mongodb.uri, mongodb_clusters)
        parameters |= {"MailFrom": MAIL_FROM, "AppUrl": settings.app_url}
        if settings.allowed_origins:
            parameters["AllowedOrigins"] = settings.allowed_origins
        api_url = deploy(settings.state, aws, parameters)
    with progress.step("Creating the signing key"):
        rotate_first_key(aws)
    return Stack(
        api_url,
        mongodb.uri,
        mongodb.server,
        MASTER_DATABASE,
        TENANT_DATABASE,
        mongodb_clusters,
        mails_url=f"{aws.endpoint}{PATH_OF_MAILS}",
    )


def _databases(aws: LocalAws, mongodb_uri: str, mongodb_clusters: dict[str, str]) -> dict[str, str]:
    """Return the parameters that tell the functions where the databases are, by secrets as on AWS."""
    key = aws.create_key()
    parameters = {
        "MongoDBUriKmsKeyArn": key,
        "MongoDBUriSecretArn": aws.create_secret("mongodb", mongodb_uri, key),
        "MasterDatabase": MASTER_DATABASE,
        "TenantDatabase": TENANT_DATABASE,
    }
    if mongodb_clusters:
        parameters["MongoDBClustersSecretArn"] = aws.create_secret(
            "clusters", json.dumps(mongodb_clusters), key
        )
    return parameters


def _wait_until_healthy(stack: Stack, ministack: Child) -> None:
    try:
        wait_until(lambda: is_healthy(stack), ministack, _HEALTHY_SECONDS)
    except LocalStackError as error:
        raise LocalStackError(f"{stack.api_url}/health did not turn green. {error}") from None


@contextlib.contextmanager
def _only_one(state: Path) -> Iterator[None]:
    """Refuse to run two stacks on the same directory; the lock ends with the process."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalStackError(
                f"The local stack is running already in {state}. Stop that one first."
            ) from None
        _stack_file(state).unlink(missing_ok=True)  # left behind by a run that was killed
        yield


@contextlib.contextmanager
def _published(stack: Stack, state: Path) -> Iterator[None]:
    """Keep ``stack.json`` for as long as the stack is usable; readers never see half of it."""
    draft = state / "stack.json.draft"
    draft.touch(mode=0o600)  # a connection string may hold a password
    draft.write_text(json.dumps(asdict(stack), indent=2) + "\n")
    draft.replace(_stack_file(state))
    try:
        yield
    finally:
        _stack_file(state).unlink(missing_ok=True)


def _stack_file(state: Path) -> Path:
    return state / "stack.json"
