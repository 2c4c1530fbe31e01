"""Make one CycloneDX document of the layer's two: what pip has installed there, and what npm has fetched.

``python -m local.sbom layer.cdx.json console.cdx.json sbom.cdx.json``
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

LISTS: Final = ("components", "dependencies")


def joined(layer: dict[str, Any], console: dict[str, Any]) -> dict[str, Any]:
    """Return the layer's document with what the console's lists, but for the console itself."""
    itself = console["metadata"]["component"]["bom-ref"]
    return layer | {
        name: layer[name] + [part for part in console[name] if part.get("ref") != itself] for name in LISTS
    }


def main(layer: Path, console: Path, target: Path) -> None:
    """Write the document, unless it is not valid."""
    text = json.dumps(joined(json.loads(layer.read_text()), json.loads(console.read_text())), indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"This is no CycloneDX document: {error}")
    target.write_text(f"{text}\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
