"""Guesses of a password are slowed down."""

import secrets
from typing import Final

from tests.smoke.api import Answer, Api
from tests.smoke.throw_aways import EMAIL

# After ten failures in a row each doubles the pause: docs/decisions/0007-login-throttling.md
MOST_GUESSES: Final = 12
LONGEST_PAUSE_SECONDS: Final = 15 * 60


def test_guesses(api: Api) -> None:
    """Guesses have to pause soon, also those of an address that has no account."""
    guess = {"email": EMAIL.format(f"guess-{secrets.token_hex(6)}"), "password": "not the password"}
    answers: list[Answer] = []
    while len(answers) < MOST_GUESSES and (not answers or answers[-1].status != 429):
        answers.append(api.post("/login", guess).expect((401, 429)))
    assert answers[0].status == 401, "The first one pauses: too many logins from here have failed before."
    refused = answers[-1].expect(429, "too-many-requests")
    pause = refused.headers.get("Retry-After", "")
    allowed = map(str, range(1, LONGEST_PAUSE_SECONDS + 1))
    assert pause in allowed, f"Retry-After is {pause!r}."
