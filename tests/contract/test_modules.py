"""The examples that have Tenantry as a part name parameters and outputs that it has."""

import re

import pytest

from tests.contract import sam_template
from tests.contract.sam_template import PROJECT

EXAMPLES = PROJECT / "examples"
DOCUMENT = (PROJECT / "docs/infrastructure-as-code.md").read_text()

# How each tool writes an output of Tenantry's stack, and the parameters that it passes.
OUTPUTS = {
    "nested/template.yaml": r"Tenantry\.Outputs\.(\w+)",
    "cdk/app.py": r'output\(tenantry, "(\w+)"\)',
    "terraform/main.tf": r'aws_cloudformation_stack\.tenantry\.outputs\["(\w+)"\]',
}
PARAMETERS = {
    "nested/template.yaml": r"(?m)^        ([A-Z]\w+): (?:prod|!Ref)",
    "cdk/app.py": r'"(\w+)": (?:"prod"|secret)',
    "terraform/main.tf": r"(?m)^    ([A-Z]\w+) += ",
}
# CDK's CLI gives both. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
NEEDED = {"CommonLayerArn", "Architecture", "MongoDBUriPolicyArn", "MongoDBUriSecretArn", "MasterDatabase"}
NEEDED |= {"TenantDatabase", "TokenIssuer"}


def text(example: str) -> str:
    return (EXAMPLES / example).read_text()


@pytest.mark.parametrize("example", OUTPUTS)
def test_function_gets_what_it_needs_from_outputs_that_are_there_always(example: str) -> None:
    used = set(re.findall(OUTPUTS[example], text(example)))
    outputs = sam_template.template()["Outputs"]
    assert used >= NEEDED | {"ApiUrl"}
    assert used <= {name for name, output in outputs.items() if "Condition" not in output}


@pytest.mark.parametrize("example", PARAMETERS)
def test_parameters_exist_and_those_without_a_default_are_given(example: str) -> None:
    given = set(re.findall(PARAMETERS[example], text(example)))
    parameters = sam_template.template()["Parameters"]
    assert given <= parameters.keys()
    assert given >= {name for name, parameter in parameters.items() if "Default" not in parameter}


@pytest.mark.parametrize("example", ["nested/samconfig.toml", "terraform/main.tf"])
def test_capabilities_of_roles_and_of_the_transform_are_given(example: str) -> None:
    assert all(re.search(rf"\b{capability}\b", text(example)) for capability in CAPABILITIES)
    assert all(capability in DOCUMENT for capability in CAPABILITIES)


def test_roles_and_policies_have_no_names_which_would_need_a_further_capability() -> None:
    named = [
        logical_id
        for kind, name in (("Role", "RoleName"), ("ManagedPolicy", "ManagedPolicyName"))
        for logical_id, properties in sam_template.of_type(f"AWS::IAM::{kind}").items()
        if name in properties
    ]
    assert not named


def test_one_packaged_template_is_what_all_of_them_deploy() -> None:
    assert "Location: tenantry.yaml" in text("nested/template.yaml")
    assert '"tenantry.yaml"' in text("cdk/app.py")
    assert text("terraform/main.tf").count("/tenantry.yaml") == 2
    makefile = (PROJECT / "Makefile").read_text()
    assert "--output-template-file .aws-sam/tenantry.yaml" in makefile
