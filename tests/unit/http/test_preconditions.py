import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.errors import MalformedRequest
from tenantry.http.preconditions import condition, etag
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext
from tests.unit.http.resolver import field, handler, problem, send
from tests.unit.identity.jose import signed

VERSIONS = st.integers(1, 10**9)
FORMS = st.booleans()
SEPARATORS = st.sampled_from([",", ", ", " , ", "\t,", ",,", ", ,"])

pytestmark = pytest.mark.usefixtures("known_caller")


def test_the_entity_tag_is_strong_and_holds_the_version() -> None:
    assert etag(7) == '"7"'


@given(VERSIONS, VERSIONS, FORMS, FORMS)
def test_entity_tags_of_two_representations_differ(
    version: int, other_version: int, canonical: bool, other_canonical: bool
) -> None:
    same = (version, canonical) == (other_version, other_canonical)
    tags = etag(version, canonical=canonical), etag(other_version, canonical=other_canonical)
    assert (tags[0] == tags[1]) == same


@given(VERSIONS, VERSIONS, FORMS)
def test_the_entity_tag_of_any_representation_stands_for_its_version(
    version: int, other_version: int, canonical: bool
) -> None:
    tag = etag(version, canonical=canonical)
    assert condition(tag)(other_version) == (version == other_version)
    assert condition(None, tag)(other_version) == (version != other_version)


@pytest.mark.parametrize("field", [None, "*", " * "])
@given(VERSIONS)
def test_without_a_tag_every_version_matches(field: str | None, version: int) -> None:
    assert condition(field)(version)
    assert condition(None, field)(version) == (field is None)


@pytest.mark.parametrize("field", ["*", '"7"', '"None"', "", ","])
def test_what_is_not_there_matches_no_field(field: str) -> None:
    assert not condition(field)(None)
    assert condition(None, field)(None)
    assert condition(None)(None)


@given(st.lists(VERSIONS, min_size=1, max_size=5), VERSIONS, SEPARATORS)
def test_any_tag_of_a_list_matches(listed: list[int], version: int, separator: str) -> None:
    field = separator.join(map(etag, listed))
    assert condition(field)(version) == (version in listed)
    assert condition(None, field)(version) == (version not in listed)
    assert all(map(condition(field), listed))


@given(VERSIONS)
def test_a_weak_tag_matches_where_the_comparison_is_weak(version: int) -> None:
    assert not condition(f'W/"{version}"')(version)
    assert condition(f'W/"{version}", "{version}"')(version)
    assert not condition(f'"x", W/"{version}"')(version)
    assert not condition(None, f'W/"{version}"')(version)


@given(VERSIONS)
def test_both_fields_must_hold(version: int) -> None:
    tag, other_tag = etag(version), etag(version + 1)
    assert condition(tag, other_tag)(version)
    assert not condition(tag, tag)(version)
    assert not condition(other_tag, other_tag)(version)


MALFORMED = [
    "7",
    '"7',
    '7"',
    '" 7"',
    '"7 "',
    "'7'",
    "**",
    '"1", 7',
    '*, "7"',
    'w/"7"',
    'W/ "7"',
    '"1" "2"',
    '"\0"',
]


@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_field_is_refused(value: str) -> None:
    for fields in ((value, None), (None, value)):
        with pytest.raises(MalformedRequest):
            condition(*fields)


@given(st.text(max_size=40), VERSIONS)
def test_any_text_is_a_precondition_or_refused(field: str, version: int) -> None:
    try:
        matches = condition(field)(version)
    except MalformedRequest:
        return
    assert matches == (field.strip(" \t") == "*" or f'"{version}"' in field)


@pytest.mark.parametrize("value", ['"' * 100_001, " " * 100_000 + "x", '"1" ' * 25_000, "," * 100_000 + "x"])
def test_a_long_field_costs_no_time(value: str) -> None:
    with pytest.raises(MalformedRequest):
        condition(value)
    assert condition('"1",' * 20_000 + '"7"')(7)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"If_None_Match": '"7"'}, 304),
        ({"If_None_Match": 'W/"7"'}, 304),
        ({"If_None_Match": '"6", "7"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"6"'}, 200),
        ({"If_None_Match": ""}, 200),
        ({"If_Match": '"7"'}, 200),
        ({"If_Match": '"6"'}, 412),
        ({"If_Match": '"6"', "If_None_Match": '"7"'}, 412),
        ({"If_Match": '"7"', "If_None_Match": '"7"'}, 304),
        ({"If_None_Match": "7"}, 400),
        ({"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 200),
        ({"If_Unmodified_Since": "Mon, 01 Jan 1990 00:00:00 GMT"}, 200),
    ],
)
def test_an_answer_with_an_entity_tag_is_given_on_condition(fields: dict[str, str], status: int) -> None:
    answer = send("GET", "/organizations/google", token=signed(), **fields)
    assert answer["statusCode"] == status
    if status == 304:
        assert (answer["body"], field(answer, "ETag"), field(answer, "Content-Type")) == ("", '"7"', None)
        assert field(answer, "Cache-Control") == "no-store"
    elif status != 200:
        assert problem(answer) == (status, "precondition-failed" if status == 412 else "malformed-request")


def test_conditions_say_nothing_about_what_has_no_entity_tag_or_is_refused() -> None:
    assert send("GET", "/health", If_None_Match="*", If_Match='"7"')["statusCode"] == 200
    assert send("GET", "/organizations/google", If_None_Match="*")["statusCode"] == 401


def test_lines_of_a_field_are_one_list() -> None:
    event = proxy_event("PATCH", "/organizations/google", {"Authorization": f"Bearer {signed()}"}, None)
    event["headers"]["If-Match"] = '"6"'
    event["multiValueHeaders"]["If-Match"] = ['"7"', '"6"']
    context: Any = LambdaContext("test")
    assert json.loads(handler(event, context)["body"]) == {"holds": True}
