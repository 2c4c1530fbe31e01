"""Presuming that a caller is who it was, until one look at the master database confirms it.

Within `confirmed`, a token that this process has seen speaks for whom it spoke then, and nothing is asked
(`tenantry.identity.presumed_callers`). The request is served with that, and the first look behind its
operation (`tenantry.tenants.fence`) asks about the caller and the place of the documents in one round trip.
Nothing is committed and no answer is given before `confirm` has returned: whatever differs discards all of
it, and the request starts over without presuming.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Final

from tenantry.errors import InvalidToken
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import process

Look = Callable[[], OrganizationDocument | None]
"""Asks who the caller is; returns its organization, or None if it is not who was presumed."""


@dataclass(slots=True)
class _Attempt:
    """An attempt to answer a request: the look at whom it presumes and nothing has confirmed yet."""

    look: Look | None = None
    is_outdated: bool = False


_attempt: Final = ContextVar[_Attempt | None]("attempt", default=None)


class Seen[Caller]:
    """Callers that this process has seen, by their tokens; the one that was not used for longest goes first.

    Parameters
    ----------
    most : int
        How many are kept.
    seconds : float
        How long a caller is presumed to be who it was, by the monotonic clock. That may stand still while the
        environment is frozen; nothing depends on it, since a look confirms whatever is presumed.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.callers: OrderedDict[Hashable, tuple[float, Caller]] = OrderedDict()
        self._most = most
        self._seconds = seconds
        self._lock = Lock()
        process.forgets(self.forget)

    def put(self, token: Hashable, caller: Caller) -> None:
        """Keep whom a token speaks for, as it was a moment ago."""
        with self._lock:
            self.callers[token] = time.monotonic() + self._seconds, caller
            if len(self.callers) > self._most:
                self.callers.popitem(last=False)

    def presume(
        self, token: Hashable, look: Callable[[Caller], OrganizationDocument | None]
    ) -> Caller | None:
        """Remove and return whom a token spoke for, if anybody may be presumed; the look puts it back.

        Parameters
        ----------
        token : hashable
            Has been proved to be valid by itself.
        look : callable
            The `Look` at whom is returned.
        """
        attempt = _attempt.get()
        if attempt is None or attempt.look is not None:
            return None
        with self._lock:
            until, caller = self.callers.pop(token, (0.0, None))
        if caller is None or until < time.monotonic():
            return None
        attempt.look = lambda: look(caller)
        return caller

    def forget(self) -> None:
        """Forget all of them."""
        with self._lock:
            self.callers.clear()


def confirm() -> OrganizationDocument | None:
    """Make sure that the request's caller is who was presumed; one round trip if nothing has shown it yet.

    Returns
    -------
    OrganizationDocument or None
        The caller's organization as it is at this moment, if it was asked for.

    Raises
    ------
    InvalidToken
        The caller is another now: the token has been revoked, or role, organization or limits have changed.
        Nothing may be committed or answered; `confirmed` starts over.
    pymongo.errors.PyMongoError
        Nothing is confirmed.
    """
    attempt = _attempt.get()
    if attempt is None or attempt.look is None:
        return None
    organization = None if attempt.is_outdated else attempt.look()
    if organization is None:
        attempt.is_outdated = True
        raise InvalidToken
    attempt.look = None
    return organization


def confirmed[Answer](answer: Callable[[], Answer], forget: Callable[[], None]) -> Answer:
    """Return the answer to a request, in which callers may be presumed; it is confirmed whatever it is.

    Parameters
    ----------
    answer : callable
        Answers the request, or raises. It is called again if the caller turns out to be another than was
        presumed, and has committed nothing then.
    forget : callable
        Called before that; forgets what has been noted of the caller.
    """
    attempt = _Attempt()
    beginning = _attempt.set(attempt)
    try:
        try:
            return answer()
        finally:
            confirm()
    except InvalidToken:
        if not attempt.is_outdated:
            raise
    finally:
        _attempt.reset(beginning)
    forget()
    return answer()
