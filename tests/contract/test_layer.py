"""What the layer's Makefile builds is what Lambda can use."""

import base64
import importlib.metadata
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract import sam_template
from tests.contract.layer import MAKE, build
from tests.contract.sam_template import PROJECT
from tests.support.name_server import running_name_server

HEADER_BYTES = 16
UNCHECKED_HASH = 0b01  # flags of PEP 552: based on a hash that is not checked
LARGEST_BYTES = 250 * 1024 * 1024  # Lambda's quota for a function and its layers, unpacked
LARGEST_ARCHIVE_BYTES = 15_000_000  # a cold start may have to fetch it


def write_bill_of_materials(layer: Path, target: Path) -> None:
    """List what a layer holds, as a deployment does; what is not valid CycloneDX fails."""
    arguments = ["--silent", "--assume-old=.venv/installed", "sbom", f"LAYER={layer}", f"SBOM={target}"]
    subprocess.run([MAKE, *arguments], cwd=PROJECT, check=True)


@pytest.fixture(scope="module")
def bill(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sbom") / "sbom.json"
    write_bill_of_materials(layer, target)
    return target


def test_every_module_is_compiled_with_an_unchecked_hash(layer: Path) -> None:
    compiled = list(layer.rglob("*.pyc"))
    assert compiled
    for path in compiled:
        header = path.read_bytes()[:HEADER_BYTES]
        assert header[:4] == importlib.util.MAGIC_NUMBER
        assert int.from_bytes(header[4:8], "little") == UNCHECKED_HASH


def test_byte_code_of_the_library_is_made_of_its_sources(layer: Path) -> None:
    sources = list(layer.rglob("*.py"))
    assert {source.relative_to(layer).parts[0] for source in sources} == {"tenantry"}
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source)))
        assert compiled.read_bytes()[8:HEADER_BYTES] == importlib.util.source_hash(source.read_bytes())


def test_byte_code_names_the_place_of_the_layer_in_lambda(layer: Path) -> None:
    for compiled in layer.rglob("*.pyc"):
        assert str(layer).encode() not in compiled.read_bytes()


def test_layer_fits_into_lambda(layer: Path) -> None:
    assert sum(path.stat().st_size for path in layer.rglob("*") if path.is_file()) < LARGEST_BYTES


def test_archive_is_small(layer: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "layer"), "zip", layer.parent, layer.name)
    assert Path(archive).stat().st_size < LARGEST_ARCHIVE_BYTES


def test_equal_input_gives_equal_bytes(layer: Path, tmp_path: Path) -> None:
    again = build(tmp_path, "x86_64")
    names = sorted(path.relative_to(layer) for path in layer.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (layer / name).read_bytes() != (again / name).read_bytes()] == []


def test_arm_layer_holds_arm_code_only(tmp_path: Path) -> None:
    libraries = list(build(tmp_path, "arm64").rglob("*.cpython-*.so"))
    assert libraries
    assert [library.name for library in libraries if "aarch64" not in library.name] == []


def imports_of_the_console(layer: Path) -> dict[str, str]:
    """Return the files of the libraries that the page imports, by their names."""
    page = (layer.parent / "console/index.html").read_text()
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', page)
    imports: dict[str, str] = json.loads(import_map)["imports"]
    return imports


def test_layer_holds_the_console_and_what_it_imports(layer: Path) -> None:
    libraries = imports_of_the_console(layer)
    assert libraries.keys() == {"htm", "preact", "preact/hooks"}
    assert [path for path in libraries.values() if not (layer.parent / "console" / path).is_file()] == []


