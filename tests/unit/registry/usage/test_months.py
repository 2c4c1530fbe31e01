"""Months begin at midnight in UTC, and a time is divided into them without a gap."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tenantry.registry.usage import months

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=1100)))
def test_parts_are_the_whole_time_each_in_its_month(start: datetime, length: timedelta) -> None:
    end = start + length
    parts = list(months.parts(start, end))
    assert (parts[0].start, parts[-1].end) == (start, end)
    assert all(before.end == after.start for before, after in pairwise(parts))
    for part in parts:
        assert months.start_of(part.month) <= part.start <= part.end <= months.start_of(part.month, 1)
        assert part.start < part.end or len(parts) == 1


@given(MOMENTS, st.integers(0, 50))
def test_a_month_is_the_calendars(moment: datetime, later: int) -> None:
    month = months.month_of(moment)
    assert month == moment.strftime("%Y-%m")
    start = months.start_of(month)
    assert start == moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    stepped = start
    for _ in range(later):
        stepped = months.start_of(months.month_of(stepped), 1)
    assert months.start_of(month, later) == stepped


def test_leap_years_and_the_turn_of_a_year() -> None:
    lengths = [
        months.start_of(month, 1) - months.start_of(month) for month in ("2027-02", "2028-02", "2100-02")
    ]
    assert [length.days for length in lengths] == [28, 29, 28]
    assert months.start_of("2026-12", 1) == datetime(2027, 1, 1, tzinfo=UTC)
