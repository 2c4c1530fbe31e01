"""Mails of the deployed stack: sent by the function that may, with links to the pages of the product."""

import time

from local.stack import MAIL_FROM, Settings
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.e2e.test_logs import log_of_functions
from tests.support.databases import Databases
from tests.support.owners import PASSWORD, email_of
from tests.support.waiting import wait_until

LOGGED_SECONDS = 10.0
WOKEN_WITHIN_SECONDS = 30.0  # with two cold starts; the schedule would take up to a minute


def test_a_sign_up_is_mailed_in_seconds_and_nothing_of_it_is_logged(
    service: HttpService, deployment: Deployment, databases: Databases, mailbox: Mailbox
) -> None:
    name = unique("Mailed")
    address = email_of(name)
    body = {"name": name, "email": address, "password": PASSWORD}
    hostile = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "Origin": "https://evil.example",
    }
    created = service.post("/organizations", body, headers=hostile)
    assert created.status == 201
    begun = time.monotonic()
    (mail,) = mailbox.to(address)
    assert time.monotonic() - begun < WOKEN_WITHIN_SECONDS
    assert mail.sender == MAIL_FROM
    assert mail.urls == {f"{Settings.app_url}/verify-email#token={mail.token}"}
    wait_until(lambda: databases.master["mails"].find_one({"to": address}) is None, LOGGED_SECONDS)

    token = service.post("/login", {"email": address, "password": PASSWORD}).json["access_token"]
    proved = service.post("/account/email-verification/complete", {"token": mail.token}, token=token)
    assert proved.status == 204
    again = service.post("/account/email-verification/complete", {"token": mail.token}, token=token)
    assert (again.status, again.code) == (404, "link-not-found")
    request_id = again.json["instance"].rpartition(":")[2]
    wait_until(lambda: request_id in log_of_functions(deployment), LOGGED_SECONDS)
    logs = log_of_functions(deployment)
    for secret in (mail.token, address, PASSWORD):
        assert secret not in logs
