"""Administrators of API keys, programs that use them, and an operator, all at the same time.

A key is handed out as a file, whose content programs of other processes send.
"""

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pymongo.errors import PyMongoError

from tenantry.errors import TenantryError
from tenantry.lifecycle import suspending
from tenantry.lifecycle.moves import operations
from tenantry.lifecycle.moves.errors import MoveError
from tenantry.registry import clusters
from tenantry.registry.organizations.document import organizations
from tests.concurrency.api import Api
from tests.concurrency.history import Outcome, outcome_of
from tests.integration.kinds import KINDS
from tests.support.owners import PASSWORD

EMAILS: Final = tuple(f"{number}@keys.example" for number in range(2))
_NAMES: Final = ("North", "South", "East")
_SCOPES: Final = ("documents:write", "indexes")
_NEWEST: Final = 3  # keys, which programs use most
_INDEX: Final = {"name": "by-n", "keys": [{"field": "n"}]}

Name = Literal[
    "create",
    "end",
    "delete",
    "rename",
    "read",
    "insert",
    "index",
    "suspend",
    "reactivate",
    "move",
    "other",
]
ENDS: Final[frozenset[Name]] = frozenset({"end", "delete"})


class Key(NamedTuple):
    """A key as a program has it."""

    organization: str
    id: str
    secret_id: str
    text: str

    @property
    def ends_with(self) -> set[str]:
        """What must not have been ended for the key to work: its text, the key or its organization."""
        return {self.text, self.id, self.organization}


class Act(NamedTuple):
    """What somebody did with a key, to one, or to an organization.

    `subject` is what was ended, deleted or suspended; the key is the one that was made or used. The times are
    those of the machine's monotonic clock.
    """

    name: Name
    key: Key | None
    subject: str
    outcome: Outcome
    result: Any
    invoked: int
    responded: int


class Actor:
    """Somebody who does things until the storm is over.

    Parameters
    ----------
    number : int
        Tells the actors apart.
    place : Path
        Directory of the keys that have been handed out.
    """

    def __init__(self, number: int, place: Path) -> None:
        self.acts: list[Act] = []
        self._number = number
        self._place = place
        self._random = random.Random()  # noqa: S311 - nothing secret
        self._api = Api()

    def act(self) -> None:
        """Do a few things."""
        raise NotImplementedError

    def _do(self, name: Name, function: Callable[[], Any], key: Key | None = None, subject: str = "") -> Act:
        invoked = time.monotonic_ns()
        outcome, result = outcome_of(function)
        if result == "service-unavailable":  # of which nobody knows whether it was done
            outcome = "unknown"
        self.acts.append(Act(name, key, subject, outcome, result, invoked, time.monotonic_ns()))
        return self.acts[-1]


class Administrator(Actor):
    """Has an account and one organization at a time, and makes, rotates and ends keys of it."""

    def __init__(self, number: int, place: Path) -> None:
        super().__init__(number, place)
        self._keys: list[Key] = []

    def act(self) -> None:
        """Log in, and do a few things with one token."""
        credentials = {"email": EMAILS[self._number], "password": PASSWORD}
        session = self._request("POST", "/login", None, credentials).result
        if not isinstance(session, dict):
            return
        token, organization = session["access_token"], session["organization"]
        if organization is None:
            self._request("POST", "/organizations", token, {"name": self._random.choice(_NAMES)})
            return
        self._keys = [key for key in self._keys if key.organization == organization["id"]]
        path = f"/organizations/{organization['id']}"
        self.make(path, token)
        for _ in range(self._random.randrange(1, 8)):
            self._random.choice(_CHORES)(self, path, token)
        if self._random.random() < 0.1:
            self._request("DELETE", path, token, name="delete", subject=organization["id"])

    def make(self, path: str, token: str) -> None:
        self._make(path, token, path.rpartition("/")[2])

    def rename(self, path: str, token: str) -> None:
        self._request("PATCH", path, token, {"name": self._random.choice(_NAMES)}, name="rename")

    def rotate(self, path: str, token: str) -> None:
        """Add a secret, hand it out, and end the one before."""
        if self._keys:
            key = self._keys[-1]  # which programs use
            self._make(f"{path}/keys/{key.id}/secrets", token, key.organization)
            self._end(f"{path}/keys/{key.id}/secrets/{key.secret_id}", token, key.text)
            self._keys.remove(key)

    def revoke(self, path: str, token: str) -> None:
        if self._keys:
            key = self._keys.pop()  # which programs use
            self._end(f"{path}/keys/{key.id}", token, key.id)

    def _make(self, path: str, token: str, organization_id: str) -> None:
        is_key = not path.endswith("/secrets")
        body = {"name": "Import", "scopes": list(_SCOPES)} if is_key else None
        made = self._request("POST", f"{path}/keys" if is_key else path, token, body, name="create")
        if made.outcome == "done":
            shown = made.result
            key = Key(organization_id, shown["id"], shown["secrets"][-1]["id"], shown["key"])
            self._keys.append(key)
            file = self._place / f"{time.monotonic_ns():020}-{self._number}"
            file.with_suffix(".part").write_text(json.dumps(key))
            file.with_suffix(".part").rename(file.with_suffix(".key"))

    def _end(self, path: str, token: str, subject: str) -> None:
        self._request("DELETE", path, token, name="end", subject=subject)

    def _request(
        self,
        method: str,
        path: str,
        token: str | None,
        body: Any = None,
        *,
        name: Name = "other",
        subject: str = "",
    ) -> Act:
        parts: dict[str, Any] = {"token": token} if body is None else {"token": token, "json_body": body}
        return self._do(name, lambda: self._api.request(method, path, **parts), subject=subject)


