"""Waiting until a deployment can take requests."""

import time
from collections.abc import Callable
from typing import Final

import httpx

from deploy.errors import DeploymentError

PAUSE_SECONDS: Final = 5
ADVICE: Final = {
    "writable": "look whether the majority of the master's servers is there",
    "schema": "run `tenantry setup-database`",
    "signing_key": "look at the log of rotate_signing_key, and rotate the secret of the signing key",
}


def wait_until_ready(api_url: str, seconds: float, tell: Callable[[str], None]) -> None:
    """Ask GET /health/ready until it answers 200.

    Parameters
    ----------
    api_url
        Of the stage or the custom domain, with its base path.
    seconds
        For how long to ask. The first rotation of a signing key takes some, and an answer counts for ten.
    tell
        Takes a line about each answer that is another one than before.

    Raises
    ------
    DeploymentError
        The service was not ready in time; the message says what to do.
    """
    give_up_at = time.monotonic() + seconds
    before = ""
    while reason := _why_not(api_url):
        if reason != before:
            tell(f"Not ready: {reason}")
        if time.monotonic() > give_up_at:
            raise DeploymentError(f"{api_url} was not ready within {seconds:.0f} s: {reason}")
        before = reason
        time.sleep(PAUSE_SECONDS)


def _why_not(api_url: str) -> str:
    """Return what is in the way, and what to do about it; empty if nothing is."""
    try:
        answer = httpx.get(f"{api_url.rstrip('/')}/health/ready", timeout=30)
        if answer.status_code == httpx.codes.OK:
            return ""
        failed = answer.json().get("failed")
    except httpx.HTTPError as error:
        return f"there is no answer ({error or type(error).__name__})"
    except (ValueError, AttributeError):
        failed = None
    if not failed:
        return f"GET /health/ready answers {answer.status_code}; look at the log of health"
    return "; ".join(f"{name} fails, {ADVICE.get(name, 'look at the log of health')}" for name in failed)
