"""`tenantry doctor` names what is wrong and what to do, before and after a deployment."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from local.mongod import running_mongod
from local.processes import free_port
from tenantry.lifecycle.oversight import encryption, servers
from tenantry.runtime import process
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases, Document
from tests.support.intents import intend_rename
from tests.support.mongodb import own_mongod
from tests.support.own_server import EXTERNAL_URI
from tests.support.rotation import SigningKeySecret

ISSUER = "urn:tenantry"


def examined(*options: str) -> dict[str, Document]:
    """Return what the doctor finds, by check."""
    with library.fresh_process():
        result = tenantry("doctor", "--json", *options)
    findings: list[Document] = json.loads(result.stdout)["findings"]
    levels = {finding["level"] for finding in findings}
    assert (result.exit_code > 0) == ("failed" in levels), result.output
    return {finding["check"]: finding for finding in findings}


def wrong(findings: dict[str, Document], *levels: str) -> set[str]:
    return {check for check, finding in findings.items() if finding["level"] in levels}


@pytest.mark.own_databases
def test_before_anything_is_set_up_it_says_so(databases: Databases) -> None:
    findings = examined()
    assert wrong(findings, "failed") == {"schema"}
    assert "tenantry setup-database" in findings["schema"]["advice"]
    assert {"issuer", "signing key"} <= wrong(findings, "warning")
    tenantry_json("setup-database", "--no-roles")
    assert examined()["schema"]["level"] == "ok"


def test_all_is_well(databases: Databases, signing_key: SigningKeySecret) -> None:
    library.create("Alpha")
    findings = examined("--issuer", ISSUER)
    assert wrong(findings, "failed") == set()
    if not EXTERNAL_URI:
        assert findings["encryption main"]["found"] == "none, and the server is on this machine"
    assert {"writes", "majority main", "journal main", "capacity main"} <= wrong(findings, "ok")
    text = tenantry("doctor").stdout
    assert "0 failed" in text


@pytest.mark.own_databases
def test_it_names_what_is_wrong(databases: Databases, signing_key: SigningKeySecret) -> None:
    alpha = library.create("Alpha").organization_id
    master, long_ago = databases.master, datetime.now(UTC) - timedelta(days=40)
    intend_rename(alpha, "Beta")
    master["organizations"].update_one({"_id": alpha}, {"$set": {"intent.created_at": long_ago}})
    master["outbox"].insert_one({"_id": "aud_1", "at": long_ago})
    master["mails"].insert_one({"_id": "mail_1", "at": long_ago, "to": "somebody@example.com"})
    master["clusters"].update_one({"_id": "main"}, [{"$set": {"limit": "$namespaces"}}])
    master["clusters"].insert_one(
        {"_id": "gone", "limit": 9, "namespaces": 0, "pools": [], "created_at": long_ago}
    )
    master["signing_keys"].update_many({}, {"$set": {"created_at": long_ago}})
    master["members"].drop_index("account")
    master["account_epochs"].drop()
    findings = examined("--issuer", "urn:tenantry:other")
    assert wrong(findings, "failed") >= {"schema", "issuer", "signing key", "capacity main", "capacity gone"}
    assert findings["schema"]["found"] == "missing: members.account, account_epochs"
    assert "--issuer urn:tenantry:other" in findings["issuer"]["advice"]
    tenantry_json("setup-database", "--no-roles")
    findings = examined()
    assert wrong(findings, "failed") == {"capacity main", "capacity gone"}
    assert wrong(findings, "warning") >= {"intents", "events", "mails", "signing key"}
    assert findings["mails"]["found"].startswith("1 wait, the oldest for 345")
    assert "somebody" not in str(findings)


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("mongodb://u:hush-hush@127.0.0.1:{port}/?serverSelectionTimeoutMS=100", "Connection refused"),
        ("mongodb://u:hush/hush@127.0.0.1/", "malformed"),
        ("mongodb+srv://u:hush-hush@nowhere.invalid/", "malformed, or DNS"),  # pragma: allowlist secret
    ],
)
def test_a_server_that_cannot_be_reached(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, uri: str, found: str
) -> None:
    with library.fresh_process():
        result = tenantry("doctor", "--json", "--mongodb-uri", uri.format(port=free_port()))
    (finding,) = json.loads(result.stdout)["findings"]
    assert (result.exit_code, finding["check"], finding["level"]) == (2, "connection main", "failed")
    assert found in finding["found"]
    assert "hush" not in result.output


def test_another_cluster_is_examined_too(databases: Databases, second: Any) -> None:
    findings = examined()
    assert "connection second" in findings
    assert findings["journal second"]["level"] == "ok"


def test_settings_that_lose_data_or_lock_it(
    databases: Databases, own_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = servers._run
    answers: dict[str, Document] = {
        "getParameter": {"transactionLifetimeLimitSeconds": 5, "ttlMonitorEnabled": False},
        "buildInfo": {"version": "5.0.3"},
        "replSetGetConfig": {"config": {"writeConcernMajorityJournalDefault": False}},
    }
    monkeypatch.setattr(
        servers, "_run", lambda client, command: run(client, command) | answers.get(next(iter(command)), {})
    )
    findings = examined()
    assert {"version main", "journal main"} <= wrong(findings, "failed")
    assert {"expiry main", "feature compatibility main"} <= wrong(findings, "warning")
    assert findings["transaction lifetime main"]["level"] == "ok"


@contextmanager
def encrypting_server(directory: Path, days: int) -> Iterator[str]:
    """Run a server whose certificate ends in some days; yields the options of clients that trust it."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "t")]),
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    pem = directory / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    options = ["--tlsMode", "preferTLS", "--tlsCertificateKeyFile", str(pem), "--tlsCAFile", str(pem)]
    options += ["--tlsAllowConnectionsWithoutCertificates"]
    with running_mongod(own_mongod(), directory / "data", free_port(), options=options) as (_, uri):
        yield f"{uri}&tls=true&tlsCAFile={pem}"


def test_encryption_and_the_end_of_the_certificate(
    own_server: None, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with encrypting_server(tmp_path, days=10) as uri:
        monkeypatch.setenv("MONGODB_URI", uri)
        findings = examined()
        assert findings["encryption main"] | {"advice": ""} == {
            "check": "encryption main",
            "level": "ok",
            "found": "TLSv1.3",
            "advice": "",
        }
        assert findings["certificate main"]["level"] == "warning"
        assert "for 10 days" in findings["certificate main"]["found"]
        monkeypatch.setenv("MONGODB_URI", f"{uri}&tlsAllowInvalidCertificates=true")
        assert examined()["encryption main"]["level"] == "failed"
        monkeypatch.setenv("MONGODB_URI", uri.partition("&tls")[0])
        monkeypatch.setattr(encryption, "_is_loopback", lambda host: False)
        assert examined()["encryption main"]["level"] == "warning"
        process.forget()