_CHORES: Final = (
    Administrator.make,
    Administrator.rename,
    Administrator.rotate,
    Administrator.revoke,
)


class Program(Actor):
    """Reads and writes with keys that somebody has handed out, also after they have ended."""

    def __init__(self, number: int, place: Path) -> None:
        super().__init__(number, place)
        self._key: Key | None = None

    def act(self) -> None:
        """Use one key a few times, unless it is refused."""
        files = sorted(self._place.glob("*.key"))
        if not files:
            return
        chosen = files[-_NEWEST:] if self._random.random() < 0.9 else files
        if self._key is None or self._random.random() < 0.5:
            self._key = Key(*json.loads(self._random.choice(chosen).read_text()))
        key = self._key
        path = f"/organizations/{key.organization}"
        for _ in range(self._random.randrange(1, 12)):
            if self._use_once(key, path).outcome == "refused":
                return

    def _use_once(self, key: Key, path: str) -> Act:
        choice = self._random.random()
        if choice < 0.5:
            return self._insert(key, path)
        if choice < 0.95:
            return self._do("read", lambda: self._owners(key, path), key)
        if choice < 0.975:
            return self._use("index", key, "POST", f"{path}/indexes", json_body=_INDEX)
        return self._use("index", key, "DELETE", f"{path}/indexes/{_INDEX['name']}")

    def _insert(self, key: Key, path: str) -> Act:
        document_id = f"{self._number}-{len(self.acts)}"
        document = {"_id": document_id, "owner": key.organization}
        return self._use("insert", key, "POST", f"{path}/documents", document_id, json_body=document)

    def _owners(self, key: Key, path: str) -> set[str]:
        """Return whose documents a key reads."""
        page = self._api.request("GET", f"{path}/documents", token=key.text)
        return {document["owner"] for document in page["documents"]}

    def _use(self, name: Name, key: Key, method: str, path: str, subject: str = "", **parts: Any) -> Act:
        return self._do(name, lambda: self._api.request(method, path, token=key.text, **parts), key, subject)


class Operator(Actor):
    """Suspends organizations for a moment, and moves them between collections and a pool."""

    def act(self) -> None:
        """Pick an organization, and do one of both."""
        with suppress(TenantryError, MoveError, PyMongoError):
            ids = [organization["_id"] for organization in organizations().find({}, {"_id": 1})]
            if not ids:
                return
            organization_id = self._random.choice(ids)
            if self._random.random() < 0.3:
                kind = self._random.choice(KINDS)
                self._do("move", lambda: self._move(organization_id, kind), subject=organization_id)
                return
            self._do("suspend", lambda: suspending.suspend(organization_id), subject=organization_id)
            time.sleep(self._random.uniform(0.01, 0.05))
            self._do("reactivate", lambda: suspending.reactivate(organization_id), subject=organization_id)

    def _move(self, organization_id: str, kind: Any) -> None:
        operations.move(organization_id, clusters.MAIN, kind, lambda: None, lambda *_: None)


ROLES: Final[tuple[type[Actor], ...]] = (*[Administrator] * len(EMAILS), *[Program] * 3, Operator)
