"""Layers of functions, unpacked once.

ministack unpacks a layer for each environment of each function, for half a second and into 60 MB of the disk.
A layer that all of them read is as good as that of Lambda, where no function can write into it.
"""

import io
import os
import tempfile
import zipfile
from functools import cache
from threading import Lock
from typing import Any, Final

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

# Where the program of an environment looks for layers.
DIRECTORIES: Final = "_LAMBDA_LAYERS_DIRS"

_unpacking: Final = Lock()


class Environment(lambda_runtime.Worker):  # type: ignore[misc]
    """An environment of a function, which reads its layers where all environments read them."""

    def __init__(self, name: str, config: dict[str, Any], code: bytes) -> None:
        super().__init__(name, config, code)
        self.config = config
        self._layers = [layer["Arn"] for layer in config.get("Layers", ())]

    def _spawn(self) -> None:
        with _unpacking:
            directories = [_directory(lambda_svc._resolve_layer_zip(layer)) for layer in self._layers]
        variables = self.config.get("Environment", {}).get("Variables", {})
        variables = variables | {DIRECTORIES: os.pathsep.join(directories)}
        self.config = self.config | {"Layers": [], "Environment": {"Variables": variables}}
        super()._spawn()


def share_layers() -> None:
    """Let environments that start from now on share their layers."""
    lambda_runtime.Worker = Environment


@cache
def _directory(archive: bytes) -> str:
    """Return where a layer is unpacked, which ends with this process."""
    directory = tempfile.mkdtemp(prefix="layer-")
    with zipfile.ZipFile(io.BytesIO(archive)) as layer:
        layer.extractall(directory)
    return directory
