"""A change of address on the deployed stack: both mails, and the way back to the earlier address."""

from local.stack import Settings
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.e2e.mailbox import Mailbox
from tests.e2e.test_forgotten_password import HOSTILE_FIELDS, mailed
from tests.e2e.test_logs import log_of_functions
from tests.support.owners import PASSWORD, Owner, log_in


def test_address_is_changed_by_the_link_that_is_mailed_and_comes_back_by_the_other(
    service: HttpService, owner: Owner, mailbox: Mailbox, deployment: Deployment
) -> None:
    proof = {"token": mailed(mailbox, owner.email, "Confirm your e-mail address").token}
    assert service.post("/account/email-verification/complete", proof, token=owner.token).status == 204

    another = f"another-{owner.email}"
    wanted = {"new_email": another, "current_password": PASSWORD}
    asked = service.post("/account/email-change", wanted, token=owner.token, headers=HOSTILE_FIELDS)
    assert (asked.status, asked.text) == (202, "")
    mail = mailed(mailbox, another, "Confirm your other e-mail address")
    assert mail.urls == {f"{Settings.app_url}/change-email#token={mail.token}"}
    link = {"token": mail.token}
    assert service.post("/account/email-change/complete", link).status == 401
    done = service.post("/account/email-change/complete", link, token=owner.token)
    assert (done.status, done.text) == (204, "")
    assert service.get("/account", token=owner.token).status == 401
    token = log_in(service, another)
    taken = {"name": "Thief", "email": owner.email, "password": PASSWORD}
    assert service.post("/organizations", taken).code == "email-taken"

    notice = mailed(mailbox, owner.email, "Your e-mail address was changed")
    assert notice.urls == {f"{Settings.app_url}/undo-email-change#token={notice.token}"}
    assert service.post("/account/email-change/undo", {"token": notice.token}).status == 204
    assert service.post("/account/email-change/undo", {"token": notice.token}).code == "link-not-found"
    assert service.get("/account", token=token).status == 401
    assert service.post("/login", {"email": owner.email, "password": PASSWORD}).status == 401
    reset = {"token": mailed(mailbox, owner.email, "Choose another password").token}
    chosen = reset | {"new_password": f"{PASSWORD} chosen"}
    assert service.post("/account/password-reset/complete", chosen).status == 204
    token = log_in(service, owner.email, password=chosen["new_password"])
    assert service.get("/account", token=token).json["email"] == owner.email

    log = log_of_functions(deployment)
    assert [sent.subject for sent in (mail, notice) if sent.token in log] == []
