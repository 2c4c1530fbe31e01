"""Let the API's functions start from snapshots: ``python -m local.snapstart .aws-sam/build/template.yaml``.

SnapStart takes a snapshot of a published version, and the AWS SAM CLI publishes one only when the source of
the function itself has changed: a change of the layer or of a parameter would not reach the API. So nothing
is published by default, and with SnapStart every build is a release that is published.
"""

import sys
import uuid
from pathlib import Path
from typing import Any

from samcli.yamlhelper import parse_yaml_file, yaml_dump  # type: ignore[import-untyped]

ALIAS = "live"


def start_from_snapshots(template: dict[str, Any], release: str) -> None:
    """Change a template so that its API calls published versions, which start from their snapshots.

    Parameters
    ----------
    template : dict
        With SAM's resources; functions that AWS calls for itself stay as they are.
    release : str
        Versions are published when it is another one than in the deployment before.
    """
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values()):
            properties["AutoPublishAlias"] = ALIAS
            properties["AutoPublishCodeSha256"] = release
            properties["SnapStart"] = {"ApplyOn": "PublishedVersions"}


def main(path: Path) -> None:
    """Change a template that was built."""
    template = parse_yaml_file(str(path))
    start_from_snapshots(template, uuid.uuid4().hex)
    path.write_text(yaml_dump(template))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
