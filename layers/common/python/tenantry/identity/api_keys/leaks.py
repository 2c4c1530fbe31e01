"""Ending a key that has leaked, of whatever organization, which the operator does."""

from pymongo.client_session import ClientSession

from tenantry.errors import KeyNotFound
from tenantry.identity.api_keys import managing, texts
from tenantry.identity.api_keys.document import ApiKeyDocument
from tenantry.runtime import mongodb


@mongodb.in_transaction
def revoke(session: ClientSession, key_id: str) -> ApiKeyDocument:
    """Remove a key of whatever organization, as `managing.revoke` does, and return what it was.

    Raises
    ------
    KeyNotFound
        There is no such key.
    pymongo.errors.PyMongoError
        As of `managing.revoke`.
    """
    return managing.remove({"_id": key_id}, session)


@mongodb.in_transaction
def revoke_text(session: ClientSession, text: str) -> ApiKeyDocument:
    """Remove the key that this is, as `managing.revoke` does, and return what it was.

    Raises
    ------
    KeyNotFound
        It is none, or none any more. One that is made up, with the id of a key, ends nothing.
    pymongo.errors.PyMongoError
        As of `managing.revoke`.
    """
    leaked = texts.parse(text)
    if leaked is None:
        raise KeyNotFound
    return managing.remove({"_id": leaked.key_id, "secrets.hash": leaked.hash}, session)
