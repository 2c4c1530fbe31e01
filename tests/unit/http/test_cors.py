"""Pages of allowed origins read answers, and no others do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.http import cors
from tenantry.runtime.settings import settings
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext
from tests.unit.http.resolver import credentials, field, handler, problem, send

APP = "https://app.example.com"
ADMIN = "http://localhost:5173"
PREFLIGHT = "Access-Control-Request-Method"
# fmt: off
HOSTILE = [
    "null", "*", "", " ", "://", "https://", "//app.example.com", "app.example.com", "http://app.example.com",
    APP.upper(), "https://APP.example.com", "HTTPS://app.example.com", "https://\u0430pp.example.com",
    f"{APP}.evil.com", f"{APP}\u3002evil.com", f"{APP}@evil.com", f"{APP}.", f"{APP}/", f"{APP}#", f"{APP}?a",
    f"{APP}:443", f"{APP}:8443", "http://localhost", "http://localhost:51730", "http://localhost:517",
    f" {APP}", f"{APP} ", f"{APP}\n", f"{APP}\0", f"{APP}\r\nX: y", f"{APP},{ADMIN}", f"{APP}, {ADMIN}",
    f"{APP} {ADMIN}", "https://example.com", "https://x.app.example.com", "https://evil-app.example.com",
    "https://appXexample.com", "https://app.example.co",
]
# fmt: on

pytestmark = pytest.mark.usefixtures("allowed", "known_caller")


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, f"{APP},{ADMIN}")


def allow(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", origins)
    settings.cache_clear()


def fields_of_cors(answer: dict[str, Any]) -> dict[str, list[str]]:
    fields = answer["multiValueHeaders"]
    return {name: values for name, values in fields.items() if name.startswith("Access-Control-")}


def answer_to(lines: list[str], method: str = "GET", **fields: str) -> dict[str, Any]:
    """Send a request with these lines of Origin."""
    event = proxy_event(method, "/health", {name.replace("_", "-"): fields[name] for name in fields}, None)
    event["multiValueHeaders"]["origin"] = lines
    event["headers"]["origin"] = lines[-1]
    context: Any = LambdaContext("test")
    return handler(event, context)


@pytest.mark.parametrize("origin", [APP, ADMIN])
def test_an_allowed_origin_is_named_with_what_its_pages_may_read(origin: str) -> None:
    assert fields_of_cors(send("GET", "/health", Origin=origin)) == {
        "Access-Control-Allow-Origin": [origin],
        "Access-Control-Expose-Headers": [cors.RESPONSE_FIELDS],
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/login", "{", (400, "malformed-request")),
        ("POST", "/login", "{}", (422, "invalid-fields")),
        ("GET", "/organizations/google", None, (401, "invalid-token")),
        ("GET", "/login", None, (405, "method-not-allowed")),
        (
            "PUT",
            "/account/password",
            '{"current_password": "%s", "new_password": "%s"}' % (("a" * 15,) * 2),
            (500, "internal-error"),
        ),
    ],
)
def test_a_problem_is_read_as_any_other_answer(
    method: str, path: str, body: str | None, expected: tuple[int, str]
) -> None:
    answer = send(method, path, body, Origin=APP)
    assert problem(answer) == expected
    assert field(answer, "Access-Control-Allow-Origin") == APP
    assert field(answer, "Vary") == "Origin"


def test_a_preflight_is_told_what_the_path_takes() -> None:
    answer = send("OPTIONS", "/organizations/google", Origin=APP, Access_Control_Request_Method="PATCH")
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert fields_of_cors(answer) == {
        "Access-Control-Allow-Origin": [APP],
        "Access-Control-Allow-Methods": ["DELETE, GET, HEAD, OPTIONS, PATCH"],
        "Access-Control-Allow-Headers": [cors.REQUEST_FIELDS],
        "Access-Control-Max-Age": ["7200"],
    }
    assert field(answer, "Vary") == "Origin"


def test_options_that_is_no_preflight_is_read_as_any_other_answer() -> None:
    answer = send("OPTIONS", "/health", Origin=APP)
    assert fields_of_cors(answer) == fields_of_cors(send("GET", "/health", Origin=APP))
    assert field(answer, "Allow") == "GET, HEAD, OPTIONS"


def test_a_preflight_to_nothing_is_refused() -> None:
    event = proxy_event("OPTIONS", "/health", {"Origin": APP, PREFLIGHT: "GET"}, None) | {"path": "/healthy"}
    context: Any = LambdaContext("test")
    assert handler(event, context)["statusCode"] == 404


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", HOSTILE)
def test_any_other_origin_gets_the_answer_without_a_word_of_cors(origin: str, method: str) -> None:
    answer = answer_to([origin], method, Access_Control_Request_Method="GET")
    without = answer_to(["https://unknown.example"], method)
    assert fields_of_cors(answer) == {}
    assert answer["statusCode"] == without["statusCode"]
    assert answer["multiValueHeaders"] == without["multiValueHeaders"]
    assert field(answer, "Vary") == "Origin"


@pytest.mark.parametrize("lines", [[APP, APP], [APP, "null"], ["https://evil.com", APP], [APP, ""]])
def test_two_origins_are_none(lines: list[str]) -> None:
    assert fields_of_cors(answer_to(lines)) == {}


@given(st.one_of(st.text(), st.from_regex(r"(https?://)?[Aa]pp\.example\.com[.:/0-9a-z]*", fullmatch=True)))
def test_whatever_is_sent_nothing_is_named_but_an_equal_origin(origin: str) -> None:
    named = fields_of_cors(answer_to([origin])).get("Access-Control-Allow-Origin")
    assert named == ([origin] if origin in {APP, ADMIN} else None)


@given(st.text(alphabet="htps:/.*nul,x ", max_size=30), st.text(alphabet="htps:/.*nul,x ", max_size=10))
def test_whatever_is_configured_nothing_is_named_but_what_is_sent(configured: str, origin: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        allow(monkeypatch, configured)
        named = fields_of_cors(answer_to([origin])).get("Access-Control-Allow-Origin")
    settings.cache_clear()
    assert named is None or (named == [origin] and origin in configured.split(","))


@pytest.mark.parametrize("word", ["null", "*", "", "app.example.com"])
def test_what_is_no_origin_allows_nothing(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, f"{word},{APP},{word}")
    assert fields_of_cors(answer_to([word])) == {}
    assert field(answer_to([APP]), "Access-Control-Allow-Origin") == APP


def test_where_no_origin_is_allowed_answers_are_as_without_cors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOWED_ORIGINS")
    settings.cache_clear()
    for origin in (APP, "null", "*", ""):
        answer = answer_to([origin], Access_Control_Request_Method="GET")
        assert fields_of_cors(answer) == {}
        assert field(answer, "Vary") is None


def test_a_page_never_gets_a_credential_that_the_browser_keeps() -> None:
    for answer in (
        send("POST", "/login", credentials(), Origin=APP, Cookie="a=b"),
        send("OPTIONS", "/login", Origin=APP, Access_Control_Request_Method="POST", Cookie="a=b"),
    ):
        assert "Access-Control-Allow-Credentials" not in answer["multiValueHeaders"]
        assert "*" not in str(fields_of_cors(answer))


def test_what_else_an_answer_varies_with_stays() -> None:
    answer: dict[str, Any] = {"multiValueHeaders": {"Vary": ["Accept"]}}
    cors.share(proxy_event("GET", "/health", {"Origin": APP}, None), answer)
    assert answer["multiValueHeaders"]["Vary"] == ["Accept, Origin"]


def test_the_operators_routes_are_no_pages_business() -> None:
    answer: dict[str, Any] = {"multiValueHeaders": {}}
    cors.share(proxy_event("GET", "/operator/audit", {"Origin": APP}, None), answer)
    assert answer == {"multiValueHeaders": {}}
