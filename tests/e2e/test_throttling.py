"""A source that has failed too often has to pause, on the deployed stack.

The local gateway takes the address that `X-Forwarded-For` begins with for that of the connection; API Gateway
does not. So here the field stands for clients elsewhere. That functions do not look at it is shown by
tests/integration/identity/test_throttling_sources.py.
"""

import hashlib
import secrets
from datetime import timedelta
from ipaddress import IPv6Network

from tenantry.runtime import moments
from tests.e2e.http_service import HttpService
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, Owner

PAUSE_SECONDS = 45


def test_source_that_has_failed_too_often_has_to_pause(
    service: HttpService, owner: Owner, databases: Databases
) -> None:
    network = IPv6Network((0x20010DB8 << 96 | secrets.randbits(32) << 64, 64))
    counter = {"_id": hashlib.sha256(str(network).encode()).hexdigest()}
    counters = databases.master["login_attempts"]
    elsewhere = {"X-Forwarded-For": str(network[7])}
    right, wrong = ({"email": owner.email, "password": word} for word in (PASSWORD, "not the password"))

    assert service.post("/login", wrong, headers=elsewhere).status == 401
    assert counters.count_documents(counter) == 1
    pause = {"blocked_until": moments.now() + timedelta(seconds=PAUSE_SECONDS)}
    counters.update_one(counter, {"$set": pause})  # as 99 more failures do
    answer = service.post("/login", right, headers=elsewhere)
    assert (answer.status, answer.code) == (429, "too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= PAUSE_SECONDS
    assert service.post("/login", right).status == 200
