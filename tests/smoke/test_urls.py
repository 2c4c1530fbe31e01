"""What percent-encoding carries arrives, in paths and in queries.

API Gateway takes no `|`, `{` and `}` in a query unless they are encoded, and splits it at `;`. Others do not.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
So what is not encoded may be refused, but it finds nothing else and breaks nothing.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import pytest

from tests.smoke.api import Answer
from tests.smoke.throw_aways import ThrowAway

TEXTS: Final = ["100%", "%41", "a;b", "a{b}", "a|b", "a+b", "a b", "a/b", "grüße ☃ 𝄞"]
NOT_ENCODED: Final = {
    "filter={%22text%22:%22a|b%22}": ["a|b"],
    "filter=%7B%22text%22:%22a;b%22%7D": ["a;b"],
    "filter=%7B%22text%22:%22a+b%22%7D": ["a+b", "a b"],
}
MINISTACK: Final = "/_aws/execute-api/"
STAGE: Final = "/v1"
MALFORMED: Final = ["/%zz", "?filter=%zz", "/%ff", "/%00"]


def encoded(value: Any) -> str:
    return quote(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), safe="")


def texts_of(answer: Answer) -> list[str]:
    return [document["text"] for document in answer.expect(200).json["documents"]]


@pytest.fixture(scope="module")
def documents(tenant: ThrowAway) -> Iterator[str]:
    """Path of documents of which each has one of the texts, also as its id."""
    path = f"{tenant.path}/documents"
    tenant.api.post(path, [{"_id": text, "text": text} for text in TEXTS], tenant.token).expect((201, 207))
    yield path
    for text in TEXTS:
        tenant.api.request("DELETE", f"{path}/{encoded(text)}", token=tenant.token)


def test_paths(tenant: ThrowAway, documents: str) -> None:
    """Documents are found by ids with % ; { | + space slash and UTF-8, percent-encoded in the path."""
    for text in TEXTS:
        read = tenant.api.get(f"{documents}/{encoded(text)}", tenant.token).expect(200)
        assert read.json["text"] == text, f"{read.request} answers the document {read.json['text']!r}."


def test_queries(tenant: ThrowAway, documents: str) -> None:
    """Documents are found by filters with the same, percent-encoded in the query."""
    for text in TEXTS:
        answer = tenant.api.get(f"{documents}?filter={encoded({'text': text})}", tenant.token)
        assert texts_of(answer) == [text], f"{answer.request} finds {texts_of(answer)}."


def test_location(tenant: ThrowAway, documents: str) -> None:
    """A document is found at the Location that its insertion answers."""
    created = tenant.api.post(documents, {"_id": "%2F|é", "text": "located"}, tenant.token).expect(201)
    location, path = created.headers["Location"], urlsplit(tenant.api.url).path
    # ministack serves the stage below a path that it does not tell functions.
    base = STAGE if path.startswith(MINISTACK) else path
    assert location.startswith(f"{base}{documents}/"), f"The Location is {location}, below another path."
    url = location.removeprefix(base)
    read = tenant.api.get(url, tenant.token).expect(200)
    assert read.json["text"] == "located", f"{location} is another document."
    tenant.api.request("DELETE", url, token=tenant.token).expect(204)


def test_queries_that_are_not_encoded(tenant: ThrowAway, documents: str) -> None:
    """A query that should have been percent-encoded is refused, or finds what it says."""
    for query, texts in NOT_ENCODED.items():
        answer = tenant.api.get_as_written(f"{documents}?{query}", tenant.token)
        if answer.status not in (400, 422):
            found = texts_of(answer)
            assert len(found) == 1, f"?{query} finds {len(found)} documents."
            assert found[0] in texts, f"?{query} finds {found[0]!r}."


def test_malformed_urls(tenant: ThrowAway, documents: str) -> None:
    """A malformed URL is the client's mistake, not the service's."""
    for ending in MALFORMED:
        status = tenant.api.get_as_written(documents + ending, tenant.token).status
        assert 400 <= status < 500, f"{ending} is answered {status}."
