"""Keys that sign tokens come and end while the stack runs, and nobody deploys anything.

Functions keep the secret and the public keys for five minutes; the tests do not wait for that, but start the
functions' environments anew. That a retired key's time is over, they write into the database.
"""

import secrets
import time
from datetime import timedelta

from local.signing_key import rotate_key
from tenantry.identity.keys.public_keys import UNKNOWN_KEY_PAUSE_SECONDS
from tenantry.runtime import moments
from tests.e2e import jose
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.support.databases import Databases
from tests.support.owners import Owner, log_in
from tests.support.waiting import wait_until

KNOWN_EVERYWHERE_SECONDS = 10.0
FORGERIES = 30


def rotated(service: HttpService, owner: Owner, deployment: Deployment) -> str:
    """Rotate the key and return a token that the next one has signed, once it is accepted."""
    rotate_key(deployment.aws)
    deployment.start_environments_anew("LoginFunction")
    token = log_in(service, owner.email)
    wait_until(lambda: service.get(owner.path, token=token).status == 200, KNOWN_EVERYWHERE_SECONDS)
    return token


def key_id_of(token: str) -> str:
    return str(jose.header_of(token)["kid"])


def reads_of_keys(databases: Databases) -> int:
    (stats,) = databases.master["signing_keys"].aggregate([{"$collStats": {"latencyStats": {}}}])
    return int(stats["latencyStats"]["reads"]["ops"])


def test_old_and_new_key_both_verify_until_the_old_one_ends(
    service: HttpService, owner: Owner, deployment: Deployment, databases: Databases
) -> None:
    first, second, third = owner.token, *(rotated(service, owner, deployment) for _ in range(2))
    assert len({key_id_of(token) for token in (first, second, third)}) == 3
    key_set = service.get("/.well-known/jwks.json")
    assert key_set.headers["cache-control"] == "public, max-age=300"
    assert key_set.headers["content-type"] == "application/json"
    keys = {key["kid"]: key for key in key_set.json["keys"]}
    for token in (first, second, third):
        assert service.get(owner.path, token=token).status == 200
        jose.verify(token, keys[key_id_of(token)])

    ended = {"$set": {"not_after": moments.now() - timedelta(seconds=1)}}
    databases.master["signing_keys"].update_one({"_id": key_id_of(second)}, ended)
    deployment.start_environments_anew("GetOrganizationFunction")
    statuses = [service.get(owner.path, token=token).status for token in (first, second, third)]
    assert statuses == [200, 401, 200]
    listed = {key["kid"] for key in service.get("/.well-known/jwks.json").json["keys"]}
    assert key_id_of(second) not in listed
    assert {key_id_of(first), key_id_of(third)} <= listed


def test_unknown_key_ids_are_refused_without_a_storm_of_reads(
    service: HttpService, owner: Owner, databases: Databases
) -> None:
    _, _, claims_and_signature = owner.token.partition(".")
    assert service.get(owner.path, token=owner.token).status == 200
    before, started = reads_of_keys(databases), time.monotonic()
    for _ in range(FORGERIES):
        forged = jose.sign(jose.header_of(owner.token) | {"kid": secrets.token_hex(8)}, {}, {"d": "A" * 43})
        assert (
            service.get(owner.path, token=f"{forged.partition('.')[0]}.{claims_and_signature}").status == 401
        )
    allowed = (time.monotonic() - started) / UNKNOWN_KEY_PAUSE_SECONDS + 2
    assert reads_of_keys(databases) - before <= allowed
