"""A client that repeats what is answered 503, as the answer asks it to."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from tests.e2e.http_service import HttpService
from tests.support.service import Answer

PAUSE_SECONDS = 0.3
PATIENCE_SECONDS = 30.0


class PatientService(HttpService):
    """Repeats a request until it is answered by anything but 503; counts how often it had to.

    A POST has an Idempotency-Key of its own, so that repeating it does nothing twice.
    """

    unavailable = 0

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **parts: Any
    ) -> Answer:
        fields = dict(headers or {})
        if method == "POST":
            fields["Idempotency-Key"] = secrets.token_hex(16)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := super().request(method, path, headers=fields, **parts)).status == 503:
            check_unavailable(answer)
            self.unavailable += 1
            assert time.monotonic() < deadline, f"{method} {path} is answered 503 all the time"
            time.sleep(PAUSE_SECONDS)
        assert answer.status < 500, answer.text
        return answer


def check_unavailable(answer: Answer) -> None:
    """Check that an answer says clearly that the service is away for now."""
    assert (answer.status, answer.code) == (503, "service-unavailable"), answer.text
    assert int(answer.headers["retry-after"]) > 0
