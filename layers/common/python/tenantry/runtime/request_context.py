"""The request that is being answered: its id, the address it came from, and on whose behalf it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, NamedTuple


class Actor(NamedTuple):
    """On whose behalf something is done.

    Parameters
    ----------
    type : {"account", "key", "operator", "system", "anonymous"}
        Anonymous is whoever has not proved yet who it is; the system works without any request.
    id : str, optional
        Id of the account or the API key, or who the operator is: the ARN that API Gateway has authenticated,
        or `tenantry:` and the user of the operating system who runs the command line.
    """

    type: Literal["account", "key", "operator", "system", "anonymous"]
    id: str | None = None


class RequestContext(NamedTuple):
    """The request that is being answered.

    Parameters
    ----------
    request_id : str, optional
        API Gateway's id of the request; None where there is no request.
    source_address : str, optional
        IP address that the client's connection came from, as API Gateway saw it; None where there is none.
    actor : Actor
        On whose behalf.
    user_agent : str, optional
        What the client calls itself (User-Agent), of any length and content; None where it does not.
    """

    request_id: str | None
    source_address: str | None
    actor: Actor
    user_agent: str | None = None


SYSTEM: Final = RequestContext(request_id=None, source_address=None, actor=Actor("system"))

_current: Final = ContextVar("request_context", default=SYSTEM)


def current() -> RequestContext:
    """Return the context of the request that is being answered; `SYSTEM` outside of requests."""
    return _current.get()


@contextmanager
def answering(request_id: str, source_address: str | None, user_agent: str | None = None) -> Iterator[None]:
    """Set the context for the time of one request, which is anonymous until `set_actor` is called."""
    token = _current.set(RequestContext(request_id, source_address, Actor("anonymous"), user_agent))
    try:
        yield
    finally:
        _current.reset(token)


def set_actor(actor: Actor) -> None:
    """Tell on whose behalf the request is, once that is proved."""
    _current.set(_current.get()._replace(actor=actor))
