"""The environment that every function has on AWS, and the figures of storms at the end."""

import gc
import os

import pytest
from hypothesis import settings

# Powertools reads it when the library is imported.
os.environ["POWERTOOLS_SERVICE_NAME"] = "tenantry"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Tenantry"
os.environ["POWERTOOLS_LOG_LEVEL"] = "INFO"
# Tests of what is kept, and of slugs that a rename leaves, set their own.
os.environ["DELETION_GRACE_DAYS"] = "0"
os.environ["FORMER_SLUG_DAYS"] = "0"
# Races do more than an hour allows, all from one address; tests of these limits set their own.
for limit in ("CHANGES_PER_HOUR", "SIGN_UPS_PER_HOUR"):
    os.environ[limit] = "1000000"

if os.environ.get("CI"):  # which has to be over within minutes
    settings.register_profile("short", parent=settings(), max_examples=30)
    settings.load_profile("short")


# Tests load megabytes of JSON, of which nothing is garbage; looking for it takes a fifth of their time.
gc.set_threshold(100_000)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from all that was imported, through which it would go again and again."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, figures in report.user_properties:
                terminalreporter.write_line(f"{report.head_line}, {name}: {figures}")
