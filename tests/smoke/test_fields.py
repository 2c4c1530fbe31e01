"""What every answer has, whatever it answers; the last check, which looks at those to all others."""

from typing import Final

import pytest

from tests.smoke.api import ISSUER, KEY_SET, Answer, Api

EVERYWHERE: Final = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
CACHED: Final = ("/openapi.json", "/docs", ISSUER, KEY_SET)


def is_cached(answer: Answer) -> bool:
    if "/console" in answer.request:
        return answer.status in {200, 307}
    return answer.status == 200 and answer.request.endswith(CACHED)


@pytest.mark.parametrize("name", EVERYWHERE)
def test_field(api: Api, name: str) -> None:
    """Every answer says it"""
    wrong = [each.request for each in answers(api) if each.headers.get(name) != EVERYWHERE[name]]
    assert wrong == [], f"Answers without {name}: {EVERYWHERE[name]}: {summary(wrong)}."


def test_nothing_is_cached(api: Api) -> None:
    """No answer is cached but the public documents."""
    wrong = [
        each.request
        for each in answers(api)
        if (each.headers.get("Cache-Control") == "no-store") is is_cached(each)
    ]
    assert wrong == [], f"Answers with another Cache-Control: {summary(wrong)}."


def answers(api: Api) -> list[Answer]:
    api.get("/health"), api.get("/account"), api.get("/openapi.json")  # if nothing else was asked
    return api.answers


def summary(requests: list[str]) -> str:
    """Name some of them."""
    distinct = sorted(set(requests))
    return ", ".join(distinct[:3]) + (f" and {len(distinct) - 3} others" if len(distinct) > 3 else "")
