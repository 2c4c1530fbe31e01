"""One stack on a cluster like Atlas's, for the stories of this directory alone."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from local.errors import LocalStackError
from local.ministack import PATH_OF_MAILS
from local.processes import free_port
from local.signing_key import rotate_key
from tests.e2e.atlas.cluster import publish_cluster
from tests.e2e.atlas.corrections import Wrong, corrected
from tests.e2e.atlas.deployment import AtlasDeployment, deployed_on_atlas
from tests.e2e.atlas.patience import PatientService
from tests.e2e.deployment import remove_large_directories, start_environments_anew
from tests.e2e.http_service import HttpService
from tests.e2e.mailbox import Mailbox
from tests.support.directories import data_directory
from tests.support.owners import PASSWORD
from tests.support.service import Answer

REQUEST_SECONDS = 30.0
AWAY = "cluster1.tenantry.test"
ANOTHER_NAME = "cluster2.tenantry.test"
WRONG = [
    Wrong("public", "/health", usual=200),
    Wrong("audit", "/organizations/google/audit", usual=401),
]


@pytest.fixture(scope="package")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtlasDeployment]:
    """The stack, with wrong connection strings of three kinds of functions, and no signing key."""
    wrong = {
        "audit": lambda uri: uri.replace("@", "-wrong@"),
        "public": lambda uri: uri.replace("cluster0", "cluster2"),
        "rotation": lambda uri: uri.replace("cluster0", "cluster1"),
    }
    state = tmp_path_factory.mktemp("atlas")
    try:
        with data_directory() as data, deployed_on_atlas(state, Path(data), wrong) as running:
            names = running.atlas.names
            publish_cluster(names, AWAY, {f"shard-00-00.{AWAY}": free_port()})  # where nothing listens
            member = running.atlas.cluster.members[0]  # whose certificate does not have this name
            publish_cluster(names, ANOTHER_NAME, {f"shard-00-00.{ANOTHER_NAME}": member.port})
            yield running
    finally:
        remove_large_directories(state)


@pytest.fixture(scope="package")
def client(deployment: AtlasDeployment) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=deployment.api_url, timeout=REQUEST_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="package")
def corrections(deployment: AtlasDeployment, client: httpx.Client) -> Iterator[dict[str, Future[float]]]:
    """How long it takes until functions work whose connection strings are corrected, by their kind.

    When they do, a minute has gone by in which the function `members` has kept its client.
    """
    assert HttpService(client).get("/organizations/google/members").status == 401
    with corrected(deployment, HttpService(client), WRONG) as running:
        yield running


@dataclass
class FirstRotation:
    """What came of each try, and what login answered after it."""

    failures: list[str] = field(default_factory=list)
    logins: list[Answer] = field(default_factory=list)


@pytest.fixture(scope="package")
def first_rotation(
    deployment: AtlasDeployment, client: httpx.Client, corrections: dict[str, Future[float]]
) -> FirstRotation:
    """The first rotation of the signing key, as Secrets Manager tries it again under the same token.

    The cluster is away, then the user is wrong, then all is right. Each time it is a cold start, as hours
    may be between the tries.
    """
    atlas, service, rotation = deployment.atlas, HttpService(client), FirstRotation()
    credentials = {"email": "first@google.example", "password": PASSWORD}
    assert service.post("/organizations", {"name": "First"} | credentials).status == 201
    right = deployment.uris["rotation"]
    for uri in (None, right.replace("://", "://nobody-"), right):
        if uri:
            atlas.publish("rotation", uri)
            start_environments_anew(atlas.aws, "RotateSigningKeyFunction")
        try:
            rotate_key(atlas.aws, token="3c8a1f1e-5d0e-4b6b-9d0b-0a4d2c7e9f10")
        except LocalStackError as error:
            rotation.failures.append(str(error))
        rotation.logins.append(service.post("/login", credentials))
    return rotation


@pytest.fixture(scope="package")
def service(client: httpx.Client, first_rotation: FirstRotation) -> PatientService:
    """The API, whose login has a key."""
    return PatientService(client)


@pytest.fixture(scope="package")
def mailbox(deployment: AtlasDeployment) -> Mailbox:
    return Mailbox(f"{deployment.atlas.aws.endpoint}{PATH_OF_MAILS}")
