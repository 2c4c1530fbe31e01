"""Schemathesis as a command, with one organization that it must not see."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from local.processes import HOST
from tests.integration.tenants.isolation.tenants import SHARED, Tenant
from tests.support.service import PROJECT

DOCUMENT: Final = PROJECT / "functions/docs/openapi.json"
CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
HOOKS: Final = "tests.openapi.hooks"
API_URL: Final = "API_URL"
PEER: Final = "PEER"
PHASES: Final = "PHASES"
COVERAGE: Final = "SCHEMATHESIS_COVERAGE"
SINGLE: Final = "examples,coverage,fuzzing"
STATEFUL: Final = "stateful"
SEED: Final = os.environ.get("SCHEMATHESIS_SEED", "1")
TIMEOUT_SECONDS: Final = 3600


def failures(api_url: str, peer: Tenant, examples: int, phases: str, directory: Path) -> str:
    """Try every operation, and return what was wrong; nothing if all was as it should be.

    Parameters
    ----------
    api_url
        Of the API.
    peer
        An organization that no request may reach.
    examples
        How many requests to generate for each operation, besides those at the borders of its schemas;
        the environment variable SCHEMATHESIS_EXAMPLES overrides it. Of those at the borders every third
        one is sent, and with SCHEMATHESIS_COVERAGE=all each.
    phases
        What to do, in Schemathesis' words.
    directory
        Where it may leave its files.
    """
    number = os.environ.get("SCHEMATHESIS_EXAMPLES", str(examples))
    options = ["--url", api_url, "--phases", phases, "--max-examples", number, "--seed", SEED, "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"]
    done = subprocess.run(
        [*command, str(DOCUMENT), *options],
        cwd=directory,
        env=os.environ
        | {"PYTHONPATH": str(PROJECT), "SCHEMATHESIS_HOOKS": HOOKS, "NO_PROXY": HOST}
        | {API_URL: api_url, PHASES: phases, PEER: json.dumps(described(peer))},
        check=False,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def described(peer: Tenant) -> dict[str, object]:
    """Return where the organization is, and what nobody else may see of it."""
    return {
        "organizations": [peer.slug, peer.id],
        "document": SHARED,
        "name": SHARED,
        "slug": peer.slug,
        "member": peer.colleague.member_id,
        "invitation": peer.invitation_id,
        "key": peer.key_id,
        "secret": peer.secret_id,
        "secrets": sorted(peer.secrets),
    }
