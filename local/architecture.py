"""Let a built template be deployed only with the instruction set that its layer was built for.

``python -m local.architecture .aws-sam/build/template.yaml x86_64``

Lambda accepts a layer for another instruction set, and then the first import fails.
"""

import sys
from pathlib import Path
from typing import Any

from samcli.yamlhelper import parse_yaml_file, yaml_dump  # type: ignore[import-untyped]


def allow_only(architecture: str, template: dict[str, Any]) -> None:
    """Change a template so that CloudFormation accepts no other value of `Architecture`, whether old or new.

    Parameters
    ----------
    architecture : str
        The instruction set that the layer was built for.
    template : dict
        A template with the parameter `Architecture`.
    """
    template["Parameters"]["Architecture"] |= {
        "AllowedValues": [architecture],
        "Default": architecture,
        "ConstraintDescription": f"{architecture}, which the layer was built for; build it for another with "
        "`ARCHITECTURE=... make build`",
    }


def main(path: Path, architecture: str) -> None:
    """Change a template that was built."""
    template = parse_yaml_file(str(path))
    allow_only(architecture, template)
    path.write_text(yaml_dump(template))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
