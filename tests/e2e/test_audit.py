"""What was done reaches its owner, the event bus and a queue behind it."""

import json
from typing import Any

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService, unique
from tests.support.owners import Owner, sign_up
from tests.support.waiting import wait_until

ARRIVES_WITHIN_SECONDS = 15.0


class Queue:
    """A queue that a rule fills with all that the bus of the stack gets."""

    def __init__(self, deployment: Deployment) -> None:
        self._sqs = deployment.aws_client("sqs")
        self._url = self._sqs.create_queue(QueueName="audit")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        bus = {"EventBusName": deployment.aws.physical_id("EventBus")}
        events = deployment.aws_client("events")
        events.put_rule(Name="audit", EventPattern=json.dumps({"source": ["tenantry"]}), **bus)
        target = {"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}
        events.put_targets(Rule="audit", Targets=[target], **bus)
        self._received: list[Any] = []

    def received(self) -> list[Any]:
        """Return all events that have arrived."""
        arrived = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        self._received += [json.loads(message["Body"]) for message in arrived.get("Messages", ())]
        return self._received


@pytest.fixture(scope="module")
def queue(deployment: Deployment) -> Queue:
    return Queue(deployment)


def test_what_an_owner_reads_arrives_in_a_queue(
    deployment: Deployment, service: HttpService, queue: Queue
) -> None:
    owner = sign_up(service, unique("Audited"))
    assert service.patch(owner.path, {"name": unique("Renamed")}, token=owner.token).status == 200
    shown = service.get(f"{owner.path}/audit", token=owner.token).json["records"]
    expected = ["organization.renamed", "login.succeeded", "organization.created"]
    assert [record["action"] for record in shown] == expected
    assert {record["source_address"] for record in shown} != {None}
    publish = deployment.aws.physical_id("PublishEventsFunction")
    assert "FunctionError" not in deployment.aws.functions.invoke(FunctionName=publish)

    def arrived() -> bool:
        details = {event["detail"]["id"]: event["detail"] for event in queue.received()}
        return all(record.items() <= details.get(record["id"], {}).items() for record in shown)

    wait_until(arrived, ARRIVES_WITHIN_SECONDS)


def test_the_platforms_record_is_closed_to_tokens_and_to_nobody(service: HttpService, owner: Owner) -> None:
    assert service.get("/operator/audit").code == "not-found"
    assert service.get("/operator/audit", token=owner.token).code == "operator-required"
