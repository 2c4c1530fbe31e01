"""How much room there is for a stack in its account and region: what deployments fail by."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import boto3

from cli.aws.asking import described
from tenantry.lifecycle.oversight.findings import Finding, judged

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import GetAccountSettingsResponseTypeDef

NEARLY_FULL_PERCENT: Final = 80
# Of an account and region; young accounts have less:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
USUAL_CONCURRENCY: Final = 1_000
# Which AWS keeps for functions that reserve none:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
UNRESERVABLE: Final = 100
ROLES_OF_A_STACK: Final = 50  # or a few less: each function has its own


def executions(stack: str) -> Iterator[Finding]:
    """Compare how many functions may run at once with what the stack reserves for each of its functions."""
    limit = _settings()["AccountLimit"]
    most, rest = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    reservable, reserved = max(rest - UNRESERVABLE, 0), _reserved(stack)
    yield judged(
        "executions at once",
        f"{most} in this account and region, of which {reservable} can still be reserved; "
        f"each function of the stack reserves {reserved or 'none'}",
        "`aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 "
        f"--desired-value {max(USUAL_CONCURRENCY, 2 * most)}`; until then a deployment that reserves more "
        "fails, and so do requests beyond that number",
        is_well=most >= USUAL_CONCURRENCY and reserved <= reservable,
    )


def _reserved(stack: str) -> int:
    description = described(stack)
    for parameter in description.get("Parameters", []) if description else []:
        if parameter["ParameterKey"] == "ReservedConcurrency":
            return int(parameter["ParameterValue"])
    return 0


def stored_code() -> Iterator[Finding]:
    """Tell how much of the room for functions and layers is used; each deployment adds versions of both."""
    settings = _settings()
    used, most = settings["AccountUsage"]["TotalCodeSize"], settings["AccountLimit"]["TotalCodeSize"]
    yield judged(
        "stored code",
        f"{used / 1e9:.1f} of {most / 1e9:.1f} GB of functions and layers in this account and region",
        "delete versions of functions and layers that nobody uses; a deployment that finds no room fails",
        is_well=100 * used < NEARLY_FULL_PERCENT * most,
    )


def roles() -> Iterator[Finding]:
    """Tell whether there is room for the IAM roles of another stack."""
    summary = boto3.client("iam").get_account_summary()["SummaryMap"]
    used, most = summary["Roles"], summary["RolesQuota"]
    yield judged(
        "IAM roles",
        f"{used} of {most} in this account",
        "each function has its own: delete roles that nobody uses, or ask for a higher quota of IAM",
        is_well=most - used >= ROLES_OF_A_STACK,
    )


def _settings() -> "GetAccountSettingsResponseTypeDef":
    return boto3.client("lambda").get_account_settings()
