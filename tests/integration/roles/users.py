"""Functions that reach MongoDB as the users that they should be."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from cli.roles import ROLES
from tests.support import authentication, library
from tests.support.databases import Databases
from tests.support.proxy_events import proxy_event
from tests.support.routes import route_of
from tests.support.service import Answer, LambdaContext, Service, handler

OPERATOR = "arn:aws:iam::123456789012:user/operator"
KIND_OF = {function: role.kind for role in ROLES for function in role.functions}


@dataclass(frozen=True)
class Users:
    """One user for each kind of role; further clusters are the same server, which they cannot know."""

    databases: Databases
    names: dict[str, str]
    clusters: tuple[str, ...] = ()
    created: set[str] = field(default_factory=set)

    def uri(self, kind: str) -> str:
        """Return the connection string of a user, whom the first call creates."""
        name = self.names[kind]
        if name not in self.created:
            self.databases.client.admin.command("createUser", name, pwd=authentication.PASSWORD, roles=[name])
            self.created.add(name)
        return authentication.uri_of(self.databases.uri, name)

    def drop(self) -> None:
        """Drop the users, and all roles."""
        admin = self.databases.client.admin
        for name in self.created:
            admin.command("dropUser", name)
        admin.command("dropAllRolesFromDatabase")

    @contextmanager
    def acting(self, kind: str) -> Iterator[None]:
        """Be a process that has just started and knows only this user."""
        with pytest.MonkeyPatch.context() as patch, library.fresh_process():
            patch.setenv("MONGODB_URI", self.uri(kind))
            patch.setenv("MONGODB_CLUSTERS", json.dumps(dict.fromkeys(self.clusters, self.uri(kind))))
            yield

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Invoke a function as its user."""
        with self.acting(KIND_OF[function]):
            return handler(function)(event, LambdaContext(function))


class ServiceOfUsers(Service):
    """The API, each function with its own user."""

    def __init__(self, users: Users) -> None:
        super().__init__()
        self.users = users

    def send(self, event: dict[str, Any]) -> Answer:
        _, function, _ = route_of(event["httpMethod"], event["path"])
        if function == "docs":
            return super().send(event)
        with self.users.acting(KIND_OF[function]):
            return super().send(event)


def of_operator(service: ServiceOfUsers, method: str, path: str, body: Any = None) -> int:
    """Send a request that the operator has signed, and return the status of the answer."""
    event = proxy_event(
        method, path, {"Content-Type": "application/json"}, None if body is None else json.dumps(body)
    )
    event["requestContext"]["identity"]["userArn"] = OPERATOR
    return service.send(event).status
