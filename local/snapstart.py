"""Let the API's functions start from snapshots: ``python -m local.snapstart .aws-sam/build/template.yaml``.

SnapStart takes a snapshot of each version that is published.
"""

import sys
from pathlib import Path
from typing import Any

from samcli.yamlhelper import parse_yaml_file, yaml_dump  # type: ignore[import-untyped]

# The extension expects the session token of the environment variables, and with SnapStart there is none:
# Lambda gives credentials through AWS_CONTAINER_CREDENTIALS_FULL_URI, whose token the extension refuses.
# https://repost.aws/questions/QUPEC-ItLhT9ipewWJf3rz0Q/parameters-and-secrets-lambda-extension-with-snapstart
NO_EXTENSION = {
    "Assert": {"Fn::Equals": [{"Ref": "SecretsExtensionLayerArn"}, ""]},
    "AssertDescription": "With SNAPSTART=on, leave SecretsExtensionLayerArn empty: the extension knows no "
    "credentials in functions that start from snapshots, and boto3 is in the snapshot.",
}


def start_from_snapshots(template: dict[str, Any]) -> None:
    """Change a template so that the functions behind its API start from snapshots.

    CloudFormation then refuses the secrets extension.

    Parameters
    ----------
    template : dict
        A template of AWS SAM; functions without a route stay as they are.
    """
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values()):
            properties["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    template["Rules"]["SnapshotsReadSecretsThroughBoto3"] = {"Assertions": [NO_EXTENSION]}


def main(path: Path) -> None:
    """Change a template that was built."""
    template = parse_yaml_file(str(path))
    start_from_snapshots(template)
    path.write_text(yaml_dump(template))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
