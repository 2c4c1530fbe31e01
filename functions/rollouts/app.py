"""/operator/rollouts: the same change of many organizations' collections, for the operator."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http
from tenantry.http.callers import Operator
from tenantry.http.rollouts import answers, bodies
from tenantry.http.rollouts.answers import status_of, summary_of
from tenantry.lifecycle.rollouts import operations, progress
from tenantry.registry import rollouts

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

app = APIGatewayRestResolver(enable_validation=True)

Name = Annotated[
    str, Path(description="The roll-out's name", json_schema_extra={"example": "orders-by-date"})
]
TAGS = ["Operator"]
SECURITY: list[dict[str, list[str]]] = [{"iam": []}]
STATUS = "tenantry.http.rollouts.answers:RollOutStatus"


@app.post(
    "/operator/rollouts",
    summary="Begin a roll-out",
    operation_id="beginRollOut",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.ACCEPTED,
    responses=http.responses(HTTPStatus.ACCEPTED, STATUS, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def begin(wanted: Annotated[bodies.RollOut, Body()], operator: Operator) -> Response[answers.RollOutStatus]:
    """Begin a roll-out, which the service works on; the same one again changes nothing."""
    operations.begin(wanted.name, wanted.definition())
    path = app.current_event.request_context.path
    return _accepted(wanted.name, {"Location": f"{path}/{wanted.name}"})


@app.get(
    "/operator/rollouts",
    summary="List roll-outs",
    operation_id="listRollOuts",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(HTTPStatus.OK, "tenantry.http.rollouts.answers:RollOuts", HTTPStatus.FORBIDDEN),
)
def list_all(operator: Operator) -> answers.RollOuts:
    """List all roll-outs, in the order in which they were begun."""
    return answers.RollOuts(rollouts=[summary_of(rollout) for rollout in rollouts.find_all()])


@app.get(
    "/operator/rollouts/<rollout>",
    summary="Read how far a roll-out is",
    operation_id="getRollOut",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(HTTPStatus.OK, STATUS, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def read(rollout: Name, operator: Operator) -> answers.RollOutStatus:
    """Tell how far a roll-out is, and where it has failed."""
    return status_of(progress.of(rollout))


@app.post(
    "/operator/rollouts/<rollout>/pause",
    summary="Pause a roll-out",
    operation_id="pauseRollOut",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.ACCEPTED,
    responses=http.responses(
        HTTPStatus.ACCEPTED, STATUS, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def pause(rollout: Name, operator: Operator) -> Response[answers.RollOutStatus]:
    """Begin with no further organization; those that are begun are completed."""
    operations.pause(rollout)
    return _accepted(rollout)


@app.post(
    "/operator/rollouts/<rollout>/resume",
    summary="Resume a roll-out",
    operation_id="resumeRollOut",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.ACCEPTED,
    responses=http.responses(
        HTTPStatus.ACCEPTED, STATUS, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def resume(rollout: Name, operator: Operator) -> Response[answers.RollOutStatus]:
    """Go on, behind the canary if it has paused there, and try again where it has failed."""
    operations.resume(rollout)
    return _accepted(rollout)


@app.post(
    "/operator/rollouts/<rollout>/undo",
    summary="Undo a roll-out",
    operation_id="undoRollOut",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.ACCEPTED,
    responses=http.responses(
        HTTPStatus.ACCEPTED, STATUS, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def undo(rollout: Name, operator: Operator) -> Response[answers.RollOutStatus]:
    """Drop what the roll-out has made, and nothing else; the service works on it."""
    operations.begin_undoing(rollout)
    return _accepted(rollout)


def _accepted(name: str, headers: dict[str, str] | None = None) -> Response[answers.RollOutStatus]:
    return Response(
        status_code=HTTPStatus.ACCEPTED,
        content_type="application/json",
        headers=dict(headers or {}),
        body=status_of(progress.of(name)),
    )


lambda_handler = http.lambda_handler(app)
