"""How long requests take with few organizations and with many, the rest being equal.

One execution environment for each size; they take turns. A collection in use is one of a few that are read
again and again. Any other has to be opened first: that is two files.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Final

from rich.progress import track

from bench.callers import Caller, log_in, publish, request
from bench.environments import Environment
from bench.scale.population import PASSWORD, email_of, running
from tenantry.identity import passwords
from tenantry.identity.keys.signing_key import SigningKey

ROUNDS: Final = 200
LOGIN_ROUNDS: Final = 30  # with the password, which takes a fifth of a second of CPU
WARM_UP_ROUNDS: Final = 10
IN_USE: Final = 10  # organizations

_callers: list[Caller] = []


def measure(sizes: tuple[int, ...]) -> dict[str, dict[int, float]]:
    """Return the median milliseconds of each kind of request at each size."""
    with ExitStack() as exits:
        environments = {}
        for size in sizes:
            key = SigningKey.generate()
            environment = Environment(exits.enter_context(running(size)).uri, key)
            environments[size] = exits.enter_context(environment)
            environment.run(publish, key)
            environment.run(prepare, size, key)
        return {kind: _medians(kind, environments) for kind in KINDS}


def _medians(kind: str, environments: Mapping[int, Environment]) -> dict[int, float]:
    seconds: dict[int, list[float]] = {size: [] for size in environments}
    rounds = WARM_UP_ROUNDS + (LOGIN_ROUNDS if kind == "login" else ROUNDS)
    for number in track(range(rounds), description=kind, transient=True):
        for size, environment in environments.items():
            seconds[size].append(environment.run(timed, kind, number))
    return {size: 1000 * statistics.median(taken[WARM_UP_ROUNDS:]) for size, taken in seconds.items()}


def prepare(size: int, key: SigningKey) -> None:
    """Log owners of organizations in, as many as there are rounds; in the environment."""
    numbers = random.sample(range(size), min(size, WARM_UP_ROUNDS + ROUNDS))
    _callers.extend(log_in(email_of(number), key) for number in numbers)


def timed(kind: str, number: int) -> float:
    """Return how many seconds a request takes; in the environment."""
    send = partial(KINDS[kind], number)
    start = time.perf_counter()
    send()
    return time.perf_counter() - start


def _get(number: int) -> None:
    caller = _callers[number % len(_callers)]
    request("GET", f"/organizations/{caller.organization_id}", caller.headers)


def _read_in_use(number: int) -> None:
    _read(_callers[number % IN_USE])


def _read_any(number: int) -> None:
    _read(_callers[number % len(_callers)])


def _read(caller: Caller) -> None:
    request("GET", f"/organizations/{caller.organization_id}/documents/note", caller.headers)


def _log_in(number: int) -> None:
    caller = _callers[number % len(_callers)]
    request("POST", "/login", {}, {"email": caller.email, "password": PASSWORD})


def _log_in_without_kdf(number: int) -> None:
    verify, passwords.verify_password = passwords.verify_password, lambda *_: True
    try:
        _log_in(number)
    finally:
        passwords.verify_password = verify


KINDS: Final[dict[str, Callable[[int], None]]] = {
    "get": _get,
    "read of a collection in use": _read_in_use,
    "read of any collection": _read_any,
    "login": _log_in,
    "login, but for the password": _log_in_without_kdf,
}
