# ruff: noqa - all of it is wrong on purpose, and never runs
from typing import Any

from tenantry.runtime.observability import logger


def secrets_in_the_log(event: dict[str, Any], password: str, request: Any, account: Any, uri: str) -> None:
    # ruleid: logged-secret
    logger.info("Request", event=event)
    # ruleid: logged-secret
    logger.info("Request", sent=event["body"])
    # ruleid: logged-secret
    logger.debug(request.headers)
    # ruleid: logged-secret
    logger.warning(f"Refused {password}")
    # ruleid: logged-secret
    logger.append_keys(authorization=request.headers["authorization"])
    # ruleid: logged-secret
    logger.error("Corrupt", stored=account["password_hash"])
    # ruleid: logged-secret
    logger.error("Away", where=uri)
    # ok: logged-secret
    logger.error("A stored password hash is corrupt", account_id=account["_id"])
    # ok: logged-secret
    logger.info("Answered", method=event["httpMethod"], status=200)


# ruleid: logged-secret
@logger.inject_lambda_context(log_event=True)
def handler_that_logs_its_event(event: dict[str, Any], context: Any) -> None:
    pass


# ok: logged-secret
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> None:
    pass
