"""The media types and content codings of bodies."""

import pytest

from tenantry.errors import (
    UnsupportedContentCoding,
    UnsupportedMediaType,
)
from tenantry.http.bodies import check_body
from tests.unit.http.body_events import accepted, event


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", " application/json ;x"],
)
def test_the_media_type_is_json_with_any_parameters(content_type: str) -> None:
    assert accepted(event("{}", content_type))


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain", "", "json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/jsonp", "application/json, text/plain", "application/ld+json", "text/json", "a" * 10_000,
    ],
)  # fmt: skip
def test_another_media_type_is_not_supported(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_body(event("{}", content_type))


@pytest.mark.parametrize(
    ("method", "media_types", "fields"),
    [
        ("POST", {"application/json"}, {"Accept": "application/json"}),
        (
            "PATCH",
            {"application/json", "application/merge-patch+json"},
            dict.fromkeys(("Accept", "Accept-Patch"), "application/json, application/merge-patch+json"),
        ),
    ],
)
def test_the_answer_names_what_is_supported(
    method: str, media_types: set[str], fields: dict[str, str]
) -> None:
    with pytest.raises(UnsupportedMediaType) as caught:
        check_body(event("{}", "text/plain") | {"httpMethod": method}, media_types)
    assert caught.value.headers == fields


@pytest.mark.parametrize(
    "coding", ["gzip", "GZIP", "br", "deflate", "zstd", "identity, gzip", "x", "gzip, identity"]
)
@pytest.mark.parametrize("body", ["{}", "\x1f\ufffd\x08"])
def test_another_content_coding_is_not_supported(coding: str, body: str) -> None:
    sent = event(body)
    sent["headers"]["content-encoding"] = coding
    with pytest.raises(UnsupportedContentCoding) as caught:
        check_body(sent)
    assert (caught.value.status, caught.value.headers) == (415, {"Accept-Encoding": "identity"})


@pytest.mark.parametrize("coding", ["identity", "", "Identity"])
def test_a_body_that_is_not_coded_may_say_so(coding: str) -> None:
    sent = event("{}")
    sent["headers"]["Content-Encoding"] = coding
    check_body(sent)


@pytest.mark.parametrize("name", ["content-type", "Content-type", "CONTENT-TYPE"])
def test_names_of_header_fields_have_no_case(name: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_body({"body": "{}", "headers": {name: "text/plain"}})
