"""`tenantry set`: what the operator alone sets of an organization."""

from typing import Annotated, Any

import typer

from cli import library
from cli.connection import Target, connected
from cli.name_value_options import Limits, limits_of, properties_of
from cli.options import Json, with_target
from cli.output import print_result
from cli.reporting import reported
from cli.request_bodies import checked
from tenantry.http.organizations.bodies import ConfigureOrganization
from tenantry.http.organizations.representations import configured_organization_of
from tenantry.lifecycle import configuring

Plan = Annotated[
    str | None, typer.Option("--plan", metavar="NAME", help="Its plan; default for that of all others.")
]
Properties = Annotated[
    list[str] | None,
    typer.Option("--property", metavar="KEY=VALUE", help="What members read; VALUE as JSON or as text."),
]
Private = Annotated[
    list[str] | None, typer.Option("--private", metavar="KEY=VALUE", help="What operators alone read.")
]
RemovedLimits = Annotated[
    list[str] | None, typer.Option("--remove-limit", metavar="NAME", help="That of its plan counts then.")
]
RemovedProperties = Annotated[list[str] | None, typer.Option("--remove-property", metavar="KEY")]
RemovedPrivate = Annotated[list[str] | None, typer.Option("--remove-private", metavar="KEY")]


@with_target
def set_organization(
    organization: Annotated[str, typer.Argument(metavar="ORGANIZATION", help="Its id or slug.")],
    target: Target,
    plan: Plan = None,
    limit: Limits = None,
    remove_limit: RemovedLimits = None,
    properties: Properties = None,
    remove_property: RemovedProperties = None,
    private: Private = None,
    remove_private: RemovedPrivate = None,
    as_json: Json = False,
) -> None:
    """Set an organization's plan, its own limits, and properties that its members read or do not read.

    What is not named stays as it is, and so does what the organization has beyond a lower limit.
    """
    patch: dict[str, Any] = {
        "limits": limits_of(limit) | dict.fromkeys(remove_limit or ()),
        "properties": properties_of("--property", properties) | dict.fromkeys(remove_property or ()),
        "private": properties_of("--private", private) | dict.fromkeys(remove_private or ()),
        "plan": plan,
    }
    wanted = checked(ConfigureOrganization, {field: value for field, value in patch.items() if value != {}})
    with reported(), connected(target):
        library.use(target)
        changes = wanted.model_dump(exclude_unset=True)
        content = configured_organization_of(configuring.configure(organization, changes, lambda _: True))
    print_result(content, _text(content), as_json=as_json)


def _text(content: dict[str, Any]) -> str:
    own = {field: content[field] for field in ("limits", "properties", "private") if content[field]}
    lines = [f"{content['slug']} ({content['id']}) has the plan {content['plan']}"]
    for field, values in own.items():
        lines.append(f"{field}: " + ", ".join(f"{name}={value}" for name, value in values.items()))
    return "\n".join(lines)
