"""Each check of the smoke suite fails where it should, and no other."""

from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.smoke import suite
from tests.e2e.smoke.breakages import BREAKAGES
from tests.e2e.smoke.breaking_proxy import Breakage, breaking
from tests.e2e.smoke.test_smoke import NOT_CHECKED

# That of TLS is seen to fail in tests/unit/smoke/test_tls.py, that of limits asks nothing.
WITHOUT_BREAKAGE = NOT_CHECKED - {"test_earlier_keys_end"}


def test_every_check_fails_for_what_is_broken(deployment: Deployment, tmp_path: Path) -> None:
    expected = {check for breakage in BREAKAGES for check in breakage.checks}
    with breaking(deployment.stack.api_url, BREAKAGES) as (url, counts):
        outcome = suite.run(url, tmp_path)
    assert outcome.failed == expected, outcome.text
    assert outcome.checks == expected | WITHOUT_BREAKAGE
    assert outcome.status == 1
    unused = [breakage.checks for breakage, count in zip(BREAKAGES, counts, strict=True) if count == 0]
    assert unused == []


@suite.slow
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.checks[0])
def test_breakage_alone_makes_its_check_fail(
    deployment: Deployment, tmp_path: Path, breakage: Breakage
) -> None:
    with breaking(deployment.stack.api_url, [breakage]) as (url, _):
        outcome = suite.run(url, tmp_path)
    assert outcome.failed == set(breakage.checks), outcome.text
