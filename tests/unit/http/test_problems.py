import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from bson.errors import InvalidDocument
from pymongo import errors as pymongo_errors

from tenantry.errors import (
    InvalidFields,
    InvalidToken,
    MissingToken,
    OrganizationNotFound,
    OrganizationRequired,
    ServiceUnavailable,
    TooManyRequests,
)
from tenantry.http.problems import document_of, gateway_response, register_problems, request_id
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext

SECRET = "mongodb://user:s3cret@10.0.0.1/"


def answer_to(exception: Exception, path: str = "/health") -> dict[str, Any]:
    """What a resolver answers if its route raises."""
    app = APIGatewayRestResolver(enable_validation=True)
    register_problems(app)

    @app.get("/health")
    def fail() -> None:
        raise exception

    context: Any = LambdaContext("health")
    return app.resolve(proxy_event("GET", "/health", {}, None) | {"path": path}, context)


def test_a_problem_document_has_the_members_of_rfc_9457() -> None:
    assert json.loads(document_of(OrganizationNotFound(), "4711")) == {
        "type": "urn:tenantry:problem:organization-not-found",
        "title": "Organization not found",
        "status": 404,
        "detail": OrganizationNotFound.default_detail,
        "code": "organization-not-found",
        "instance": "urn:tenantry:request:4711",
    }


def test_extensions_are_members_too() -> None:
    problem = json.loads(document_of(OrganizationRequired(organizations=[{"slug": "google"}]), "4711"))
    assert problem["organizations"] == [{"slug": "google"}]
    problem = json.loads(document_of(InvalidFields.of("name", "is odd"), "4711"))
    assert problem["errors"] == [{"field": "name", "message": "is odd"}]


@pytest.mark.parametrize(
    "error",
    [
        InvalidToken(),
        MissingToken(),
        TooManyRequests(retry_after_seconds=7),
        OrganizationNotFound(),
        InvalidFields.of("a", "b"),
    ],
)
def test_the_resolver_and_the_gateway_response_answer_alike(error: Any) -> None:
    resolved = answer_to(error)
    response = gateway_response(error, "4711")
    assert resolved["statusCode"] == response["statusCode"] == error.status
    assert resolved["multiValueHeaders"].items() >= response["multiValueHeaders"].items()
    assert response["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]
    pattern = r"urn:tenantry:request:[0-9a-f-]+"
    assert re.sub(pattern, "", resolved["body"]) == re.sub(pattern, "", response["body"])


@pytest.mark.parametrize(
    "make",
    [
        pymongo_errors.ServerSelectionTimeoutError,
        pymongo_errors.AutoReconnect,
        pymongo_errors.NetworkTimeout,
        pymongo_errors.NotPrimaryError,
        pymongo_errors.WriteConcernError,
        pymongo_errors.ExecutionTimeout,
        pymongo_errors.WaitQueueTimeoutError,
        pymongo_errors.OperationFailure,
        pymongo_errors.ConfigurationError,
    ],
)
def test_a_database_that_does_not_answer_gives_503(make: Callable[[str], Exception]) -> None:
    answer = answer_to(make(SECRET))
    assert answer["statusCode"] == 503
    assert int(answer["multiValueHeaders"]["Retry-After"][0]) > 0
    assert json.loads(answer["body"])["code"] == "service-unavailable"
    assert "s3cret" not in str(answer)


QUOTING = {"errmsg": SECRET, "codeName": "Unauthorized", "writeErrors": [{"op": {"text": SECRET}}]}


@pytest.mark.parametrize(
    "exception",
    [
        pymongo_errors.OperationFailure(f"not authorized to execute command {SECRET}", 13, QUOTING),
        pymongo_errors.DuplicateKeyError(SECRET, 11000, QUOTING),
        pymongo_errors.BulkWriteError(QUOTING),
    ],
)
def test_a_refusal_of_the_database_is_logged_without_the_data_that_it_quotes(
    exception: pymongo_errors.OperationFailure, log: Any
) -> None:
    answer_to(exception)
    written = json.loads(log.getvalue())
    assert written["exception_name"] == type(exception).__name__
    assert (written["code"], written["code_name"]) == (exception.code, "Unauthorized")
    assert "in fail" in written["traceback"]
    assert "s3cret" not in log.getvalue()


def raised(exception: Exception, *earlier: Exception, is_cause: bool) -> Exception:
    """Return an exception that was raised because of others, or while they were handled."""
    try:
        if not earlier:
            raise exception
        before = raised(*earlier, is_cause=is_cause)
        if is_cause:
            raise exception from before
        try:
            raise before
        except type(before):
            raise exception  # noqa: B904 - this is what is tested
    except type(exception) as caught:
        return caught


@pytest.mark.parametrize("is_cause", [True, False])
@pytest.mark.parametrize(
    "chain",
    [
        (ServiceUnavailable(), pymongo_errors.OperationFailure(SECRET, 13, QUOTING)),
        (RuntimeError(SECRET), pymongo_errors.DuplicateKeyError(SECRET, 11000, QUOTING), KeyError(SECRET)),
        (KeyError(SECRET), InvalidDocument(f"Invalid document {SECRET}")),
        (pymongo_errors.BulkWriteError(QUOTING), ValueError(SECRET), UnicodeError(SECRET)),
    ],
)
def test_an_error_that_follows_from_others_is_logged_with_them_and_without_data(
    chain: tuple[Exception, ...], log: Any, *, is_cause: bool
) -> None:
    answer_to(raised(*chain, is_cause=is_cause))
    lines = json.loads(log.getvalue())["traceback"].splitlines()
    described = [line for line in lines if not line.startswith(" ")]
    assert [line.partition(":")[0] for line in described] == [
        type(error).__name__ for error in reversed(chain)
    ]
    assert "s3cret" not in log.getvalue()


def test_what_is_known_to_quote_nothing_is_logged_with_its_message(log: Any) -> None:
    answer_to(pymongo_errors.ServerSelectionTimeoutError("db.example.com:27017: connection refused"))
    assert "db.example.com:27017: connection refused" in json.loads(log.getvalue())["traceback"]


@pytest.mark.parametrize("exception", [RuntimeError(SECRET), KeyError(SECRET), AssertionError(SECRET)])
def test_a_defect_gives_500_and_tells_nothing(exception: Exception, log: Any) -> None:
    answer = answer_to(exception)
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"])["code"] == "internal-error"
    assert "s3cret" not in str(answer)
    assert type(exception).__name__ in log.getvalue()
    assert "s3cret" not in log.getvalue()


def test_an_unknown_path_gives_404() -> None:
    answer = answer_to(RuntimeError(), path="/nowhere")
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["code"] == "not-found"


def test_errors_for_the_client_are_not_logged_as_failures(log: Any) -> None:
    answer_to(OrganizationNotFound())
    assert log.getvalue() == ""


def test_the_library_has_no_answer_of_the_framework() -> None:
    assert answer_to(BadRequestError("x"))["multiValueHeaders"]["Content-Type"] == [
        "application/problem+json"
    ]


@pytest.mark.parametrize(
    "event", [{}, {"requestContext": None}, {"requestContext": {}}, {"requestContext": {"requestId": None}}]
)
def test_an_event_without_a_request_id_has_one_all_the_same(event: dict[str, Any]) -> None:
    assert request_id(event) == "unknown"
