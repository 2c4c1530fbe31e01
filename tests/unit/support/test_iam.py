"""Decisions of IAM that AWS documents, and policies that are not understood."""

import json
from typing import Any

import pytest

from tests.support.iam import Permission, Request, is_allowed, permissions, unneeded

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mongodb-a1B2c3"
READ = Request("secretsmanager:GetSecretValue", SECRET)
SENDER = "arn:aws:ses:us-east-1:123456789012:identity/no-reply@example.com"


def policy(**statement: Any) -> dict[str, Any]:
    written = {"Effect": "Allow", "Action": READ.action, "Resource": SECRET} | statement
    return {"Version": "2012-10-17", "Statement": [written]}


def allows(request: Request = READ, **statement: Any) -> bool:
    return is_allowed(permissions(policy(**statement)), request)


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (READ.action, True),
        ("SecretsManager:getsecretvalue", True),
        ("secretsmanager:Get*", True),
        ("secretsmanager:GetSecretValu?", True),
        (["secretsmanager:PutSecretValue", READ.action], True),
        ("secretsmanager:GetSecret", False),
        ("secretsmanager:GetSecretValue?", False),
        ("ssm:GetSecretValue", False),
        ([], False),
    ],
)
def test_actions(action: Any, allowed: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"""
    assert allows(Action=action) is allowed


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        (SECRET, True),
        ("*", True),
        (SECRET[:-6] + "??????", True),
        (SECRET[:-6] + "*", True),
        ("arn:aws:secretsmanager:*:*:secret:mongodb-*", True),
        (["arn:aws:sqs:::queue", SECRET], True),
        (SECRET[:-7], False),
        (SECRET.upper(), False),
        (SECRET.replace("us-east-1", "eu-central-1"), False),
        ("arn:aws:secretsmanager:*:secret:mongodb-a1B2c3", False),
        ("arn:*", False),
    ],
)
def test_resources(resource: Any, allowed: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"""
    assert allows(Resource=resource) is allowed


@pytest.mark.parametrize(
    ("context", "allowed"),
    [
        ({"ses:fromaddress": "no-reply@example.com"}, True),
        ({"ses:fromaddress": "support@example.com"}, True),
        ({"ses:fromaddress": "No-Reply@example.com"}, False),
        ({"ses:fromaddress": "no-reply@example.com.evil.example"}, False),
        ({"ses:fromdisplayname": "no-reply@example.com"}, False),
        ({}, False),
    ],
)
def test_conditions(context: dict[str, str], allowed: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    condition = {"StringEquals": {"ses:FromAddress": ["no-reply@example.com", "support@example.com"]}}
    request = Request("ses:SendEmail", SENDER, frozenset(context.items()))
    assert allows(request, Action="ses:SendEmail", Resource="*", Condition=condition) is allowed


def test_all_conditions_have_to_hold() -> None:
    condition = {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com", "a:b": "c"}}
    context = frozenset({("kms:viaservice", "secretsmanager.us-east-1.amazonaws.com")})
    request = Request(READ.action, SECRET, context)
    assert not allows(request, Condition=condition)
    assert allows(Request(READ.action, SECRET, context | {("a:b", "c")}), Condition=condition)


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny"},
        {"NotAction": "sqs:*"},
        {"NotResource": SECRET},
        {"Principal": "*"},
        {"Condition": {"StringLike": {"ses:FromAddress": "*"}}},
        {"Condition": {"StringEqualsIfExists": {"ses:FromAddress": "a@example.com"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}}},
        {"Resource": "arn:aws:s3:::bucket/${aws:username}/*"},
        {"Resource": {"Ref": "Secret"}},
    ],
    ids=json.dumps,
)
def test_what_is_not_understood_is_refused(statement: dict[str, Any]) -> None:
    with pytest.raises(LookupError):
        list(permissions(policy(**statement)))


def test_policies_of_another_version_are_refused() -> None:
    with pytest.raises(LookupError):
        list(permissions(policy() | {"Version": "2008-10-17"}))


def test_a_permission_is_unneeded_if_nothing_is_refused_without_it() -> None:
    needed = Permission(READ.action, SECRET)
    more = Permission("secretsmanager:PutSecretValue", SECRET)
    twice = [Permission(READ.action, SECRET), Permission(READ.action, "*")]
    assert unneeded([needed], [READ]) == []
    assert unneeded([needed, more], [READ]) == [more]
    assert unneeded([needed], []) == [needed]
    assert unneeded(twice, [READ]) == twice
