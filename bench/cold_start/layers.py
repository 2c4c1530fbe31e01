"""Directories as Lambda unpacks them: the layer as it is built, those of floor and peer prepared alike."""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2]
ZIP_EPOCH: Final = 315532800  # 1980-01-01 as the time stamp of every file, whatever is in the archive
# What Lambda's Python runtime holds.
RUNTIME: Final = (
    "awslambdaric",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot-restore-py",
    "urllib3",
)
FLOOR: Final = ("dnspython", "pymongo")
PEER: Final = (
    *FLOOR,
    "annotated-doc",
    "annotated-types",
    "anyio",
    "cffi",
    "cryptography",
    "email-validator",
    "fastapi",
    "idna",
    "libpass",
    "mangum",
    "opentelemetry-api",
    "pydantic",
    "pydantic-core",
    "pyjwt",
    "starlette",
    "typing-extensions",
    "typing-inspection",
)


def build_layer(target: Path) -> Path:
    """Build the layer of template.yaml with ``sam build``; return the directory of its modules."""
    command = [str(Path(sys.executable).with_name("sam")), "build", "CommonLayer"]
    command += ["--template-file", str(PROJECT / "template.yaml"), "--build-dir", str(target)]
    environment = os.environ | {"ARCHITECTURE": "x86_64", "SAM_CLI_TELEMETRY": "0"}
    subprocess.run(  # noqa: S603 - a constant
        command, cwd=PROJECT, env=environment, check=True, capture_output=True
    )
    return _unpacked(target / "CommonLayer" / "python")


def zipped_bytes(modules: Path) -> int:
    """Return the size of the archive that is made of a layer."""
    archive = shutil.make_archive(str(modules.parent), "zip", modules.parent, modules.name)
    return Path(archive).stat().st_size


def install(names: Iterable[str], target: Path) -> Path:
    """Copy the modules of installed distributions into a directory, compiled as the layer is."""
    for name in names:
        _copy(name, target)
    compileall.compile_dir(target, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return _unpacked(target)


def _copy(name: str, target: Path) -> None:
    for file in distribution(name).files or ():
        if ".." in file.parts or file.suffix == ".pyc":
            continue
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(file.locate()), place)


def task(source: Path, target: Path) -> Path:
    """Copy a function's directory to where its execution environment has it."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return _unpacked(target)


def _unpacked(directory: Path) -> Path:
    for path in directory.rglob("*"):
        os.utime(path, (ZIP_EPOCH, ZIP_EPOCH))
    return directory
