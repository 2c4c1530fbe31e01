import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local import clusters
from local import stack as module
from local.deployment import LocalAws
from local.errors import LocalStackError
from local.mongodb import MongoDB
from local.stack import Settings, Stack, find_running_stack, running_stack

URL = "http://127.0.0.1:4566/_aws/execute-api/abc/v1"


class Silent:
    def step(self, description: str) -> AbstractContextManager[None]:
        return nullcontext()

    def warn(self, message: str) -> None:
        raise AssertionError(message)


@contextmanager
def no_ministack(*arguments: Any) -> Iterator[tuple[None, str]]:
    yield None, "http://127.0.0.1:4566"


@contextmanager
def no_server(*arguments: Any) -> Iterator[MongoDB]:
    yield MongoDB([], "mongodb://127.0.0.1:27017/", "MongoDB 6.0.27 (mongod)")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A stack whose servers are all replaced by nothing; ports are taken as free."""
    monkeypatch.setattr(module, "running_mongodb", no_server)
    monkeypatch.setattr(clusters, "running_mongodb", no_server)
    monkeypatch.setattr(module, "set_up_databases", lambda *arguments: None)
    monkeypatch.setattr(module, "running_ministack", no_ministack)
    monkeypatch.setattr(module, "build", lambda *arguments: None)
    monkeypatch.setattr(module, "deploy", lambda *arguments: URL)
    monkeypatch.setattr(LocalAws, "create_key", lambda aws: "key")
    monkeypatch.setattr(LocalAws, "create_secret", lambda aws, name, value, key: f"{name}: {value}")
    monkeypatch.setattr(module, "rotate_first_key", lambda *arguments: None)
    monkeypatch.setattr(module, "require_free_port", lambda *arguments: None)
    monkeypatch.setattr(module, "is_healthy", lambda stack: True)
    return Settings(state=tmp_path / "state")


def test_stack_json_exists_while_the_stack_runs(settings: Settings) -> None:
    file = settings.state / "stack.json"
    with running_stack(settings, Silent()) as (stack, _):
        assert json.loads(file.read_text()) == {
            "api_url": URL,
            "mongodb_uri": "mongodb://127.0.0.1:27017/",
            "mongodb_server": "MongoDB 6.0.27 (mongod)",
            "master_database": "tenantry",
            "tenant_database": "tenantry_tenants",
            "mongodb_clusters": {},
            "mails_url": "http://127.0.0.1:4566/_ministack/ses/messages",
        }
        assert file.stat().st_mode & 0o077 == 0
        assert find_running_stack(settings.state) == stack
    assert not file.exists()
    assert find_running_stack(settings.state) is None


def test_stack_json_is_removed_when_the_stack_is_interrupted(settings: Settings) -> None:
    with pytest.raises(KeyboardInterrupt), running_stack(settings, Silent()):
        raise KeyboardInterrupt
    assert not (settings.state / "stack.json").exists()


def test_stack_json_of_a_killed_run_is_not_believed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    settings.state.mkdir()
    dead = Stack(
        "http://127.0.0.1:9/v1", "mongodb://127.0.0.1:9/", "", "tenantry", "tenantry_tenants", {}, ""
    )
    (settings.state / "stack.json").write_text(json.dumps(dead.__dict__))
    assert find_running_stack(settings.state) is None


def test_a_second_stack_in_the_same_directory_is_refused(settings: Settings) -> None:
    with (
        running_stack(settings, Silent()),
        pytest.raises(LocalStackError, match="running already"),
        running_stack(settings, Silent()),
    ):
        pytest.fail("two stacks at once")
    assert not (settings.state / "stack.json").exists()


def test_functions_learn_of_further_clusters_by_a_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed: list[dict[str, str]] = []

    def deploy(state: Path, aws: LocalAws, parameters: dict[str, str]) -> str:
        deployed.append(parameters)
        return URL

    monkeypatch.setattr(module, "deploy", deploy)
    with running_stack(settings, Silent()) as (alone, _):
        assert alone.mongodb_clusters == {}
    with running_stack(replace(settings, clusters=2), Silent()) as (stack, _):
        assert list(stack.mongodb_clusters) == ["cluster-2"]
    assert "MongoDBClustersSecretArn" not in deployed[0]
    assert deployed[1]["MongoDBClustersSecretArn"] == f"clusters: {json.dumps(stack.mongodb_clusters)}"


def test_clusters_with_data_run_although_fewer_are_asked_for(settings: Settings) -> None:
    assert replace(settings, clusters=3).cluster_ports == {"cluster-2": 27118, "cluster-3": 27119}
    (settings.state / "cluster-2").mkdir(parents=True)
    assert settings.cluster_ports == {"cluster-2": 27118}


@pytest.mark.parametrize(
    ("origins", "expected"), [("", None), ("http://localhost:5173", "http://localhost:5173")]
)
def test_template_gets_the_origins_if_there_are_any(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, origins: str, expected: str | None
) -> None:
    def deploy(state: Path, aws: LocalAws, parameters: dict[str, str]) -> str:
        assert parameters.get("AllowedOrigins") == expected
        return URL

    monkeypatch.setattr(module, "deploy", deploy)
    with running_stack(replace(settings, allowed_origins=origins), Silent()) as (stack, _):
        assert stack.api_url == URL


def test_mail_is_sent_from_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def deploy(state: Path, aws: LocalAws, parameters: dict[str, str]) -> str:
        assert parameters["MailFrom"] == "no-reply@tenantry.example"
        assert parameters["AppUrl"] == "http://localhost:5173/app"
        return URL

    monkeypatch.setattr(module, "deploy", deploy)
    with running_stack(replace(settings, app_url="http://localhost:5173/app"), Silent()) as (stack, _):
        assert stack.mails_url.startswith("http://127.0.0.1:4566/")
