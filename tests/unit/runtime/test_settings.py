from typing import Any

import pytest

from tenantry.runtime.settings import Settings, settings


def test_everything_but_connection_and_secrets_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHANGES_PER_HOUR", "DELETION_GRACE_DAYS", "FORMER_SLUG_DAYS", "SIGN_UPS_PER_HOUR"):
        monkeypatch.delenv(name)
    settings.cache_clear()
    assert settings() == Settings(
        mongodb_uri="",
        mongodb_uri_secret_arn="",
        mongodb_clusters="",
        mongodb_clusters_secret_arn="",
        signing_key_secret_arn="",
        receipt_key_secret_arn="",
        master_database="tenantry",
        tenant_database="tenantry_tenants",
        sign_up="open",
        require_verified_email=False,
        organizations_per_account=20,
        changes_per_hour=300,
        sign_ups_per_hour=100,
        name_hold_days=7,
        former_slug_days=30,
        deletion_grace_days=7,
        placement="collection",
        audit_retention_days=365,
        event_bus="",
        allowed_origins=frozenset(),
        mail_from="",
        app_url="",
        mail_function="",
        token_issuer="urn:tenantry",
        token_audience="tenantry",
    )


def test_the_environment_configures(monkeypatch: pytest.MonkeyPatch) -> None:
    expected: dict[str, Any] = {
        name: number if kind is int else f"value of {name}"
        for number, (name, kind) in enumerate(Settings.__annotations__.items())
    }
    for name, value in expected.items():
        monkeypatch.setenv(name.upper(), str(value))
    monkeypatch.setenv("REQUIRE_VERIFIED_EMAIL", "true")
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example,http://localhost:5173")
    expected["allowed_origins"] = frozenset({"https://a.example", "http://localhost:5173"})
    expected["require_verified_email"] = True
    settings.cache_clear()
    assert settings()._asdict() == expected


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings()
    monkeypatch.setenv("MASTER_DATABASE", "another")
    assert settings() is before
