"""`tenantry verify` beside live traffic, and `tenantry reconcile` after an interrupted change."""

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.app import app
from tenantry.errors import TenantryError
from tenantry.identity import accounts, members
from tenantry.lifecycle import deleting
from tests.support import library
from tests.support.databases import Databases

TENANTRY = Path(sys.executable).with_name("tenantry")
VERIFICATIONS = 20
CHANGES = 100


def change_until(stop: threading.Event, number: int, done: list[str]) -> None:
    """Create, rename and delete an organization, under names of its own and one that others want as well."""
    email = f"owner-{number}@example.org"
    while not stop.is_set():
        try:
            member = library.create(f"Mine {number}", email)
            done.append("created")
            for name in (f"Other {number}", "Ours", f"Mine {number}"):
                library.rename(member, name)
                done.append("renamed")
        except TenantryError:
            done.append("refused")
        delete_organizations(email)


def delete_organizations(email: str) -> None:
    account = accounts.find_by_email(email)
    for member in members.memberships(account["_id"]) if account else []:
        deleting.delete(member)


@contextmanager
def traffic(threads: int) -> Iterator[list[str]]:
    """Change organizations in threads for the length of a `with` block."""
    stop = threading.Event()
    done: list[str] = []
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(change_until, stop, number, done) for number in range(threads)]
        try:
            yield done
        finally:
            stop.set()
            for task in running:
                task.result()


def test_changes_under_way_are_no_violations(databases: Databases) -> None:
    statuses: list[int] = []
    with traffic(threads=3) as done:
        while len(statuses) < VERIFICATIONS or len(done) < CHANGES:
            result = CliRunner().invoke(app, ["verify", "--json"], catch_exceptions=False)
            assert json.loads(result.stdout)["violations"] == []
            statuses.append(result.exit_code)
    assert set(statuses) == {0}
    assert {"created", "renamed"} <= set(done)


def test_violations_are_found_beside_changes_under_way(databases: Databases) -> None:
    lost = library.create("Lost").organization_id
    databases.tenants.drop_collection("org_lost")
    databases.tenants.create_collection("org_stray")
    with traffic(threads=2):
        result = CliRunner().invoke(app, ["verify", "--json"], catch_exceptions=False)
    violations = json.loads(result.stdout)["violations"]
    assert [(violation["rule"], violation["organization_id"]) for violation in violations] == [
        ("collection-exists", lost),
        ("collection-owned", None),
    ]
    assert result.exit_code == 1


def tenantry(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in the environment of the test."""
    return subprocess.run([TENANTRY, *arguments], capture_output=True, text=True, check=False)


def interrupt(databases: Databases, organization_id: str, state: str, slug: str, **intent: Any) -> None:
    """Leave a change as a process does that is killed when it has written its intent."""
    organizations = databases.master["organizations"]
    organization = databases.organization(organization_id)
    complete = {
        "collection_uuid": databases.collections()[organization["collection"]],
        "name": slug.title(),
        "slug": slug,
        "collection": f"org_{slug}",
        "metadata": {},
        "created_at": datetime.now(UTC),
        "leased_until": datetime.now(UTC),
    }
    changes = {
        "state": state,
        "version": 2,
        "slugs": sorted({organization["slug"], slug}),
        "intent": complete | intent,
    }
    assert organizations.update_one({"_id": organization_id}, {"$set": changes}).modified_count == 1


def test_reconcile_completes_what_was_interrupted(databases: Databases) -> None:
    renamed, deleted, untouched = (
        library.create(name).organization_id for name in ("Alpha", "Beta", "Gamma")
    )
    interrupt(databases, renamed, "renaming", "omega")
    interrupt(databases, deleted, "deleting", "beta")
    assert tenantry("verify", "--older-than", "0").returncode == 1
    completed = tenantry("reconcile", "--json")
    assert completed.returncode == 0, completed.stderr
    assert json.loads(completed.stdout) == {
        "settled": [renamed, deleted],
        "purged": [],
        "erased": [],
        "ended": [],
        "moved": [],
        "failed": [],
        "dropped": [],
        "measured": 2,
        "unmeasured": 0,
    }
    assert tenantry("verify", "--older-than", "0").returncode == 0
    assert sorted(databases.collections()) == ["org_gamma", "org_omega"]
    assert databases.organization(renamed)["slug"] == "omega"
    assert databases.organization(untouched)["version"] == 1


def test_reconcile_twice_changes_nothing(databases: Databases) -> None:
    interrupt(databases, library.create("Alpha").organization_id, "renaming", "omega")
    assert tenantry("reconcile").returncode == 0
    before = databases.fingerprint()
    completed = tenantry("reconcile")
    assert completed.returncode == 0
    assert completed.stdout == (
        "Settled: none\nPurged: none\nErased: none\nEnded: none\nMoved: none\nFailed: none\nDropped: none\n"
        "Measured: 0\nUnmeasured: 0\n"
    )
    assert databases.fingerprint() == before


def test_reconcile_tells_what_it_cannot_repair(databases: Databases) -> None:
    lost, renamed = (library.create(name).organization_id for name in ("Alpha", "Beta"))
    interrupt(databases, lost, "renaming", "omega", collection_uuid=uuid.uuid4())
    interrupt(databases, renamed, "renaming", "psi")
    completed = tenantry("reconcile")
    assert completed.returncode == 1
    assert completed.stdout == (
        f"Settled: {renamed}\nPurged: none\nErased: none\nEnded: none\nMoved: none\nFailed: {lost}\n"
        "Dropped: none\nMeasured: 1\nUnmeasured: 0\n"
    )
    assert lost in completed.stderr


def test_reconcile_leaves_younger_intents(databases: Databases) -> None:
    interrupt(databases, library.create("Alpha").organization_id, "renaming", "omega")
    completed = tenantry("reconcile", "--json", "--older-than", "3600")
    assert completed.returncode == 0
    assert json.loads(completed.stdout) == {
        "settled": [],
        "purged": [],
        "erased": [],
        "ended": [],
        "moved": [],
        "failed": [],
        "dropped": [],
        "measured": 0,
        "unmeasured": 0,
    }
    assert "org_alpha" in databases.collections()
