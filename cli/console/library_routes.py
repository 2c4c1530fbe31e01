"""Routes of the console that do at once what a command does, by the same function of the library."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import pymongo
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from cli import library
from cli.console.functions import unusable
from cli.console.problems import Answer, Problem, json_answer
from cli.console.requests import parse
from cli.request_bodies import problems_of
from cli.rollout_plans import plan_of
from tenantry.errors import TenantryError
from tenantry.http.bodies import MAX_DEPTH
from tenantry.http.rollouts.bodies import RollOut
from tenantry.identity.api_keys import leaks
from tenantry.runtime import request_context

SECONDS: Final = 50  # the page waits for 60


def plan_rollout(body: bytes) -> Answer:
    """Answer what a roll-out would do, as `tenantry rollout plan`.

    Raises
    ------
    Problem
        The body is no roll-out, or MongoDB cannot be used.
    """
    try:
        definition = RollOut.model_validate(parse(body, MAX_DEPTH)).definition()
    except ValidationError as error:
        raise _invalid("; ".join(problems_of(error))) from None
    return _answer(lambda: plan_of(definition), "The roll-out could not be planned:")


def revoke_leaked_key(body: bytes) -> Answer:
    """End the API key that a text is, as `tenantry api-key revoke` does with its input.

    Raises
    ------
    Problem
        The text is no key, or MongoDB cannot be used: then nobody knows whether it has ended.
    """
    match parse(body):
        case {"key": str(text)}:
            return _answer(lambda: _revoked(text.strip()), "Nobody knows whether the key has ended:")
    raise _invalid('Send {"key": the key itself}')


def _revoked(text: str) -> dict[str, str]:
    revoked = leaks.revoke_text(text)
    return {"revoked": revoked["_id"], "name": revoked["name"], "organization_id": revoked["organization_id"]}


def _invalid(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-fields", f"{detail}.")


def _answer(call: Callable[[], dict[str, Any]], without_mongodb: str) -> Answer:
    request_context.set_actor(library.actor())  # a thread begins with an empty context
    try:
        with pymongo.timeout(SECONDS):
            return json_answer(call())
    except PyMongoError as error:
        raise unusable(error, without_mongodb) from None
    except TenantryError as error:
        raise Problem(error.status, error.code, error.detail) from None
