"""A storm of deletions, undos and successors of the same name under writers: what was acknowledged stays."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Final

import pytest
from pymongo.errors import PyMongoError

from tenantry.errors import DeletionNotFound, OrganizationNotFound, ServiceUnavailable
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting, undoing
from tenantry.lifecycle.undoing import Wanted
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.deletions.conftest import Kept
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.concurrency import at_once

SECONDS: Final = float(os.environ.get("STORM_SECONDS", "2"))
WRITERS: Final = 4


class Storm:
    """Writers, and somebody who deletes the organization, takes its name for another, and brings it back."""

    def __init__(self, member: Membership) -> None:
        self.member = member
        self.acknowledged: set[str] = set()
        self.unknown: set[str] = set()
        self.successors: list[Membership] = []
        self.undone = 0
        self._ends_at = time.monotonic() + SECONDS

    def goes_on(self) -> bool:
        return time.monotonic() < self._ends_at

    def write(self, name: str) -> None:
        """Insert documents through a door that is opened anew each time."""
        for number in count():
            if not self.goes_on():
                return
            key = f"{name}-{number}"
            try:
                TenantCollection(self.member.organization_id).insert_one({"_id": key})
            except OrganizationNotFound:
                continue
            except (ServiceUnavailable, PyMongoError):
                self.unknown.add(key)
            else:
                self.acknowledged.add(key)

    def delete_and_undo(self) -> None:
        organization_id = self.member.organization_id
        for number in count():
            if not self.goes_on():
                return
            deleting.delete(library.membership(self.member.account_id, organization_id))
            if number % 2:
                successor = library.create("Google", f"successor-{number}@example.com")
                self.successors.append(successor)
                with suppress(OrganizationNotFound):
                    TenantCollection(successor.organization_id).insert_one({"_id": "of the successor"})
                undoing.undo(organization_id, Wanted(name=f"Google {number}"))
                deleting.delete(successor, immediately=number % 3 == 0)
            else:
                undoing.undo(organization_id, Wanted(name="Google"))
            self.undone += 1


@pytest.mark.usefixtures("free_names")
def test_exactly_what_was_acknowledged_comes_back(
    kept: Kept, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORGANIZATIONS_PER_ACCOUNT", "1000")
    storm = Storm(library.create("Google"))
    writers = [partial(storm.write, f"writer-{number}") for number in range(WRITERS)]
    assert at_once([*writers, storm.delete_and_undo]) == [None] * (WRITERS + 1)
    stored = {document["_id"] for document in TenantCollection(storm.member.organization_id).find({})}
    assert storm.acknowledged - stored == set(), "lost"
    assert stored - storm.acknowledged - storm.unknown == set(), "zombies"
    for successor in storm.successors:
        with suppress(DeletionNotFound):  # which were deleted immediately
            undoing.undo(successor.organization_id, Wanted(name=f"Back {successor.organization_id[-8:]}"))
            kept_documents = TenantCollection(successor.organization_id).find({})
            assert kept_documents == [{"_id": "of the successor"}]
    assert storm.undone > 2
    verified = tenantry("verify", "--older-than", "0")
    assert verified.exit_code == 0, verified.output
    record_property(
        "undos, writes, successors", (storm.undone, len(storm.acknowledged), len(storm.successors))
    )
