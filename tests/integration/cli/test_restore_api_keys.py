"""A backup holds no API key, and a restore brings none back."""

from pathlib import Path

import pytest

from tenantry.errors import InvalidToken
from tenantry.identity.api_keys import access, managing
from tenantry.identity.api_keys.managing import NewKey
from tenantry.identity.members import Membership
from tenantry.lifecycle import deleting
from tests.support.command_line import tenantry_json
from tests.support.databases import Databases


def test_no_key_survives_a_backup(databases: Databases, google: Membership, tmp_path: Path) -> None:
    shown = managing.create(google, NewKey("Nightly import", ["documents:read"]))
    archive = tmp_path / "google.archive"
    tenantry_json("backup", "google", "-o", archive)
    for secret in (shown.key["secrets"][0]["hash"], shown.key["_id"].encode(), b"Nightly import"):
        assert secret not in archive.read_bytes()
    deleting.delete(google)
    tenantry_json("restore", archive)
    assert databases.master["api_keys"].count_documents({}) == 0
    with pytest.raises(InvalidToken):
        access.authenticate(shown.text)
