"""The layer, built by its Makefile as `sam build` does."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.contract.sam_template import PROJECT

MAKE = shutil.which("make") or "make"


def build(target: Path, architecture: str) -> Path:
    """Build the layer and return the directory that Lambda has as /opt/python."""
    subprocess.run(
        [MAKE, "--silent", "--makefile", "layers/common/Makefile", "build-CommonLayer"],
        cwd=PROJECT,
        env=os.environ | {"ARTIFACTS_DIR": str(target), "ARCHITECTURE": architecture},
        check=True,
    )
    return target / "python"
