import re
from http import HTTPStatus

import pytest

from tenantry import errors
from tenantry.errors import InvalidFields, InvalidToken, MissingToken, TenantryError, TooManyRequests


def all_errors(parent: type[TenantryError] = TenantryError) -> list[type[TenantryError]]:
    """Every class of the tree but its base."""
    children = parent.__subclasses__()
    return children + [error for child in children for error in all_errors(child)]


def made(error: type[TenantryError]) -> TenantryError:
    return TooManyRequests(retry_after_seconds=7) if error is TooManyRequests else error()


def test_every_error_of_the_module_is_in_the_tree() -> None:
    classes = {value for value in vars(errors).values() if isinstance(value, type)}
    exceptions = {cls for cls in classes if issubclass(cls, Exception)}
    assert exceptions == {TenantryError, *all_errors()}


@pytest.mark.parametrize("error", all_errors())
def test_every_error_is_a_problem_type(error: type[TenantryError]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", error.code)
    assert error.status in HTTPStatus
    assert error.status >= HTTPStatus.BAD_REQUEST
    assert error.title[0].isupper()
    assert error.__doc__
    assert made(error).detail == error.default_detail == str(made(error))


def test_a_code_belongs_to_one_problem_type() -> None:
    problem_types = [error for error in all_errors() if error is not MissingToken]  # differs in its challenge
    codes = [error.code for error in problem_types]
    assert sorted(set(codes)) == sorted(codes)
    assert MissingToken.code == InvalidToken.code


def test_only_a_defect_gives_500() -> None:
    assert [error.code for error in all_errors() if error.status == HTTPStatus.INTERNAL_SERVER_ERROR] == [
        "internal-error"
    ]


@pytest.mark.parametrize("error", [error for error in all_errors() if error.status == 401])
def test_every_401_carries_a_challenge(error: type[TenantryError]) -> None:
    assert made(error).headers["WWW-Authenticate"].startswith('Bearer realm="tenantry"')


def test_the_challenge_names_an_error_only_if_a_token_was_sent() -> None:
    assert 'error="invalid_token"' in InvalidToken().headers["WWW-Authenticate"]
    assert "error" not in MissingToken().headers["WWW-Authenticate"]


def test_errors_that_pass_by_themselves_say_when_to_try_again() -> None:
    waits = {error.code: made(error).headers.get("Retry-After") for error in all_errors()}
    passing = {code: wait for code, wait in waits.items() if wait is not None}
    assert passing.keys() == {
        "too-many-requests",
        "service-unavailable",
        "not-ready",
        "capacity-exhausted",
        "mail-not-configured",
        "request-in-flight",
    }
    assert all(int(wait) > 0 for wait in passing.values())


def test_detail_and_extensions_are_kept() -> None:
    error = errors.OrganizationRequired("Choose.", organizations=[{"slug": "google"}])
    assert (error.detail, str(error)) == ("Choose.", "Choose.")
    assert error.extensions == {"organizations": [{"slug": "google"}]}


def test_the_error_of_one_field_lists_it() -> None:
    assert InvalidFields.of("name", "is odd").extensions == {
        "errors": [{"field": "name", "message": "is odd"}]
    }
