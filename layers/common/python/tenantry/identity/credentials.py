"""The only place that checks a password against an account, known or chosen; failures bring pauses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from tenantry.audit import recording
from tenantry.audit.recording import Action, OfAccount
from tenantry.errors import (
    EmailNotVerified,
    InvalidCredentials,
    OrganizationRequired,
    OrganizationSuspended,
)
from tenantry.identity import members, passwords
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.throttling import FREE_FAILURES, Attempts
from tenantry.runtime.observability import count, logger
from tenantry.runtime.request_context import Actor

MAX_NAMES: Final = 100  # of organizations that a chosen password is compared with


def check_password(
    attempts: Attempts, account: AccountDocument | None, password: str, failure: Action = "login.failed"
) -> bool:
    """Tell whether the password is the account's, and record it if not; one KDF call whatever the answer.

    Parameters
    ----------
    attempts : Attempts
        What failures count for.
    account : AccountDocument, optional
        The account that is asked for; None if there is none.
    password : str
        In canonical form.
    failure : Action
        What is recorded if the password is not the account's.

    Raises
    ------
    TooManyRequests
        Too many failures; nothing was verified, no KDF call was made.
    """
    attempts.begin()
    if account is not None and _matches(account, password):
        attempts.forget()
        return True
    if account is None:
        passwords.verify_password(password, None)
    failures = attempts.fail()
    if _is_recorded(failures):
        reason = {"reason": InvalidCredentials.code, "failures": failures}
        record_failure(failure, account["_id"] if account else None, reason)
    return False


def _is_recorded(failures: int) -> bool:
    """Tell whether a failure in a row is recorded: the free ones, then whenever their number has doubled.

    So nobody fills the audit record by trying on and on, and it still tells how often somebody tried.
    """
    return failures <= FREE_FAILURES or failures & (failures - 1) == 0


def record_failure(
    failure: Action, account_id: str | None, details: Mapping[str, Any], actor: Actor | None = None
) -> None:
    """Record a refusal; it takes as long whether or not there is an account.

    Parameters
    ----------
    failure : Action
        What was refused.
    account_id : str, optional
        Whose password was asked for; the owners of its organizations may read the record.
    details : mapping
        What is told of it; at least the code of the answer as `reason`.
    actor : Actor, optional
        The account, if the password was right, which proves who is asking.
    """
    recording.record_alone(
        failure, OfAccount(account_id) if account_id else [], details, recording.origin(actor)
    )


def _matches(account: AccountDocument, password: str) -> bool:
    try:
        return passwords.verify_password(password, account.get("password_hash") or "")
    except ValueError:
        logger.error("A stored password hash is corrupt", account_id=account["_id"])
        return False


def refuse_guessable(account: AccountDocument, new_password: str) -> None:
    """Refuse a password that is easy to guess for who knows the account's address and organizations.

    Parameters
    ----------
    account : AccountDocument
        Whose password it would be.
    new_password : str
        In canonical form.

    Raises
    ------
    InvalidFields
        It is; the error names the field `new_password`.
    """
    names = [each.organization["name"] for each in members.choices(account["_id"], None, MAX_NAMES)]
    passwords.refuse_guessable("new_password", new_password, [account["email"], *names])


@contextmanager
def recorded(action: Action, account_id: str) -> Iterator[None]:
    """Record why somebody who knows the password is refused all the same, within a `with` block."""
    try:
        yield
    except (EmailNotVerified, InvalidCredentials, OrganizationRequired, OrganizationSuspended) as error:
        record_failure(action, account_id, {"reason": error.code}, Actor("account", account_id))
        raise


def refusal(reason: str) -> InvalidCredentials:
    """Count and log a refusal; return the one error for every cause."""
    count("LoginFailed")
    logger.info("Login refused", reason=reason)
    return InvalidCredentials()
