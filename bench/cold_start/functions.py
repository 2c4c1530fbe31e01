"""The functions that are compared, and one organization that they serve."""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.callers import log_in, publish
from bench.cold_start import layers
from bench.cold_start.runtime import Function
from bench.cold_start.secrets_manager import running_secrets_manager
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.owners import NewAccount
from tenantry.lifecycle import creating
from tenantry.lifecycle.creating import NewOrganization
from tests.support.proxy_events import proxy_event
from tests.support.secrets_extension import running_extension

HANDLERS: Final = Path(__file__).parent / "handlers"
EMAIL: Final = "owner@bench.example"
SESSION_TOKEN: Final = "testing"  # noqa: S105 - no secret


@dataclass(frozen=True)
class Functions:
    """What is measured.

    Parameters
    ----------
    directory : Path
        For logs.
    starters : dict
        Functions whose cold starts are compared.
    readers : dict
        Functions whose warm requests are compared.
    logins : dict
        A login, and key derivation alone.
    events : dict
        Events of API Gateway: ``get`` reads the organization, ``login`` logs its owner in.
    layer_bytes : int
        Size of the layer's archive.
    """

    directory: Path
    starters: dict[str, Function]
    readers: dict[str, Function]
    logins: dict[str, Function]
    events: dict[str, dict[str, Any]]
    layer_bytes: int

    def event_of(self, name: str) -> str:
        """Return which event a function gets."""
        return "login" if name in self.logins else "get"


@contextlib.contextmanager
def prepared(directory: Path) -> Iterator[Functions]:
    """Build layers and functions, create an organization, and run the services that hold the secrets."""
    key, events = _signed_up()
    secrets = {"mongodb": os.environ["MONGODB_URI"], "signing-key": key.to_json()}
    with running_extension(secrets, SESSION_TOKEN) as extension, running_secrets_manager(secrets) as endpoint:
        plain = {"MONGODB_URI": os.environ["MONGODB_URI"]}
        read = {"MONGODB_URI_SECRET_ARN": "mongodb", "SIGNING_KEY_SECRET_ARN": "signing-key"}
        through_extension = read | {"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(extension.server_port)}
        through_boto3 = read | {"AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint}
        make = _maker(directory)
        readers = {name: make(name, plain) for name in ("floor", "packages", "tenantry", "peer")}
        yield Functions(
            directory,
            starters={
                **readers,
                "tenantry, extension": make("tenantry", through_extension),
                "tenantry, boto3": make("tenantry", through_boto3),
            },
            readers=readers,
            logins={
                "login": make("login", through_extension),
                "key derivation": make("key derivation", plain),
            },
            events=events,
            layer_bytes=layers.zipped_bytes(make("tenantry", plain).layer),
        )


def _maker(directory: Path) -> Any:
    runtime = layers.install(layers.RUNTIME, directory / "runtime")
    built = layers.build_layer(directory / "build")
    floor = layers.install(layers.FLOOR, directory / "floor-layer")
    peer = layers.install(layers.PEER, directory / "peer-layer")
    library = layers.PROJECT / "functions"
    places = {
        "floor": (HANDLERS / "floor", floor),
        "packages": (HANDLERS / "packages", built),
        "tenantry": (library / "get_organization", built),
        "peer": (HANDLERS / "peer", peer),
        "login": (library / "login", built),
        "key derivation": (HANDLERS / "key_derivation", floor),
    }
    tasks = {
        name: layers.task(source, directory / "tasks" / source.name) for name, (source, _) in places.items()
    }

    def make(name: str, variables: dict[str, str]) -> Function:
        common = {
            "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
            "POWERTOOLS_SERVICE_NAME": name,
            "PYDANTIC_DISABLE_PLUGINS": "__all__",
        }
        return Function(tasks[name], places[name][1], runtime, common | variables)

    return make


def _signed_up() -> tuple[SigningKey, dict[str, dict[str, Any]]]:
    """Create an organization; return the key that signs tokens, and the events."""
    password = uuid.uuid4().hex
    creating.create(NewOrganization("Bench", "bench"), NewAccount(EMAIL, password))
    key = SigningKey.generate()
    publish(key)
    owner = log_in(EMAIL, key)
    credentials = json.dumps({"email": EMAIL, "password": password})
    fields = {"Content-Type": "application/json"}
    return key, {
        "get": proxy_event("GET", f"/organizations/{owner.organization_id}", owner.headers, None),
        "login": proxy_event("POST", "/login", fields, credentials),
    }
