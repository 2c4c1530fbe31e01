"""Resources that ministack's CloudFormation makes, mended where other services read them in another form.

- IAM shows the policies of a template.
- The Ref of a secret is its ARN, as in policies; in ministack it is the name.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

Made = tuple[str, dict[str, Any]]  # physical id and attributes of a resource


def mend_resources() -> None:
    """Mend roles, policies and secrets as they are made from now on."""
    _after_creation("AWS::IAM::Role", _show_role)
    _after_creation("AWS::IAM::ManagedPolicy", _show_policy)
    _after_creation("AWS::SecretsManager::Secret", lambda made: (made[1]["Arn"], made[1]))


def _show_role(made: Made) -> Made:
    role = iam._roles[made[0]]
    role["AttachedPolicies"] = [attached["PolicyArn"] for attached in role["AttachedPolicies"]]
    return made


def _show_policy(made: Made) -> Made:
    policy = iam._policies[made[0]]
    policy["Versions"] = {
        version["VersionId"]: version | {"CreateDate": policy["CreateDate"]}
        for version in policy["PolicyVersions"]
    }
    return made


def _after_creation(resource_type: str, mend: Callable[[Made], Made]) -> None:
    """Change a resource once it is made, or what a template's Ref stands for."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create = handlers["create"]
    handlers["create"] = lambda *arguments: mend(create(*arguments))
