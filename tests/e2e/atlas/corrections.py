"""Requests to functions whose connection strings are wrong when they are deployed, until they work."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tenantry.runtime.clients import REOPEN_SECONDS, REQUEST_TIMEOUT_SECONDS
from tests.e2e.atlas.deployment import AtlasDeployment
from tests.e2e.atlas.patience import check_unavailable
from tests.e2e.http_service import HttpService

POLL_SECONDS: Final = 2.0
# The first request that fails after the minute lets the one behind it read the secret.
PROMISED_SECONDS: Final = REOPEN_SECONDS + 2 * (REQUEST_TIMEOUT_SECONDS + POLL_SECONDS)


@dataclass(frozen=True)
class Wrong:
    """A kind of functions with a wrong connection string, and a request, without a token, to one of them."""

    kind: str
    path: str
    usual: int  # status of the answer when it works


def seconds_until_works(deployment: AtlasDeployment, service: HttpService, wrong: Wrong) -> float:
    """Send the request, correct the secret, and send it until it works; return for how long it did not."""
    check_unavailable(service.get(wrong.path))
    deployment.atlas.publish(wrong.kind, deployment.uris[wrong.kind])
    corrected_at = time.monotonic()
    while (answer := service.get(wrong.path)).status != wrong.usual:
        check_unavailable(answer)
        assert time.monotonic() - corrected_at < 2 * PROMISED_SECONDS, f"{wrong.path} never works"
        time.sleep(POLL_SECONDS)
    return time.monotonic() - corrected_at


@contextmanager
def corrected(
    deployment: AtlasDeployment, service: HttpService, wrongs: Sequence[Wrong]
) -> Iterator[dict[str, Future[float]]]:
    """Correct the secrets beside whatever the `with` block does; yields by kind how long it takes."""
    with ThreadPoolExecutor(len(wrongs)) as pool:
        yield {wrong.kind: pool.submit(seconds_until_works, deployment, service, wrong) for wrong in wrongs}
