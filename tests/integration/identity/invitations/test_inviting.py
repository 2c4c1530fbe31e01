"""Members invite, list, send again and revoke; the link is in the mail alone."""

import io
import json
from typing import Any

import pytest

from tenantry.http.invitations.answers import Invitation, Invitations
from tenantry.identity.invitations import inviting
from tenantry.identity.memberships import seats
from tenantry.runtime.settings import settings
from tests.support.colleagues import join, join_and_log_in
from tests.support.databases import Databases
from tests.support.invitations import (
    GRACE,
    accept,
    ask,
    invite,
    let_expire,
    link_in,
    listed,
    path_of,
    resend,
    revoke,
    sign_up_verified,
    verify,
)
from tests.support.mailbox import APP_URL, Mailbox
from tests.support.owners import Owner, sign_up
from tests.support.recorder import recording
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("consistent_in_the_end")


def test_invitation_is_mailed_and_listed(owner: Owner, mailbox: Mailbox) -> None:
    invitation = invite(owner, "Grace@Example.com", "viewer")
    Invitation.model_validate(invitation, strict=True)
    assert (invitation["email"], invitation["role"], invitation["state"]) == (
        "Grace@example.com",
        "viewer",
        "pending",
    )
    shown = listed(owner)
    Invitations.model_validate(shown, strict=True)
    assert shown == {"invitations": [invitation], "next_cursor": None}
    (mail,) = mailbox.to("Grace@example.com")
    assert mail.urls == {f"{APP_URL}/accept-invitation#token={mail.token}"}
    assert "Alpha" in mail.plain


def test_link_is_in_the_mail_alone(
    owner: Owner, mailbox: Mailbox, databases: Databases, log: io.StringIO
) -> None:
    invitation = invite(owner)
    link = link_in(mailbox)
    resent = resend(owner, invitation)
    assert resent.status == 202
    assert resent.json["id"] == invitation["id"]
    later = link_in(mailbox)
    accepted = accept(owner.service, later)
    assert accepted.status == 200
    audit = owner.service.get(f"{owner.path}/audit", token=owner.token)
    stored = str(databases.dump())
    for secret in (link, later):
        for place in (
            json.dumps(invitation),
            resent.text,
            accepted.text,
            json.dumps(listed(owner)),
            audit.text,
            log.getvalue(),
            stored,
        ):
            assert secret not in place
    for place in (audit.text, log.getvalue()):
        assert GRACE not in place


def test_link_leads_to_the_product_whatever_host_the_request_names(owner: Owner, mailbox: Mailbox) -> None:
    fields = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "Origin": "https://evil.example",
        "Referer": "https://evil.example/",
    }
    answer = owner.service.post(
        f"{owner.path}/invitations", {"email": GRACE, "role": "editor"}, token=owner.token, headers=fields
    )
    assert answer.status == 201
    (mail,) = mailbox.to(GRACE)
    assert "evil" not in mail.plain + mail.html + mail.subject
    assert mail.urls == {f"{APP_URL}/accept-invitation#token={mail.token}"}


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_may_not_invite_sees_no_invitation(owner: Owner, role: Any) -> None:
    invitation = invite(owner)
    token = join_and_log_in(owner.service, owner.id, role).token
    for answer in (
        ask(owner, token=token),
        owner.service.get(f"{owner.path}/invitations", token=token),
        resend(owner, invitation, token),
        owner.service.delete(path_of(owner, invitation), token=token),
    ):
        assert (answer.status, answer.code) == (403, "role-too-low")
        assert GRACE not in answer.text
    assert listed(owner)["invitations"] == [invitation]


def test_admin_invites_up_to_admins(owner: Owner, mailbox: Mailbox) -> None:
    admin = join_and_log_in(owner.service, owner.id, "admin")
    verify(admin.email)
    invitation = invite(owner, role="admin", token=admin.token)
    assert invitation["invited_by"] == admin.account_id
    assert accept(owner.service, link_in(mailbox)).json["role"] == "admin"


@pytest.mark.parametrize("role", ["owner", "root", "", None, ["admin"], {"$ne": ""}, 1])
def test_no_other_role_is_given(owner: Owner, role: Any) -> None:
    answer = owner.service.post(
        f"{owner.path}/invitations", {"email": GRACE, "role": role}, token=owner.token
    )
    assert (answer.status, answer.code) == (422, "invalid-fields")
    assert listed(owner)["invitations"] == []


def test_account_that_has_not_proved_its_own_address_invites_nobody(
    service: Service, mailbox: Mailbox
) -> None:
    unverified = sign_up(service, "Alpha")
    answer = ask(unverified)
    assert (answer.status, answer.code) == (403, "email-not-verified")
    assert mailbox.to(GRACE) == []


