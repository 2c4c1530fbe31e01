from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tenantry.runtime.moments import rfc3339

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_times_are_rfc_3339_in_utc_with_milliseconds() -> None:
    assert rfc3339(datetime(2025, 1, 2, 3, 4, 5, 67_891, UTC)) == "2025-01-02T03:04:05.067Z"


@given(st.integers(0, 2**47))
def test_times_are_read_back_as_the_database_keeps_them(milliseconds: int) -> None:
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    assert datetime.fromisoformat(rfc3339(moment)) == moment
