"""Sending the audit record to EventBridge, at least once.

A record waits in the master collection `outbox` until EventBridge has acknowledged it. After a kill between
acknowledgement and removal it is sent again; consumers recognise a repetition by `detail.id`.
"""

import json
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tenantry.audit.recording import Record, outbox
from tenantry.runtime import moments, process
from tenantry.runtime.moments import rfc3339
from tenantry.runtime.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE: Final = "tenantry"
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
MAX_ENTRIES: Final = 10
MAX_BYTES: Final = 256 * 1024
_BYTES_OF_TIME: Final = 14
RUN_SECONDS: Final = 40  # the next run is due a minute after this one


@dataclass(slots=True)
class Outcome:
    """How many records EventBridge has acknowledged, and how many of the last request it has refused."""

    published: int = 0
    refused: int = 0


def age_seconds() -> float:
    """Return for how long the oldest record has been waiting; 0 if none is."""
    oldest = outbox().find_one(sort=[("at", 1)])
    return (moments.now() - oldest["at"]).total_seconds() if oldest else 0.0


def publish() -> Outcome:
    """Send what is waiting, oldest first, until nothing is left, nothing gets through or time is up.

    Raises
    ------
    botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError, pymongo.errors.PyMongoError
        The records that were sent last stay, and the next run sends them again.
    """
    outcome = Outcome()
    give_up_at = time.monotonic() + RUN_SECONDS
    while time.monotonic() < give_up_at and (entries := _next_entries()):
        reply = _client().put_events(Entries=list(entries.values()))
        replies = zip(entries, reply["Entries"], strict=True)
        acknowledged = [record_id for record_id, result in replies if result.get("EventId")]
        outbox().delete_many({"_id": {"$in": acknowledged}})
        outcome.published += len(acknowledged)
        outcome.refused = len(entries) - len(acknowledged)
        if not acknowledged:
            break
    return outcome


def _next_entries() -> dict[str, "PutEventsRequestEntryTypeDef"]:
    """Return the oldest entries that fit into one request, by the id of their record."""
    oldest = outbox().find(sort=[("at", 1)], limit=MAX_ENTRIES)
    entries: dict[str, PutEventsRequestEntryTypeDef] = {}
    room = MAX_BYTES
    for record in oldest:
        entry = _entry(record)
        room -= _size(entry)
        if room < 0 and entries:
            break
        entries[record["_id"]] = entry
    return entries


def _entry(record: Record) -> "PutEventsRequestEntryTypeDef":
    detail = {
        "id": record["_id"],
        "at": rfc3339(record["at"]),
        "action": record["action"],
        "result": record["result"],
        "actor": record["actor"],
        "organization_ids": record["organization_ids"],
        "account_id": record.get("account_id"),
        "request_id": record["request_id"],
        "source_address": record["source_address"],
        "details": record["details"],
    }
    return {
        "EventBusName": settings().event_bus,
        "Source": SOURCE,
        "DetailType": record["action"],
        "Time": record["at"],
        "Detail": json.dumps(detail, ensure_ascii=False),
    }


def _size(entry: "PutEventsRequestEntryTypeDef") -> int:
    """Return an entry's size by EventBridge's rule.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
    """
    texts = (entry["Source"], entry["DetailType"], entry["Detail"])
    return _BYTES_OF_TIME + sum(len(text.encode()) for text in texts)


@process.forgettable
@cache
def _client() -> "EventBridgeClient":
    import boto3  # noqa: PLC0415 - a quarter of a second that most functions need not pay
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "events",
        config=Config(
            connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}
        ),
    )
