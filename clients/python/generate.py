"""Generate the operations of the Python client from the OpenAPI document, with openapi-python-client.

Problems and 304 are left out, for the client raises them; what has no fixed properties, as a stored document,
is what JSON makes of it; and of a body's forms JSON is the one that is sent.
"""

import json
import shutil
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
DOCUMENT: Final = HERE.parents[1] / "functions/docs/openapi.json"
PACKAGE: Final = HERE / "tenantry_client"
GENERATED: Final = ("api", "models", "types.py")
JSON: Final = "application/json"
_LEFT_OUT: Final = ("Problem", "FieldError")
_PLAIN: Final = ("Document", "Inserted")
_CONFIGURATION: Final = {"post_hooks": [], "literal_enums": True}


def simplified(document: dict[str, Any]) -> dict[str, Any]:
    """Return what of the document the generator is to see."""
    _make_plain(document["components"]["schemas"])
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {
                status: response
                for status, response in operation["responses"].items()
                if int(status) < HTTPStatus.MULTIPLE_CHOICES
            }
            for body in (*operation["responses"].values(), operation.get("requestBody", {})):
                _keep_json(body)
    schemas = document["components"]["schemas"]
    for name in _LEFT_OUT:
        del schemas[name]
    schemas |= {name: {} for name in _PLAIN}
    return document


def _keep_json(body: dict[str, Any]) -> None:
    content = body.get("content", {})
    if JSON in content:
        schema = content[JSON]["schema"]
        is_document = {"type": "object"} in schema.get("anyOf", ())
        body["content"] = {JSON: {"schema": {} if is_document else schema}}


def _make_plain(part: Any) -> None:
    """Let objects whose properties nobody knows be dictionaries, and no classes of their own."""
    for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _make_plain(child)
        if isinstance(child, dict) and child.get("type") == "object" and "properties" not in child:
            description = child.get("description", "")
            child.clear()
            child["description"] = description


def main() -> None:
    """Write the generated part of the package anew."""
    with TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "openapi.json").write_text(json.dumps(simplified(json.loads(DOCUMENT.read_text()))))
        (place / "configuration.json").write_text(json.dumps(_CONFIGURATION))
        command = [
            sys.executable, "-m", "openapi_python_client", "generate", "--path", str(place / "openapi.json"),
            "--config", str(place / "configuration.json"), "--custom-template-path", str(HERE / "templates"),
            "--meta", "none", "--output-path", str(place / "tenantry_client"), "--fail-on-warning",
        ]  # fmt: skip
        subprocess.run(command, check=True)  # noqa: S603 - no input of others
        for name in GENERATED:
            old, new = PACKAGE / name, place / "tenantry_client" / name
            if old.is_dir():
                shutil.rmtree(old)
            shutil.move(new, old)


if __name__ == "__main__":
    main()
