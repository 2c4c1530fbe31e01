import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.http.preconditions import etag, if_match

VERSIONS = st.integers(1, 10**9)


def test_the_entity_tag_is_strong_and_holds_the_version() -> None:
    assert etag(7) == '"7"'


@given(VERSIONS, VERSIONS)
def test_entity_tags_of_two_versions_differ(one: int, other: int) -> None:
    assert (etag(one) == etag(other)) == (one == other)


@given(VERSIONS, VERSIONS)
def test_an_entity_tag_matches_its_own_version_only(one: int, other: int) -> None:
    assert if_match(etag(one))(one)
    assert if_match(etag(one))(other) == (one == other)


@pytest.mark.parametrize("field", [None, "*", " * "])
@given(VERSIONS)
def test_without_a_tag_every_version_matches(field: str | None, version: int) -> None:
    assert if_match(field)(version)


@pytest.mark.parametrize("field", ["*", '"7"', '"None"', ""])
def test_what_is_not_there_matches_no_field(field: str) -> None:
    assert not if_match(field)(None)
    assert if_match(None)(None)


@given(st.lists(VERSIONS, min_size=1, max_size=5), VERSIONS, st.sampled_from([",", ", ", " , ", "\t,"]))
def test_any_tag_of_a_list_matches(listed: list[int], version: int, separator: str) -> None:
    field = separator.join(etag(one) for one in listed)
    assert if_match(field)(version) == (version in listed)
    assert all(if_match(field)(one) for one in listed)


@given(VERSIONS)
def test_a_weak_tag_never_matches(version: int) -> None:
    assert not if_match(f'W/"{version}"')(version)
    assert if_match(f'W/"{version}", "{version}"')(version)
    assert not if_match(f'"x", W/"{version}"')(version)


@pytest.mark.parametrize(
    "field", ["", " ", "7", '"7', '7"', '"07"', '" 7"', '"7 "', "'7'", '""', '"**"', '"*"', "**"]
)
def test_a_malformed_field_matches_nothing(field: str) -> None:
    assert not if_match(field)(7)


@given(st.text(max_size=40), VERSIONS)
def test_any_text_is_a_precondition(field: str, version: int) -> None:
    matches = if_match(field)(version)
    assert matches in {True, False}
    if field.strip() != "*" and f'"{version}"' not in field:
        assert not matches


def test_a_long_field_costs_no_time() -> None:
    assert not if_match('"' * 100_001)(7)
    assert if_match('"1",' * 20_000 + '"7"')(7)
