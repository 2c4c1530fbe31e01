"""docs/database-roles.md lists the roles, their functions and the stack's parameters."""

import pytest

from cli.grants import Role
from cli.roles import ROLES
from tests.contract.sam_template import PROJECT, template

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (PROJECT / "docs" / "database-roles.md").read_text().splitlines()
    if line.startswith("| tenantry_")
]


def test_every_role_has_a_row() -> None:
    assert [row[0] for row in ROWS] == [f"tenantry_{role.kind}" for role in ROLES]


@pytest.mark.parametrize(("role", "row"), list(zip(ROLES, ROWS, strict=True)))
def test_a_row_names_functions_and_parameter(role: Role, row: list[str]) -> None:
    _, functions, parameter, _, tenants = row
    assert {name for name in functions.split(", ") if name} - {"your own functions"} == set(role.functions)
    assert parameter == (f"{role.kind.title()}MongoDBUriSecretArn" if role.functions else "")
    assert not parameter or parameter in template()["Parameters"]
    assert bool(tenants) == bool(role.tenants)
