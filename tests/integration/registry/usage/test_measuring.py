"""Each byte counts for as long as it was stored, in the month in which it was."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantry.registry.organizations.embedded import Usage
from tenantry.registry.usage import measuring, months
from tenantry.runtime import mongodb
from tests.support.concurrency import at_once
from tests.support.databases import Databases, Document

MILLISECOND: Final = timedelta(milliseconds=1)
NOVEMBER: Final = datetime(2026, 11, 30, 23, tzinfo=UTC)
WINTER: Final = datetime(2027, 12, 1, tzinfo=UTC)  # a leap day comes behind it
A_FEW_MONTHS: Final = 100 * 86_400_000

measurements = st.lists(
    st.builds(
        lambda after, documents, stored: Usage(
            documents=documents,
            bytes=stored,
            measured_at=WINTER + MILLISECOND * after,
        ),
        st.integers(0, A_FEW_MONTHS),
        st.integers(0, 10**6),
        st.integers(0, 10**13),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda measurement: measurement["measured_at"],
).map(lambda listed: sorted(listed, key=lambda measurement: measurement["measured_at"]))


def measured(moment: datetime, stored: int, documents: int = 1) -> Usage:
    return Usage(documents=documents, bytes=stored, measured_at=moment)


def record(organization_id: str, before: Usage | None, now: Usage) -> None:
    mongodb.run_transaction(lambda session: measuring.record(organization_id, before, now, session))


def recorded(databases: Databases, organization_id: str = "org_1") -> dict[str, Document]:
    stored = databases.master["usage"].find({"organization_id": organization_id})
    return {document["month"]: document for document in stored}


def expected_storage(measurements: Sequence[Usage]) -> dict[str, int]:
    """Return the byte milliseconds of each month, counted day by day."""
    storage: dict[str, int] = {months.month_of(measurements[0]["measured_at"]): 0}
    for before, now in pairwise(measurements):
        start = before["measured_at"]
        while start < now["measured_at"]:
            midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            end = min(midnight, now["measured_at"])
            month = start.strftime("%Y-%m")
            storage[month] = storage.get(month, 0) + before["bytes"] * ((end - start) // MILLISECOND)
            start = end
    return storage


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(measurements, st.data())
def test_storage_is_what_was_stored_for_how_long(
    databases: Databases, measurements: list[Usage], data: Any
) -> None:
    """Also across months and leap days, and when measurements are recorded twice or overlap."""
    databases.master["usage"].delete_many({})
    pairs = list(zip([None, *measurements], measurements, strict=False))
    for number, (before, now) in enumerate(pairs):
        record("org_1", before, now)
        if data.draw(st.booleans()):
            record("org_1", *pairs[data.draw(st.integers(0, number))])
    months_recorded = recorded(databases)
    expected = expected_storage(measurements)
    assert months_recorded.keys() >= expected.keys()
    for month, document in months_recorded.items():
        exact = Fraction(expected.get(month, 0))
        # Beyond 2^63 byte milliseconds, which are 3.4 GB for a month, the server counts in doubles.
        assert abs(Fraction(document["byte_milliseconds"]) - exact) <= exact / 10**14
        if exact < 2**63:
            assert document["byte_milliseconds"] == exact
        at_end = [each for each in measurements if each["measured_at"] <= document["measured_at"]][-1]
        assert (document["documents"], document["bytes"]) == (at_end["documents"], at_end["bytes"])
        assert document["measured_at"] == min(measurements[-1]["measured_at"], months.start_of(month, 1))


def test_first_measurement_counts_no_storage(databases: Databases) -> None:
    record("org_1", None, measured(NOVEMBER, 10, 3))
    assert recorded(databases) == {
        "2026-11": {
            "_id": "org_1 2026-11",
            "organization_id": "org_1",
            "month": "2026-11",
            "expires_at": datetime(2029, 1, 1, tzinfo=UTC),
            "documents": 3,
            "bytes": 10,
            "byte_milliseconds": 0,
            "measured_at": NOVEMBER,
        }
    }


def test_measurement_across_a_months_end_closes_it(databases: Databases) -> None:
    first, second = measured(NOVEMBER, 10, 3), measured(NOVEMBER + timedelta(hours=3), 70, 4)
    record("org_1", None, first)
    record("org_1", first, second)
    hour = timedelta(hours=1) // MILLISECOND
    assert {
        month: (use["documents"], use["bytes"], use["byte_milliseconds"], use["measured_at"])
        for month, use in recorded(databases).items()
    } == {
        "2026-11": (3, 10, 10 * hour, datetime(2026, 12, 1, tzinfo=UTC)),
        "2026-12": (4, 70, 20 * hour, second["measured_at"]),
    }


def test_those_who_measure_at_the_same_time_count_once(databases: Databases) -> None:
    first = measured(NOVEMBER, 10)
    record("org_1", None, first)
    later = [measured(NOVEMBER + timedelta(minutes=minutes), 10) for minutes in range(30, 40)]
    assert at_once([lambda now=now: record("org_1", first, now) for now in later]) == [None] * 10  # type: ignore[misc]
    (document,) = recorded(databases).values()
    assert document["byte_milliseconds"] == 10 * (timedelta(minutes=39) // MILLISECOND)
    assert document["measured_at"] == later[-1]["measured_at"]


def test_clock_that_goes_back_counts_nothing(databases: Databases) -> None:
    first, earlier = measured(NOVEMBER, 10, 3), measured(NOVEMBER - timedelta(hours=1), 70, 4)
    record("org_1", None, first)
    before = recorded(databases)
    record("org_1", first, earlier)
    assert recorded(databases) == before
