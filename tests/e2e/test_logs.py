"""The logs tell what happened, and no secret."""

import json
import secrets

from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.support.owners import email_of
from tests.support.waiting import wait_until

LOGGED_SECONDS = 10.0
LOG_GROUPS = "/tenantry/"
LOG_FILES = {"ministack.log", "sam-build.log", "sam-deploy.log"}


def log_of_functions(deployment: Deployment) -> str:
    """Return all that the functions have written to CloudWatch Logs."""
    client = deployment.aws_client("logs")
    messages: list[str] = []
    for group in client.describe_log_groups(logGroupNamePrefix=LOG_GROUPS)["logGroups"]:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        messages += [event["message"] for page in pages for event in page["events"]]
    return "\n".join(messages)


def private_key(deployment: Deployment) -> str:
    secret = deployment.aws.physical_id("SigningKeySecret")
    current = deployment.aws.secrets.get_secret_value(SecretId=secret)["SecretString"]
    return str(json.loads(current)["private_key"]["d"])


def test_no_password_token_private_key_or_body_is_logged(
    service: HttpService, deployment: Deployment, mailbox: Mailbox
) -> None:
    name = unique("Google")
    email = email_of(name)
    password, chosen, wrong, spoiled = (f"log {secrets.token_hex(8)} log" for _ in range(4))
    created = service.post("/organizations", {"name": name, "email": email, "password": password})
    organization_id = created.json["organization"]["id"]
    token_of_link = mailbox.to(email)[0].token
    token = service.post("/login", {"email": email, "password": password}).json["access_token"]
    path = f"/organizations/{organization_id}"
    forged = token[:-4] + "AAAA"

    service.post("/login", {"email": email, "password": wrong})
    service.post("/organizations", {"name": name, "email": email, "password": password, "extra": spoiled})
    service.post("/login", body=f'{{"email": "{email}", "password": "{spoiled}"')
    service.put("/account/password", {"current_password": wrong, "new_password": chosen}, token=token)
    service.put("/account/password", {"current_password": password, "new_password": chosen}, token=token)
    assert service.get(path, token=forged).status == 401
    last = service.get(path, token=token)
    assert last.status == 401  # since the password has changed

    request_id = last.json["instance"].rpartition(":")[2]
    wait_until(lambda: request_id in log_of_functions(deployment), LOGGED_SECONDS)
    logs = {file.name: file.read_text() for file in deployment.state.glob("*.log")}
    assert logs.keys() >= LOG_FILES
    assert any(name.startswith("mongodb") for name in logs)
    logs["functions"] = log_of_functions(deployment)
    for source, text in logs.items():
        for secret in (
            password,
            chosen,
            wrong,
            spoiled,
            token,
            forged,
            token_of_link,
            private_key(deployment),
        ):
            assert secret not in text, source
    assert organization_id in logs["functions"]
    assert email not in logs["functions"]
