"""No message holds the password of the connection string."""

import pytest

from cli import connection
from cli.connection import ConnectionFailed, Target, connected


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SERVER_SELECTION_TIMEOUT_MS", 100)


def message(uri: str) -> str:
    with pytest.raises(ConnectionFailed) as failure, connected(Target(uri, "master", "tenants")):
        pytest.fail("there is no server")
    return str(failure.value)


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://operator:hush@127.0.0.1:1/",
        "mongodb://operator:hush@127.0.0.1:1,127.0.0.1:2/?replicaSet=tenantry",
        "mongodb://operator:hush/12@127.0.0.1:1/",
        "mongodb://operator:12/hush@127.0.0.1:1/",
        "mongodb://operator:hu@sh@127.0.0.1:1/",
        "mongodb://operator:hush@127.0.0.1:99999/",
        "mongodb://operator:hush@127.0.0.1:1/?tls=true&tlsCAFile=/missing.pem",
        "mongodb://operator:hush@127.0.0.1:port/",
        "mongodb://operator:hush@/",
        "http://operator:hush@127.0.0.1:1/",
    ],
)
def test_message_is_one_line_without_the_password(uri: str) -> None:
    text = message(uri)
    assert text
    assert "\n" not in text
    assert "hush" not in text
    assert "Topology" not in text


def test_password_taken_for_a_port_is_hidden() -> None:
    assert ":***" in message("mongodb://127.0.0.1:31/42@127.0.0.1:1/")


def test_server_and_reason_are_named() -> None:
    assert message("mongodb://127.0.0.1:1/").startswith("127.0.0.1:1: [Errno 111] Connection refused")
