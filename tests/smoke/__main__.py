"""``python -m tests.smoke [OPTIONS OF PYTEST]``, which ``make smoke API_URL=...`` runs."""

import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.smoke.report import Report

OPTIONS = (
    *("--import-mode=importlib", "--strict-markers", "--strict-config", "--capture=no"),
    *(
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
    ),
    *("-p", "no:xdist", "-p", "no:xdist.looponfail", "--override-ini", "addopts="),
)


def main(arguments: list[str]) -> int:
    """Run the checks; 0 if all that could be checked is well, 1 if not, 2 if there was nothing to check."""
    url = os.environ.get("API_URL", "")
    if not urlsplit(url).scheme.startswith("http") or urlsplit(url).query:
        print(  # noqa: T201
            "Say which deployment to check: make smoke API_URL=https://..., the stack's output ApiUrl.",
            file=sys.stderr,
        )
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):  # as for Ctrl-C, what was made is deleted first
        signal.signal(number, signal.default_int_handler)
    report = Report(url)
    return int(pytest.main([*OPTIONS, str(Path(__file__).parent), *arguments], plugins=[report]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
