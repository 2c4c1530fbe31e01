"""The context of a request, which begins and ends with it."""

import threading

import pytest

from tenantry.runtime import request_context
from tenantry.runtime.request_context import SYSTEM, Actor, RequestContext


def test_a_request_is_anonymous_until_the_actor_is_known() -> None:
    with request_context.answering("req-1", "203.0.113.7"):
        assert request_context.current() == RequestContext("req-1", "203.0.113.7", Actor("anonymous"))
        request_context.set_actor(Actor("account", "acct_1"))
        assert request_context.current().actor == Actor("account", "acct_1")
    assert request_context.current() == SYSTEM


def test_it_ends_with_a_request_that_failed() -> None:
    def fail() -> None:
        request_context.set_actor(Actor("operator", "arn:aws:iam::123456789012:user/operator"))
        raise RuntimeError

    with pytest.raises(RuntimeError), request_context.answering("req-1", "203.0.113.7"):
        fail()
    assert request_context.current() == SYSTEM


def test_another_thread_has_another() -> None:
    seen = []
    with request_context.answering("req-1", "203.0.113.7"):
        thread = threading.Thread(target=lambda: seen.append(request_context.current()))
        thread.start()
        thread.join()
    assert seen == [SYSTEM]
