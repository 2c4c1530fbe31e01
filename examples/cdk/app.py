"""Tenantry inside a stack of CDK, with a function of yours beside it.

    cdk deploy --parameters MongoDBUriSecretArn=arn:aws:secretsmanager:...

Beside this file there has to be `tenantry.yaml`, which `make package` of Tenantry wrote.
"""

from pathlib import Path

from aws_cdk import App, CfnOutput, CfnParameter, CfnStack, Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as assets

DIRECTORY = Path(__file__).resolve().parent


def add_tenantry(stack: Stack, parameters: dict[str, str]) -> CfnStack:
    """Add Tenantry, as a stack of its own that CDK uploads the template of."""
    template = assets.Asset(stack, "TenantryTemplate", path=str(DIRECTORY / "tenantry.yaml"))
    return CfnStack(stack, "Tenantry", template_url=template.http_url, parameters=parameters)


def output(tenantry: CfnStack, name: str) -> str:
    """Return what will be an output of Tenantry's stack."""
    return str(tenantry.get_att(f"Outputs.{name}").to_string())


def add_notes(stack: Stack, tenantry: CfnStack) -> lambda_.Function:
    """Add a function that reaches documents of the caller's organization."""
    layer_arn, policy_arn = output(tenantry, "CommonLayerArn"), output(tenantry, "MongoDBUriPolicyArn")
    notes = lambda_.Function(
        stack,
        "Notes",
        description="Lists and adds notes",
        code=lambda_.Code.from_asset(str(DIRECTORY.parent / "notes/function")),
        handler="app.lambda_handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        architecture=lambda_.Architecture.custom(output(tenantry, "Architecture")),
        layers=[lambda_.LayerVersion.from_layer_version_arn(stack, "TenantryLayer", layer_arn)],
        memory_size=512,
        timeout=Duration.seconds(15),  # above every MongoDB timeout of the layer
        tracing=lambda_.Tracing.ACTIVE,
        environment={
            "MONGODB_URI_SECRET_ARN": output(tenantry, "MongoDBUriSecretArn"),
            "MASTER_DATABASE": output(tenantry, "MasterDatabase"),
            "TENANT_DATABASE": output(tenantry, "TenantDatabase"),
            "TOKEN_ISSUER": output(tenantry, "TokenIssuer"),
            "POWERTOOLS_SERVICE_NAME": "notes",
            "POWERTOOLS_METRICS_NAMESPACE": stack.stack_name,
        },
    )
    notes.role.add_managed_policy(
        iam.ManagedPolicy.from_managed_policy_arn(stack, "ReadMongoDBUri", policy_arn)
    )
    return notes


def main() -> None:
    """Write the stack's template to cdk.out, where the CDK CLI looks for it."""
    app = App()
    stack = Stack(app, "NotesWithTenantry")
    secret = CfnParameter(
        stack, "MongoDBUriSecretArn", description="Secret whose string is the MongoDB connection string"
    )
    parameters = {"Stage": "prod", "MongoDBUriSecretArn": secret.value_as_string}
    tenantry = add_tenantry(stack, parameters)
    notes = add_notes(stack, tenantry)
    # The region has one role for access logs, and Tenantry sets it.
    api = apigateway.LambdaRestApi(stack, "Api", handler=notes, proxy=False, cloud_watch_role=False)
    api.root.add_resource("notes").add_method("ANY")
    CfnOutput(stack, "TenantryUrl", value=output(tenantry, "ApiUrl"))
    app.synth()


if __name__ == "__main__":
    main()
