"""Mail comes from one address, and links in it lead to one place, which the operator alone chooses."""

import re
from typing import Any, Final

import pytest

from local.cli import APP_URL
from tests.contract import sam_template
from tests.contract.test_permissions import granted_to

TEMPLATE: Final = sam_template.template()
PARAMETERS: Final = TEMPLATE["Parameters"]
FUNCTIONS: Final = sam_template.of_type("AWS::Lambda::Function")


def value_of(expression: Any, mail_from: str) -> Any:
    """Return what CloudFormation makes of an expression."""
    if not isinstance(expression, dict):
        return expression
    ((function, argument),) = expression.items()
    match function:
        case "Fn::Select":
            index, parts = argument
            return value_of(parts, mail_from)[int(index)]
        case "Fn::Split":
            delimiter, text = argument
            return value_of(text, mail_from).split(delimiter)
        case "Fn::Sub":
            return argument.replace("${MailFrom}", mail_from)
        case _:
            raise LookupError(function)


def test_only_send_mail_sends_and_only_from_the_address() -> None:
    sending = {
        function: statement
        for function in FUNCTIONS
        for statement in granted_to(function)
        if "ses:" in str(statement["Action"])
    }
    (statement,) = sending.values()
    assert sending.keys() == {"SendMailFunction"}
    assert statement["Action"] == "ses:SendEmail"
    address = statement["Condition"]["StringEquals"]["ses:FromAddress"]
    assert value_of(address, "no-reply@example.com") == "no-reply@example.com"
    assert value_of(address, "Example Inc. <no-reply@example.com>") == "no-reply@example.com"
    assert value_of(address, "") == ""


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_that_queues_mails_may_wake_the_sender(function: str) -> None:
    named = sam_template.environment(function).get("MAIL_FUNCTION")
    allowed = [
        statement["Resource"]
        for statement in granted_to(function)
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    assert (named is None) == (allowed == [])
    assert named in (None, {"Ref": "SendMailFunctionAliaslive"})
    assert allowed in ([], [{"Ref": "SendMailFunctionAliaslive"}])


@pytest.mark.parametrize(
    "mail_from",
    ["", "no-reply@example.com", "a.b+c@mail.example.co.uk", "Example Inc. <no-reply@example.com>"],
)
def test_senders_are_taken(mail_from: str) -> None:
    assert re.fullmatch(PARAMETERS["MailFrom"]["AllowedPattern"], mail_from)


@pytest.mark.parametrize(
    "mail_from",
    [
        "example.com",
        "No-Reply@Example.com",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@example.com",
        "Example <a@example.com> <b@example.com>",
        "<a@example.com>",
        '"Example" <a@example.com>',
        "a@example.com>",
        "a@*",
    ],
)
def test_what_is_no_sender_is_refused(mail_from: str) -> None:
    assert not re.fullmatch(PARAMETERS["MailFrom"]["AllowedPattern"], mail_from)


@pytest.mark.parametrize(
    "url", ["", "https://app.example.com", "https://example.com:8443/app/", "http://localhost:3000"]
)
def test_pages_are_taken(url: str) -> None:
    assert re.fullmatch(PARAMETERS["AppUrl"]["AllowedPattern"], url)


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example.com",
        "http://localhost.evil.example",
        "https://user@app.example.com",
        "https://app.example.com?a=b",
        "https://app.example.com/#",
        "https://app.example.com\n",
        "javascript:alert(1)",
        "app.example.com",
    ],
)
def test_where_no_link_may_lead_to_is_refused(url: str) -> None:
    assert not re.fullmatch(PARAMETERS["AppUrl"]["AllowedPattern"], url)


def test_make_run_takes_what_the_template_takes() -> None:
    assert f"({APP_URL.pattern})?" == PARAMETERS["AppUrl"]["AllowedPattern"]


def test_a_sender_without_a_page_is_refused_at_deployment() -> None:
    rule = TEMPLATE["Rules"]["LinksNeedAPage"]
    is_there = [{"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in ("MailFrom", "AppUrl")]
    assert rule["RuleCondition"] == is_there[0]
    assert [assertion["Assert"] for assertion in rule["Assertions"]] == is_there[1:]
    assert sam_template.translation()["Rules"] == TEMPLATE["Rules"]


def test_proof_of_addresses_is_not_required_where_nothing_can_prove_them() -> None:
    rule = TEMPLATE["Rules"]["ProofNeedsMail"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "RequireVerifiedEmail"}, "true"]}
    is_there = {"Fn::Not": [{"Fn::Equals": [{"Ref": "MailFrom"}, ""]}]}
    assert [assertion["Assert"] for assertion in rule["Assertions"]] == [is_there]
