import pytest

from tenantry.settings import Settings, settings


def test_everything_but_connection_and_secrets_has_a_default() -> None:
    assert settings() == Settings(
        mongodb_uri="",
        mongodb_uri_secret_arn="",
        mongodb_clusters="",
        mongodb_clusters_secret_arn="",
        signing_key_secret_arn="",
        master_database="tenantry",
        tenant_database="tenantry_tenants",
        sign_up="open",
        placement="collection",
        event_bus="",
        token_issuer="urn:tenantry",
        token_audience="tenantry",
    )


def test_the_environment_configures(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings._fields:
        monkeypatch.setenv(name.upper(), f"value of {name}")
    settings.cache_clear()
    assert settings()._asdict() == {name: f"value of {name}" for name in Settings._fields}


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings()
    monkeypatch.setenv("MASTER_DATABASE", "another")
    assert settings() is before
