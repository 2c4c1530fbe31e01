"""`tenantry revoke-key` ends a key that has leaked."""

from datetime import timedelta

from tenantry.identity.keys import public_keys
from tenantry.runtime import moments, process
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in
from tests.support.rotation import SigningKeySecret


def test_tokens_of_a_revoked_key_are_dead_and_those_of_the_next_live(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases
) -> None:
    leaked = signing_key.key_id
    signing_key.rotate()
    assert tenantry_json("revoke-key", leaked) == {"revoked": leaked}
    process.forget()  # functions keep the secret for five minutes as well
    with library.fresh_process():
        assert owner.service.get(owner.path, token=owner.token).status == 401
        token = log_in(owner.service, owner.email)
        assert owner.service.get(owner.path, token=token).status == 200
        published = owner.service.get("/.well-known/jwks.json").json["keys"]
    assert [key["kid"] for key in published] == [signing_key.key_id]
    again = tenantry("revoke-key", leaked)  # unless the TTL index has been there since
    assert again.exit_code == 0 or databases.master["signing_keys"].count_documents({"_id": leaked}) == 0
    (record,) = databases.master["audit"].find({"action": "signing_key.revoked"})
    assert record["details"] == {"kid": leaked}


def test_functions_that_have_read_the_keys_know_it_when_they_read_them_again(
    owner: Owner, signing_key: SigningKeySecret
) -> None:
    leaked = signing_key.key_id
    signing_key.rotate()
    assert owner.service.get(owner.path, token=owner.token).status == 200
    signing_keys_read = public_keys._read_at
    tenantry_json("revoke-key", leaked)
    assert owner.service.get(owner.path, token=owner.token).status == 200
    public_keys._read_at = signing_keys_read - public_keys.CACHE_SECONDS - 1
    assert owner.service.get(owner.path, token=owner.token).status == 401


def test_key_that_signs_is_not_revoked(
    owner: Owner, signing_key: SigningKeySecret, databases: Databases
) -> None:
    before = databases.master["signing_keys"].find().to_list()
    for key_id in (signing_key.key_id, "0123456789abcdef"):
        result = tenantry("revoke-key", key_id)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "No rotation has replaced" in result.stderr
    assert databases.master["signing_keys"].find().to_list() == before


def test_revoking_does_not_put_off_an_end(signing_key: SigningKeySecret, databases: Databases) -> None:
    ended = moments.now() - timedelta(seconds=5)
    databases.master["signing_keys"].insert_one({"_id": "old", "jwk": {}, "not_after": ended})
    assert public_keys.revoke("old")
    assert [key["not_after"] for key in databases.master["signing_keys"].find({"_id": "old"})] == [ended]
