"""What tests look at to see that nothing has changed."""

from tenantry.identity.members import Membership
from tests.support.databases import Databases


def test_fingerprint_differs_by_documents_indexes_options_and_identity(
    member: Membership, databases: Databases
) -> None:
    seen = [databases.fingerprint()]

    def differs() -> bool:
        seen.append(databases.fingerprint())
        return seen[-1] not in seen[:-1]

    assert not differs()
    for database, name in ((databases.master, "accounts"), (databases.tenants, "org_google")):
        database[name].insert_one({"_id": "another"})
        assert differs()
        database[name].update_one({"_id": "another"}, {"$set": {"field": 1}})
        assert differs()
        database[name].create_index("field", name="field")
        assert differs()
        database.command("collMod", name, validationLevel="moderate")
        assert differs()
        database.create_collection("another")
        assert differs()
        database["another"].drop()
        database.create_collection("another")  # of another identity
        assert differs()
    databases.master["login_attempts"].insert_one({"_id": "counted"})
    assert not differs()
