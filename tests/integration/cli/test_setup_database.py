"""`tenantry setup-database` on databases that an earlier version has set up."""

from tenantry.registry import schema
from tests.support import library
from tests.support.command_line import tenantry
from tests.support.databases import Databases


def test_views_of_an_earlier_version_show_what_this_version_reads(databases: Databases) -> None:
    library.create("Alpha")
    earlier = [{"$project": {"email": 1, "address": 1, "verified_at": 1}}]
    databases.master.command({"collMod": "account_addresses", "viewOn": "accounts", "pipeline": earlier})
    assert tenantry("setup-database", "--no-roles").exit_code == 0
    views = databases.master.list_collections(filter={"type": "view"})
    assert {view["name"]: view["options"] for view in views} == schema.VIEWS
