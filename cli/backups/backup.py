"""Backing up an organization while its users go on."""

import time
from dataclasses import dataclass
from typing import Final

from pymongo.errors import OperationFailure

from cli.backups import archive, snapshot, storage
from cli.backups.errors import BackupError
from cli.backups.storage import Destination
from cli.checker import Advance
from cli.connection import Databases
from tenantry.errors import ServiceUnavailable
from tenantry.lifecycle.intents.settling import settle
from tenantry.registry import deletions
from tenantry.registry.organizations import finding
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.runtime import moments, server_errors

MAX_ATTEMPTS: Final = 10  # while renames keep coming between
PAUSE_SECONDS: Final = (
    0.2  # until the next; a collection of this moment may not be in the latest snapshot yet
)

MOVED: Final = {
    server_errors.QUERY_PLAN_KILLED,
    server_errors.SNAPSHOT_UNAVAILABLE,
    server_errors.COLLECTION_UUID_MISMATCH,
}


@dataclass(frozen=True, slots=True)
class Backup:
    """What was backed up."""

    organization: OrganizationDocument
    archive_bytes: int


def back_up(databases: Databases, reference: str, destination: str, advance: Advance) -> Backup:
    """Write one organization as it is at one moment.

    Parameters
    ----------
    databases : Databases
        Where the organization is.
    reference : str
        Its id or slug.
    destination : str
        A path, s3://bucket/key, or - for standard output.
    advance : Advance
        Called with the number of bytes as the work goes on.

    Raises
    ------
    BackupError, StorageFailed
        There is no backup at the destination, or still the one from before; what was passed on is none.
    """
    place = storage.Destination(destination)
    for _ in range(MAX_ATTEMPTS):
        organization = _settled(reference)
        reference = organization["_id"]
        try:
            return Backup(organization, _attempt(databases, organization, place, advance))
        except snapshot.OrganizationMoved:
            time.sleep(PAUSE_SECONDS)
        except OperationFailure as error:
            _check_moved(error)
            time.sleep(PAUSE_SECONDS)
    raise BackupError(
        f"The organization was renamed during each of {MAX_ATTEMPTS} attempts, or has no collection; "
        "run `tenantry verify`, or try again when it rests"
    )


def _settled(reference: str) -> OrganizationDocument:
    """Return the organization without an intent."""
    organization = finding.find_present(reference)
    try:
        organization = settle(organization) if organization else None
    except ServiceUnavailable:
        raise BackupError("Somebody is renaming or deleting the organization; try again") from None
    if organization is None or reference not in (organization["_id"], organization["slug"]):
        raise _missing(reference)
    return organization


def _missing(reference: str) -> BackupError:
    deletion = deletions.find(reference)
    if deletion is None:
        return BackupError(f"There is no organization {reference}")
    return BackupError(
        f"The organization {reference} is deleted and kept until {moments.rfc3339(deletion['purge_at'])}; "
        f"`tenantry undo {reference}` brings it back"
    )


def _attempt(
    databases: Databases, organization: OrganizationDocument, place: Destination, advance: Advance
) -> int:
    version = databases.master.client.server_info()["version"]
    taken_at = databases.server_time()
    with (
        snapshot.taken(databases, organization) as view,
        place.writing() as file,
    ):
        written = 0
        for piece in archive.encode(version, taken_at, view.contents):
            written += file.write(piece)
            advance("Backing up", written, view.data_bytes)
    return written


def _check_moved(error: OperationFailure) -> None:
    """Return if the collection was renamed or dropped meanwhile, so that another attempt may succeed."""
    if error.code == server_errors.SNAPSHOT_TOO_OLD:
        raise BackupError(
            "The backup took longer than MongoDB keeps a snapshot; raise the server parameter "
            "minSnapshotHistoryWindowInSeconds (300 by default) and try again"
        ) from None
    if error.code not in MOVED:
        raise error