def test_library_needs_nothing_outside_the_layer(layer: Path) -> None:
    # No site-packages (-S) and no PYTHONPATH (-I), so boto3, which the runtime brings, is out of reach too.
    modules = [
        f"tenantry.{path.relative_to(layer / 'tenantry').with_suffix('').as_posix().replace('/', '.')}"
        for path in sorted((layer / "tenantry").rglob("*.py"))
        if path.name != "__init__.py"
    ]
    program = f"import sys; sys.path.insert(0, {str(layer)!r}); import {', '.join(modules)}"
    subprocess.run([sys.executable, "-I", "-S", "-W", "error", "-c", program], check=True)


def test_layer_looks_up_the_name_of_a_cluster_and_reaches_it_by_tls(layer: Path) -> None:
    with running_name_server() as names:
        names.put("_mongodb._tcp.cluster0.tenantry.test", "SRV", "0 0 1 shard.tenantry.test.")
        host, _, port = names.address.rpartition(":")
        program = f"""
import sys
sys.path.insert(0, {str(layer)!r})
from dns import resolver
resolver.default_resolver = resolver.Resolver(configure=False)
resolver.default_resolver.nameservers, resolver.default_resolver.port = [{host!r}], {port}
from tenantry.runtime.clients import connect
client = connect("mongodb+srv://cluster0.tenantry.test/")
print(*client.topology_description.server_descriptions())
print(client.options.pool_options._ssl_context.verify_mode)
"""
        command = [sys.executable, "-I", "-S", "-W", "error", "-c", program]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed == "('shard.tenantry.test', 1)\n2\n"  # ssl.CERT_REQUIRED


def test_layer_leaves_out_what_the_runtime_brings(layer: Path) -> None:
    held = {distribution.name for distribution in importlib.metadata.distributions(path=[str(layer)])}
    assert held >= {"pymongo", "pymongo-auth-aws"}
    assert held & {"boto3", "botocore", "python-dateutil", "s3transfer", "six", "urllib3"} == set()


def test_bill_of_materials_lists_exactly_what_the_layer_holds(layer: Path, bill: Path) -> None:
    document = json.loads(bill.read_text())
    distributions = importlib.metadata.distributions(path=[str(layer)])
    held = {f"{distribution.name}@{distribution.version}" for distribution in distributions}
    assert "pymongo" in {name.partition("@")[0] for name in held}
    assert {f"{part['name']}@{part['version']}" for part in listed(document, "pypi")} == held
    assert len(listed(document, "pypi") + listed(document, "npm")) == len(document["components"])
    assert document["metadata"]["component"]["name"] == "tenantry"
    assert all(component["licenses"] for component in document["components"])


def test_bill_of_materials_lists_what_the_console_imports_as_it_is_locked(layer: Path, bill: Path) -> None:
    locked = json.loads((PROJECT / "requirements/console/package-lock.json").read_text())["packages"]
    names = {name.partition("/")[0] for name in imports_of_the_console(layer)}
    packages = {name: locked[f"node_modules/{name}"] for name in names}
    components = {part["name"]: part for part in listed(json.loads(bill.read_text()), "npm")}
    assert {part["purl"] for part in components.values()} == {
        f"pkg:npm/{name}@{package['version']}" for name, package in packages.items()
    }
    for name, package in packages.items():
        (hashed,) = components[name]["hashes"]
        digest = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
        assert (hashed["alg"], hashed["content"]) == ("SHA-512", digest)


def listed(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the components that are packages of a kind, as package URLs name it."""
    return [part for part in document["components"] if part["purl"].startswith(f"pkg:{kind}/")]


def test_equal_layers_give_equal_bills_of_materials(layer: Path, bill: Path, tmp_path: Path) -> None:
    write_bill_of_materials(layer, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == bill.read_bytes()
    assert "serialNumber" not in json.loads(bill.read_text())


def test_versions_that_functions_of_users_name_stay() -> None:
    resources = sam_template.stack().values()
    (version,) = [resource for resource in resources if resource["Type"] == "AWS::Lambda::LayerVersion"]
    assert version["DeletionPolicy"] == "Retain"


def test_unknown_architecture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        build(tmp_path, "riscv64")
