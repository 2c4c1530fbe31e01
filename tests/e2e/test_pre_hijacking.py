"""Somebody who signs up with another's address, on the deployed stack, and its owner, who reads the mails."""

from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.e2e.test_forgotten_password import CHOSEN, mailed
from tests.support.owners import Owner, email_of, log_in, sign_up, tokens

COMPLETE = "/account/email-verification/complete"


def test_owner_of_the_address_verifies_nothing_by_a_click_and_gets_the_account_by_a_reset(
    service: HttpService, owner: Owner, mailbox: Mailbox
) -> None:
    victim = email_of(unique("Victim"))
    attacker = sign_up(service, unique("Trap"), email=victim)
    waiting = tokens(service, victim)
    clicked = {"token": mailed(mailbox, victim, "Confirm your e-mail address").token}
    assert service.post(COMPLETE, clicked).status == 401
    assert service.post(COMPLETE, clicked, token=owner.token).code == "link-not-found"

    assert service.post("/account/password-reset", {"email": victim}).status == 202
    reset = {"token": mailed(mailbox, victim, "Choose another password").token, "new_password": CHOSEN}
    assert (
        service.post("/logout/everywhere", token=attacker.token).status == 204
    )  # kills no link of the owner's
    assert service.post("/account/password-reset/complete", reset).status == 204
    assert service.post("/login/refresh", {"refresh_token": waiting["refresh_token"]}).status == 401
    token = log_in(service, victim, password=CHOSEN)
    assert service.get("/account", token=token).json["verified"] is True
    assert service.post(COMPLETE, clicked, token=token).code == "link-not-found"
    assert service.post("/account/email-verification", token=token).status == 204
