"""A forgotten password on the deployed stack: the mail that its owner reads, and what it opens."""

from local.stack import Settings
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.e2e.mailbox import ARRIVES_WITHIN_SECONDS, Mailbox
from tests.e2e.test_logs import log_of_functions
from tests.support.mails import Mail
from tests.support.owners import PASSWORD, Owner, log_in
from tests.support.waiting import wait_until

CHOSEN = "seven islands in a quiet sea"
HOSTILE_FIELDS = {
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "host=evil.example",
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/",
}


def mailed(mailbox: Mailbox, to: str, subject: str) -> Mail:
    """Wait for the one mail to an address with this subject."""

    def sent() -> list[Mail]:
        return [mail for mail in mailbox.all() if (mail.to, mail.subject) == (to, subject)]

    wait_until(lambda: len(sent()) > 0, ARRIVES_WITHIN_SECONDS)
    (mail,) = sent()
    return mail


def test_password_is_reset_by_the_link_that_is_mailed(
    service: HttpService, owner: Owner, mailbox: Mailbox, deployment: Deployment
) -> None:
    nobody = f"nobody-{owner.email}"
    for email in (nobody, owner.email.upper()):
        asked = service.post("/account/password-reset", {"email": email}, headers=HOSTILE_FIELDS)
        assert (asked.status, asked.text) == (202, "")
    mail = mailed(mailbox, owner.email, "Choose another password")
    assert mail.urls == {f"{Settings.app_url}/reset-password#token={mail.token}"}

    reset = {"token": mail.token, "new_password": CHOSEN}
    done = service.post("/account/password-reset/complete", reset)
    assert (done.status, done.text) == (204, "")
    assert service.post("/account/password-reset/complete", reset).code == "link-not-found"
    assert service.get(owner.path, token=owner.token).status == 401
    assert service.post("/login", {"email": owner.email, "password": PASSWORD}).status == 401
    token = log_in(service, owner.email, password=CHOSEN)
    assert service.get("/account", token=token).json["verified"] is True

    notice = mailed(mailbox, owner.email, "Your password was changed")
    assert notice.urls == set()
    assert [sent for sent in mailbox.all() if sent.to == nobody] == []
    assert mail.token not in log_of_functions(deployment)
