"""Let a built template publish each function: ``python -m deploy.release .aws-sam/build/template.yaml``.

The AWS SAM transform sees that code, layer or template have changed, but not that a parameter has another
value (AutoPublishAliasAllProperties); the alias would stay at the version of before. So every build, and
every deployment of one, is a release of its own.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
"""

import sys
import uuid
from pathlib import Path
from typing import Any

from samcli.yamlhelper import parse_yaml_file, yaml_dump  # type: ignore[import-untyped]


def publish_all(template: dict[str, Any], release: str) -> None:
    """Change a template so that it publishes a version of each function.

    Parameters
    ----------
    template : dict
        A template of AWS SAM.
    release : str
        Versions are published if its first ten characters differ from those of the deployment before. It
        is part of the functions' description.
    """
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["AutoPublishCodeSha256"] = release


def main(path: Path) -> None:
    """Change a template that was built or packaged."""
    template = parse_yaml_file(str(path))
    publish_all(template, uuid.uuid4().hex)
    path.write_text(yaml_dump(template))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
