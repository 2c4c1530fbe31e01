"""Sending what waits, which is no transaction: a mail may be sent twice, and is never lost."""

from typing import Final

import pytest

from tenantry.errors import InvitationUsed, LinkNotFound, ServiceUnavailable
from tenantry.identity import links, password_reset
from tenantry.identity.invitations import accepting
from tenantry.identity.mail import sending
from tests.faults.model import State
from tests.faults.operation import Caller, Operation
from tests.faults.people import CHANGED_PASSWORD, COLLEAGUE, OF_GUEST, authenticated
from tests.faults.sent_mails import SentMails

SEND_MAIL: Final = "send-mail"


def send_mail() -> Operation:
    """Send all that waits, as the function that a schedule invokes."""

    def request(_: Caller) -> None:
        if sending.send_waiting().failed:
            raise ServiceUnavailable  # the next run sends them

    def effect(state: State) -> None:
        for kind, address in state.mails:
            if _is_needed(kind, address, state):
                state.sent.add((kind, address))
                if kind == "reset-password":
                    state.links[kind] = COLLEAGUE
        state.mails.clear()

    return Operation(SEND_MAIL, request, effect)


def _is_needed(kind: str, address: str, state: State) -> bool:
    """Tell whether there is still something that a mail can be about."""
    if kind == "reset-password":
        return state.has_address(address)
    pending = (each.invitations.get(address) == "pending" for each in state.organizations.values())
    return kind != "invitation" or any(pending)


def check_links(sent: SentMails) -> None:
    """Check that each link that was sent works until one of its kind has been used, and none afterwards."""
    resets, invitations = sent.tokens("reset-password"), sent.tokens("invitation")
    for token in resets:
        links.find("reset-password", token)
    for token in invitations:
        links.find("invitation", token)
    password_reset.complete(resets[-1], CHANGED_PASSWORD)
    accepting.accept(authenticated(OF_GUEST), invitations[-1])
    for token in resets:
        with pytest.raises(LinkNotFound):
            password_reset.complete(token, CHANGED_PASSWORD)
    for token in invitations:
        with pytest.raises(InvitationUsed):
            accepting.accept(authenticated(OF_GUEST), token)
