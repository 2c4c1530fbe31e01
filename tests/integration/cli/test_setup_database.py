"""`tenantry setup-database` on databases that an earlier version has set up."""

from tenantry.registry import schema
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases


def test_views_of_an_earlier_version_show_what_this_version_reads(databases: Databases) -> None:
    library.create("Alpha")
    earlier = [{"$project": {"email": 1, "address": 1, "verified_at": 1}}]
    databases.master.command({"collMod": "account_addresses", "viewOn": "accounts", "pipeline": earlier})
    assert tenantry("setup-database", "--no-roles").exit_code == 0
    views = databases.master.list_collections(filter={"type": "view"})
    assert {view["name"]: view["options"] for view in views} == schema.VIEWS


def test_names_of_an_earlier_version_are_folded_once(databases: Databases) -> None:
    earlier, stale, done = (library.create(name).organization_id for name in ("Αθήνα", "Café", "Beta"))
    stored = databases.master["organizations"]
    stored.update_one({"_id": earlier}, {"$unset": {"folded_name": ""}})
    stored.update_one({"_id": stale}, {"$set": {"folded_name": "as it was named before"}})
    before = databases.organization(done)
    assert set(tenantry_json("setup-database", "--no-roles")["names"]) == {earlier, stale}
    assert databases.organization(earlier)["folded_name"] == "αθηνα"
    assert databases.organization(stale)["folded_name"] == "cafe"
    assert databases.organization(done) == before
    assert tenantry_json("setup-database", "--no-roles")["names"] == []
