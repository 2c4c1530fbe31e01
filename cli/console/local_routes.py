"""Routes that only the console on this machine has, over the functions of the library that commands use.

`tenantry move` and `tenantry verify` take longer than a Lambda function may, so they go on beside the page.
"""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any, Final

from cli import checker
from cli.checker import Advance
from cli.connection import Target, connected
from cli.console.library_routes import plan_rollout, revoke_leaked_key
from cli.console.problems import Answer, Problem, json_answer, not_found
from cli.console.requests import parse
from cli.console.work import CheckTime, Work
from cli.output import report_content
from tenantry.lifecycle.moves import operations

METHODS: Final = {
    "/operator/moves": "GET and POST",
    "/operator/verify": "GET and POST",
    "/operator/rollout-plans": "POST",
    "/operator/leaked-keys": "POST",
}
MAX_MOVES: Final = 2  # at a time; each keeps connections of the library's few
SHOWN: Final = 1_000  # violations that an answer names
OLDER_THAN: Final = timedelta(seconds=60)
STOP_SECONDS: Final = 10

Do = Callable[[CheckTime, Advance], Any]


class LocalRoutes:
    """What this process works on for its one page.

    Parameters
    ----------
    target : Target
        Where the databases are.
    tell : callable
        Told what the operator should know of: what has not come to its end.
    """

    def __init__(self, target: Target, tell: Callable[[str], None]) -> None:
        self._target = target
        self._tell = tell
        self._lock = Lock()
        self._moves: dict[str, tuple[dict[str, Any], Work]] = {}  # by organization, as the page names it
        self._verification: Work | None = None

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Answer a request.

        Raises
        ------
        Problem
            There is no such route, or its body is not what it takes, or too much is going on.
        """
        match method, path:
            case "GET", "/operator/moves":
                return json_answer({"moves": self._all_moves()})
            case "POST", "/operator/moves":
                return self._begin_move(parse(body))
            case "GET", "/operator/verify":
                work = self._verification
                return json_answer({"verification": work.content() if work else None})
            case "POST", "/operator/verify":
                return self._begin_verification()
            case "POST", "/operator/rollout-plans":
                return plan_rollout(body)
            case "POST", "/operator/leaked-keys":
                return revoke_leaked_key(body)
            case _, path if path in METHODS:
                raise Problem(
                    HTTPStatus.METHOD_NOT_ALLOWED,
                    "method-not-allowed",
                    f"This takes {METHODS[path]} alone.",
                )
        raise not_found()

    def stop(self) -> None:
        """Let everything end where it can be continued."""
        moves = list(self._moves.values())
        for organization in [request["organization"] for request, work in moves if work.is_running]:
            self._tell(f"The move of {organization} stops; the service or `tenantry move` goes on with it")
        works = [work for _, work in moves]
        if self._verification is not None:
            works.append(self._verification)
        for seconds in (0, STOP_SECONDS):  # first all are told, and then waited for
            for work in works:
                work.stop(seconds)

    def _all_moves(self) -> list[dict[str, Any]]:
        return [request | work.content() for request, work in list(self._moves.values())]

    def _begin_move(self, request: dict[str, Any]) -> Answer:
        match request:
            case {"organization": str(organization), "to": str(to)}:
                do = self._moving(organization, to)
            case {"organization": str(organization), "cancel": True}:
                do = self._cancelling(organization)
            case _:
                raise Problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    "invalid-fields",
                    'Send {"organization": ID, "to": "CLUSTER" or "CLUSTER/pooled"}, or "cancel": true.',
                )
        with self._lock:
            running = [request for request, work in self._moves.values() if work.is_running]
            if len(running) >= MAX_MOVES or organization in {each["organization"] for each in running}:
                raise Problem(
                    HTTPStatus.CONFLICT,
                    "too-many-moves",
                    "Wait until a move that this console works on is over.",
                )
            self._moves[organization] = request, Work(do)
        return json_answer({"moves": self._all_moves()}, HTTPStatus.ACCEPTED)

    def _moving(self, organization: str, to: str) -> Do:
        def move(check_time: CheckTime, advance: Advance) -> dict[str, Any]:
            cluster, kind = operations.parse_target(to)
            return operations.summary(operations.move(organization, cluster, kind, check_time, advance))

        return move

    def _cancelling(self, organization: str) -> Do:
        def cancel(check_time: CheckTime, _: Advance) -> dict[str, Any]:
            return {"cancelled": operations.cancel(organization, check_time)}

        return cancel

    def _begin_verification(self) -> Answer:
        with self._lock:
            if self._verification is None or not self._verification.is_running:
                self._verification = Work(self._verify)
        return json_answer({"verification": self._verification.content()}, HTTPStatus.ACCEPTED)

    def _verify(self, _: CheckTime, advance: Advance) -> dict[str, Any]:
        with connected(self._target) as databases:
            report = report_content(checker.verify(databases, OLDER_THAN, advance))
        number = len(report["violations"])
        return report | {"violations": report["violations"][:SHOWN], "number": number}
