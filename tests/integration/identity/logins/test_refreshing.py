"""Refresh tokens against a model: who is given which token, what ends a session, and what is recorded."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tenantry.errors import InvalidRefreshToken, ServiceUnavailable
from tenantry.identity import accounts, sessions
from tenantry.identity.logins import refresh_tokens, refreshing
from tenantry.identity.members import Membership
from tenantry.runtime import moments, request_context
from tests.support.concurrency import at_once
from tests.support.databases import Databases
from tests.support.owners import Owner, tokens
from tests.support.proxy_events import proxy_event
from tests.support.sampling import examples
from tests.support.service import Answer, Service

OWNERS = "203.0.113.7"
THIEFS = "198.51.100.23"
SOURCES = [OWNERS, THIEFS, "2001:db8:1:1::1", "2001:db8:1:1:ffff::2", "2001:db8:1:2::1"]
NETWORKS = dict(zip(SOURCES, [*SOURCES[:2], *["2001:db8:1:1::/64"] * 2, "2001:db8:1:2::/64"], strict=True))


def start(member: Membership) -> sessions.Started:
    account = accounts.find(member.account_id)
    assert account is not None
    return sessions.start(account, member)


@dataclass
class Model:
    """A chain of tokens; of each that is replaced, when, from where, and whether a repetition is recorded."""

    chain: list[str]
    replaced: list[tuple[datetime, str]] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)
    is_living: bool = True

    def accepts(self, index: int, now: datetime) -> bool:
        if not self.is_living or index == len(self.chain) - 1:
            return self.is_living
        is_remembered = index >= len(self.replaced) - refreshing.MAX_REPLACED
        return is_remembered and now - self.replaced[index][0] <= refreshing.OVERLAP


class Refreshing(RuleBasedStateMachine):
    """One session, and clients that hold any of its tokens, in any network, at any time."""

    databases: Databases
    member: Membership
    clock: Callable[[datetime], None]

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.fromisoformat("2026-11-29T00:00:00Z")
        self.clock(self.now)
        self.databases.master["audit"].delete_many({})
        self.model = Model([start(self.member).refresh_token])

    @rule(seconds=st.sampled_from([1, 14, 15, 16, 31, 900]))
    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.clock(self.now)

    @precondition(lambda self: self.model.is_living)
    @rule(back=st.one_of(st.just(0), st.integers(0, 12)), source=st.sampled_from(SOURCES))
    def refresh(self, back: int, source: str) -> None:
        model = self.model
        index = max(0, len(model.chain) - 1 - back)
        is_accepted = model.accepts(index, self.now)
        with request_context.answering("request", source):
            if not is_accepted:
                with pytest.raises(InvalidRefreshToken):
                    refreshing.rotate(model.chain[index])
                model.is_living = False
                return
            given = refreshing.rotate(model.chain[index]).refresh_token
        if index == len(model.chain) - 1:
            assert given not in model.chain
            model.chain.append(given)
            model.replaced.append((self.now, NETWORKS[source]))
            return
        assert given == model.chain[-1]
        if model.replaced[index][1] != NETWORKS[source] and index not in model.recorded:
            model.recorded.append(index)

    @precondition(lambda self: not self.model.is_living)
    @rule(index=st.integers(0, 12))
    def refresh_what_is_over(self, index: int) -> None:
        with pytest.raises(InvalidRefreshToken):
            refreshing.rotate(self.model.chain[min(index, len(self.model.chain) - 1)])

    def teardown(self) -> None:
        model, master = self.model, self.databases.master
        records = [
            (record["action"], record["details"].get("first_source"))
            for record in master["audit"].find({"action": {"$ne": "login.succeeded"}}).sort("_id", 1)
        ]
        expected: list[tuple[str, str | None]] = [
            ("session.refreshed_elsewhere", model.replaced[index][1]) for index in model.recorded
        ]
        if not model.is_living:
            expected.append(("session.reused", None))
        assert Counter(records) == Counter(expected)
        stored = master["sessions"].find_one(
            {"family_hash": refresh_tokens.parse(model.chain[0]).family_hash}
        )
        assert (stored is not None) == model.is_living
        assert stored is None or len(stored.get("replaced", [])) <= refreshing.MAX_REPLACED


def test_any_order_of_uses(databases: Databases, member: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    def set_clock(now: datetime) -> None:
        monkeypatch.setattr(moments, "now", lambda: now)

    Refreshing.databases, Refreshing.member, Refreshing.clock = databases, member, staticmethod(set_clock)
    run_state_machine_as_test(
        Refreshing, settings=settings(max_examples=examples(60), stateful_step_count=25, deadline=None)
    )


def refresh_from(service: Service, source: str, token: str) -> Answer:
    event = proxy_event(
        "POST", "/login/refresh", {"Content-Type": "application/json"}, f'{{"refresh_token": "{token}"}}'
    )
    event["requestContext"]["identity"]["sourceIp"] = source
    return service.send(event)


def records_of(databases: Databases, action: str) -> list[dict[str, Any]]:
    return list(databases.master["audit"].find({"action": action}))


@pytest.mark.parametrize("sources", [(OWNERS, THIEFS), (THIEFS, OWNERS)])
def test_thief_who_refreshes_within_the_overlap_is_recorded_with_both_sources(
    sources: tuple[str, str], service: Service, owner: Owner, databases: Databases
) -> None:
    """Whoever is first; and eight times as often leave one record and one event."""
    stolen = tokens(service, owner.email)["refresh_token"]
    first, second = sources
    assert refresh_from(service, first, stolen).status == 200
    assert {refresh_from(service, second, stolen).status for _ in range(8)} == {200}
    (record,) = records_of(databases, "session.refreshed_elsewhere")
    assert (record["details"]["first_source"], record["source_address"]) == (first, second)
    assert record["organization_ids"] == [owner.id]
    assert record["result"] == "success"
    (event,) = databases.master["outbox"].find({"action": "session.refreshed_elsewhere"})
    assert event["_id"] == record["_id"]
    shown = service.get(f"{owner.path}/audit", token=owner.token).json["records"]
    assert shown[0]["details"]["first_source"] == first


def test_repetition_from_the_same_network_is_not_recorded(
    service: Service, owner: Owner, databases: Databases
) -> None:
    token = tokens(service, owner.email)["refresh_token"]
    for _ in range(3):
        assert refresh_from(service, OWNERS, token).status == 200
    assert records_of(databases, "session.refreshed_elsewhere") == []


def test_reuse_is_recorded_with_both_sources(
    service: Service, owner: Owner, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tokens(service, owner.email)["refresh_token"]
    refresh_from(service, OWNERS, token)
    present = moments.now
    monkeypatch.setattr(moments, "now", lambda: present() + timedelta(minutes=1))
    assert refresh_from(service, THIEFS, token).status == 401
    (record,) = records_of(databases, "session.reused")
    assert (record["details"]["last_source"], record["source_address"]) == (OWNERS, THIEFS)


def rotated_from(source: str, token: str) -> sessions.Started:
    with request_context.answering("request", source):
        return refreshing.rotate(token)


def test_uses_at_once_of_any_generation_leave_one_chain(member: Membership, databases: Databases) -> None:
    chain = [start(member).refresh_token]
    for _ in range(3):
        chain.append(rotated_from(OWNERS, chain[-1]).refresh_token)
    uses = [(source, token) for token in chain for source in (OWNERS, THIEFS)] * 2
    random.shuffle(uses)
    given = at_once([partial(rotated_from, *use) for use in uses])
    answered = [outcome for outcome in given if not isinstance(outcome, ServiceUnavailable)]
    newest = {session.refresh_token for session in answered} - {*chain}
    assert len(newest) == 1
    assert {session.refresh_token for session in answered} <= {chain[-1], *newest}
    assert rotated_from(OWNERS, newest.pop()).session["_id"] == answered[0].session["_id"]
    by_token = Counter(
        record["details"]["first_source"] for record in records_of(databases, "session.refreshed_elsewhere")
    )
    assert by_token[OWNERS] >= 3
    assert by_token.total() <= len(chain)


def test_answer_that_was_lost_after_the_change_is_given_again(
    member: Membership,
) -> None:
    """A kill, or a lost connection, between the compare-and-set and the answer."""
    token = start(member).refresh_token
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refreshing, "Started", lost)
        with pytest.raises(ConnectionError):
            refreshing.rotate(token)
    following = refreshing.rotate(token).refresh_token
    assert refreshing.rotate(token).refresh_token == following
    assert refreshing.rotate(following).refresh_token != following


def lost(*_: object) -> None:
    raise ConnectionError
