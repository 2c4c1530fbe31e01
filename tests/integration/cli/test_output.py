"""What the commands print for who reads it."""

import pytest
from typer.testing import CliRunner

from cli import connection
from cli.app import app
from local.processes import free_port
from tests.integration.cli.planted import Planted
from tests.support import library
from tests.support.command_line import tenantry, tenantry_json
from tests.support.databases import Databases


def test_table_names_rule_organization_and_slug(planted: Planted) -> None:
    planted.change({"state": ":smile: [bold]"})
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 1
    assert "':smile: [bold]'" in result.stdout
    for text in (
        "state-known",
        planted.alpha,
        " alpha ",
        "1 violation. Examined: 4 indexes, 3 organizations",
    ):
        assert text in result.stdout


def test_databases_in_order_give_one_line(planted: Planted) -> None:
    result = CliRunner().invoke(app, ["verify"])
    assert result.exit_code == 0
    assert result.stdout == (
        "No violations. Examined: 4 indexes, 3 organizations, 1 clusters, 3 collections, 0 pools, "
        "0 organizations with roll-outs, 0 moves, 0 deletions, 0 plans, 3 members, 0 invitations, "
        "0 API keys, 3 accounts, 0 email holds, 0 links, 0 months of use, 0 signing keys, 0 receipts.\n"
    )


def test_reconcile_measures_use(databases: Databases) -> None:
    organization_id = library.create("Google").organization_id
    outcome = tenantry_json("reconcile")
    assert (outcome["measured"], outcome["unmeasured"], outcome["settled"]) == (1, 0, [])
    assert databases.organization(organization_id)["usage"]["documents"] == 0
    assert tenantry("reconcile").stdout.endswith("Dropped: none\nMeasured: 0\nUnmeasured: 0\n")


@pytest.mark.parametrize("command", ["verify", "reconcile"])
def test_server_that_is_away_gives_one_line_without_the_password(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SERVER_SELECTION_TIMEOUT_MS", 200)
    uri = f"mongodb://operator:hush-hush@127.0.0.1:{free_port()}/"
    result = CliRunner().invoke(app, [command, "--mongodb-uri", uri])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("MongoDB cannot be used: 127.0.0.1:")
    assert result.stderr.count("\n") == 1
    assert "hush" not in result.stderr


def test_wrong_password_gives_one_line(server: str) -> None:
    uri = server.replace("://", "://operator:hush-hush@") + "&authSource=admin"
    result = CliRunner().invoke(app, ["verify", "--mongodb-uri", uri])
    assert result.exit_code == 2
    assert result.stderr == "MongoDB cannot be used: Authentication failed.\n"
