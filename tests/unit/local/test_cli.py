"""What ``make run`` reads from the environment."""

import pytest

from local import cli
from local.errors import LocalStackError


@pytest.mark.parametrize(
    "origins", ["", "http://localhost:5173", "http://localhost:5173,https://app.example.com"]
)
def test_origins_reach_the_stack(origins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", origins)
    assert cli._settings().allowed_origins == origins


@pytest.mark.parametrize(
    "origins", ["*", "null", "localhost:5173", "http://localhost:5173/", "https://a, https://b"]
)
def test_what_is_no_origin_is_refused_with_one_line(origins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", origins)
    with pytest.raises(LocalStackError, match=r"^ALLOWED_ORIGINS must be origins as http://localhost:5173, "):
        cli._settings()


@pytest.mark.parametrize("url", ["http://localhost:3000", "https://app.example.com/start/"])
def test_where_links_lead_to_reaches_the_stack(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_URL", url)
    assert cli._settings().app_url == url


@pytest.mark.parametrize("url", ["", "app.example.com", "http://example.com", "https://a/?b", "https://a#b"])
def test_where_no_link_may_lead_to_is_refused_with_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_URL", url)
    with pytest.raises(LocalStackError, match=r"^APP_URL must be a URL as http://localhost:3000, not "):
        cli._settings()