def test_without_mail_nobody_is_invited(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation = invite(owner)
    with monkeypatch.context() as patch:  # which ends before that of the mailbox, or its address would stay
        patch.setenv("MAIL_FROM", "")
        settings.cache_clear()
        for answer in (ask(owner, "ada@example.com"), resend(owner, invitation)):
            assert (answer.status, answer.code) == (503, "mail-not-configured")
    settings.cache_clear()
    assert listed(owner)["invitations"] == [invitation]
    assert revoke(owner, invitation).status == 204


def test_member_is_not_invited(owner: Owner, mailbox: Mailbox) -> None:
    colleague = join(owner.id, "viewer", "josé@example.com")
    for address in (owner.email.upper(), "jose\u0301@EXAMPLE.com"):
        answer = ask(owner, address)
        assert (answer.status, answer.code) == (409, "already-member"), colleague
    assert mailbox.send_waiting().sent == 0


@pytest.mark.parametrize("again", [GRACE, "GRACE@example.com", "grace@EXAMPLE.COM"])
def test_address_has_one_pending_invitation(owner: Owner, mailbox: Mailbox, again: str) -> None:
    invitation = invite(owner)
    answer = ask(owner, again, "admin")
    assert (answer.status, answer.code) == (409, "already-invited")
    assert answer.json["invitation"] == invitation["id"]
    assert listed(owner)["invitations"] == [invitation]
    assert len(mailbox.to(GRACE)) == 1
    other = sign_up_verified(owner.service, "Beta")
    assert invite(other)["id"] != invitation["id"]


def test_answers_and_commands_are_the_same_with_and_without_an_account(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up_verified(owner.service, "Beta", email="known@example.com")
    sign_up(owner.service, "Gamma", email="unverified@example.com")
    with recording(monkeypatch) as recorder:
        owner.service.get(owner.path, token=owner.token)

        def commands_of(email: str) -> tuple[list[Any], list[str]]:
            recorder.commands.clear()
            shown = invite(owner, email)
            return [
                (next(iter(command)), next(iter(command.values())), sorted(command))
                for _, command in recorder.commands
            ], sorted(shown)

        unknown = commands_of("unknown@example.com")
        assert commands_of("known@example.com") == unknown
        assert commands_of("unverified@example.com") == unknown
        recorder.commands.clear()
        assert ask(owner, "known@example.com").code == ask(owner, "unknown@example.com").code


def test_pending_invitations_of_an_organization_are_limited(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, databases: Databases
) -> None:
    monkeypatch.setattr(seats, "MAX_PENDING", 2)
    invitations = [invite(owner, f"{name}@example.com") for name in ("one", "two")]
    answer = ask(owner)
    assert (answer.status, answer.code) == (403, "limit-reached")
    assert (answer.json["limit"], answer.json["use"]) == (2, 2)
    let_expire(databases, invitations[0])
    invite(owner)
    assert ask(owner, "four@example.com").code == "limit-reached"
    assert revoke(owner, invitations[1]).status == 204
    invite(owner, "four@example.com")


def test_mails_are_limited_for_each_account_and_address(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "MAILS_PER_ACCOUNT", 7)
    invitation = invite(owner)
    answers = [resend(owner, invitation) for _ in range(5)]
    assert [answer.status for answer in answers] == [202] * 4 + [429]
    assert int(answers[-1].headers["retry-after"]) > 60
    invite(owner, "ada@example.com")
    answer = ask(owner, "other@example.com")
    assert (answer.status, answer.code) == (429, "too-many-requests")


def test_invitation_of_another_organization_is_as_unknown_as_none(owner: Owner) -> None:
    other = sign_up_verified(owner.service, "Beta")
    foreign, unknown = invite(other), {"id": "inv_unknown"}
    for send in (resend, revoke):
        answers = [send(owner, invitation) for invitation in (foreign, unknown)]
        assert answers[0].apart_from_request_id == answers[1].apart_from_request_id
        assert (answers[0].status, answers[0].code) == (404, "invitation-not-found")
    assert listed(other)["invitations"] == [foreign]


def test_pages_hold_each_invitation_once(owner: Owner) -> None:
    invitations = [invite(owner, f"n{number}@example.com") for number in range(5)]
    shown: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = listed(owner, f"?limit=2{cursor and f'&cursor={cursor}'}")
        shown += page["invitations"]
        cursor = page["next_cursor"]
    assert shown == invitations[::-1] or sorted(map(str, shown)) == sorted(map(str, invitations))
    other = sign_up_verified(owner.service, "Beta")
    first = listed(owner, "?limit=2")["next_cursor"]
    foreign = owner.service.get(f"{other.path}/invitations?cursor={first}", token=other.token)
    assert (foreign.status, foreign.code) == (422, "invalid-fields")
    for query in ("limit=0", "limit=1001", "cursor=x", "state=pending"):
        answer = owner.service.get(f"{owner.path}/invitations?{query}", token=owner.token)
        assert (answer.status, answer.code) == (422, "invalid-fields")
