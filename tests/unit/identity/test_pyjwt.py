"""What importing PyJWT brings, in processes of their own, and that nothing of it is missing."""

import subprocess
import sys
from typing import Final

import pytest

UNUSED: Final = ("cryptography.x509.base", "http.client", "jwt.jwks_client", "urllib.request")


def run(*statements: str) -> str:
    command = [sys.executable, "-W", "error", "-c", "\n".join(statements)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_nothing_is_imported_that_no_function_uses() -> None:
    imports = "import sys; from tenantry.identity import pyjwt"
    assert run(imports, f"print([name for name in {UNUSED} if name in sys.modules])") == "[]"


@pytest.mark.parametrize(
    ("imports", "used"),
    [
        ("import jwt", "jwt.PyJWKClient('https://example.com/keys').uri"),
        ("import jwt", "jwt.algorithms.RSAAlgorithm"),
        ("import jwt", "jwt.decode"),
        ("from jwt import *", "encode"),
        ("from jwt import PyJWKClient", "PyJWKClient"),
        ("from cryptography import x509", "x509.load_pem_x509_certificate"),
        ("import cryptography.x509", "cryptography.x509.Name"),
        ("import cryptography.x509.oid", "cryptography.x509.oid.NameOID"),
        ("from cryptography.x509 import Certificate", "Certificate"),
        ("import jwt.algorithms", "jwt.algorithms.x509.load_der_x509_certificate"),
    ],
)
def test_what_is_postponed_is_there_for_whoever_uses_it(imports: str, used: str) -> None:
    assert run("from tenantry.identity import pyjwt", imports, f"print({used})")


def test_there_is_one_pyjwt_whoever_imports_it_first() -> None:
    imports = "import jwt", "from tenantry.identity import pyjwt"
    same = "print(pyjwt.decode == jwt.decode and pyjwt.PyJWTError is jwt.PyJWTError)"
    assert run(*imports, same) == run(*reversed(imports), same) == "True"


def test_threads_that_ask_at_once_all_get_what_they_ask_for() -> None:
    ask = "from concurrent.futures import ThreadPoolExecutor; import jwt, sys; sys.setswitchinterval(1e-6)"
    names = "['PyJWKClient', 'PyJWKSet', 'decode_complete', 'get_unverified_header'] * 4"
    got = f"print(len(list(ThreadPoolExecutor(16).map(lambda name: getattr(jwt, name), {names}))))"
    assert run("from tenantry.identity import pyjwt", ask, got) == "16"
