"""Mails of the deployed stack: sent by the function that may, with links to the pages of the product."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from local.stack import MAIL_FROM, Settings
from tests.e2e.deployment import Deployment
from tests.e2e.mailbox import Mailbox
from tests.e2e.test_logs import log_of_functions
from tests.support.databases import Databases
from tests.support.waiting import wait_until

LOGGED_SECONDS = 10.0


def waiting(databases: Databases) -> list[dict[str, Any]]:
    return list(databases.master["mails"].find())


def test_what_waits_is_sent_and_not_logged(
    deployment: Deployment, databases: Databases, mailbox: Mailbox
) -> None:
    address = f"ada-{secrets.token_hex(4)}@example.com"
    now = datetime.now(UTC)
    mail_id = f"mail_{secrets.token_hex(16)}"
    databases.master["mails"].insert_one(
        {
            "_id": mail_id,
            "kind": "verify-email",
            "to": address,
            "values": {},
            "claims": {"account_id": "acct_of_nobody"},
            "at": now,
            "leased_until": now,
            "expires_at": now + timedelta(minutes=30),
        }
    )
    sender = deployment.aws.physical_id("SendMailFunction")
    deployment.aws.functions.invoke(FunctionName=sender, InvocationType="Event")
    (mail,) = mailbox.to(address)
    assert (mail.sender, mail.to) == (MAIL_FROM, address)
    assert mail.urls == {f"{Settings.app_url}/verify-email#token={mail.token}"}
    wait_until(lambda: mail_id not in [entry["_id"] for entry in waiting(databases)], LOGGED_SECONDS)
    (link,) = databases.master["links"].find({"mail_id": mail_id})
    assert mail.token not in str(link)
    logs = log_of_functions(deployment)
    assert address not in logs
    assert mail.token not in logs
