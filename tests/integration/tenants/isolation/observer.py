"""Sends requests and watches what each one shows and what it touches."""

import base64
import binascii
import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from tenantry.registry import schema
from tests.integration.kinds import POOL
from tests.integration.tenants.isolation.tenants import Tenant
from tests.support.databases import Databases, Document
from tests.support.recorder import Recorder
from tests.support.service import Answer, Service
from tests.support.shares import is_about

_BASE64: Final = re.compile(r"[A-Za-z0-9_-]{16,}")
_WITHOUT_NAMESPACE: Final = {"abortTransaction", "commitTransaction", "endSessions", "ping"}


@dataclass
class Observer:
    """Sends requests; each must show nothing of any other tenant, and touch nothing of it.

    Parameters
    ----------
    service
        The API.
    databases
        Its databases.
    recorder
        Listens to the library's commands.
    output
        What the functions log is written to it.
    tenants
        Everybody whose words must not be seen.
    """

    service: Service
    databases: Databases
    recorder: Recorder
    output: io.StringIO
    tenants: list[Tenant] = field(default_factory=list)

    def send(self, method: str, path: str, by: Tenant | None, **parts: Any) -> Answer:
        """Send one request; `by` is the tenant that it may see and touch, None if there is none."""
        self.recorder.commands.clear()
        self.output.seek(0)
        self.output.truncate()
        with contextlib.redirect_stdout(self.output):  # to which the metrics are printed
            answer = self.service.request(method, path, **parts)
        self._check_answer(answer, by, unquote(f"{path} {parts}"))
        self._check_output(by)
        self._check_commands(by)
        return answer

    def _check_answer(self, answer: Answer, by: Tenant | None, sent: str) -> None:
        shown = f"{answer.headers} {answer.text}"
        shown += " ".join(_decoded(shown))
        hidden = self._words() - (by.secrets if by else set())
        assert [secret for secret in hidden if secret in shown and secret not in sent] == []

    def _check_output(self, by: Tenant | None) -> None:
        """Check that nobody's words are logged, the caller's own included; its ids may be."""
        hidden = self._words() - ({by.id, by.account_id} if by else set())
        logged = self.output.getvalue()
        assert '"message":"Answered"' in logged
        assert '"_aws"' in logged  # the metrics
        assert [secret for secret in hidden if secret in logged] == []

    def _words(self) -> set[str]:
        return {secret for tenant in self.tenants for secret in tenant.secrets}

    def _check_commands(self, by: Tenant | None) -> None:
        """Check that all commands stay in the master database, own collections and own documents of pools."""
        fixed = {*schema.INDEXES, *schema.WITHOUT_INDEXES, *schema.VIEWS}
        master = {f"{self.databases.master.name}.{name}" for name in fixed}
        own_collections = rf"{self.databases.tenants.name}\.org_\w+_{by.words.name}" if by else r"(?!)"
        pool = f"{self.databases.tenants.name}.{POOL}"
        touched = {name for sent in self.recorder.commands for name in namespaces(*sent)}
        assert [name for name in touched - master - {pool} if not re.fullmatch(own_collections, name)] == []
        of_pool = [
            command for database, command in self.recorder.commands if pool in namespaces(database, command)
        ]
        assert [command for command in of_pool if not by or not is_about(command, by.id)] == []


def alike(answer: Answer, tenant: Tenant) -> tuple[int, dict[str, str], str]:
    """Return an answer without what tells requests that name this tenant from those that name another."""
    status, fields, text = answer.apart_from_request_id
    fields = {name: tenant.hidden(value) for name, value in fields.items() if name != "etag"}
    return status, fields, tenant.hidden(text)


def namespaces(database: str, command: Document) -> set[str]:
    """Return the namespaces that a command reads or writes."""
    name, target = next(iter(command.items()))
    if name in _WITHOUT_NAMESPACE:
        return set()
    if name == "renameCollection":
        return {target, command["to"]}
    if name == "getMore":
        target = command["collection"]
    if name == "listCollections":
        target = command["filter"]["name"]
    targets = target["$in"] if isinstance(target, dict) else [target]
    joined = _joined(command.get("pipeline", []))
    return {f"{database}.{collection}" for collection in (*targets, *joined)}


def _joined(value: Any) -> Iterator[Any]:
    """Yield the other collections that a pipeline reads or writes."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name in {"$lookup", "$graphLookup"}:
                yield member["from"]
            if name in {"$unionWith", "$merge", "$out"}:
                yield member
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _joined(member)


def _decoded(text: str) -> Iterator[str]:
    """Yield what the parts of a text mean that could be base64, as cursors and ids in URLs are."""
    for match in _BASE64.findall(text):
        with contextlib.suppress(binascii.Error):
            yield base64.urlsafe_b64decode(match + "=" * (-len(match) % 4)).decode(errors="ignore")
