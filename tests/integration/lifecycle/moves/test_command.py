"""`tenantry move`."""

import json
from typing import Any

import pytest

from tenantry.identity.members import Membership
from tenantry.lifecycle.moves import operations
from tenantry.lifecycle.moves.errors import OutOfTime
from tenantry.tenants import TenantCollection
from tests.integration.lifecycle.moves.places import Places
from tests.support.command_line import tenantry, tenantry_json

DOCUMENTS = [{"_id": number} for number in range(50)]


@pytest.fixture
def documents(member: Membership, places: Places) -> TenantCollection:
    documents = TenantCollection(member.organization_id)
    documents.insert_many(DOCUMENTS)
    return documents


def begin(organization: str) -> None:
    """Begin to move an organization to the second cluster's pool."""

    def stop() -> None:
        raise OutOfTime

    with pytest.raises(OutOfTime):
        operations.move(organization, "second", "pooled", stop, lambda *_: None)


def test_move_says_what_it_has_done(documents: TenantCollection, places: Places, member: Membership) -> None:
    moved = tenantry_json("move", "google", "--to", "second/pooled")
    pause = moved.pop("pause_seconds")
    checksum = moved.pop("checksum")
    assert 0 < pause < 1
    assert moved == {
        "organization": "google", "to": "second/pooled", "moved": True, "documents": 50, "bytes": 50 * 14,
    }  # fmt: skip
    assert tenantry_json("move", "google", "--to", "second/pooled")["moved"] is False
    back = tenantry("move", member.organization_id, "--to", "main")
    assert back.exit_code == 0
    assert f"50 documents, 700 bytes, all compared (checksum {checksum}); paused for 0." in back.stdout
    assert documents.find({}) == DOCUMENTS
    assert tenantry_json("verify", "--older-than", "0")["violations"] == []
    places.check_nothing_is_left()


def test_interrupted_move_is_refused_elsewhere_and_goes_on(
    documents: TenantCollection, places: Places
) -> None:
    begin("google")
    refused = tenantry("move", "google", "--to", "second")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "is being moved to second (pooled)" in refused.stderr
    assert tenantry_json("verify", "--older-than", "0")["violations"] == []
    assert tenantry_json("move", "google", "--to", "second/pooled")["documents"] == 50
    assert documents.find({}) == DOCUMENTS


def test_move_is_given_up(documents: TenantCollection, places: Places) -> None:
    begin("google")
    assert tenantry_json("move", "google", "--cancel") == {"organization": "google", "cancelled": True}
    assert tenantry("move", "google", "--cancel").stdout == "google is not being moved\n"
    assert documents.find({}) == DOCUMENTS
    places.check_nothing_is_left()


@pytest.mark.usefixtures("documents")
def test_what_cannot_be_done_changes_nothing(places: Places) -> None:
    for arguments, status, message in (
        (["google"], 2, "--cancel"),
        (["google", "--to", "second", "--cancel"], 2, "--cancel"),
        (["google", "--to", "second/shared"], 1, "/pooled"),
        (["google", "--to", "third"], 1, "No cluster third is registered"),
        (["nobody", "--to", "second"], 1, "no such organization"),
        (["nobody", "--cancel"], 1, "no such organization"),
    ):
        refused = tenantry("move", *arguments)
        assert (refused.exit_code, refused.stdout) == (status, "")
        assert message in refused.stderr
    places.check_nothing_is_left()


def test_reconcile_leaves_moves_to_those_who_go_on_with_them(
    documents: TenantCollection, places: Places
) -> None:
    begin("google")
    done: dict[str, Any] = json.loads(tenantry("reconcile", "--json").stdout)
    assert (done["moved"], done["failed"]) == ([], [])
    documents.insert_one({"_id": "late"})
    assert tenantry_json("move", "google", "--to", "second/pooled")["documents"] == 51
