"""`tenantry plan`: make, change, remove and list plans, which say what organizations may have."""

import re
from typing import Annotated, Any

import typer

from cli import library
from cli.connection import Target, connected
from cli.name_value_options import Limits, limits_of
from cli.options import Json, with_target
from cli.output import print_json, print_result, print_rows
from cli.reporting import reported
from cli.request_bodies import checked
from tenantry.http.organizations.bodies import PutPlan
from tenantry.http.plans import plan_of
from tenantry.lifecycle import plans
from tenantry.registry.limits import LIMITS, PLAN_PATTERN

app = typer.Typer(no_args_is_help=True, help="Say what the organizations of a plan may have.")

Name = Annotated[
    str, typer.Argument(metavar="PLAN", help="Its name; default is that of organizations that name none.")
]


@app.command("list")
@with_target
def list_plans(target: Target, as_json: Json = False) -> None:
    """Print the plans and what they limit."""
    with reported(), connected(target):
        library.use(target)
        contents = [plan_of(plan) for plan in plans.each()]
    if as_json:
        print_json({"plans": contents})
    else:
        print_rows(("Plan", *LIMITS), map(_cells, contents))


def _cells(plan: dict[str, Any]) -> list[str]:
    return [plan["name"], *(str(plan["limits"].get(name, "-")) for name in LIMITS)]


@app.command("set")
@with_target
def set_plan(name: Name, target: Target, limit: Limits = None, as_json: Json = False) -> None:
    """Make a plan, or let one limit what is named here and nothing else; it counts within 30 seconds.

    What an organization has beyond a lower limit stays. It only gets no more.
    """
    if not re.fullmatch(PLAN_PATTERN, name):
        raise typer.BadParameter("must be 1 to 64 of a-z, 0-9, - and _", param_hint="PLAN")
    wanted = checked(PutPlan, {"limits": limits_of(limit)})
    with reported(), connected(target):
        library.use(target)
        is_made = plans.put(name, wanted.limits)
    content = {"name": name, "limits": wanted.limits}
    limited = ", ".join(f"{number} {of}" for of, number in wanted.limits.items()) or "nothing"
    text = f"{'Made' if is_made else 'Changed'} the plan {name}, which limits: {limited}"
    print_result(content | {"is_made": is_made}, text, as_json=as_json)


@app.command()
@with_target
def remove(name: Name, target: Target, as_json: Json = False) -> None:
    """Remove a plan that no organization names."""
    with reported(), connected(target):
        library.use(target)
        plans.remove(name)
    print_result({"removed": name}, f"Removed the plan {name}", as_json=as_json)
