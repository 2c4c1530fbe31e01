"""What the wheel of `tenantry` requires, and what it is not built without; pyproject.toml names its files.

Hatchling calls this: https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

import re
from pathlib import Path
from typing import Any, Final, override

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PINNED: Final = "requirements/cli.txt"
LIBRARY: Final = "layers/common/console/library"
IMPORTED: Final = ("htm.js", "hooks.js", "preact.js")
_REQUIREMENT: Final = re.compile(r"^(\w.*?) \\$", re.MULTILINE)


class Requirements(MetadataHookInterface):
    """Lets the wheel require the versions that its tests have run with."""

    @override
    def update(self, metadata: dict[str, Any]) -> None:
        pinned = (Path(self.root) / PINNED).read_text()
        metadata["dependencies"] = _REQUIREMENT.findall(pinned)


class ConsoleLibrary(BuildHookInterface[Any]):
    """Builds no wheel without what the console imports, which git does not hold."""

    @override
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        missing = [name for name in IMPORTED if not (Path(self.root) / LIBRARY / name).is_file()]
        if missing and version != "editable":
            self.app.abort(f"{LIBRARY} lacks {', '.join(missing)}: run make install first, which fetches it")
